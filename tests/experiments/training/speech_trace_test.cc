// In the speech model, one unit of the last place in one node's result is found by that node, also when the other model
// has more nodes before it.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "compiler/onednn/lowering_context.h"
#include "experiments/training/trainer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "reports/trace_comparison.h"

namespace plumbline {
namespace {

constexpr char kNudgedNode[] = "encoder.block1.mlp.act";

absl::Status LowerNudged(LoweringContext& context) {
  const absl::Status status = AllOps().Find("gelu")->lower(context);
  if (!status.ok() || context.node().node.name != kNudgedNode) return status;
  context.AddHost("nudged", {context.Output(0)}, 0, [](absl::Span<void* const> pointers) {
    float* const values = static_cast<float*>(pointers[0]);
    values[100] = std::nextafter(values[100], 10.0f);
  });
  return absl::OkStatus();
}

const OpRegistry& NudgedOps() {
  static const auto* const registry = [] {
    std::vector<OpDefinition> definitions = AllOps().definitions();
    for (OpDefinition& op : definitions) {
      if (op.name == "gelu") op.lower = LowerNudged;
    }
    return new OpRegistry(std::move(definitions));
  }();
  return *registry;
}

std::unique_ptr<Model> Build(const OpRegistry& registry, bool more_nodes) {
  std::ifstream file("experiments/ljspeech/transformer.textproto");
  std::stringstream stream;
  stream << file.rdbuf();
  std::string text = stream.str();
  if (more_nodes) {
    const std::string next = "  node { name: \"frames\" transpose";
    EXPECT_NE(text.find(next), std::string::npos);
    text.insert(text.find(next), "  node { name: \"doubled\" scale { by: \"2\" } }\n  node { name: \"halved\" scale { by: \"0.5\" } }\n");
  }
  std::vector<ConstantOverride> overrides;
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"mels", "16"}, {"width", "24"}, {"hidden", "48"}, {"blocks", "2"}, {"positions", "12"}}) {
    overrides.push_back({name, value, "test"});
  }
  Diagnostics diagnostics;
  std::optional<Model> model =
      BuildModel(std::make_shared<const Source>("model", text), registry, overrides, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return std::make_unique<Model>(*std::move(model));
}

DataSet MakeData() {
  DataSet data;
  for (Split* split : {&data.train, &data.validation}) {
    split->items = 2;
    std::vector<float> audio;
    for (int i = 0; i < 2 * 16 * 40; ++i) audio.push_back(std::sin(0.37f * static_cast<float>(i)));
    std::vector<int64_t> tokens, targets;
    for (int i = 0; i < 2 * 12; ++i) {
      tokens.push_back(i % 35);
      targets.push_back((i * 3 + 1) % 35);
    }
    split->columns.push_back({"audio", {16, 40}, std::move(audio), 1, {}});
    split->columns.push_back({"tokens", {12}, std::move(tokens), 1, {}});
    split->columns.push_back({"targets", {12}, std::move(targets), 1, {}});
  }
  return data;
}

trace::Step TraceFirstStep(const Model& model) {
  const DataSet data = MakeData();
  TrainingSettings settings;
  settings.optimizer.kind = OptimizerSpec::Kind::kAdamW;
  settings.optimizer.learning_rate = 0.001;
  settings.batch = 2;
  settings.epochs = 1;
  settings.evaluation_batch = 2;
  auto trainer = Trainer::Create(model, data, settings, 3, 1);
  EXPECT_TRUE(trainer.ok()) << trainer.status();
  (*trainer)->Trace({{1}, false, ""});
  const absl::Status status = (*trainer)->Step();
  EXPECT_TRUE(status.ok()) << status;
  return (*trainer)->trace().step(0);
}

TEST(SpeechTrace, OneUnitOfTheLastPlaceIsFoundByItsNode) {
  const trace::Step right = TraceFirstStep(*Build(AllOps(), false));
  EXPECT_FALSE(CompareSteps(right, TraceFirstStep(*Build(AllOps(), false))).first);
  for (const bool more_nodes : {false, true}) {
    const trace::Step wrong = TraceFirstStep(*Build(NudgedOps(), more_nodes));
    const StepComparison comparison = CompareSteps(right, wrong);
    ASSERT_TRUE(comparison.first);
    EXPECT_EQ(wrong.value(comparison.first->b).name(), kNudgedNode);
    EXPECT_TRUE(comparison.first->inputs_equal);
    if (more_nodes) {
      EXPECT_THAT(comparison.only_b, testing::Contains("encoder.doubled"));
    }
  }
}

}  // namespace
}  // namespace plumbline
