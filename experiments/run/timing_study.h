// Times programs: all that belong to one measurement in the same rounds, in an order drawn anew for each round.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_TIMING_STUDY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_TIMING_STUDY_H_

#include <vector>

#include "absl/status/statusor.h"
#include "experiments/load_experiment.h"
#include "experiments/run/progress.h"
#include "reports/record.pb.h"

namespace plumbline {

// Runs of one timing sweep that are measured together: those that agree in the axes that the study keeps apart.
std::vector<std::vector<int>> MeasurementGroups(const LoadedExperiment& experiment, int sweep);

struct TimingOptions {
  int rounds = 0;           // instead of as many as the study says; 0: as it says
  bool step_times = false;  // also the time of every step of the first shard's program, by node
};

// Measures the runs (indices into experiment.runs) and returns one record each, in their order: costs, plans, digests
// of outputs, and samples of time beside those of a bare matrix product of the same round. A program beyond the study's
// limits of memory or operations is not run; its record says why.
// Cancelled when `progress` was told to stop; nothing is returned then.
absl::StatusOr<std::vector<record::Record>> RunTiming(const LoadedExperiment& experiment, const std::vector<int>& runs,
                                                      const TimingOptions& options, Progress& progress);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_TIMING_STUDY_H_
