// Trains the runs of a sweep side by side: small models leave cores idle that other runs can use, and no run's bits
// depend on what runs beside it.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_PARALLEL_TRAININGS_H_
#define PLUMBLINE_EXPERIMENTS_RUN_PARALLEL_TRAININGS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "experiments/data/data_set.h"
#include "experiments/load_experiment.h"
#include "experiments/run/claimed_work.h"
#include "experiments/run/progress.h"
#include "experiments/training/tracer.h"
#include "reports/record.pb.h"

namespace plumbline {

struct TrainingOptions {
  std::string checkpoints;  // folder
  int threads = 1;
  double save_seconds = 15;  // between saved states of an unfinished run
  std::optional<TraceRequest> trace;
  std::string traces;  // folder
};

// Runs experiment.runs[i] for all i of `runs` that `work`, whose units they are, hands out, as many at a time as there are threads; with fewer runs than threads, a
// run has several. `store` is called with each record as soon as it is there, never at the same time as another.
// The first error ends all after a clean state. Cancelled when a signal stopped them.
absl::Status RunTrainings(const LoadedExperiment& experiment, const std::vector<int>& runs, const DataSet& data,
                          const TrainingOptions& options, ClaimedWork& work, Progress& progress,
                          const std::function<absl::Status(const record::Record&)>& store);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_PARALLEL_TRAININGS_H_
