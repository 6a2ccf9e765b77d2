// The compiler from a model's text to running programs.
#include "compiler/compile.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/costs.h"
#include "compiler/ir/evaluate.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

std::string ReadData(const std::string& path) {
  std::ifstream file(std::string(std::getenv("TEST_SRCDIR")) + "/" + std::getenv("TEST_WORKSPACE") + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Model Build(const std::string& text, const std::vector<ConstantOverride>& overrides) {
  Diagnostics diagnostics;
  std::optional<Model> model =
      BuildModel(std::make_shared<const Source>("model", text), AllOps(), overrides, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return *std::move(model);
}

Model BuildFile(const std::string& path, const std::vector<ConstantOverride>& overrides) {
  return Build(ReadData(path), overrides);
}

int64_t CountParameters(const Model& model) {
  int64_t total = 0;
  for (const NodeId id : model.graph.Sources(SourceKind::kParameter)) {
    total += ElementCount(ConcreteShape(model.graph.type(model.graph.node(id).outputs[0]).shape));
  }
  return total;
}

constexpr char kPerceptron[] = R"(
language: 1
name: "perceptron"
input { name: "x" dtype: F32 shape: "B, 5" }
input { name: "target" dtype: F32 shape: "B, 3" }
node { name: "fc1" input: "x" linear { features: "8" } }
node { name: "act" tanh {} }
node { name: "fc2" linear { features: "3" } }
node { name: "soft" log_softmax {} }
output { name: "y" value: "soft" }
loss { name: "mse" mean_squared_error { prediction: "soft" target: "target" } }
)";

// Values of order 1 from a fixed sequence.
std::vector<float> Sequence(int64_t count, uint32_t state) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back(static_cast<float>(state >> 8) / 8388608.0f - 1.0f);
  }
  return values;
}

// Everything that a run gives: outputs by name, and gradients by parameter.
using Results = std::map<std::string, std::vector<float>>;

Results RunModel(const Model& model, const Bindings& sizes, const CompileOptions& options, int threads) {
  const absl::StatusOr<CompiledModel> compiled = Compile(model, sizes, options);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  if (!compiled.ok()) return {};
  auto executor = Executor::Create(compiled->program, threads);
  EXPECT_TRUE(executor.ok()) << executor.status();
  const ShardedProgram& program = *compiled->program;
  std::vector<std::vector<float>> arrays;
  uint32_t seed = 1;
  for (const ExternalBuffer& input : program.batch_inputs) arrays.push_back(Sequence(ElementCount(input.shape), seed++));
  for (const ParameterSlot& slot : program.full->parameters) {
    const std::vector<float> values = Sequence(ElementCount(slot.shape), seed++);
    std::copy(values.begin(), values.end(), (*executor)->parameters() + slot.offset);
  }
  Results results;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  for (const std::vector<float>& array : arrays) inputs.push_back(array.data());
  for (const ExternalBuffer& output : program.batch_outputs) {
    results[output.name].resize(ElementCount(output.shape));
    outputs.push_back(results[output.name].data());
  }
  const absl::Status status = (*executor)->Run(inputs, outputs);
  EXPECT_TRUE(status.ok()) << status;
  if (program.full->has_gradients) {
    for (const ParameterSlot& slot : program.full->parameters) {
      const float* start = (*executor)->gradients() + slot.offset;
      results["grad/" + slot.name].assign(start, start + ElementCount(slot.shape));
    }
  }
  return results;
}

TEST(Examples, BuildWithTheirPublishedParameterCounts) {
  EXPECT_EQ(CountParameters(BuildFile("tests/dsl/examples/cnn.textproto", {})), 224892);
  EXPECT_EQ(CountParameters(BuildFile("tests/dsl/examples/cnn.textproto", {{"no_maxpool", "1", ""}})), 224892);
  const std::vector<ConstantOverride> published = {{"blocks", "2", ""}, {"outer_norm", "0", ""}, {"gelu_tanh", "0", ""}};
  EXPECT_EQ(CountParameters(BuildFile("tests/dsl/examples/speech_recurrent.textproto", {})), 2119235);
  EXPECT_EQ(CountParameters(BuildFile("tests/dsl/examples/speech_recurrent.textproto", published)), 1471235);
  EXPECT_EQ(CountParameters(BuildFile("tests/dsl/examples/speech_transformer.textproto", {})), 1978235);
  EXPECT_EQ(CountParameters(BuildFile("tests/dsl/examples/speech_transformer.textproto", published)), 1329835);
  EXPECT_EQ(CountParameters(BuildFile("tests/dsl/examples/taylor_plain.textproto", {})), 0);
}

TEST(Costs, GrowWithSequenceLengthAsTheFormulasSay) {
  struct Case {
    const char* model;
    int operations, memory;
  };
  for (const Case& expected : {Case{"softmax_plain", 2, 2}, Case{"taylor_plain", 2, 2}, Case{"softmax", 2, 1},
                               Case{"taylor", 1, 1}}) {
    for (const char* causal : {"0", "1"}) {
      const Model model = BuildFile("experiments/attention/" + std::string(expected.model) + ".textproto",
                                    {{"causal", causal, ""}});
      const absl::StatusOr<Graph> graph = TransformGraph(model, {});
      ASSERT_TRUE(graph.ok()) << graph.status();
      const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(*graph, {});
      ASSERT_TRUE(costs.ok()) << costs.status();
      EXPECT_EQ(graph->symbols().Degree(costs->operations, "L"), expected.operations) << expected.model;
      const absl::StatusOr<NodeCost> peak = PeakMemoryIn(*costs, graph->symbols(), "L");
      ASSERT_TRUE(peak.ok());
      EXPECT_EQ(graph->symbols().Degree(peak->memory, "L"), expected.memory) << expected.model;
    }
  }
}

TEST(Programs, AgreeWithTheReferenceInDouble) {
  const Model model = Build(kPerceptron, {});
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  const Bindings sizes = {{"B", 10}};
  const Results results = RunModel(model, sizes, options, 1);
  const absl::StatusOr<Graph> graph = TransformGraph(model, options);
  ASSERT_TRUE(graph.ok()) << graph.status();
  std::map<std::string, Array> sources;
  uint32_t seed = 1;
  for (const SourceKind kind : {SourceKind::kInput, SourceKind::kParameter}) {
    for (const NodeId id : graph->Sources(kind)) {
      const Node& node = graph->node(id);
      Shape shape = graph->type(node.outputs[0]).shape;
      for (Size& size : shape) size = size.Substitute("B", Size(10));
      Array array(ConcreteShape(shape));
      const std::vector<float> values = Sequence(array.size(), seed++);
      array.data.assign(values.begin(), values.end());
      if (node.name == "grad/loss") array.data = {1};
      sources[node.name] = array;
    }
  }
  const auto expected = Evaluate(*graph, sources);
  ASSERT_TRUE(expected.ok()) << expected.status();
  for (const auto& [name, array] : *expected) {
    const std::vector<float>& actual = results.at(name);
    ASSERT_EQ(actual.size(), array.data.size()) << name;
    for (size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], array.data[i], 2e-5) << name << " " << i;
  }
}

TEST(Programs, GiveTheSameBitsForAnyNumberOfThreads) {
  const Model model = Build(kPerceptron, {});
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  options.shard_size = 3;  // 10 items: three full shards and one of a single item
  const Results one = RunModel(model, {{"B", 10}}, options, 1);
  for (const int threads : {1, 2, 3, 8}) {
    const Results other = RunModel(model, {{"B", 10}}, options, threads);
    ASSERT_EQ(other.size(), one.size());
    for (const auto& [name, values] : one) {
      EXPECT_EQ(std::memcmp(values.data(), other.at(name).data(), values.size() * 4), 0) << name << " " << threads;
    }
  }
}

TEST(Programs, ShardsAddUpToTheWholeBatch) {
  const Model model = Build(kPerceptron, {});
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  const Results whole = RunModel(model, {{"B", 10}}, options, 1);
  for (const int64_t shard_size : {1, 3, 5}) {
    options.shard_size = shard_size;
    for (const auto& [name, values] : RunModel(model, {{"B", 10}}, options, 2)) {
      for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], whole.at(name)[i], 1e-5) << name;
    }
  }
}

TEST(Programs, AllocateExactlyWhatIsPlanned) {
  for (const char* name : {"softmax", "taylor", "softmax_plain", "taylor_plain"}) {
    const Model model = BuildFile("experiments/attention/" + std::string(name) + ".textproto", {});
    CompileOptions options;
    options.gradients = Gradients::kAll;
    const auto compiled = Compile(model, {{"B", 2}, {"H", 1}, {"L", 300}, {"D", 16}}, options);
    ASSERT_TRUE(compiled.ok()) << compiled.status();
    const auto executor = Executor::Create(compiled->program, 1);
    ASSERT_TRUE(executor.ok());
    int64_t planned = compiled->planned_bytes;
    if (compiled->program->last != nullptr) planned += compiled->program->last->arena_bytes();
    EXPECT_EQ((*executor)->allocated_arena_bytes(), planned) << name;
  }
}

TEST(Programs, DoNotDependOnTheOrderOfDeclarations) {
  const std::string first = R"(
    language: 1
    name: "m"
    const { name: "width" value: "6" }
    input { name: "x" dtype: F32 shape: "B, 4" }
    input { name: "y" dtype: F32 shape: "B, 4" }
    function {
      name: "block"
      arg { name: "a" shape: "B, n" }
      node { name: "fc" input: "a" linear { features: "width" } }
      node { name: "act" input: "fc" relu {} }
      output: "act"
    }
    node { name: "left" input: "x" call { function: "block" } }
    node { name: "right" input: "y" call { function: "block" } }
    node { name: "both" input: "left" input: "right" add {} }
    node { name: "last" input: "both" linear { features: "2" } }
    output { name: "z" value: "last" }
    loss { name: "mse" mean_squared_error { prediction: "last" target: "goal" } }
    input { name: "goal" dtype: F32 shape: "B, 2" })";
  const std::string second = R"(
    # the same, otherwise arranged
    language: 1
    output { name: "z" value: "last" }
    node { name: "last" input: "both" linear { features: "width/3" } }
    input { name: "goal" dtype: F32 shape: "B, 2" }
    node { name: "right" input: "y" call { function: "block" } }
    function {
      name: "block"
      node { name: "act" input: "fc" relu {} }
      node { name: "fc" input: "a" linear { features: "width" } }
      output: "act"
      arg { name: "a" shape: "B, n" }
    }
    node { name: "both" input: "left" input: "right" add {} }
    loss { name: "mse" mean_squared_error { target: "goal" prediction: "last" } }
    input { name: "y" dtype: F32 shape: "B, 4" }
    node { name: "left" input: "x" call { function: "block" } }
    name: "n"
    batch: "B"
    input { name: "x" dtype: F32 shape: "B, 4" }
    const { name: "width" value: "6" })";
  const Model a = Build(first, {});
  const Model b = Build(second, {});
  EXPECT_EQ(a.identity, b.identity) << a.canonical_text << b.canonical_text;
  EXPECT_EQ(a.graph.ToString(), b.graph.ToString());
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  const Results left = RunModel(a, {{"B", 9}}, options, 1);
  const Results right = RunModel(b, {{"B", 9}}, options, 1);
  ASSERT_EQ(left.size(), right.size());
  for (const auto& [name, values] : left) {
    EXPECT_EQ(std::memcmp(values.data(), right.at(name).data(), values.size() * 4), 0) << name;
  }
}

TEST(Programs, AreRefusedBeforeMoreMemoryThanThereIsIsTaken) {
  const Model model = BuildFile("experiments/attention/softmax_plain.textproto", {});
  const auto compiled = Compile(model, {{"B", 1}, {"H", 1}, {"L", 1 << 20}, {"D", 64}}, {});
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.status().code(), absl::StatusCode::kResourceExhausted) << compiled.status();
  EXPECT_NE(compiled.status().message().find("4398"), std::string::npos) << compiled.status();  // 4·2^40 bytes
}

TEST(Passes, MayBeSwitchedOffWithoutChangingResults) {
  const Model model = Build(kPerceptron, {});
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  const Results expected = RunModel(model, {{"B", 10}}, options, 1);
  for (const PassName& pass : PassNames()) {
    if (!pass.optional) continue;
    options.disabled_passes = {pass.name};
    for (const auto& [name, values] : RunModel(model, {{"B", 10}}, options, 1)) {
      for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected.at(name)[i], 1e-5) << pass.name;
    }
  }
}

}  // namespace
}  // namespace plumbline
