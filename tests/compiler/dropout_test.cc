// Dropout in whole programs: off, and in training a function of seed, step and place alone.
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "compiler/compile.h"
#include "compiler/costs.h"
#include "compiler/ir/evaluate.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

// y is the mask itself where x is 1.
constexpr char kDropout[] = R"(
language: 1
name: "dropout"
input { name: "x" dtype: F32 shape: "B, n" }
node { name: "drop" input: "x" dropout { rate: "0.7" } }
output { name: "y" value: "drop" }
)";

constexpr char kNetwork[] = R"(
language: 1
name: "network"
input { name: "x" dtype: F32 shape: "B, 5" }
input { name: "target" dtype: F32 shape: "B, 3" }
node { name: "fc1" input: "x" linear { features: "33" } }
node { name: "drop" dropout { rate: "0.4" } }
node { name: "fc2" linear { features: "3" } }
output { name: "dropped" value: "drop" }
loss { name: "mse" mean_squared_error { prediction: "fc2" target: "target" } }
)";

Model Build(const std::string& text) {
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>("model", text), AllOps(), {}, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return *std::move(model);
}

struct Place {
  int64_t seed = 42, step = 7;
  int64_t shard_size = 0;  // 0: the cost model decides
  int threads = 1;
};

using Results = std::map<std::string, std::vector<float>>;

// Inputs are `value`, parameters a fixed sequence.
Results RunTraining(const std::string& text, const Bindings& sizes, const Place& place, float value) {
  CompileOptions options;
  options.training = true;
  options.gradients = text == kNetwork ? Gradients::kParameters : Gradients::kAll;
  options.shard_size = place.shard_size;
  const auto compiled = Compile(Build(text), sizes, options);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  if (!compiled.ok()) return {};
  const auto executor = Executor::Create(compiled->program, place.threads).value();
  const ShardedProgram& program = executor->program();
  for (int64_t i = 0; i < program.full->parameter_floats; ++i) {
    executor->parameters()[i] = static_cast<float>(i * 29 % 17) / 8 - 1;
  }
  std::vector<std::vector<float>> arrays;
  const std::array<int64_t, 2> random = {place.seed, place.step};
  std::vector<const void*> inputs;
  arrays.reserve(program.batch_inputs.size() + program.batch_outputs.size());
  for (size_t i = 0; i < program.batch_inputs.size(); ++i) {
    arrays.emplace_back(ElementCount(program.batch_inputs[i].shape), value);
    const bool is_random = program.inputs[i] == ShardInput::kRandom;
    if (is_random) {
      EXPECT_EQ(program.batch_inputs[i].name, "$random");
      EXPECT_EQ(program.batch_inputs[i].shape, std::vector<int64_t>{2});
    }
    inputs.push_back(is_random ? static_cast<const void*>(random.data()) : arrays.back().data());
  }
  Results results;
  std::vector<void*> outputs;
  for (const ExternalBuffer& output : program.batch_outputs) {
    results[output.name].resize(ElementCount(output.shape));
    outputs.push_back(results[output.name].data());
  }
  const absl::Status status = executor->Run(inputs, outputs);
  EXPECT_TRUE(status.ok()) << status;
  if (program.full->has_gradients) {
    results["gradients"].assign(executor->gradients(), executor->gradients() + program.full->parameter_floats);
  }
  return results;
}

std::vector<float> MaskAt(const Place& place, int64_t batch, int64_t width) {
  return RunTraining(kDropout, {{"B", batch}, {"n", width}}, place, 1).at("y");
}

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * 4) == 0;
}

TEST(Dropout, IsTheIdentityUnlessTraining) {
  for (const bool training : {false, true}) {
    CompileOptions options;
    options.training = training;
    const Model model = Build(kDropout);
    const Graph graph = TransformGraph(model, options).value();
    EXPECT_EQ(graph.FindSource("$random") == kNone, !training);
    if (training) continue;
    EXPECT_EQ(graph.outputs()[0].value, graph.FindSource("x"));
    const auto compiled = Compile(model, {{"B", 3}, {"n", 4}}, options);
    ASSERT_TRUE(compiled.ok()) << compiled.status();
    EXPECT_EQ(compiled->program->batch_inputs.size(), 1u);
  }
}

TEST(Dropout, HasTheRightMeanAndShareOfZeros) {
  const std::vector<float> mask = MaskAt({}, 1000, 1000);
  double sum = 0, zeros = 0;
  const float kept = static_cast<float>(1 / (1 - 0.7));
  for (const float element : mask) {
    EXPECT_TRUE(element == 0 || element == kept);
    sum += element;
    zeros += element == 0;
  }
  // Four standard deviations: sqrt(0.7·0.3 / 1e6) of the share, that / 0.3 of the mean.
  EXPECT_NEAR(zeros / 1e6, 0.7, 4 * 4.6e-4);
  EXPECT_NEAR(sum / 1e6, 1, 4 * 1.53e-3);
}

TEST(Dropout, ElementsDoNotDependOnEachOther) {
  const std::vector<float> mask = MaskAt({}, 1000, 1000);
  for (const size_t distance : {1, 2, 3, 4, 64, 1000}) {
    double both = 0;
    for (size_t i = 0; i + distance < mask.size(); ++i) both += mask[i] == 0 && mask[i + distance] == 0;
    EXPECT_NEAR(both / static_cast<double>(mask.size() - distance), 0.49, 0.003) << distance;
  }
}

TEST(Dropout, HasTheSameBitsForAnyShardsAndThreads) {
  const Results whole = RunTraining(kNetwork, {{"B", 11}}, {42, 7, 11, 1}, 0.5f);
  for (const int64_t shard_size : {1, 2, 3, 8}) {
    Results first;
    for (const int threads : {1, 2, 3}) {
      const Results cut = RunTraining(kNetwork, {{"B", 11}}, {42, 7, shard_size, threads}, 0.5f);
      // Where fc1's own bits may depend on the number of rows, the zeros do not.
      for (size_t i = 0; i < whole.at("dropped").size(); ++i) {
        EXPECT_EQ(cut.at("dropped")[i] == 0, whole.at("dropped")[i] == 0) << shard_size << ", " << i;
      }
      for (size_t i = 0; i < whole.at("gradients").size(); ++i) {
        EXPECT_NEAR(cut.at("gradients")[i], whole.at("gradients")[i], 1e-4);
      }
      if (threads == 1) first = cut;
      for (const auto& [name, values] : cut) EXPECT_TRUE(SameBits(values, first.at(name))) << name;
    }
    EXPECT_TRUE(SameBits(MaskAt({42, 7, shard_size, 3}, 11, 7), MaskAt({}, 11, 7))) << shard_size;
  }
}

TEST(Dropout, ChangesWithSeedAndStep) {
  const std::vector<float> mask = MaskAt({}, 10, 20);
  EXPECT_TRUE(SameBits(mask, MaskAt({}, 10, 20)));
  EXPECT_FALSE(SameBits(mask, MaskAt({42, 8}, 10, 20)));
  EXPECT_FALSE(SameBits(mask, MaskAt({43, 7}, 10, 20)));
  EXPECT_FALSE(SameBits(mask, MaskAt({42, 7 + (int64_t{1} << 32)}, 10, 20)));
}

TEST(Dropout, DependsOnItsOwnPathOnly) {
  const std::string other = absl::StrReplaceAll(kDropout, {{"\"drop\"", "\"other\""}});
  const Bindings sizes = {{"B", 10}, {"n", 20}};
  const std::vector<float> mask = MaskAt({}, 10, 20);
  EXPECT_FALSE(SameBits(mask, RunTraining(other, sizes, {}, 1).at("y")));
  // Another dropout before it: what that one keeps, it keeps or drops as before.
  const std::string two = absl::StrReplaceAll(
      kDropout, {{"node { name: \"drop\" input: \"x\"",
                  "node { name: \"before\" input: \"x\" dropout { rate: \"0.1\" } } node { name: \"drop\""}});
  const std::vector<float> both = RunTraining(two, sizes, {}, 1).at("y");
  int compared = 0;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) {
      EXPECT_EQ(both[i], 0) << i;
    }
    compared += both[i] != 0;
  }
  EXPECT_GT(compared, 30);
}

TEST(Dropout, GradientsPassWhereValuesPassed) {
  const Results results = RunTraining(kDropout, {{"B", 10}, {"n", 20}}, {}, 1);
  EXPECT_TRUE(SameBits(results.at("grad/x"), results.at("y")));  // with an upstream gradient of ones
}

TEST(Dropout, CountsAComparisonAndAMultiplicationAnElementInTraining) {
  const Model model = Build(kDropout);
  for (const bool training : {false, true}) {
    CompileOptions options;
    options.training = training;
    const Graph graph = TransformGraph(model, options).value();
    const GraphCosts costs = AnalyzeCosts(graph, {}).value();
    EXPECT_EQ(graph.symbols().ToString(costs.operations), training ? "2·B·n" : "0");
    if (!training) continue;
    ASSERT_EQ(costs.nodes.size(), 2u);
    EXPECT_EQ(costs.nodes[0].name, "drop/mask");
    EXPECT_EQ(costs.nodes[1].name, "drop");
  }
}

TEST(Dropout, AgreesWithTheReference) {
  CompileOptions options;
  options.training = true;
  const Graph graph = TransformGraph(Build(kDropout), options).value();
  Array x({5, 13}, 1), random({3});
  random.data = {42, 7, 0};
  const auto expected = Evaluate(graph, {{"x", x}, {"$random", random}});
  ASSERT_TRUE(expected.ok()) << expected.status();
  const std::vector<float> mask = MaskAt({}, 5, 13);
  for (size_t i = 0; i < mask.size(); ++i) EXPECT_EQ(mask[i], static_cast<float>(expected->at("y").data[i])) << i;
}

}  // namespace
}  // namespace plumbline
