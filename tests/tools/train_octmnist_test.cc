// The image experiment through `plumbline run`: whatever happens to a sweep of trainings, it ends with the same exact
// results.
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

constexpr char kExperiment[] = "experiments/octmnist/octmnist.textproto";

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Four trainings of 500 images, small enough for a test and long enough to be interrupted.
std::vector<std::string> Words(const std::string& records, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"run",       DataPath(kExperiment),
                                    "--records", ScratchPath(records) + "/records",
                                    "--scale",   "smoke",
                                    "--set",     "data.octmnist.octmnist.train=501",
                                    "--set",     "sweep.training.training.epochs=3",
                                    "--set",     "sweep.cost.axis.B=8"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The exact results of every training, by key.
std::map<std::string, std::string> Exact(const std::string& records) {
  std::map<std::string, std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(ScratchPath(records) + "/records")) {
    if (entry.path().extension() != ".textproto") continue;
    const std::string text = ReadAll(entry.path());
    if (text.find("\"parameter digest\"") == std::string::npos) continue;
    const size_t begin = text.find("\nexact {"), end = text.find("\n}\n", begin);
    result[entry.path().filename()] = text.substr(begin, end - begin);
  }
  return result;
}

const std::map<std::string, std::string>& Undisturbed() {
  static const auto* const exact = [] {
    const ProgramResult result = RunPlumbline(Words("undisturbed", {"--threads", "1"}));
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return new std::map<std::string, std::string>(Exact("undisturbed"));
  }();
  return *exact;
}

TEST(TrainOctmnist, MakesRecordsCheckpointsScoresAndAReport) {
  EXPECT_EQ(Undisturbed().size(), 4u);
  const std::string folder = ScratchPath("undisturbed");
  EXPECT_THAT(ReadAll(folder + "/reports/octmnist/report.md"), HasSubstr("224"));
  int checkpoints = 0, scores = 0, others = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/checkpoints")) {
    const std::string ending = entry.path().extension();
    (ending == ".safetensors" ? checkpoints : ending == ".csv" ? scores : others) += 1;
  }
  EXPECT_EQ(checkpoints, 4);
  EXPECT_EQ(scores, 4);
  EXPECT_EQ(others, 0) << "states of unfinished trainings are left";
}

TEST(TrainOctmnist, ThreadsChangeNoBit) {
  for (const char* threads : {"2", "3", "8"}) {
    const std::string name = std::string("threads") + threads;
    const ProgramResult result = RunPlumbline(Words(name, {"--threads", threads}));
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_TRUE(Exact(name) == Undisturbed()) << threads << " threads";
  }
}

TEST(TrainOctmnist, KilledAgainAndAgainItComesToTheSameEnd) {
  int killed = 0;
  ProgramResult result;
  for (int attempt = 0; attempt < 400; ++attempt) {
    const std::string seconds = std::to_string(0.05 + 0.02 * attempt);  // the first ones are too short on any machine
    result = RunPlumbline("timeout -s KILL " + seconds,
                          Words("killed", {"--threads", "2", "--save_seconds", "0"}), "");
    if (result.exit_code == 0) break;
    ++killed;
  }
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_GT(killed, 1);
  EXPECT_TRUE(Exact("killed") == Undisturbed());
}

TEST(TrainOctmnist, InterruptedItSavesAndResumes) {
  int interrupted = 0;
  ProgramResult result;
  for (int attempt = 0; attempt < 60; ++attempt) {
    const std::string seconds = std::to_string(0.05 + 0.05 * attempt);
    result = RunPlumbline("timeout -s INT --preserve-status " + seconds, Words("interrupted", {"--threads", "2"}), "");
    if (result.exit_code == 0) break;
    EXPECT_EQ(result.exit_code, 130) << result.errors;
    if (result.errors.find("train training") == std::string::npos) continue;  // not begun yet
    EXPECT_THAT(result.errors, HasSubstr("the same command resumes"));
    ++interrupted;
  }
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_GT(interrupted, 0);
  EXPECT_TRUE(Exact("interrupted") == Undisturbed());
}

TEST(TrainOctmnist, ADamagedStateIsAsNone) {
  ProgramResult result = RunPlumbline("timeout -s KILL 0.6", Words("damaged", {"--save_seconds", "0"}), "");
  const std::filesystem::path folder = ScratchPath("damaged") + "/checkpoints";
  int damaged = 0;
  if (std::filesystem::exists(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const auto size = std::filesystem::file_size(entry.path());
      if (entry.path().extension() != ".npz") continue;
      std::filesystem::resize_file(entry.path(), size / 2);
      ++damaged;
    }
  }
  result = RunPlumbline(Words("damaged", {}));
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  if (damaged > 0) {
    EXPECT_THAT(result.errors, HasSubstr("its run starts again"));
  }
  EXPECT_TRUE(Exact("damaged") == Undisturbed());
}

TEST(TrainOctmnist, ShardsCollectToTheWhole) {
  for (const char* shard : {"0/3", "1/3", "2/3"}) {
    const ProgramResult result =
        RunPlumbline(Words(std::string("shard") + shard[0], {"--shard=" + std::string(shard)}));
    EXPECT_EQ(result.exit_code, 0) << result.errors;
  }
  const auto records = [](const char* name) { return ScratchPath(name) + "/records"; };
  const ProgramResult all = RunPlumbline(
      {"collect", records("shard0"), records("shard1"), records("shard2"), "--into", records("collected")});
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_TRUE(Exact("collected") == Undisturbed());
}

TEST(TrainOctmnist, ADivergedRunIsAResult) {
  const ProgramResult result = RunPlumbline(Words(
      "diverged", {"--set", "sweep.training.axis.rate=1e20, 0.01", "--set", "sweep.training.training.epochs=1"}));
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  int stopped = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ScratchPath("diverged") + "/records")) {
    if (entry.path().extension() != ".textproto") continue;
    stopped += ReadAll(entry.path()).find("last finite loss") != std::string::npos;
  }
  EXPECT_EQ(stopped, 2);
  int checkpoints = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ScratchPath("diverged") + "/checkpoints")) {
    checkpoints += entry.path().extension() == ".safetensors";
    EXPECT_NE(entry.path().extension(), ".npz");
  }
  EXPECT_EQ(checkpoints, 2) << "of the runs that did not diverge";
}

TEST(TrainOctmnist, SaysWhatToDoWithoutTheFile) {
  const ProgramResult result =
      RunPlumbline(Words("missing", {"--set", "data.octmnist.octmnist.source=file", "--data_dir", ScratchPath("none")}));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.errors, HasSubstr("plumbline download octmnist"));
}

}  // namespace
}  // namespace plumbline
