// Gradient descent inside a program, against the same descent on the gradients that the program would have given.
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

constexpr float kRate = 0.125f;

// Two layers share their parameters, so that one gradient is a sum; one parameter is broadcast; a single column makes
// products that are no matrices.
constexpr char kModel[] = R"pb(
language: 1
name: "shared"
input { name: "x" dtype: F32 shape: "B, 6" }
input { name: "target" dtype: F32 shape: "B, 1" }
node { name: "first" input: "x" linear { features: "6" } }
node { name: "act" tanh {} }
node { name: "second" linear { features: "6" } parameters_of: "first" }
node { name: "scale" parameter { shape: "6" init: "constant(1)" } }
node { name: "scaled" input: "second" input: "scale" mul {} }
node { name: "last" linear { features: "1" } }
output { name: "y" value: "last" }
loss { name: "mse" mean_squared_error { prediction: "last" target: "target" } }
)pb";

Model Build() {
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>("model", kModel), AllOps(), {}, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return *std::move(model);
}

// A program with parameters and data of its own.
class Trained {
 public:
  Trained(const Model& model, int64_t batch, const CompileOptions& options) {
    const absl::StatusOr<CompiledModel> compiled = Compile(model, {{"B", batch}}, options);
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    program_ = compiled->program;
    executor_ = *Executor::Create(program_, 1);
    uint32_t state = 7;
    const auto next = [&state] {
      state = state * 1664525u + 1013904223u;
      return static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
    };
    for (const ParameterSlot& slot : program_->full->parameters) {
      for (int64_t i = 0; i < ElementCount(slot.shape); ++i) executor_->parameters()[slot.offset + i] = next();
    }
    for (const ExternalBuffer& input : program_->batch_inputs) {
      arrays_.emplace_back(static_cast<size_t>(ElementCount(input.shape)));
      for (float& value : arrays_.back()) value = next();
      inputs_.push_back(arrays_.back().data());
    }
    for (const ExternalBuffer& output : program_->batch_outputs) {
      arrays_.emplace_back(static_cast<size_t>(ElementCount(output.shape)));
      outputs_.push_back(arrays_.back().data());
    }
    executor_->set_gradient_scale(updates() ? -kRate : 1.0f);
  }

  bool updates() const { return program_->full->updates_parameters; }
  const Program& program() const { return *program_->full; }

  void Step() {
    ASSERT_TRUE(executor_->Run(inputs_, outputs_).ok());
    if (updates()) return;
    for (int64_t i = 0; i < program().parameter_floats; ++i) {
      executor_->parameters()[i] -= kRate * executor_->gradients()[i];
    }
  }

  std::vector<float> Parameters() const {
    return std::vector<float>(executor_->parameters(), executor_->parameters() + program().parameter_floats);
  }

 private:
  std::shared_ptr<const ShardedProgram> program_;
  std::unique_ptr<Executor> executor_;
  std::vector<std::vector<float>> arrays_;
  std::vector<const void*> inputs_;
  std::vector<void*> outputs_;
};

CompileOptions Updating() {
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  options.update_parameters = true;
  return options;
}

CompileOptions Giving() {
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  return options;
}

void ExpectSameDescent(Trained& a, Trained& b) {
  for (int step = 0; step < 5; ++step) {
    a.Step();
    b.Step();
    const std::vector<float> left = a.Parameters(), right = b.Parameters();
    ASSERT_EQ(left.size(), right.size());
    for (size_t i = 0; i < left.size(); ++i) EXPECT_NEAR(left[i], right[i], 2e-6) << "step " << step << ", float " << i;
  }
}

TEST(Updates, EqualDescentOnGradients) {
  const Model model = Build();
  Trained inside(model, 5, Updating());
  Trained outside(model, 5, Giving());
  EXPECT_TRUE(inside.updates());
  EXPECT_FALSE(inside.program().has_gradients);
  EXPECT_FALSE(outside.updates());
  ExpectSameDescent(inside, outside);
}

TEST(Updates, DoNotDependOnFusion) {
  const Model model = Build();
  CompileOptions plain = Updating();
  plain.disabled_passes = {"fuse_post_ops"};
  Trained fused(model, 5, Updating());
  Trained separate(model, 5, plain);
  EXPECT_LT(fused.program().steps.size(), separate.program().steps.size());
  ExpectSameDescent(fused, separate);
}

TEST(Updates, NeedTheWholeBatch) {
  const Model model = Build();
  CompileOptions options = Updating();
  options.shard_size = 2;
  Trained shards(model, 5, options);
  Trained whole(model, 5, Updating());
  EXPECT_FALSE(shards.updates());
  EXPECT_TRUE(shards.program().has_gradients);
  ExpectSameDescent(shards, whole);
}

}  // namespace
}  // namespace plumbline
