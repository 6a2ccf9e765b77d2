// What a training comes to does not depend on threads, interruptions or where it was resumed.
#include "experiments/training/trainer.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

constexpr char kModel[] = R"pb(
language: 1
name: "classifier"
input { name: "x" dtype: F32 shape: "B, 6" }
input { name: "label" dtype: S64 shape: "B" }
node { name: "fc1" input: "x" linear { features: "24" } }
node { name: "act" relu {} }
node { name: "drop" dropout { rate: "0.4" } }
node { name: "fc2" linear { features: "3" } }
node { name: "scores" log_softmax {} }
output { name: "scores" }
loss { name: "nll" negative_log_likelihood { log_probs: "scores" label: "label" } }
metric { name: "accuracy" accuracy { scores: "scores" label: "label" } }
)pb";

std::unique_ptr<Model> Build() {
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>("model", kModel), AllOps(), {}, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return std::make_unique<Model>(*std::move(model));
}

// The class is the largest of the first three numbers.
Split MakeSplit(int64_t items, uint32_t state) {
  Split split;
  split.items = items;
  std::vector<float> x;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < items; ++i) {
    for (int j = 0; j < 6; ++j) {
      state = state * 1664525u + 1013904223u;
      x.push_back(static_cast<float>(state >> 8) / 8388608.0f - 1.0f);
    }
    const float* const item = &x[static_cast<size_t>(i) * 6];
    labels.push_back(std::max_element(item, item + 3) - item);
  }
  split.columns.push_back({"x", {6}, std::move(x), 1, {}});
  split.columns.push_back({"label", {}, std::move(labels), 1, {}});
  return split;
}

DataSet MakeData() {
  DataSet data;
  data.name = "triples";
  data.class_names = {"a", "b", "c"};
  data.train = MakeSplit(93, 1);  // batches of 8 and one of 5
  data.validation = MakeSplit(41, 2);
  data.test = MakeSplit(30, 3);
  return data;
}

TrainingSettings Settings(OptimizerSpec::Kind kind, double learning_rate) {
  TrainingSettings settings;
  settings.optimizer.kind = kind;
  settings.optimizer.learning_rate = learning_rate;
  settings.batch = 8;
  settings.epochs = 3;
  settings.evaluation_batch = 16;
  return settings;
}

std::unique_ptr<Trainer> Make(const Model& model, const DataSet& data, const TrainingSettings& settings, int threads) {
  auto trainer = Trainer::Create(model, data, settings, 5, threads);
  EXPECT_TRUE(trainer.ok()) << trainer.status();
  return *std::move(trainer);
}

void Finish(Trainer& trainer) {
  while (!trainer.done()) ASSERT_TRUE(trainer.Step().ok());
}

void ExpectSameEpochs(const std::vector<EpochResult>& a, const std::vector<EpochResult>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].parameter_digest, b[i].parameter_digest) << "epoch " << i + 1;
    EXPECT_EQ(a[i].training_loss, b[i].training_loss);
    EXPECT_EQ(a[i].running_training_loss, b[i].running_training_loss);
    EXPECT_EQ(a[i].validation.loss, b[i].validation.loss);
    EXPECT_EQ(a[i].validation.metrics, b[i].validation.metrics);
    EXPECT_EQ(a[i].learning_rate, b[i].learning_rate);
  }
}

std::vector<TrainingSettings> AllSettings() {
  TrainingSettings momentum = Settings(OptimizerSpec::Kind::kSgd, 0.05);
  momentum.optimizer.momentum = 0.9;
  TrainingSettings clipped = Settings(OptimizerSpec::Kind::kAdamW, 0.01);
  clipped.clip_norm = 0.5;
  clipped.schedule.kind = ScheduleSpec::Kind::kCosine;
  clipped.schedule.length = 3;
  return {Settings(OptimizerSpec::Kind::kSgd, 0.2), momentum, clipped};
}

TEST(Trainer, LearnsTheTask) {
  const auto model = Build();
  const DataSet data = MakeData();
  TrainingSettings settings = Settings(OptimizerSpec::Kind::kSgd, 0.2);
  settings.epochs = 40;
  const auto trainer = Make(*model, data, settings, 1);
  Finish(*trainer);
  ASSERT_EQ(trainer->epochs().size(), 40u);
  EXPECT_GT(trainer->epochs().back().validation.metrics.at("accuracy"), 0.8);
  EXPECT_LT(trainer->epochs().back().training_loss, 0.6 * trainer->epochs().front().training_loss);
}

TEST(Trainer, SameBitsForEveryNumberOfThreads) {
  const auto model = Build();
  const DataSet data = MakeData();
  for (const TrainingSettings& settings : AllSettings()) {
    const auto one = Make(*model, data, settings, 1);
    Finish(*one);
    for (const int threads : {2, 3}) {
      const auto several = Make(*model, data, settings, threads);
      Finish(*several);
      ExpectSameEpochs(one->epochs(), several->epochs());
    }
  }
}

TEST(Trainer, SameBitsAfterResumingAnywhere) {
  const auto model = Build();
  const DataSet data = MakeData();
  for (const TrainingSettings& settings : AllSettings()) {
    const auto whole = Make(*model, data, settings, 1);
    Finish(*whole);
    for (const int64_t stop : {0, 1, 11, 12, 13, 24, 35}) {
      const auto first = Make(*model, data, settings, 1);
      while (first->step() < stop) ASSERT_TRUE(first->Step().ok());
      const absl::StatusOr<NamedArrays> state = first->Save();
      ASSERT_TRUE(state.ok());
      const auto second = Make(*model, data, settings, 1);
      ASSERT_TRUE(second->Restore(*state).ok());
      EXPECT_EQ(second->step(), stop);
      Finish(*second);
      ExpectSameEpochs(whole->epochs(), second->epochs());
      EXPECT_EQ(whole->ParameterDigest(), second->ParameterDigest());
    }
  }
}

TEST(Trainer, RefusesAnotherState) {
  const auto model = Build();
  const DataSet data = MakeData();
  const TrainingSettings settings = Settings(OptimizerSpec::Kind::kAdam, 0.01);
  const auto trainer = Make(*model, data, settings, 1);
  ASSERT_TRUE(trainer->Step().ok());
  NamedArrays state = *trainer->Save();
  EXPECT_FALSE(trainer->Restore({}).ok());
  NamedArrays short_one = state;
  short_one["parameters"] = MakeArray({3}, std::vector<float>{1, 2, 3});
  EXPECT_FALSE(trainer->Restore(short_one).ok());
  const auto descent = Make(*model, data, Settings(OptimizerSpec::Kind::kSgd, 0.1), 1);
  const std::string before = descent->ParameterDigest();
  EXPECT_FALSE(descent->Restore(state).ok());
  EXPECT_EQ(descent->ParameterDigest(), before);
}

TEST(Trainer, SaysWhereTheLossStoppedBeingFinite) {
  const auto model = Build();
  const DataSet data = MakeData();
  const auto trainer = Make(*model, data, Settings(OptimizerSpec::Kind::kSgd, 1e18), 1);
  Finish(*trainer);
  ASSERT_TRUE(trainer->divergence().has_value());
  EXPECT_EQ(trainer->divergence()->step, trainer->step() + 1);
  EXPECT_NE(trainer->divergence()->what.find("at step"), std::string::npos) << trainer->divergence()->what;
  EXPECT_NE(trainer->divergence()->what.find("'"), std::string::npos) << trainer->divergence()->what;
  EXPECT_NE(trainer->divergence()->what.find("last finite loss"), std::string::npos) << trainer->divergence()->what;
}

TEST(Trainer, SaysWhichDataAreMissing) {
  const auto model = Build();
  DataSet data = MakeData();
  data.train.columns[0].name = "image";
  const auto trainer = Trainer::Create(*model, data, Settings(OptimizerSpec::Kind::kSgd, 0.1), 5, 1);
  ASSERT_FALSE(trainer.ok());
  EXPECT_NE(trainer.status().message().find("no column for the model's input 'x'"), std::string::npos)
      << trainer.status();
}

}  // namespace
}  // namespace plumbline
