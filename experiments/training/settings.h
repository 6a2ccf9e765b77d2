// How one run is trained: everything that decides its bits beside the model, the data and the seed. Numbers only; the
// experiment file writes them as expressions, which experiments/load_experiment resolves for each run.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_SETTINGS_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "experiments/training/optimizer.h"

namespace plumbline {

// The learning rate as a factor of the optimizer's, by epoch or by step.
struct ScheduleSpec {
  enum class Kind { kConstant, kLinear, kStep, kCosine };
  Kind kind = Kind::kConstant;
  bool by_step = false;        // otherwise the factor changes between epochs only; lengths are in this unit
  int64_t warm_up = 0;         // the factor first goes linearly from warm_up_from to 1 over so many units
  double warm_up_from = 0;
  int64_t length = 0;          // kLinear, kCosine: units after the warm-up in which the factor goes from 1 to `last`
  double last = 0;
  int64_t every = 0;           // kStep: units after which the factor is multiplied by `factor`, again and again
  double factor = 0.1;
};

// What a model that generates text writes after every epoch, and at the end for the test split.
struct DecodingSettings {
  int64_t validation = 0;  // items, at most; decoded greedily
  int64_t beam = 1;        // > 1: the test split is decoded by beam search as well
};

struct TrainingSettings {
  OptimizerSpec optimizer;
  ScheduleSpec schedule;
  double clip_norm = 0;          // gradients are scaled down to this Euclidean norm over all parameters; 0: never
  int64_t batch = 0;             // items a step; the last step of an epoch takes what is left
  int64_t epochs = 0;
  int64_t evaluation_batch = 0;  // items a forward run of evaluation
  std::optional<DecodingSettings> decoding;
};

// One line with every number, the same for the same settings: part of a run's key.
std::string ToString(const TrainingSettings& settings);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_SETTINGS_H_
