// Trains one model on one data set, step by step. What a step computes is a function of model, data, settings, seed and
// the step's number alone: the number of threads, an interruption and its resumption change no bit.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_TRAINER_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_TRAINER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/compile.h"
#include "experiments/arrays/array_file.h"
#include "experiments/data/data_set.h"
#include "experiments/training/batch_source.h"
#include "experiments/training/evaluator.h"
#include "experiments/training/settings.h"
#include "experiments/training/tracer.h"
#include "experiments/training/trainer_state.h"
#include "experiments/training/training_step.h"
#include "reports/trace.pb.h"

namespace plumbline {

// Why training cannot go on: a loss that is not a finite number.
struct Divergence {
  int64_t step = 0;   // from 1
  int64_t epoch = 0;  // from 1
  std::string what;   // "the loss became NaN at step 113 (epoch 2): ..."
};

class Trainer {
 public:
  // Parameters are drawn from the seed. `model` and `data` outlive the trainer; shuffling, dropout and initial values
  // are streams of their own under `seed`. Errors: as Compile, Evaluator::Create and BatchSource::Make.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(const Model& model, const DataSet& data,
                                                         const TrainingSettings& settings, uint64_t seed,
                                                         int threads);
  ~Trainer();

  int64_t steps_per_epoch() const { return steps_per_epoch_; }
  int64_t total_steps() const { return steps_per_epoch_ * settings_.epochs; }
  int64_t step() const { return step_; }  // steps that were done
  bool done() const { return step_ == total_steps() || divergence_.has_value(); }

  // From here on, the digests of the parameters after every step are kept, and of everything in the steps that the
  // request wants. Changes no bit. Not after a step was done.
  void Trace(TraceRequest request);
  // Without key and point.
  const trace::Trace& trace() const { return trace_; }
  // The numbers that the request wanted, by step.
  const std::map<int64_t, FileArray>& traced_values() const { return traced_values_; }

  // One update; after the last one of an epoch also the evaluation on validation data. Not when done().
  absl::Status Step();

  const std::vector<EpochResult>& epochs() const { return epochs_; }
  const std::optional<Divergence>& divergence() const { return divergence_; }

  // The whole state between two steps as arrays, and back: after Restore the trainer goes on as the one that was saved
  // would have. Errors (invalid argument): arrays that are no state of a trainer of this model and these settings; the
  // trainer is then as it was.
  absl::StatusOr<NamedArrays> Save() const;
  absl::Status Restore(const NamedArrays& state);

  // The parameters by name, for a checkpoint.
  NamedArrays Parameters() const;
  const std::vector<ParameterSlot>& slots() const;
  float* parameters() { return parameters_.get(); }
  // The program of a full batch.
  const CompiledModel& compiled() const { return compiled_; }
  std::string ParameterDigest() const;

 private:
  struct Part;
  struct FreeFloats {
    void operator()(float* memory) const;
  };

  Trainer(const Model& model, const DataSet& data, const TrainingSettings& settings, uint64_t seed, int threads);
  absl::Status Prepare();
  absl::StatusOr<std::unique_ptr<Part>> MakePart(int64_t items);
  double LearningRate() const;
  absl::Status StartEpoch();
  // Items of the next step, in order.
  absl::Span<const int> NextItems() const;
  Part& PartFor(absl::Span<const int> items);
  absl::Status RunStep(absl::Span<const int> items, Part& part, double learning_rate);
  absl::Status FinishEpoch(double learning_rate);
  absl::Status Diagnose(double loss);

  const Model& model_;
  const DataSet& data_;
  const TrainingSettings settings_;
  const uint64_t seed_;
  const int threads_;
  CompiledModel compiled_;
  std::unique_ptr<float, FreeFloats> parameters_;
  std::unique_ptr<Part> full_;
  std::unique_ptr<Part> last_;
  std::unique_ptr<TrainingStep> descent_;
  std::unique_ptr<Evaluator> validation_;
  int64_t steps_per_epoch_ = 0;

  int64_t step_ = 0;
  std::vector<int> order_;         // items of the epoch, in the order in which they are seen
  double epoch_loss_sum_ = 0;      // of items
  double all_steps_loss_sum_ = 0;  // of steps, since the first epoch
  double last_loss_ = 0;
  std::vector<EpochResult> epochs_;
  std::optional<Divergence> divergence_;
  std::optional<TraceRequest> trace_request_;
  trace::Trace trace_;
  std::map<int64_t, FileArray> traced_values_;
  NamedArrays replay_from_;      // state at the start of the epoch, or where it was restored
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_TRAINER_H_
