// The speech experiment through `plumbline run` on the clips of the repository: both decoders train, write and are scored,
// and whatever happens to them, the exact results are the same.
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

constexpr char kExperiment[] = "experiments/ljspeech/ljspeech.textproto";

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Two trainings, long enough to be interrupted.
std::vector<std::string> Words(const std::string& records, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"run",       DataPath(kExperiment),
                                    "--records", ScratchPath(records) + "/records",
                                    "--scale",   "smoke",
                                    "--set",     "sweep.training.training.epochs=15",
                                    "--set",     "sweep.training.training.decode.beam=2",
                                    "--set",     "sweep.cost.axis.S=9",
                                    "--set",     "sweep.cost.axis.S.zip.positions=9"};
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

TEST(TrainLjspeech, WritesScoresTranscriptsAndAReport) {
  ASSERT_EQ(Undisturbed().size(), 2u);
  for (const auto& [file, exact] : Undisturbed()) {
    for (const char* name : {"validation jaccard", "validation cosine", "validation damerau_levenshtein",
                             "validation character error rate", "validation word error rate", "test loss",
                             "test jaccard", "test character error rate", "test targets", "test transcripts",
                             "test beam transcripts", "test utterance loss", "attention map shape"}) {
      EXPECT_THAT(exact, HasSubstr("name: \"" + std::string(name) + "\"")) << file;
    }
  }
  const std::string report = ReadAll(ScratchPath("undisturbed") + "/reports/ljspeech/report.md");
  for (const char* part : {"## In short", "attention-recurrent.svg", "attention-transformer.svg", "longest chain"}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
}

TEST(TrainLjspeech, ThreadsChangeNoBit) {
  for (const char* threads : {"2", "3"}) {
    const std::string name = std::string("threads") + threads;
    const ProgramResult result = RunPlumbline(Words(name, {"--threads", threads}));
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_TRUE(Exact(name) == Undisturbed()) << threads << " threads";
  }
}

TEST(TrainLjspeech, KilledAgainAndAgainItComesToTheSameEnd) {
  int killed = 0;
  ProgramResult result;
  for (int attempt = 0; attempt < 400; ++attempt) {
    const std::string seconds = std::to_string(0.05 + 0.03 * attempt);  // the first ones are too short on any machine
    result = RunPlumbline("timeout -s KILL " + seconds,
                          Words("killed", {"--threads", "2", "--save_seconds", "0"}), "");
    if (result.exit_code == 0) break;
    ++killed;
  }
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_GT(killed, 1);
  EXPECT_TRUE(Exact("killed") == Undisturbed());
}

}  // namespace
}  // namespace plumbline
