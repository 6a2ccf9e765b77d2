// No compiled step may run a oneDNN reference implementation. The AVX2 variant of this test caps the instruction set,
// because which shapes oneDNN serves well depends on it.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/compile.h"
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

bool HasLoss(const Model& model) {
  const std::vector<GraphOutput>& outputs = model.graph.outputs();
  return std::any_of(outputs.begin(), outputs.end(),
                     [](const GraphOutput& output) { return output.kind == OutputKind::kLoss; });
}

// Steps of the forward, the backward and the training program that are reference implementations, as text.
std::string ReferenceSteps(const std::string& text, const std::vector<ConstantOverride>& overrides,
                           const Bindings& sizes) {
  Diagnostics diagnostics;
  const std::optional<Model> model =
      BuildModel(std::make_shared<const Source>("model", text), AllOps(), overrides, diagnostics);
  if (!model) return diagnostics.Render();
  std::string found;
  std::vector<CompileOptions> all(3);
  all[1].gradients = Gradients::kAll;
  all[2].gradients = Gradients::kParameters;
  all[2].training = true;
  all[2].update_parameters = true;
  for (const CompileOptions& options : all) {
    if (options.training && !HasLoss(*model)) continue;
    const absl::StatusOr<CompiledModel> compiled = Compile(*model, sizes, options);
    if (!compiled.ok()) return std::string(compiled.status().message());
    for (const auto& step : compiled->program->full->steps) {
      if (step->info().reference) found += step->info().node + " " + step->info().implementation + "\n";
    }
  }
  return found;
}

TEST(Implementations, OfAttentionModelsAreNeverReferences) {
  for (const char* name : {"softmax", "taylor", "softmax_plain", "taylor_plain"}) {
    const std::string text = ReadData("experiments/attention/" + std::string(name) + ".textproto");
    for (const char* causal : {"0", "1"}) {
      for (const Bindings& sizes : {Bindings{{"B", 1}, {"H", 1}, {"L", 1}, {"D", 1}},
                                    Bindings{{"B", 2}, {"H", 3}, {"L", 37}, {"D", 3}},
                                    Bindings{{"B", 1}, {"H", 2}, {"L", 256}, {"D", 64}}}) {
        EXPECT_EQ(ReferenceSteps(text, {{"causal", causal, ""}}, sizes), "") << name;
      }
    }
  }
}

TEST(Implementations, OfEveryOtherOpAreNeverReferences) {
  constexpr char kModel[] = R"model(
    language: 1
    name: "many_ops"
    input { name: "x" dtype: F32 shape: "B, N, 5" }
    input { name: "target" dtype: F32 shape: "B, N, 4" }
    node { name: "fc" input: "x" linear { features: "8" } }
    node { name: "norm" softmax { axis: "1" } }
    node { name: "relu" relu {} }
    node { name: "gelu" gelu {} }
    node { name: "shift" parameter { shape: "1, 8" init: "normal(0, 1)" } }
    node { name: "shifted" input: "shift" input: "gelu" sub {} }
    node { name: "mean" input: "shifted" reduce_mean { axis: "0" keep_dims: "1" } }
    node { name: "centred" input: "shifted" input: "mean" sub {} }
    node { name: "turned" input: "centred" transpose { permutation: "0, 2, 1" } }
    node { name: "most" input: "turned" reduce_max { axis: "1" keep_dims: "1" } }
    node { name: "ratio" input: "turned" input: "most" div {} }
    node { name: "back" transpose { permutation: "0, 2, 1" } }
    node { name: "cut" slice { axis: "2" begin: "1" end: "5" } }
    node { name: "logs" log_softmax {} }
    node { name: "joined" input: "logs" input: "cut" concat { axis: "2" } }
    node { name: "out" linear { features: "4" } }
    output { name: "y" value: "out" }
    loss { name: "mse" mean_squared_error { prediction: "out" target: "target" } })model";
  for (const Bindings& sizes : {Bindings{{"B", 1}, {"N", 1}}, Bindings{{"B", 5}, {"N", 7}}, Bindings{{"B", 8}, {"N", 64}}}) {
    EXPECT_EQ(ReferenceSteps(kModel, {}, sizes), "");
  }
}

TEST(Implementations, OfTheImageClassifierAreNeverReferences) {
  const std::string text = ReadData("experiments/octmnist/cnn.textproto");
  for (const char* no_maxpool : {"0", "1"}) {
    for (const int64_t batch : {1, 5, 8, 64}) {
      EXPECT_EQ(ReferenceSteps(text, {{"no_maxpool", no_maxpool, ""}}, {{"B", batch}}), "");
    }
  }
}

TEST(Implementations, OfTheSpeechModelsAreNeverReferences) {
  for (const char* decoder : {"recurrent", "transformer"}) {
    const std::string text = ReadData("experiments/ljspeech/" + std::string(decoder) + ".textproto");
    for (const char* handout : {"0", "1"}) {
      const std::vector<ConstantOverride> overrides = {
          {"blocks", "1", ""}, {"outer_norm", handout, ""}, {"gelu_tanh", handout, ""}};
      for (const int64_t batch : {1, 3}) {
        EXPECT_EQ(ReferenceSteps(text, overrides, {{"B", batch}, {"T", 160}, {"S", 17}}), "") << decoder;
      }
    }
  }
}

TEST(Implementations, OfConvolutionalModelsAreNeverReferences) {
  for (const char* stride : {"1", "2"}) {
    const std::string model = std::string(R"model(
      language: 1
      name: "convolutional"
      const { name: "step" value: ")model") + stride + R"model(" }
      input { name: "image" dtype: F32 shape: "B, 1, 28, 28" }
      input { name: "target" dtype: F32 shape: "B, 4" }
      node { name: "conv1" input: "image" conv2d { channels: "8" kernel: "3" padding: "1" stride: "step" } }
      node { name: "act1" relu {} }
      node { name: "pool1" when: "step == 1" max_pool2d { kernel: "2" } }
      node { name: "conv2" conv2d { channels: "16" kernel: "3" stride: "step" } }
      node { name: "act2" relu {} }
      node { name: "pool2" when: "step == 1" avg_pool2d { kernel: "2" } }
      node { name: "wide" conv2d { channels: "70" kernel: "3" padding: "1" } }
      node { name: "most" max_pool2d { kernel: "3" stride: "1" padding: "1" } }
      node { name: "flat" flatten {} }
      node { name: "fc" linear { features: "4" } }
      output { name: "y" value: "fc" }
      loss { name: "mse" mean_squared_error { prediction: "fc" target: "target" } })model";
    for (const int64_t batch : {1, 5, 8}) EXPECT_EQ(ReferenceSteps(model, {}, {{"B", batch}}), "");
  }
}

}  // namespace
}  // namespace plumbline
