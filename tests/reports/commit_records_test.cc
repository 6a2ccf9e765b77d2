// Records of commits of a repository that is made here.
#include "reports/commit_records.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_text.h"

namespace plumbline {
namespace {

class CommitRecordsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/reports/published/e/records");
    Git("init -q");
    Write(1);
    Git("add -A");
    Git("commit -q -m one");
    Write(2);
    Git("commit -q -a -m two");
  }
  void Git(const std::string& words) const {
    const std::string command = "cd " + folder_ + " && HOME=" + folder_ +
                                " GIT_CONFIG_NOSYSTEM=1 git -c user.name=n -c user.email=e@e -c init.defaultBranch=main " + words;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void Write(uint64_t seed) const {
    record::Record record;
    record.set_schema_version(kRecordSchemaVersion);
    record.set_key(std::string(64, 'a'));
    record.set_experiment("e");
    record.set_seed(seed);
    const absl::StatusOr<std::string> text = RecordText(record);
    ASSERT_TRUE(text.ok()) << text.status();
    std::ofstream(folder_ + "/reports/published/e/records/" + record.key() + ".textproto") << *text;
    std::ofstream(folder_ + "/reports/published/e/report.md") << "not a record";
  }

  const std::string folder_ = std::string(std::getenv("TEST_TMPDIR")) + "/repository";
};

TEST_F(CommitRecordsTest, EachCommitHasItsOwn) {
  const auto now = ReadCommitRecords(folder_, "HEAD"), before = ReadCommitRecords(folder_, "HEAD~1");
  ASSERT_TRUE(now.ok()) << now.status();
  ASSERT_TRUE(before.ok()) << before.status();
  ASSERT_EQ(now->size(), 1u);
  EXPECT_EQ((*now)[0].seed(), 2u);
  EXPECT_EQ((*before)[0].seed(), 1u);
}

TEST_F(CommitRecordsTest, WhatIsNotThereIsNamed) {
  EXPECT_THAT(std::string(ReadCommitRecords(folder_, "HEAD~7").status().message()), testing::HasSubstr("'HEAD~7' is no commit"));
  EXPECT_EQ(ReadCommitRecords(folder_, "--help").status().code(), absl::StatusCode::kNotFound);
  Git("rm -rq reports");
  Git("commit -q -m none");
  EXPECT_THAT(std::string(ReadCommitRecords(folder_, "HEAD").status().message()), testing::HasSubstr("has no records"));
  std::filesystem::create_directories(folder_ + "/reports/published/e/records");
  std::ofstream(folder_ + "/reports/published/e/records/x.textproto") << "no record";
  Git("add -A");
  Git("commit -q -m broken");
  EXPECT_EQ(ReadCommitRecords(folder_, "HEAD").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace plumbline
