// Several processes on one folder of records, some of them killed: the sweep ends with the records of an undisturbed one, and
// no run is made twice.
#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_store.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Words(const std::string& name, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"run",       DataPath("experiments/octmnist/octmnist.textproto"),
                                    "--records", ScratchPath(name) + "/records",
                                    "--scale",   "smoke",
                                    "--exact_only",
                                    "--seeds",   "1,2,3",
                                    "--set",     "data.octmnist.octmnist.train=501",
                                    "--set",     "sweep.training.training.epochs=6"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The exact results by key; whatever else lies in the folder, by its name, is empty. A killed process may leave hidden files
// (a temporary file, a claim that no one holds), which a store passes over.
std::map<std::string, std::string> Exact(const std::string& name) {
  std::map<std::string, std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(ScratchPath(name) + "/records")) {
    if (entry.path().filename().string()[0] == '.') continue;
    const std::string text = ReadText(entry.path());
    const size_t begin = text.find("\nexact {");
    result[entry.path().filename()] =
        begin == std::string::npos ? "" : text.substr(begin, text.find("\n}\n", begin) - begin);
  }
  return result;
}

const std::map<std::string, std::string>& Undisturbed() {
  static const auto* const exact = [] {
    const ProgramResult result = RunPlumbline(Words("undisturbed", {}));
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return new std::map<std::string, std::string>(Exact("undisturbed"));
  }();
  return *exact;
}

TEST(SharedSweep, KilledAtFiftyRandomMomentsItComesToTheSameEnd) {
  constexpr int kKills = 50;
  std::mt19937 generator(17);
  std::uniform_real_distribution<double> seconds(0.01, 0.4);
  int killed = 0, ended = 0;
  while (killed < kKills) {
    const std::string name = "killed" + std::to_string(ended);
    const ProgramResult result = RunPlumbline("timeout -s KILL " + std::to_string(seconds(generator)),
                                              Words(name, {"--save_seconds", "0"}), "");
    killed += result.exit_code == 137 ? 1 : 0;
    if (result.exit_code == 137) continue;
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(Exact(name), Undisturbed());
    ++ended;  // and begins anew
  }
  const std::string name = "killed" + std::to_string(ended);
  const ProgramResult result = RunPlumbline(Words(name, {"--save_seconds", "0"}));
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(Exact(name), Undisturbed());
}

TEST(SharedSweep, ThreeProcessesShareTheRunsAndNoneIsMadeTwice) {
  // Who makes a record replaces nothing: the sum of what was skipped tells that each run was made once.
  const std::string errors = ScratchPath("errors");
  std::string others;
  for (const char* worker : {"1", "2"}) {
    others += "\"$program\" \"$@\" 2> " + errors + worker + " > " + errors + worker + ".out & ";
  }
  const std::string script = "program=$1; shift; " + others + "\"$program\" \"$@\" 2> " + errors + "3; code=$?; wait; exit $code";
  WriteText(ScratchPath("share.sh"), script);
  const ProgramResult result = RunPlumbline("sh " + ScratchPath("share.sh"), Words("shared", {"--threads", "1"}), "");
  EXPECT_EQ(result.exit_code, 0) << ReadText(errors + "3");
  EXPECT_EQ(Exact("shared"), Undisturbed());
  for (const auto& entry : std::filesystem::directory_iterator(ScratchPath("shared") + "/records")) {
    EXPECT_NE(entry.path().filename().string()[0], '.') << entry.path() << " is left";
  }
  int skipped = 0, waited = 0;
  for (const char* worker : {"1", "2", "3"}) {
    const std::string text = ReadText(errors + worker);
    waited += text.find("waiting for it") != std::string::npos ? 1 : 0;
    const size_t at = text.find(" runs exist already");
    if (at == std::string::npos) continue;
    const size_t line = text.rfind('\n', at);
    skipped += std::stoi(text.substr(line == std::string::npos ? 0 : line + 1));
  }
  const int runs = static_cast<int>(Undisturbed().size());
  EXPECT_EQ(skipped, 2 * runs) << "three processes, each run made by one and skipped by two";
  EXPECT_GE(waited, 1);
}

TEST(SharedSweep, ThreadsShowInEnvironmentAndMeasuredBlocksOnly) {
  const auto records = [](const std::string& threads) {
    const std::string name = "threads" + threads;
    std::vector<std::string> words = Words(name, {"--threads", threads});
    words.erase(std::find(words.begin(), words.end(), "--exact_only"));  // what is timed has exact results too
    const ProgramResult result = RunPlumbline(words);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    auto all = RecordStore(RealSystemCalls(), ScratchPath(name) + "/records").ReadAll();
    EXPECT_TRUE(all.ok()) << all.status();
    std::vector<std::string> texts;
    for (record::Record& record : *all) {
      record.clear_environment();
      record.clear_measured();
      texts.push_back(record.DebugString());
    }
    return texts;
  };
  const std::vector<std::string> one = records("1");
  EXPECT_GT(one.size(), Undisturbed().size());
  EXPECT_EQ(records("3"), one);
}

TEST(SharedSweep, AFolderThatCannotBeMadeIsAnErrorThatNamesIt) {
  const std::string folder = ScratchPath("closed");
  std::filesystem::create_directories(folder + "/records");
  WriteText(folder + "/file", "");
  const ProgramResult result = RunPlumbline(
      {"run", DataPath("experiments/octmnist/octmnist.textproto"), "--scale", "smoke", "--records", folder + "/file/records"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, HasSubstr("closed/file"));
}

}  // namespace
}  // namespace plumbline
