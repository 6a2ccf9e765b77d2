// One step of training around an executor: forward, backward, and the optimizer's update, which plain gradient descent
// does inside the program and every other optimizer over the flat vectors.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_TRAINING_STEP_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_TRAINING_STEP_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "compiler/compile.h"
#include "experiments/training/optimizer.h"

namespace plumbline {

class TrainingStep {
 public:
  // For parameters of `parameter_floats` floats; clip_norm 0: gradients are not clipped.
  TrainingStep(const OptimizerSpec& spec, double clip_norm, int64_t parameter_floats);

  // Gradients of the parameters, or updates of them where the optimizer allows it. Dropout is off.
  static CompileOptions Options(const OptimizerSpec& spec, double clip_norm);

  // Runs a program that was compiled with these options and updates the executor's parameters.
  absl::Status Run(Executor& executor, const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
                   double learning_rate);

  // As Run, with the same bits, on one worker and under watch.
  absl::Status RunTraced(Executor& executor, const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
                         double learning_rate, const Executor::ShardWatch& watch);

  Optimizer& optimizer() { return *optimizer_; }
  const Optimizer& optimizer() const { return *optimizer_; }

 private:
  void Prepare(Executor& executor, double learning_rate);
  void Update(Executor& executor, double learning_rate);

  std::unique_ptr<Optimizer> optimizer_;
  double clip_norm_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_TRAINING_STEP_H_
