// Optimizers as they are written: "sgd { learning_rate: \"0.1\" }", alone or as a part of an experiment.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_CONFIG_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_CONFIG_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "experiments/training/field_reader.h"
#include "experiments/training/optimizer.h"
#include "experiments/training/optimizer.pb.h"

namespace plumbline {

// The numbers of an optimizer. Fails through the reader: no optimizer, a missing learning rate, a value out of range
// (learning rate and epsilon positive, momentum and betas in [0, 1), weight decay at least 0), nesterov without
// momentum.
OptimizerSpec ResolveOptimizer(const OptimizerConfig& config, FieldReader& reader);

// Reads "adamw { learning_rate: \"0.001\" }". InvalidArgument with the diagnostics of all that is wrong.
absl::StatusOr<OptimizerSpec> ParseOptimizer(absl::string_view text);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_CONFIG_H_
