// The numbers that a run's inputs hold: drawn from the seed by each input's distribution.
#ifndef PLUMBLINE_EXPERIMENTS_INPUT_DATA_H_
#define PLUMBLINE_EXPERIMENTS_INPUT_DATA_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "experiments/load_experiment.h"

namespace plumbline {

// f32, row-major. The same input with the same seed and distribution is a prefix of itself at a larger size.
// Errors: a distribution that is none with the numbers of this run (checked when the experiment was loaded).
absl::StatusOr<std::vector<float>> DrawInput(const LoadedExperiment& experiment, const ExperimentRun& run,
                                             const std::string& input, const std::vector<int64_t>& shape);
// The same for an S64 input, whose distribution is one of labels.
absl::StatusOr<std::vector<int64_t>> DrawLabels(const LoadedExperiment& experiment, const ExperimentRun& run,
                                                const std::string& input, const std::vector<int64_t>& shape);

// SHA-256 over the bytes of f32 values, in hexadecimal.
std::string DigestOf(const std::vector<float>& values);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_INPUT_DATA_H_
