// Trains the model of a run and makes its record; what an interruption must not lose lies in a state file meanwhile.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_TRAINING_STUDY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_TRAINING_STUDY_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "experiments/data/data_set.h"
#include "experiments/load_experiment.h"
#include "experiments/training/tracer.h"
#include "reports/record.pb.h"

namespace plumbline {

// What several trainings that run beside each other share.
struct TrainingContext {
  const LoadedExperiment* experiment = nullptr;
  const DataSet* data = nullptr;
  std::string checkpoints;  // folder: KEY.state.npz while a run is on, KEY.safetensors and KEY.csv after it
  double save_seconds = 15;  // between two saved states: what a killed process loses at most
  // Every run leaves a trace: KEY.textproto, and KEY.STEP.npz of the values that are wanted. It then neither resumes nor
  // saves a state, since a trace is of the whole training.
  std::optional<TraceRequest> trace;
  std::string traces;        // folder
  int threads = 1;           // of one training
  int all_threads = 1;       // of all of them, for the record
  std::atomic<int64_t>* steps = nullptr;  // counts the steps that were done, by all
  std::atomic<int64_t>* items = nullptr;  // the items that were trained on, by all
  const std::atomic<bool>* stop = nullptr;  // another run has failed: save the state and end as for a signal
  std::function<void(const std::string&)> say;  // a line for the user; called by any thread
};

// Steps of a run, before it is made. Resumed ones count from the state.
int64_t StepsOf(const ExperimentRun& run, const DataSet& data);

// Trains from the run's state, where there is one that is good, or from the start. Exact results:
//   parameters, `shape of NAME`, `size of NAME`, steps, batch, epochs, optimizer
//   by epoch: training loss, running training loss, validation loss, validation METRIC, learning rate, parameter digest
//   test loss, test METRIC, test predictions (one digit an item), and `METRIC of the published subset`
//   stopped: why training ended early (a loss that is not finite); it has then no results on test data
// Measured: epoch time, resident memory.
// A run that stopped early leaves no checkpoint: its parameters are of no use.
// Cancelled when a signal or `stop` stopped it: the state is saved and the same call goes on from there.
absl::StatusOr<record::Record> RunTraining(const TrainingContext& context, const ExperimentRun& run);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_TRAINING_STUDY_H_
