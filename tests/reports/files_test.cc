// Files that exist whole or not at all, with the system failing at every call.
#include "reports/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/reports/failing_system.h"
#include "tests/reports/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::FailingSystem;
using tests::ScratchFolder;

constexpr size_t kLimit = 1000;
constexpr size_t kNoLimit = ~size_t{0} >> 1;

TEST(FilesTest, WritesAndReadsBack) {
  const ScratchFolder folder;
  const std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(WriteFileAtomically(RealSystemCalls(), folder.File("f"), bytes).ok());
  EXPECT_EQ(*ReadFile(RealSystemCalls(), folder.File("f"), kLimit), bytes);
  ASSERT_TRUE(WriteFileAtomically(RealSystemCalls(), folder.File("f"), "").ok());
  EXPECT_EQ(*ReadFile(RealSystemCalls(), folder.File("f"), kLimit), "");
  EXPECT_EQ(folder.Count(), 1);
}

TEST(FilesTest, FilesAreReadableToOthersAsTheUmaskSays) {
  const ScratchFolder folder;
  ASSERT_TRUE(WriteFileAtomically(RealSystemCalls(), folder.File("f"), "x").ok());
  struct stat status;
  ASSERT_EQ(stat(folder.File("f").c_str(), &status), 0);
  const mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(status.st_mode & 0777, 0666 & ~mask);
}

TEST(FilesTest, ShortWritesAreContinued) {
  const ScratchFolder folder;
  FailingSystem system({-1, false, 0, 3});
  ASSERT_TRUE(WriteFileAtomically(system, folder.File("f"), "0123456789").ok());
  EXPECT_EQ(folder.Get("f"), "0123456789");
}

TEST(FilesTest, InterruptedCallsAreRepeated) {
  const ScratchFolder folder;
  for (int call = 0;; ++call) {
    FailingSystem system({call, false, EINTR, 4});
    const absl::Status status = WriteFileAtomically(system, folder.File("f"), "0123456789");
    if (!system.failed()) break;
    // Only rename is never interrupted; whatever happens, the file is whole or absent.
    const std::string found = folder.Get("f");
    EXPECT_TRUE(status.ok() ? found == "0123456789" : found.empty()) << call << status;
    std::filesystem::remove(folder.File("f"));
  }
}

// The n-th call fails, n = 1, 2, 3 ..., until the operation runs clean; once, then for ever.
TEST(FilesTest, AFailureOfAnyCallLeavesTheOldFileOrTheNewOne) {
  for (const bool for_ever : {false, true}) {
    for (const int error : {ENOSPC, EIO, EDQUOT, EROFS, EMFILE}) {
      for (int call = 0;; ++call) {
        const ScratchFolder folder;
        folder.Put("f", "old");
        FailingSystem system({call, for_ever, error, 2});
        const absl::Status status = WriteFileAtomically(system, folder.File("f"), "newer");
        if (!system.failed()) {
          EXPECT_TRUE(status.ok());
          EXPECT_GT(call, 5);
          break;
        }
        if (status.ok()) {
          // The close of the synced folder may fail without harm.
          EXPECT_EQ(folder.Get("f"), "newer");
        } else {
          EXPECT_THAT(std::string(status.message()), HasSubstr(": error: "));
          EXPECT_THAT(folder.Get("f"), ::testing::AnyOf("old", "newer"));
        }
        // For ever also means that the temporary file cannot be removed.
        EXPECT_LE(folder.Count(), for_ever ? 2 : 1) << "call " << call;
        EXPECT_THAT(*ListEntries(folder.path(), EntryKind::kFile), ElementsAre("f"));
      }
    }
  }
}

TEST(FilesTest, DoesNotTakeThePlaceOfADeviceOrPipe) {
  const ScratchFolder folder;
  ASSERT_EQ(mkfifo(folder.File("pipe").c_str(), 0600), 0);
  const absl::Status status = WriteFileAtomically(RealSystemCalls(), folder.File("pipe"), "bytes");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("pipe: error: not a regular file"));
  EXPECT_TRUE(std::filesystem::is_fifo(folder.File("pipe")));
  EXPECT_EQ(folder.Count(), 0);
}

TEST(FilesTest, ReportsEveryFailingCallOfARead) {
  const ScratchFolder folder;
  folder.Put("f", "bytes");
  for (int call = 0; call < 3; ++call) {
    FailingSystem system({call, true, EIO, kNoLimit});
    const absl::StatusOr<std::string> bytes = ReadFile(system, folder.File("f"), kLimit);
    EXPECT_EQ(bytes.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(bytes.status().message(),
              folder.File("f") + (call == 0 ? ": error: cannot be opened: input/output error"
                                            : ": error: cannot be read: input/output error"));
  }
}

TEST(FilesTest, FullDeviceIsReportedNotIgnored) {
  // Every write to this device fails with ENOSPC; a link cannot be staged beside it, so the
  // system calls are led to it.
  class FullDevice : public SystemCalls {
   public:
    int Open(const std::string&, int, mode_t) override {
      return SystemCalls::Open("/dev/full", O_WRONLY, 0);
    }
  };
  const ScratchFolder folder;
  FullDevice system;
  const absl::Status status = WriteFileAtomically(system, folder.File("f"), "bytes");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            folder.File("f") + ": error: cannot be written: no space left on the device");
}

TEST(FilesTest, RefusesWhatIsNoRegularFile) {
  const ScratchFolder folder;
  EXPECT_EQ(ReadFile(RealSystemCalls(), folder.path(), kLimit).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFile(RealSystemCalls(), "/dev/zero", kLimit).status().code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(mkfifo(folder.File("pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReadFile(RealSystemCalls(), folder.File("pipe"), kLimit).status().message(),
            folder.File("pipe") + ": error: not a regular file");
  EXPECT_EQ(ReadFile(RealSystemCalls(), folder.File("none"), kLimit).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(
      ReadFile(RealSystemCalls(), folder.File(std::string("a\0b", 3)), kLimit).status().code(),
      absl::StatusCode::kInvalidArgument);
}

TEST(FilesTest, RefusesWhatIsLargerThanTheLimit) {
  const ScratchFolder folder;
  folder.Put("f", std::string(kLimit, 'x'));
  EXPECT_TRUE(ReadFile(RealSystemCalls(), folder.File("f"), kLimit).ok());
  EXPECT_EQ(ReadFile(RealSystemCalls(), folder.File("f"), kLimit - 1).status().message(),
            folder.File("f") + ": error: larger than the limit of 999 bytes");
  // A file of size 0 that yields bytes.
  EXPECT_EQ(ReadFile(RealSystemCalls(), "/proc/self/status", 10).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FilesTest, ListsFilesAndFoldersSortedWithoutTemporaries) {
  const ScratchFolder folder;
  for (const char* name : {"b", "a", ".hidden", "c/inner"}) folder.Put(name, "");
  const absl::StatusOr<std::string> staged =
      StageFile(RealSystemCalls(), folder.File("z"), "left over");
  ASSERT_TRUE(staged.ok());
  EXPECT_THAT(*staged, StartsWith(folder.path() + "/."));
  EXPECT_TRUE(IsTemporaryName(std::filesystem::path(*staged).filename().string()));
  EXPECT_THAT(*ListEntries(folder.path(), EntryKind::kFile), ElementsAre(".hidden", "a", "b"));
  EXPECT_THAT(*ListEntries(folder.path(), EntryKind::kFolder), ElementsAre("c"));
  EXPECT_EQ(ListEntries(folder.File("none"), EntryKind::kFile).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(FilesTest, ANameThatADeadProcessLeftBehindIsNoHindrance) {
  const ScratchFolder folder;
  // The first name that open is asked for is taken.
  class Taken : public SystemCalls {
   public:
    int Open(const std::string& path, int flags, mode_t mode) override {
      if (opened_++ == 0) {
        errno = EEXIST;
        return -1;
      }
      return SystemCalls::Open(path, flags, mode);
    }

   private:
    int opened_ = 0;
  };
  Taken system;
  EXPECT_TRUE(WriteFileAtomically(system, folder.File("f"), "x").ok());
  EXPECT_EQ(folder.Get("f"), "x");
}

TEST(FilesTest, MakesFoldersAndAcceptsThoseThatExist) {
  const ScratchFolder folder;
  EXPECT_TRUE(MakeFolders(RealSystemCalls(), folder.File("a/b//c/")).ok());
  EXPECT_TRUE(MakeFolders(RealSystemCalls(), folder.File("a/b/c")).ok());
  EXPECT_TRUE(std::filesystem::is_directory(folder.File("a/b/c")));
  folder.Put("file", "");
  EXPECT_FALSE(MakeFolders(RealSystemCalls(), folder.File("file")).ok());
  EXPECT_FALSE(MakeFolders(RealSystemCalls(), folder.File("file/d")).ok());
}

TEST(FilesTest, RemovingWhatIsNotThereIsNoError) {
  const ScratchFolder folder;
  folder.Put("f", "");
  EXPECT_TRUE(RemoveFile(RealSystemCalls(), folder.File("f")).ok());
  EXPECT_TRUE(RemoveFile(RealSystemCalls(), folder.File("f")).ok());
  EXPECT_EQ(folder.Count(), 0);
  EXPECT_FALSE(RemoveFile(RealSystemCalls(), folder.path()).ok());
}

TEST(FilesTest, JoinsWithOneSlash) {
  EXPECT_EQ(JoinPath("", "f"), "f");
  EXPECT_EQ(JoinPath("a", "f"), "a/f");
  EXPECT_EQ(JoinPath("/", "f"), "/f");
}

}  // namespace
}  // namespace plumbline
