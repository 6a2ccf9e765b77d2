// Programs with drawn inputs: what a training step changes, and what labels are.
#include "experiments/run/prepared_program.h"

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/read_source.h"
#include "experiments/input_data.h"
#include "experiments/run/record_parts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

using ::testing::Each;

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
sweep {
  name: "cost"
  axis { name: "B" values: "32" }
  timing { programs: "forward, training_step" optimizer { sgd { learning_rate: "0.1" } } }
}
)EXP";

std::optional<LoadedExperiment> Load() {
  std::ofstream(absl::StrCat(::testing::TempDir(), "/line.textproto")) << kModel;
  Diagnostics diagnostics;
  LoadExperimentOptions options;
  options.registry = &AllOps();
  auto experiment = LoadExperiment(*MakeSource(absl::StrCat(::testing::TempDir(), "/trial.textproto"), kExperiment),
                                   options, diagnostics);
  EXPECT_TRUE(experiment) << diagnostics.Render();
  return experiment;
}

TEST(PreparedProgram, ATrainingStepLowersTheLossAndAForwardRunDoesNot) {
  const std::optional<LoadedExperiment> experiment = Load();
  ASSERT_TRUE(experiment);
  const ExperimentRun& run = experiment->runs[0];
  const auto model = ModelOf(*experiment, run, "net");
  ASSERT_TRUE(model.ok()) << model.status();
  for (const bool trains : {false, true}) {
    auto prepared = PreparedProgram::Make(*experiment, run, **model, trains ? "training_step" : "forward", 1);
    ASSERT_TRUE(prepared.ok()) << prepared.status();
    std::vector<float> losses;
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE((*prepared)->Run().ok());
      losses.push_back((*prepared)->outputs().at("loss")[0]);
    }
    EXPECT_GT(losses[0], 0);
    if (trains) {
      EXPECT_LT(losses[1], losses[0]);
      EXPECT_LT(losses[3], losses[1]);
    } else {
      EXPECT_THAT(losses, Each(losses[0]));
    }
  }
}

TEST(PreparedProgram, EveryStepOfTheFirstShardIsTimedAndResultsStay) {
  const std::optional<LoadedExperiment> experiment = Load();
  ASSERT_TRUE(experiment);
  const ExperimentRun& run = experiment->runs[0];
  const auto model = ModelOf(*experiment, run, "net");
  ASSERT_TRUE(model.ok()) << model.status();
  for (const char* program : {"forward", "training_step"}) {
    auto prepared = PreparedProgram::Make(*experiment, run, **model, program, 2);
    auto undisturbed = PreparedProgram::Make(*experiment, run, **model, program, 2);
    ASSERT_TRUE(prepared.ok() && undisturbed.ok());
    std::vector<double> seconds(3, -1);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE((*prepared)->Run().ok());
      ASSERT_TRUE((*undisturbed)->Run().ok());
      const std::vector<float> loss = (*prepared)->outputs().at("loss");
      EXPECT_EQ(loss, (*undisturbed)->outputs().at("loss"));
      if (std::string(program) == "training_step") continue;  // a step more would train more
      const absl::Status status = (*prepared)->TimeSteps(seconds);
      ASSERT_TRUE(status.ok()) << status;
    }
    const absl::Status status = (*prepared)->TimeSteps(seconds);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(seconds.size(), (*prepared)->compiled().program->full->steps.size());
    EXPECT_THAT(seconds, Each(::testing::Ge(0)));
  }
}

TEST(DrawLabels, AreUniformOverTheClassesAndAPrefixOfMore) {
  LoadedExperiment experiment;
  experiment::InputData& input = *experiment.message.add_input();
  input.set_name("label");
  input.set_value("labels(classes)");
  ExperimentRun run;
  run.names["classes"] = Number(int64_t{4});
  const auto labels = DrawLabels(experiment, run, "label", {4000});
  ASSERT_TRUE(labels.ok()) << labels.status();
  std::vector<int> counts(4, 0);
  for (const int64_t label : *labels) {
    ASSERT_GE(label, 0);
    ASSERT_LT(label, 4);
    ++counts[label];
  }
  // Six standard deviations of a binomial count.
  for (const int count : counts) EXPECT_NEAR(count, 1000, 6 * 27.4);
  const auto few = DrawLabels(experiment, run, "label", {2, 3});
  ASSERT_TRUE(few.ok()) << few.status();
  EXPECT_EQ(*few, std::vector<int64_t>(labels->begin(), labels->begin() + 6));
  run.seed = 2;
  EXPECT_NE(*DrawLabels(experiment, run, "label", {4000}), *labels);
}

}  // namespace
}  // namespace plumbline
