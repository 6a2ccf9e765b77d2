// Tracing changes no bit, and a value that another program computes otherwise is found by its op.
#include "experiments/training/tracer.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/onednn/lowering_context.h"
#include "experiments/training/trainer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "reports/trace_comparison.h"
#include "reports/trace_text.h"

namespace plumbline {
namespace {

constexpr char kModel[] = R"pb(
language: 1
name: "classifier"
input { name: "x" dtype: F32 shape: "B, 6" }
input { name: "label" dtype: S64 shape: "B" }
node { name: "fc1" input: "x" linear { features: "24" } }
node { name: "act" sigmoid {} }
%s
node { name: "fc2" linear { features: "8" } }
node { name: "wave" tanh {} }
node { name: "scores" linear { features: "3" } }
output { name: "scores" }
loss { name: "nll" cross_entropy { logits: "scores" label: "label" } }
)pb";

// A registry whose tanh gives a result one unit of the last place beside the true one, in one element.
absl::Status LowerNudged(LoweringContext& context) {
  for (const OpDefinition& op : AllOps().definitions()) {
    if (op.name != "tanh") continue;
    const absl::Status status = op.lower(context);
    if (!status.ok()) return status;
  }
  context.AddHost("nudged", {context.Output(0)}, 0, [](absl::Span<void* const> pointers) {
    float* const values = static_cast<float*>(pointers[0]);
    values[3] = std::nextafter(values[3], 2.0f);
  });
  return absl::OkStatus();
}

const OpRegistry& NudgedOps() {
  static const auto* const registry = [] {
    std::vector<OpDefinition> definitions = AllOps().definitions();
    for (OpDefinition& op : definitions) {
      if (op.name != "tanh") continue;
      op.lower = LowerNudged;
      op.post_op = nullptr;
    }
    return new OpRegistry(std::move(definitions));
  }();
  return *registry;
}

std::unique_ptr<Model> Build(const OpRegistry& registry, const std::string& extra) {
  std::string text = kModel;
  text.replace(text.find("%s"), 2, extra);
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>("model", text), registry, {}, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return std::make_unique<Model>(*std::move(model));
}

DataSet MakeData() {
  DataSet data;
  for (Split* split : {&data.train, &data.validation}) {
    split->items = 300;
    std::vector<float> x;
    std::vector<int64_t> labels;
    for (int64_t i = 0; i < split->items; ++i) {
      for (int j = 0; j < 6; ++j) x.push_back(std::sin(static_cast<float>(7 * i + 3 * j)));
      labels.push_back(i % 3);
    }
    split->columns.push_back({"x", {6}, std::move(x), 1, {}});
    split->columns.push_back({"label", {}, std::move(labels), 1, {}});
  }
  return data;
}

TrainingSettings Settings(OptimizerSpec::Kind kind) {
  TrainingSettings settings;
  settings.optimizer.kind = kind;
  settings.optimizer.learning_rate = 0.05;
  settings.batch = 128;
  settings.epochs = 2;
  settings.evaluation_batch = 64;
  return settings;
}

struct Traced {
  trace::Trace trace;
  std::map<int64_t, FileArray> values;
  std::string end;
};

Traced Train(const Model& model, const TrainingSettings& settings, int threads, const TraceRequest& request) {
  const DataSet data = MakeData();
  auto trainer = Trainer::Create(model, data, settings, 9, threads);
  EXPECT_TRUE(trainer.ok()) << trainer.status();
  (*trainer)->Trace(request);
  while (!(*trainer)->done()) {
    const absl::Status status = (*trainer)->Step();
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) break;
  }
  return {(*trainer)->trace(), (*trainer)->traced_values(), (*trainer)->ParameterDigest()};
}

TEST(Tracer, ChangesNoBitAndDependsOnNoThreads) {
  const auto model = Build(AllOps(), "");
  for (const auto kind : {OptimizerSpec::Kind::kSgd, OptimizerSpec::Kind::kAdamW}) {
    const TrainingSettings settings = Settings(kind);
    const Traced untraced = Train(*model, settings, 1, {});
    const Traced traced = Train(*model, settings, 1, {{1, 3, 99}, true, ""});
    EXPECT_EQ(traced.end, untraced.end);
    ASSERT_EQ(traced.trace.step_size(), 3);  // of 3 steps an epoch: 1, 3 and 6
    EXPECT_EQ(traced.trace.parameters_after_size(), 6);
    const Traced again = Train(*model, settings, 3, {{1, 3, 99}, true, ""});
    EXPECT_EQ(again.trace.SerializeAsString(), traced.trace.SerializeAsString());
  }
}

TEST(Tracer, FindsTheOpWhoseResultIsAnother) {
  const TrainingSettings settings = Settings(OptimizerSpec::Kind::kAdamW);
  const auto right = Build(AllOps(), "");
  for (const char* extra : {"", "node { name: \"kept\" relu {} }"}) {  // of positive numbers: the same numbers
    const auto wrong = Build(NudgedOps(), extra);
    const Traced a = Train(*right, settings, 2, {{1}, false, "wave"});
    const Traced b = Train(*wrong, settings, 2, {{1}, false, "wave"});
    EXPECT_EQ(FirstDifferentStep(a.trace, b.trace), 1);
    const StepComparison comparison = CompareSteps(a.trace.step(0), b.trace.step(0));
    ASSERT_TRUE(comparison.first) << extra;
    const trace::Value& culprit = b.trace.step(0).value(comparison.first->b);
    EXPECT_EQ(culprit.name(), "wave") << extra;
    EXPECT_TRUE(comparison.first->inputs_equal);
    const std::vector<float> values_a = ToFloats(a.values.at(1)), values_b = ToFloats(b.values.at(1));
    ASSERT_EQ(values_a.size(), size_t{128 * 8});
    int64_t largest = 0;
    for (size_t i = 0; i < values_a.size(); ++i) largest = std::max(largest, UlpDistance(values_a[i], values_b[i]));
    EXPECT_EQ(largest, 1);
  }
}

}  // namespace
}  // namespace plumbline
