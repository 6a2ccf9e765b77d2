// POSIX calls; interrupted ones are repeated, short writes continued.
#include "reports/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace plumbline {
namespace {

constexpr absl::string_view kTemporaryPrefix = ".plumbline-tmp-";
constexpr size_t kReadChunk = 1 << 16;
constexpr int kMostNameAttempts = 1000;

// Closes at the end of the scope what was not closed by hand.
class Descriptor {
 public:
  Descriptor(SystemCalls& system, int number) : system_(system), number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) system_.Close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  // Linux frees the descriptor even when close fails, so it is never tried twice.
  int Close() { return system_.Close(std::exchange(number_, -1)); }

 private:
  SystemCalls& system_;
  int number_;
};

template <typename Call>
auto Uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

absl::string_view Reason(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "no such file or folder";
    case ENOTDIR:
      return "a part of the path is not a folder";
    case EISDIR:
      return "is a folder";
    case EACCES:
    case EPERM:
      return "access refused";
    case EROFS:
      return "read-only file system";
    case ENOSPC:
      return "no space left on the device";
    case EDQUOT:
      return "disk quota exceeded";
    case EFBIG:
      return "file size limit exceeded";
    case EMFILE:
    case ENFILE:
      return "too many open files";
    case EIO:
      return "input/output error";
    case ELOOP:
      return "too many symbolic links";
    case ENAMETOOLONG:
      return "name too long";
    case EINVAL:
      return "not a valid path";
    case EXDEV:
      return "on another file system";
    default:
      return "";
  }
}

absl::StatusCode CodeOf(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EISDIR:
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP:
      return absl::StatusCode::kInvalidArgument;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

// 0, or the errno of the write that failed.
int WriteAll(SystemCalls& system, int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        Uninterrupted([&] { return system.Write(descriptor, bytes.data(), bytes.size()); });
    if (written < 0) return errno;
    // A write of nothing would repeat for ever.
    if (written == 0) return EIO;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

std::string TemporaryPath(const std::string& path) {
  ABSL_CONST_INIT static std::atomic<uint64_t> counter{0};
  return JoinPath(FolderOf(path),
                  absl::StrCat(kTemporaryPrefix, getpid(), "-", counter.fetch_add(1)));
}

bool IsSpecial(const std::string& path) {
  struct stat entry = {};
  return ::stat(path.c_str(), &entry) == 0 && !S_ISREG(entry.st_mode) && !S_ISDIR(entry.st_mode);
}

}  // namespace

int SystemCalls::Open(const std::string& path, int flags, mode_t mode) {
  if (path.find('\0') != std::string::npos) {
    errno = EINVAL;
    return -1;
  }
  return open(path.c_str(), flags, mode);
}
ssize_t SystemCalls::Read(int descriptor, void* bytes, size_t size) {
  return read(descriptor, bytes, size);
}
ssize_t SystemCalls::Write(int descriptor, const void* bytes, size_t size) {
  return write(descriptor, bytes, size);
}
int SystemCalls::Sync(int descriptor) { return fsync(descriptor); }
int SystemCalls::Close(int descriptor) { return close(descriptor); }
int SystemCalls::Rename(const std::string& from, const std::string& to) {
  return rename(from.c_str(), to.c_str());
}
int SystemCalls::Unlink(const std::string& path) { return unlink(path.c_str()); }
int SystemCalls::MakeFolder(const std::string& path) { return mkdir(path.c_str(), 0777); }

SystemCalls& RealSystemCalls() {
  static SystemCalls* const calls = new SystemCalls;
  return *calls;
}

absl::Status FileError(absl::string_view path, absl::string_view what, int error_number) {
  const absl::string_view reason = Reason(error_number);
  return absl::Status(CodeOf(error_number),
                      reason.empty()
                          ? absl::StrCat(path, ": error: ", what, ": system error ", error_number)
                          : absl::StrCat(path, ": error: ", what, ": ", reason));
}

absl::StatusOr<std::string> ReadFile(SystemCalls& system, const std::string& path, size_t limit) {
  // Without O_NONBLOCK the opening of a pipe would wait for a writer.
  const int opened =
      Uninterrupted([&] { return system.Open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0); });
  if (opened < 0) return FileError(path, "cannot be opened", errno);
  Descriptor file(system, opened);
  struct stat status;
  if (fstat(file.number(), &status) < 0) return FileError(path, "cannot be examined", errno);
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": error: not a regular file"));
  }
  const auto too_large = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": error: larger than the limit of ", limit, " bytes"));
  };
  if (static_cast<uint64_t>(status.st_size) > limit) return too_large();
  std::string bytes;
  while (true) {
    const size_t begin = bytes.size();
    bytes.resize(begin + kReadChunk);
    const ssize_t count =
        Uninterrupted([&] { return system.Read(file.number(), &bytes[begin], kReadChunk); });
    if (count < 0) return FileError(path, "cannot be read", errno);
    bytes.resize(begin + static_cast<size_t>(count));
    // A file in /proc has size 0, and any file may grow.
    if (bytes.size() > limit) return too_large();
    if (count == 0) return bytes;
  }
}

absl::StatusOr<std::string> StageFile(SystemCalls& system, const std::string& path,
                                      absl::string_view bytes) {
  // A file would be renamed over a device or pipe and take its place for every program.
  if (IsSpecial(path)) return absl::InvalidArgumentError(absl::StrCat(path, ": error: not a regular file"));
  std::string staged;
  int opened = -1;
  for (int attempt = 0; opened < 0 && attempt < kMostNameAttempts; ++attempt) {
    staged = TemporaryPath(path);
    opened = Uninterrupted(
        [&] { return system.Open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
    // The name may be taken by what a dead process of the same number left.
    if (opened < 0 && errno != EEXIST) break;
  }
  if (opened < 0) return FileError(path, "cannot be written", errno);
  Descriptor file(system, opened);
  int failure = WriteAll(system, file.number(), bytes);
  if (failure == 0 && Uninterrupted([&] { return system.Sync(file.number()); }) < 0) {
    failure = errno;
  }
  if (file.Close() < 0 && failure == 0 && errno != EINTR) failure = errno;
  if (failure == 0) return staged;
  system.Unlink(staged);
  return FileError(path, "cannot be written", failure);
}

absl::Status PublishFile(SystemCalls& system, const std::string& staged, const std::string& path) {
  if (system.Rename(staged, path) == 0) return absl::OkStatus();
  const int failure = errno;
  system.Unlink(staged);
  return FileError(path, "cannot be replaced", failure);
}

absl::Status WriteFileAtomically(SystemCalls& system, const std::string& path,
                                 absl::string_view bytes) {
  const absl::StatusOr<std::string> staged = StageFile(system, path, bytes);
  if (!staged.ok()) return staged.status();
  absl::Status status = PublishFile(system, *staged, path);
  if (!status.ok()) return status;
  return SyncFolder(system, FolderOf(path));
}

absl::Status RemoveFile(SystemCalls& system, const std::string& path) {
  if (system.Unlink(path) == 0 || errno == ENOENT) return absl::OkStatus();
  return FileError(path, "cannot be removed", errno);
}

absl::Status MakeFolders(SystemCalls& system, const std::string& path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string folder = path.substr(0, end);
    if (!folder.empty() && system.MakeFolder(folder) < 0 && errno != EEXIST) {
      const int failure = errno;
      struct stat status;
      // On a read-only file system mkdir may refuse what exists.
      if (stat(folder.c_str(), &status) < 0 || !S_ISDIR(status.st_mode)) {
        return FileError(folder, "the folder cannot be made", failure);
      }
    }
    if (end == std::string::npos) break;
  }
  struct stat status;
  if (stat(path.c_str(), &status) < 0 || !S_ISDIR(status.st_mode)) {
    return FileError(path, "the folder cannot be made", ENOTDIR);
  }
  return absl::OkStatus();
}

absl::Status SyncFolder(SystemCalls& system, const std::string& path) {
  const int opened =
      Uninterrupted([&] { return system.Open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0); });
  if (opened < 0) return FileError(path, "the folder cannot be opened", errno);
  Descriptor folder(system, opened);
  if (Uninterrupted([&] { return system.Sync(folder.number()); }) < 0 && errno != EINVAL) {
    return FileError(path, "the folder cannot be synced", errno);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListEntries(const std::string& folder, EntryKind kind) {
  struct CloseFolder {
    void operator()(DIR* stream) const { closedir(stream); }
  };
  const std::unique_ptr<DIR, CloseFolder> stream(opendir(folder.c_str()));
  if (stream == nullptr) return FileError(folder, "the folder cannot be read", errno);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(stream.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || IsTemporaryName(name)) continue;
    struct stat status;
    // What vanished since readdir, or a link to nothing, is not there.
    if (stat(JoinPath(folder, name).c_str(), &status) < 0) continue;
    if (S_ISDIR(status.st_mode) == (kind == EntryKind::kFolder)) names.push_back(name);
  }
  if (errno != 0) return FileError(folder, "the folder cannot be read", errno);
  std::sort(names.begin(), names.end());
  return names;
}

bool IsTemporaryName(absl::string_view name) { return absl::StartsWith(name, kTemporaryPrefix); }

std::string JoinPath(absl::string_view folder, absl::string_view name) {
  if (folder.empty()) return std::string(name);
  return absl::StrCat(folder, absl::EndsWith(folder, "/") ? "" : "/", name);
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace plumbline
