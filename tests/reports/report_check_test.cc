// Reports compared and written, with the system failing at every call.
#include "reports/report_check.h"

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/reports/failing_system.h"
#include "tests/reports/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tests::FailingSystem;
using tests::ScratchFolder;

const std::vector<std::string> kKept = {"records"};

ReportContents Example() {
  return {{"report.md", "# Title\n\nline three\n"}, {"time.svg", "<svg/>\n"}, {"plots/a.svg", "a"}};
}

std::vector<std::string> Texts(const std::string& folder, const ReportContents& files) {
  const auto differences = CompareReport(RealSystemCalls(), folder, files, kKept);
  EXPECT_TRUE(differences.ok()) << differences.status();
  std::vector<std::string> texts;
  for (const ReportDifference& each : *differences) texts.push_back(DifferenceText("R", each));
  return texts;
}

TEST(ReportCheckTest, WhatWasWrittenIsFoundAgain) {
  const ScratchFolder folder;
  const std::string report = folder.File("deep/report");
  ASSERT_TRUE(WriteReport(RealSystemCalls(), report, Example(), kKept, StaleFiles::kKeep).ok());
  EXPECT_THAT(Texts(report, Example()), IsEmpty());
  EXPECT_EQ(folder.Get("deep/report/plots/a.svg"), "a");
  EXPECT_EQ(folder.Count(), 3);
}

TEST(ReportCheckTest, ListsEveryMissingDifferingAndStaleFile) {
  const ScratchFolder folder;
  folder.Put("report.md", "# Title\n\nline  three\n");
  folder.Put("old/b.svg", "");
  folder.Put("records/abc.textproto", "kept");
  folder.Put(".gitkeep", "");
  EXPECT_THAT(Texts(folder.path(), Example()),
              ElementsAre("R/old/b.svg: error: stale; the records do not give this file",
                          "R/plots/a.svg: error: missing; the records give this file",
                          "R/report.md:3:6: error: not what the records give\n"
                          "  expected 'line three'\n"
                          "  found    'line  three'",
                          "R/time.svg: error: missing; the records give this file"));
}

TEST(ReportCheckTest, AFolderThatIsNotThereLacksEverything) {
  const ScratchFolder folder;
  EXPECT_EQ(Texts(folder.File("none"), Example()).size(), 3u);
}

TEST(ReportCheckTest, ASingleByteAtTheEndIsADifference) {
  const ScratchFolder folder;
  ASSERT_TRUE(
      WriteReport(RealSystemCalls(), folder.path(), Example(), kKept, StaleFiles::kKeep).ok());
  folder.Put("time.svg", "<svg/>");
  EXPECT_THAT(Texts(folder.path(), Example()),
              ElementsAre("R/time.svg:1:7: error: not what the records give\n"
                          "  expected '<svg/>'\n"
                          "  found    '<svg/>'"));
}

TEST(ReportCheckTest, ALongLineIsShownAroundTheDifference) {
  const ScratchFolder folder;
  const std::string line = std::string(300, 'x') + "é";
  folder.Put("f", line + "1" + std::string(100, 'y'));
  const std::vector<std::string> texts =
      Texts(folder.path(), {{"f", line + "2" + std::string(100, 'y')}});
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_THAT(texts[0], testing::HasSubstr("xé2yyy"));
  EXPECT_THAT(texts[0], testing::HasSubstr("xé1yyy"));
  EXPECT_LT(texts[0].size(), 400u);
}

TEST(ReportCheckTest, StaleFilesGoOnlyWhenAsked) {
  const ScratchFolder folder;
  folder.Put("old.svg", "");
  folder.Put("records/r", "");
  ASSERT_TRUE(
      WriteReport(RealSystemCalls(), folder.path(), Example(), kKept, StaleFiles::kKeep).ok());
  EXPECT_EQ(Texts(folder.path(), Example()).size(), 1u);
  ASSERT_TRUE(
      WriteReport(RealSystemCalls(), folder.path(), Example(), kKept, StaleFiles::kRemove).ok());
  EXPECT_THAT(Texts(folder.path(), Example()), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(folder.File("records/r")));
}

TEST(ReportCheckTest, RefusesPathsThatLeaveTheFolder) {
  const ScratchFolder folder;
  for (const char* path : {"", "/a", "../a", "a/../b", "a//b", ".hidden", "a/./b"}) {
    const absl::Status status =
        WriteReport(RealSystemCalls(), folder.path(), {{path, ""}}, kKept, StaleFiles::kKeep);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << path;
  }
  EXPECT_EQ(folder.Count(), 0);
}

TEST(ReportCheckTest, AFailureOfAnyCallLeavesWholeFiles) {
  const ReportContents old_files = {{"a.svg", "old a"}, {"report.md", "old report"}};
  const ReportContents new_files = {{"a.svg", "newer a"}, {"report.md", "newer report"}};
  for (const bool for_ever : {false, true}) {
    for (int call = 0;; ++call) {
      const ScratchFolder folder;
      for (const auto& [path, bytes] : old_files) folder.Put(path, bytes);
      FailingSystem system({call, for_ever, ENOSPC, 3});
      const absl::Status status =
          WriteReport(system, folder.path(), new_files, kKept, StaleFiles::kKeep);
      for (const auto& [path, bytes] : new_files) {
        if (status.ok()) {
          EXPECT_EQ(folder.Get(path), bytes) << call;
        } else {
          EXPECT_THAT(folder.Get(path), AnyOf(bytes, old_files.at(path))) << call;
        }
      }
      if (!for_ever) {
        EXPECT_EQ(folder.Count(), 2) << call;
      }
      if (!system.failed()) {
        EXPECT_TRUE(status.ok());
        EXPECT_GT(call, 10);
        break;
      }
    }
  }
}

TEST(ReportCheckTest, AFullDiskWhileWritingChangesNothing) {
  const ScratchFolder folder;
  folder.Put("a.svg", "old");
  folder.Put("b.svg", "old");
  // The writes of the second file fail.
  class FullLater : public SystemCalls {
   public:
    ssize_t Write(int descriptor, const void* bytes, size_t size) override {
      if (++writes_ > 1) {
        errno = ENOSPC;
        return -1;
      }
      return SystemCalls::Write(descriptor, bytes, size);
    }

   private:
    int writes_ = 0;
  };
  FullLater system;
  const absl::Status status = WriteReport(
      system, folder.path(), {{"a.svg", "new"}, {"b.svg", "new"}}, kKept, StaleFiles::kKeep);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(folder.Get("a.svg"), "old");
  EXPECT_EQ(folder.Get("b.svg"), "old");
  EXPECT_EQ(folder.Count(), 2);
}

}  // namespace
}  // namespace plumbline
