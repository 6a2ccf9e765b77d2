#include "experiments/training/training_step.h"

#include "absl/types/span.h"
#include "experiments/training/clip.h"

namespace plumbline {
namespace {

bool IsPlainDescent(const OptimizerSpec& spec) {
  return spec.kind == OptimizerSpec::Kind::kSgd && spec.momentum == 0 && spec.weight_decay == 0;
}

}  // namespace

TrainingStep::TrainingStep(const OptimizerSpec& spec, double clip_norm, int64_t parameter_floats)
    : optimizer_(MakeOptimizer(spec, parameter_floats)), clip_norm_(clip_norm) {}

CompileOptions TrainingStep::Options(const OptimizerSpec& spec, double clip_norm) {
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  options.update_parameters = IsPlainDescent(spec) && clip_norm == 0;
  return options;
}

void TrainingStep::Prepare(Executor& executor, double learning_rate) {
  const bool updates = executor.program().full->updates_parameters;
  executor.set_gradient_scale(updates ? static_cast<float>(-learning_rate) : 1.0f);
}

void TrainingStep::Update(Executor& executor, double learning_rate) {
  const Program& program = *executor.program().full;
  if (program.updates_parameters) return;
  optimizer_->set_learning_rate(learning_rate);
  if (clip_norm_ > 0) {
    const double norm = EuclideanNorm(absl::MakeConstSpan(executor.gradients(), program.parameter_floats));
    optimizer_->set_gradient_scale(ClipFactor(norm, clip_norm_));
  }
  optimizer_->Step(executor.gradients(), executor.parameters());
}

absl::Status TrainingStep::Run(Executor& executor, const std::vector<const void*>& inputs,
                               const std::vector<void*>& outputs, double learning_rate) {
  Prepare(executor, learning_rate);
  const absl::Status status = executor.Run(inputs, outputs);
  if (status.ok()) Update(executor, learning_rate);
  return status;
}

absl::Status TrainingStep::RunTraced(Executor& executor, const std::vector<const void*>& inputs,
                                     const std::vector<void*>& outputs, double learning_rate,
                                     const Executor::ShardWatch& watch) {
  Prepare(executor, learning_rate);
  const absl::Status status = executor.RunTraced(inputs, outputs, watch);
  if (status.ok()) Update(executor, learning_rate);
  return status;
}

}  // namespace plumbline
