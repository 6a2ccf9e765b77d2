// A program of a model with its data, ready to run again and again on one thread: what is timed, and whose outputs are
// compared.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_PREPARED_PROGRAM_H_
#define PLUMBLINE_EXPERIMENTS_RUN_PREPARED_PROGRAM_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/compile.h"
#include "experiments/load_experiment.h"
#include "experiments/training/training_step.h"

namespace plumbline {

class PreparedProgram {
 public:
  // Draws the inputs of `run` (seeds of gradients are ones), compiles for its sizes and allocates everything.
  // Parameters start as their initialisers say, from the seed; the program "training_step" updates them with the run's
  // optimizer. Errors: as Compile, an input that is neither f32 nor S64, or no memory.
  static absl::StatusOr<std::unique_ptr<PreparedProgram>> Make(const LoadedExperiment& experiment,
                                                               const ExperimentRun& run, const Model& model,
                                                               absl::string_view program, int threads);

  const CompiledModel& compiled() const { return compiled_; }
  int64_t allocated_arena_bytes() const { return executor_->allocated_arena_bytes(); }
  absl::Status Run();
  // Runs the first shard's program once more and gives the seconds of each of its steps, in the order of the plan.
  absl::Status TimeSteps(std::vector<double>& seconds);
  // f32 outputs of the last run, by name; gradients of inputs are among them.
  const std::map<std::string, std::vector<float>>& outputs() const { return output_values_; }
  // The value of an f32 input.
  const std::vector<float>& input(const std::string& name) const { return input_values_.at(name); }

 private:
  PreparedProgram() = default;
  // Makes the value of one input and notes its address.
  absl::Status AddInput(const LoadedExperiment& experiment, const ExperimentRun& run, const Model& model,
                        const ExternalBuffer& input, ShardInput kind);

  CompiledModel compiled_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<TrainingStep> descent_;  // null: nothing is updated
  double learning_rate_ = 0;
  int64_t random_[2] = {0, 0};  // seed and step of what is random in the program
  std::map<std::string, std::vector<float>> input_values_;
  std::map<std::string, std::vector<int64_t>> label_values_;
  std::map<std::string, std::vector<float>> output_values_;
  std::vector<const void*> inputs_;
  std::vector<void*> outputs_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_PREPARED_PROGRAM_H_
