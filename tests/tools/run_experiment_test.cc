// plumbline run and report, end to end at the smoke scale.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

const char kExperiment[] = "experiments/attention/attention_scaling.textproto";

ProgramResult RunSmoke(const std::string& records) {
  return RunPlumbline({"run", DataPath(kExperiment), "--scale", "smoke", "--records", records});
}

// Runs once for all tests.
const std::string& SmokeRecords() {
  static const std::string* const records = [] {
    const std::string folder = ScratchPath("smoke/records");
    const ProgramResult result = RunSmoke(folder);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, EndsWith("attention_scaling/report.md\n"));
    return new std::string(folder);
  }();
  return *records;
}

TEST(RunExperiment, WritesARecordForEveryRunAndAReport) {
  int records = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SmokeRecords())) {
    records += entry.path().extension() == ".textproto";
  }
  EXPECT_GT(records, 20);
  for (const char* file : {"report.md", "time_d16.svg", "time_d64.svg", "memory_d64.svg", "error_temperature.svg"}) {
    EXPECT_TRUE(Exists(ScratchPath("smoke/reports/attention_scaling/") + file)) << file;
  }
}

TEST(RunExperiment, SkipsWhatExists) {
  const ProgramResult again = RunSmoke(SmokeRecords());
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_THAT(again.errors, HasSubstr("exist"));
}

TEST(Report, IsAFunctionOfItsRecords) {
  const std::string folder = ScratchPath("again");
  EXPECT_EQ(RunPlumbline({"report", SmokeRecords(), "--into", folder}).exit_code, 0);
  const ProgramResult check = RunPlumbline({"report", SmokeRecords(), "--into", folder, "--check"});
  EXPECT_EQ(check.exit_code, 0) << check.errors;
}

TEST(Report, CheckNamesWhatDiffers) {
  const std::string folder = ScratchPath("changed");
  ASSERT_EQ(RunPlumbline({"report", SmokeRecords(), "--into", folder}).exit_code, 0);
  std::ofstream(folder + "/attention_scaling/report.md", std::ios::app) << "a line more\n";
  std::filesystem::remove(folder + "/attention_scaling/time_d16.svg");
  const ProgramResult check = RunPlumbline({"report", SmokeRecords(), "--into", folder, "--check"});
  EXPECT_EQ(check.exit_code, 1);
  EXPECT_THAT(check.errors, HasSubstr("report.md"));
  EXPECT_THAT(check.errors, HasSubstr("time_d16.svg"));
}

TEST(Report, RefusesDamagedRecordsAndAFolderWithout) {
  const std::string folder = ScratchPath("damaged/records");
  std::filesystem::create_directories(ScratchPath("damaged"));
  std::filesystem::copy(SmokeRecords(), folder, std::filesystem::copy_options::recursive);
  const std::filesystem::path file = std::filesystem::directory_iterator(folder)->path();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  const ProgramResult damaged = RunPlumbline({"report", folder});
  EXPECT_NE(damaged.exit_code, 0);
  EXPECT_THAT(damaged.errors, HasSubstr(file.filename().string()));
  EXPECT_EQ(RunPlumbline({"report", ScratchPath("nowhere")}).exit_code, 3);
}

TEST(Collect, GathersTheShardsOfARunAndRefusesGaps) {
  const std::vector<std::string> flags = {"--scale", "smoke", "--set", "sweep.time.axis.L=64"};
  const auto run = [&](const std::string& prefix, const std::string& records) {
    std::vector<std::string> words = {"run", DataPath(kExperiment), "--records", ScratchPath(records)};
    words.insert(words.end(), flags.begin(), flags.end());
    return RunPlumbline(prefix, words, "");
  };
  // The tasks of a Slurm array need no flag.
  const std::string task = "SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_ID=";
  const ProgramResult first = run("env -u TEST_SHARD_INDEX -u TEST_TOTAL_SHARDS " + task + "3", "shards/0");
  EXPECT_EQ(first.exit_code, 0) << first.errors;
  const ProgramResult gaps = RunPlumbline({"collect", ScratchPath("shards/0"), "--into", ScratchPath("shards/all")});
  EXPECT_EQ(gaps.exit_code, 3);
  EXPECT_THAT(gaps.errors, HasSubstr("missing: attention_scaling sweep="));
  EXPECT_EQ(gaps.output, "");
  EXPECT_FALSE(Exists(ScratchPath("shards/all")));
  EXPECT_EQ(run("env -u TEST_SHARD_INDEX -u TEST_TOTAL_SHARDS " + task + "4", "shards/1").exit_code, 0);
  const ProgramResult all = RunPlumbline(
      {"collect", ScratchPath("shards/0"), ScratchPath("shards/1"), "--into", ScratchPath("shards/all")});
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_EQ(all.output, ScratchPath("shards/all") + "\n");
  EXPECT_EQ(run("env -u TEST_SHARD_INDEX -u TEST_TOTAL_SHARDS " + task + "5", "shards/2").exit_code, 2);
}

TEST(RunExperiment, RefusesWhatIsNoScaleAndNoShard) {
  EXPECT_EQ(RunPlumbline({"run", DataPath(kExperiment), "--scale", "smok"}).exit_code, 2);
  EXPECT_EQ(RunPlumbline({"run", DataPath(kExperiment), "--shard=2/2"}).exit_code, 2);
  EXPECT_EQ(RunPlumbline({"run", DataPath(kExperiment), "--seeds=x"}).exit_code, 2);
  EXPECT_EQ(RunPlumbline({"run", DataPath("experiments/attention/softmax.textproto")}).exit_code, 2);
}

}  // namespace
}  // namespace plumbline
