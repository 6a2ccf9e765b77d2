// The state of training between two steps, and how it lies in a file of arrays.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_TRAINER_STATE_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_TRAINER_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "experiments/arrays/array_file.h"
#include "experiments/training/evaluator.h"
#include "experiments/training/optimizer.h"

namespace plumbline {

// What an epoch came to. Losses are means of what was computed in f32, summed in double.
struct EpochResult {
  double training_loss = 0;          // mean over the epoch's items, each at the step that saw it
  double running_training_loss = 0;  // mean over all steps so far
  double learning_rate = 0;          // at the epoch's first step
  Evaluation validation;
  std::string parameter_digest;  // SHA-256 of the parameters after the epoch
};

struct TrainerState {
  std::vector<float> parameters;  // the flat vector, gaps included
  OptimizerState optimizer;
  int64_t step = 0;
  double epoch_loss_sum = 0;      // over items of the epoch so far
  double all_steps_loss_sum = 0;  // over steps since the first
  double last_loss = 0;
  std::vector<EpochResult> epochs;
};

NamedArrays ToArrays(const TrainerState& state);
// Errors (invalid argument): arrays that are missing, or of another type or shape than ToArrays gives.
absl::StatusOr<TrainerState> FromArrays(const NamedArrays& arrays);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_TRAINER_STATE_H_
