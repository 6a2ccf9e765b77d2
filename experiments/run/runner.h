// Runs an experiment: what its records do not have yet, one measurement after another, each recorded as soon as it is
// complete.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_RUNNER_H_
#define PLUMBLINE_EXPERIMENTS_RUN_RUNNER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "experiments/load_experiment.h"
#include "experiments/run/progress.h"
#include "experiments/run/timing_study.h"
#include "experiments/training/tracer.h"

namespace plumbline {

struct RunOptions {
  std::string records;   // folder
  std::string data_dir;  // where data sets lie that are not beside the experiment
  std::string checkpoints;  // folder of trained parameters, test scores and the states of unfinished trainings
  int threads = 1;       // of trainings: workers in all
  double save_seconds = 15;  // between saved states of an unfinished training
  int64_t shard = 0;     // this worker's part of the work ...
  int64_t shards = 1;    // ... of so many; work is dealt by key, and the list of all runs is kept beside the records
  bool force = false;    // run what exists again
  // Only runs of a sweep, seed, key or axis value: {"sweep", "training"}, {"seed", "1"}, {"model", "cnn"}. Others count as
  // elsewhere. Runs that are measured together stay together.
  std::vector<AxisSetting> only;
  bool exact_only = false;     // leave out sweeps that measure times
  bool measured_only = false;  // leave out all others
  TimingOptions timing;
  // Trainings leave a trace (reports/trace.proto) in the folder `traces`; those with a record but no trace run again.
  std::optional<TraceRequest> trace;
  std::string traces;
};

struct RunSummary {
  int made = 0;
  int existing = 0;   // skipped
  int elsewhere = 0;  // other workers' part
};

// Cancelled when a signal stopped it: what was complete is recorded, and the same call resumes. A record that is there
// but damaged is an error that names the file, unless `force`.
absl::StatusOr<RunSummary> RunExperiment(LoadedExperiment experiment, const RunOptions& options,
                                         Progress& progress);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_RUNNER_H_
