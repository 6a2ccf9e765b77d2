// Losses on labels in whole programs: labels that are no class, and batches that are cut into shards.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

constexpr char kClassifier[] = R"(
language: 1
name: "classifier"
input { name: "x" dtype: F32 shape: "B, 5" }
input { name: "label" dtype: S64 shape: "B" }
node { name: "fc" input: "x" linear { features: "3" } }
node { name: "scores" log_softmax {} }
output { name: "log_probs" value: "scores" }
loss { name: "nll" negative_log_likelihood { log_probs: "scores" label: "label" } }
metric { name: "accuracy" accuracy { scores: "scores" label: "label" } }
)";

constexpr char kPadded[] = R"(
language: 1
name: "padded"
input { name: "x" dtype: F32 shape: "B, 5" }
input { name: "label" dtype: S64 shape: "B" }
node { name: "fc" input: "x" linear { features: "3" } }
output { name: "logits" value: "fc" }
loss { name: "ce" cross_entropy { logits: "fc" label: "label" ignore_label: "2" } }
)";

Model Build(const std::string& text) {
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>("model", text), AllOps(), {}, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return *std::move(model);
}

// A training run of one step on 10 items.
struct Step {
  absl::Status status;
  int64_t shards = 0;
  std::string shard_reason;
  std::vector<double> means;        // loss first, then terms and metrics
  std::vector<float> gradients;     // the flat vector
};

Step RunOn(const std::string& text, const std::vector<int64_t>& labels, int64_t shard_size, int threads) {
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  options.shard_size = shard_size;
  const Model model = Build(text);
  const auto compiled = Compile(model, {{"B", static_cast<int64_t>(labels.size())}}, options);
  if (!compiled.ok()) return {compiled.status(), 0, "", {}, {}};
  const auto executor = Executor::Create(compiled->program, threads).value();
  const ShardedProgram& program = executor->program();
  for (int64_t i = 0; i < program.full->parameter_floats; ++i) {
    executor->parameters()[i] = static_cast<float>(i % 7) - 3;
  }
  std::vector<float> x;
  for (size_t i = 0; i < labels.size() * 5; ++i) x.push_back(static_cast<float>(i * 37 % 11) / 8 - 0.5f);
  std::vector<const void*> inputs;
  for (const ExternalBuffer& input : program.batch_inputs) {
    inputs.push_back(input.name == "x" ? static_cast<const void*>(x.data())
                     : input.name == "label" ? labels.data() : nullptr);
  }
  std::vector<std::vector<float>> arrays;
  std::vector<void*> outputs;
  for (const ExternalBuffer& output : program.batch_outputs) arrays.emplace_back(ElementCount(output.shape));
  for (std::vector<float>& array : arrays) outputs.push_back(array.data());
  Step run;
  run.status = executor->Run(inputs, outputs);
  run.shards = program.shard_count();
  run.shard_reason = compiled->shard_reason;
  if (!run.status.ok()) return run;
  for (size_t i = 0; i < program.batch_outputs.size(); ++i) {
    if (program.batch_outputs[i].kind != OutputKind::kOutput) run.means.push_back(executor->mean(static_cast<int>(i)));
  }
  run.gradients.assign(executor->gradients(), executor->gradients() + program.full->parameter_floats);
  return run;
}

TEST(Labels, ThatAreNoClassAreLocatedErrors) {
  const Step run = RunOn(kClassifier, {0, 1, 2, 3, 0, 1, 2, 0, 1, 2}, 0, 1);
  EXPECT_EQ(run.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(run.status.message().find("label[3] is 3, but labels are 0 to 2"), std::string::npos) << run.status;
  EXPECT_NE(run.status.message().find("nll"), std::string::npos) << run.status;
  for (const int64_t label : {int64_t{-1}, int64_t{1} << 62, -(int64_t{1} << 62)}) {
    EXPECT_EQ(RunOn(kClassifier, {0, 1, label}, 0, 1).status.code(), absl::StatusCode::kInvalidArgument) << label;
    EXPECT_EQ(RunOn(kPadded, {0, 1, label}, 0, 1).status.code(), absl::StatusCode::kInvalidArgument) << label;
  }
}

TEST(Labels, OfALaterShardAreCountedFromItsFirstItem) {
  const Step run = RunOn(kClassifier, {0, 1, 2, 1, 0, 1, 2, 0, 9, 2}, 4, 2);
  EXPECT_NE(run.status.message().find("label[0] is 9, but labels are 0 to 2; items are counted from item 8 of the"),
            std::string::npos)
      << run.status;
}

TEST(Shards, GiveTheMeansAndGradientsOfTheBatch) {
  const std::vector<int64_t> labels = {0, 1, 2, 1, 0, 1, 2, 0, 1, 2};
  const Step whole = RunOn(kClassifier, labels, 10, 1);
  ASSERT_TRUE(whole.status.ok()) << whole.status;
  for (const int64_t size : {1, 3, 4}) {
    const Step cut = RunOn(kClassifier, labels, size, 2);
    ASSERT_TRUE(cut.status.ok()) << cut.status;
    EXPECT_GT(cut.shards, 1);
    for (size_t i = 0; i < whole.means.size(); ++i) EXPECT_NEAR(cut.means[i], whole.means[i], 1e-6);
    for (size_t i = 0; i < whole.gradients.size(); ++i) EXPECT_NEAR(cut.gradients[i], whole.gradients[i], 1e-6);
  }
}

TEST(Shards, AreNotCutWhereSomePositionsDoNotCount) {
  const std::vector<int64_t> labels = {0, 1, 2, 2, 2, 2, 2, 0, 1, 2};
  const Step run = RunOn(kPadded, labels, 2, 2);
  ASSERT_TRUE(run.status.ok()) << run.status;
  EXPECT_EQ(run.shards, 1);
  EXPECT_EQ(run.shard_reason, "one shard: 'loss/ce' (cross_entropy) computes an item's result from several items");
  // That is because of ignore_label alone.
  std::string plain(kPadded);
  plain.replace(plain.find(" ignore_label: \"2\""), std::strlen(" ignore_label: \"2\""), "");
  EXPECT_GT(RunOn(plain, labels, 2, 2).shards, 1);
}

}  // namespace
}  // namespace plumbline
