// Programs of convolutional models: fused and unfused ones agree, with the reference too, and none
// copies an image between its convolutions.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/ir/evaluate.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

// The image classifier of the examples with a loss of floats; `strided` leaves out the pools.
std::string Classifier(bool strided) {
  const std::string stride = strided ? " stride: \"2\"" : "";
  const auto pool = [&](const std::string& name) {
    return strided ? "" : "node { name: \"" + name + "\" max_pool2d { kernel: \"2\" } }\n";
  };
  return R"(language: 1 name: "classifier"
    input { name: "image" dtype: F32 shape: "B, 1, 28, 28" }
    input { name: "target" dtype: F32 shape: "B, 4" }
    node { name: "conv1" input: "image" conv2d { channels: "8" kernel: "3" padding: "1")" +
         stride + R"( } }
    node { name: "act1" relu {} }
    )" + pool("pool1") + R"(node { name: "conv2" conv2d { channels: "16" kernel: "3")" + stride +
         R"( } }
    node { name: "act2" relu {} }
    )" + pool("pool2") + R"(node { name: "flat" flatten {} }
    node { name: "fc1" linear { features: "32" } }
    node { name: "act3" relu {} }
    node { name: "fc2" linear { features: "4" } }
    output { name: "y" value: "fc2" }
    loss { name: "mse" mean_squared_error { prediction: "fc2" target: "target" } })";
}

Model Build(const std::string& text) {
  Diagnostics diagnostics;
  std::optional<Model> model =
      BuildModel(std::make_shared<const Source>("model", text), AllOps(), {}, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return *std::move(model);
}

std::vector<float> Sequence(int64_t count, uint32_t state, float scale) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back(scale * (static_cast<float>(state >> 8) / 8388608.0f - 1.0f));
  }
  return values;
}

using Results = std::map<std::string, std::vector<float>>;

class ModelRun {
 public:
  ModelRun(const Model& model, int64_t batch, const CompileOptions& options) {
    absl::StatusOr<CompiledModel> compiled = Compile(model, {{"B", batch}}, options);
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    if (!compiled.ok()) return;
    program_ = compiled->program;
    auto executor = Executor::Create(program_, 1);
    EXPECT_TRUE(executor.ok()) << executor.status();
    executor_ = *std::move(executor);
    uint32_t seed = 1;
    for (const ExternalBuffer& input : program_->batch_inputs) {
      inputs_.push_back(Sequence(ElementCount(input.shape), seed++, 1));
    }
    for (const ParameterSlot& slot : program_->full->parameters) {
      const std::vector<float> values = Sequence(ElementCount(slot.shape), seed++, 0.2f);
      std::copy(values.begin(), values.end(), executor_->parameters() + slot.offset);
    }
  }

  Results Execute() {
    Results results;
    std::vector<const void*> inputs;
    std::vector<void*> outputs;
    for (const std::vector<float>& array : inputs_) inputs.push_back(array.data());
    for (const ExternalBuffer& output : program_->batch_outputs) {
      results[output.name].resize(ElementCount(output.shape));
      outputs.push_back(results[output.name].data());
    }
    const absl::Status status = executor_->Run(inputs, outputs);
    EXPECT_TRUE(status.ok()) << status;
    for (const ParameterSlot& slot : program_->full->parameters) {
      const float* start = executor_->gradients() + slot.offset;
      results["grad/" + slot.name].assign(start, start + ElementCount(slot.shape));
    }
    return results;
  }

  std::string Ops() const {
    std::string ops;
    for (const auto& step : program_->full->steps) ops += step->info().op + " ";
    return ops;
  }

 private:
  std::shared_ptr<const ShardedProgram> program_;
  std::unique_ptr<Executor> executor_;
  std::vector<std::vector<float>> inputs_;
};

void ExpectClose(const Results& actual, const Results& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, values] : expected) {
    float largest = 1e-6f;
    for (const float value : values) largest = std::max(largest, std::abs(value));
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_NEAR(actual.at(name)[i], values[i], 2e-5 * largest) << name << " " << i;
    }
  }
}

CompileOptions Options(std::set<std::string> disabled) {
  CompileOptions options;
  options.gradients = Gradients::kAll;
  options.disabled_passes = std::move(disabled);
  return options;
}

TEST(Convolutional, FusionChangesNothing) {
  for (const bool strided : {false, true}) {
    const Model model = Build(Classifier(strided));
    for (const int64_t batch : {1, 5, 8}) {
      SCOPED_TRACE(batch);
      const Results plain = ModelRun(model, batch, Options({"fuse_nodes", "fuse_post_ops"})).Execute();
      ExpectClose(ModelRun(model, batch, Options({})).Execute(), plain);
      ExpectClose(ModelRun(model, batch, Options({"fuse_nodes"})).Execute(), plain);
      ExpectClose(ModelRun(model, batch, Options({"fuse_post_ops"})).Execute(), plain);
    }
  }
}

TEST(Convolutional, RunsTwiceWithTheSameBits) {
  const Model model = Build(Classifier(false));
  ModelRun run(model, 5, Options({}));
  const Results first = run.Execute();
  EXPECT_EQ(run.Execute(), first);
  EXPECT_EQ(ModelRun(model, 5, Options({})).Execute(), first);
}

TEST(Convolutional, StepsAreFusedAndCopyNoImage) {
  const std::string pooled = ModelRun(Build(Classifier(false)), 8, Options({})).Ops();
  EXPECT_EQ(pooled.find("relu_max"), std::string::npos) << pooled;
  EXPECT_EQ(pooled.find("max_pool2d_gradient"), std::string::npos) << pooled;
  for (const bool strided : {false, true}) {
    const std::string ops = ModelRun(Build(Classifier(strided)), 8, Options({})).Ops();
    EXPECT_EQ(ops.find("contiguous"), std::string::npos) << ops;
    EXPECT_EQ(ops.find("flatten"), std::string::npos) << ops;
  }
}

TEST(Convolutional, OneAxisBetweenTransposesCopiesNothing) {
  const Model model = Build(R"(language: 1 name: "speech"
    input { name: "x" dtype: F32 shape: "B, 6, T" }
    node { name: "conv1" input: "x" conv1d { channels: "10" kernel: "3" stride: "2" padding: "1" } }
    node { name: "act1" relu {} }
    node { name: "conv2" conv1d { channels: "8" kernel: "3" stride: "2" padding: "1" } }
    node { name: "act2" relu {} }
    node { name: "rows" transpose { permutation: "0, 2, 1" } }
    node { name: "fc" linear { features: "5" } }
    output { name: "y" value: "fc" })");
  absl::StatusOr<CompiledModel> compiled = Compile(model, {{"B", 2}, {"T", 37}}, {});
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  std::string ops;
  for (const auto& step : compiled->program->full->steps) ops += step->info().op + " ";
  EXPECT_EQ(ops, "conv1d conv1d linear ");
}

}  // namespace
}  // namespace plumbline
