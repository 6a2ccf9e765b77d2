// Which changes of an experiment make other runs, and which do not.
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsl/read_source.h"
#include "experiments/load_experiment.h"
#include "experiments/run/record_parts.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

constexpr char kModel[] = R"(
language: 1
name: "line"
input { name: "x" dtype: F32 shape: "B, 6" }
input { name: "wanted" dtype: F32 shape: "B, 4" }
node { name: "y" input: "x" linear { features: "4" } }
output { name: "y" }
loss { name: "loss" mean_squared_error { prediction: "y" target: "wanted" } }
)";

constexpr char kExperiment[] = R"EXP(
language: 1
name: "trial"
model { name: "net" file: "line.textproto" }
data { name: "own" npz { file: "own.npz" } }
input { name: "x" value: "normal(0, 1)" }
sweep {
  name: "training"
  doc: "first"
  axis { name: "rate" values: "0.1" }
  seeds: "1, 2"
  training { data: "own" batch: "8" epochs: "15" optimizer { sgd { learning_rate: "rate" } } }
}
sweep { name: "facts" data_summary { data: "own" } }
sweep { name: "cost" axis { name: "B" values: "8" } timing { programs: "forward" } }
)EXP";

// 0, 1: training with seeds 1, 2; 2: the data's facts; 3: the timing.
std::string KeyOf(int run, const std::string& part, const std::string& replacement, const std::string& digest) {
  const std::string folder = ::testing::TempDir();
  std::ofstream(absl::StrCat(folder, "/line.textproto")) << kModel;
  const std::string text = absl::StrReplaceAll(kExperiment, {{part, replacement}});
  Diagnostics diagnostics;
  LoadExperimentOptions options;
  options.registry = &AllOps();
  auto experiment = LoadExperiment(*MakeSource(absl::StrCat(folder, "/trial.textproto"), text), options, diagnostics);
  EXPECT_TRUE(experiment) << diagnostics.Render();
  if (!experiment) return "";
  if (!digest.empty()) experiment->data_digests["own"] = digest;
  const absl::StatusOr<std::string> key = RunKey(*experiment, experiment->runs[run]);
  return key.ok() ? *key : key.status().ToString();
}

std::string KeyOf(int run) { return KeyOf(run, "first", "first", "d1"); }
std::string KeyOf(int run, const std::string& part, const std::string& replacement) {
  return KeyOf(run, part, replacement, "d1");
}

TEST(RunKey, OfATrainingIsOfItsNumbersHoweverTheyAreWritten) {
  const std::string key = KeyOf(0);
  EXPECT_EQ(KeyOf(0, "batch: \"8\"", "batch: \"2 * 4\""), key);
  EXPECT_EQ(KeyOf(0, "learning_rate: \"rate\"", "learning_rate: \"rate\" momentum: \"0\""), key);
  EXPECT_EQ(KeyOf(0, "epochs: \"15\"", "epochs: \"15\" select: \"validation loss\""), key);
  EXPECT_EQ(KeyOf(0, "seeds: \"1, 2\"", "seeds: \"1, 7\""), key);
  EXPECT_EQ(KeyOf(0, "doc: \"first\"", "doc: \"second\""), key);
  EXPECT_EQ(KeyOf(0, "normal(0, 1)", "normal(0, 2)"), key);
}

TEST(RunKey, OfATrainingChangesWithWhatDecidesItsResult) {
  const std::string key = KeyOf(0);
  EXPECT_NE(KeyOf(1), key);
  EXPECT_NE(KeyOf(0, "batch: \"8\"", "batch: \"9\""), key);
  EXPECT_NE(KeyOf(0, "epochs: \"15\"", "epochs: \"16\""), key);
  EXPECT_NE(KeyOf(0, "epochs: \"15\"", "epochs: \"15\" clip_norm: \"1\""), key);
  EXPECT_NE(KeyOf(0, "epochs: \"15\"", "epochs: \"15\" schedule { warm_up: \"2\" }"), key);
  EXPECT_NE(KeyOf(0, "learning_rate: \"rate\"", "learning_rate: \"rate\" momentum: \"0.9\""), key);
  EXPECT_NE(KeyOf(0, "values: \"0.1\"", "values: \"0.2\""), key);
  EXPECT_NE(KeyOf(0, "first", "first", "d2"), key);
}

TEST(RunKey, OfWhatUsesDataNeedsTheDatasDigest) {
  EXPECT_EQ(KeyOf(0, "first", "first", ""), "FAILED_PRECONDITION: the data set 'own' is not loaded");
  EXPECT_EQ(KeyOf(2, "first", "first", ""), "FAILED_PRECONDITION: the data set 'own' is not loaded");
  EXPECT_NE(KeyOf(2, "first", "first", "d2"), KeyOf(2));
}

TEST(RunKey, OfATimingChangesWithItsInputsAndNotWithTheData) {
  EXPECT_EQ(KeyOf(3, "first", "first", ""), KeyOf(3));
  EXPECT_NE(KeyOf(3, "normal(0, 1)", "normal(0, 2)"), KeyOf(3));
}

}  // namespace
}  // namespace plumbline
