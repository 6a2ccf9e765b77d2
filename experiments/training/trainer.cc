// The loop over steps; what an interruption must not lose stands in Save and Restore.
#include "experiments/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "experiments/random.h"
#include "experiments/training/initialize.h"
#include "experiments/training/schedule.h"
#include "experiments/training/trainer_state.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

constexpr char kOrderStream[] = "order of items";

}  // namespace

// A program for steps of one number of items.
struct Trainer::Part {
  std::shared_ptr<const ShardedProgram> program;
  std::unique_ptr<Executor> executor;
  std::unique_ptr<BatchSource> source;
  std::vector<std::vector<float>> results;  // by output
  std::vector<void*> addresses;
  int loss = 0;  // index of the loss among the outputs
};

void Trainer::FreeFloats::operator()(float* memory) const { AlignedFree()(reinterpret_cast<char*>(memory)); }

Trainer::Trainer(const Model& model, const DataSet& data, const TrainingSettings& settings, uint64_t seed, int threads)
    : model_(model), data_(data), settings_(settings), seed_(seed), threads_(threads) {}

Trainer::~Trainer() = default;

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(const Model& model, const DataSet& data,
                                                         const TrainingSettings& settings, uint64_t seed,
                                                         int threads) {
  std::unique_ptr<Trainer> trainer(new Trainer(model, data, settings, seed, threads));
  const absl::Status status = trainer->Prepare();
  if (!status.ok()) return status;
  return trainer;
}

absl::Status Trainer::Prepare() {
  const int64_t items = data_.train.items;
  if (items == 0) return absl::InvalidArgumentError("there are no items to train on");
  const int64_t batch = std::min(settings_.batch, items);
  steps_per_epoch_ = (items + batch - 1) / batch;
  absl::StatusOr<std::unique_ptr<Part>> full = MakePart(batch);
  if (!full.ok()) return full.status();
  full_ = *std::move(full);
  if (items % batch != 0) {
    absl::StatusOr<std::unique_ptr<Part>> last = MakePart(items % batch);
    if (!last.ok()) return last.status();
    last_ = *std::move(last);
  }
  const Program& program = *full_->program->full;
  descent_ = std::make_unique<TrainingStep>(settings_.optimizer, settings_.clip_norm, program.parameter_floats);
  InitializeParameters(program.parameters, seed_, absl::MakeSpan(parameters(), program.parameter_floats));
  absl::StatusOr<std::unique_ptr<Evaluator>> validation =
      Evaluator::Create(model_, data_.validation, settings_.evaluation_batch, threads_, parameters());
  if (!validation.ok()) return validation.status();
  validation_ = *std::move(validation);
  return StartEpoch();
}

absl::StatusOr<std::unique_ptr<Trainer::Part>> Trainer::MakePart(int64_t items) {
  CompileOptions options = TrainingStep::Options(settings_.optimizer, settings_.clip_norm);
  options.training = true;
  const absl::StatusOr<Bindings> sizes = SizesOfBatch(model_, data_.train, items);
  if (!sizes.ok()) return sizes.status();
  absl::StatusOr<CompiledModel> compiled = Compile(model_, *sizes, options);
  if (!compiled.ok()) return compiled.status();
  auto part = std::make_unique<Part>();
  part->program = compiled->program;
  if (parameters_ == nullptr) {
    const int64_t bytes = part->program->full->parameter_floats * 4;
    parameters_.reset(reinterpret_cast<float*>(AllocateAligned(bytes).release()));
    if (parameters_ == nullptr) return absl::ResourceExhaustedError(absl::StrCat("no memory for ", bytes, " bytes"));
    compiled_ = *std::move(compiled);
  }
  auto executor = Executor::Create(part->program, threads_, parameters());
  if (!executor.ok()) return executor.status();
  part->executor = *std::move(executor);
  absl::StatusOr<BatchSource> source = BatchSource::Make(*part->program, data_.train);
  if (!source.ok()) return source.status();
  part->source = std::make_unique<BatchSource>(*std::move(source));
  part->loss = -1;
  for (const ExternalBuffer& output : part->program->batch_outputs) {
    if (output.kind == OutputKind::kLoss) part->loss = static_cast<int>(part->results.size());
    part->results.emplace_back(static_cast<size_t>(ElementCount(output.shape)));
  }
  for (std::vector<float>& result : part->results) part->addresses.push_back(result.data());
  if (part->loss < 0) return absl::InvalidArgumentError("the model has no loss to train on");
  return part;
}

double Trainer::LearningRate() const {
  return settings_.optimizer.learning_rate *
         LearningRateFactor(settings_.schedule, step_ / steps_per_epoch_, step_);
}

absl::Status Trainer::StartEpoch() {
  const int64_t epoch = step_ / steps_per_epoch_;
  order_ = RandomStream(seed_, kOrderStream).Permutation(static_cast<int>(data_.train.items), epoch);
  if (step_ % steps_per_epoch_ != 0) return absl::OkStatus();
  epoch_loss_sum_ = 0;
  absl::StatusOr<NamedArrays> state = Save();
  if (!state.ok()) return state.status();
  replay_from_ = *std::move(state);
  return absl::OkStatus();
}

absl::Span<const int> Trainer::NextItems() const {
  const int64_t first = step_ % steps_per_epoch_ * full_->program->batch;
  const int64_t items = std::min<int64_t>(full_->program->batch, data_.train.items - first);
  return absl::MakeConstSpan(order_).subspan(first, items);
}

Trainer::Part& Trainer::PartFor(absl::Span<const int> items) {
  return static_cast<int64_t>(items.size()) == full_->program->batch ? *full_ : *last_;
}

void Trainer::Trace(TraceRequest request) { trace_request_ = std::move(request); }

absl::Status Trainer::RunStep(absl::Span<const int> items, Part& part, double learning_rate) {
  const std::vector<const void*>& inputs = part.source->Gather(items, seed_, step_);
  const int64_t number = step_ + 1;
  if (!trace_request_ || !trace_request_->Wants(number, steps_per_epoch_)) {
    return descent_->Run(*part.executor, inputs, part.addresses, learning_rate);
  }
  StepTracer tracer(*part.program, trace_request_->values);
  tracer.Begin(inputs, parameters());
  const auto watch = [&](int64_t shard, const NodeResult& result, const float* values) {
    tracer.Watch(shard, result, values);
  };
  const absl::Status status = descent_->RunTraced(*part.executor, inputs, part.addresses, learning_rate, watch);
  if (!status.ok()) return status;
  *trace_.add_step() = tracer.Finish(number);
  if (std::optional<FileArray> values = tracer.TakeValues()) traced_values_[number] = *std::move(values);
  return absl::OkStatus();
}

absl::Status Trainer::Step() {
  const absl::Span<const int> items = NextItems();
  Part& part = PartFor(items);
  const double learning_rate = LearningRate();
  const absl::Status status = RunStep(items, part, learning_rate);
  if (!status.ok()) return status;
  if (trace_request_) trace_.add_parameters_after(ParameterDigest());
  const double loss = part.executor->mean(part.loss);
  if (!std::isfinite(loss)) return Diagnose(loss);
  ++step_;
  last_loss_ = loss;
  epoch_loss_sum_ += loss * static_cast<double>(items.size());
  all_steps_loss_sum_ += loss;
  return step_ % steps_per_epoch_ == 0 ? FinishEpoch(learning_rate) : absl::OkStatus();
}

absl::Status Trainer::FinishEpoch(double learning_rate) {
  EpochResult result;
  result.training_loss = epoch_loss_sum_ / static_cast<double>(data_.train.items);
  result.running_training_loss = all_steps_loss_sum_ / static_cast<double>(step_);
  result.learning_rate = learning_rate;
  absl::StatusOr<Evaluation> validation = validation_->Run();
  if (!validation.ok()) return validation.status();
  result.validation = *std::move(validation);
  result.parameter_digest = ParameterDigest();
  epochs_.push_back(std::move(result));
  return done() ? absl::OkStatus() : StartEpoch();
}

// The parameters have changed since the step that failed, so the epoch is computed again up to it, with the same bits,
// and that step under watch.
absl::Status Trainer::Diagnose(double loss) {
  absl::StatusOr<std::unique_ptr<Trainer>> again = Create(model_, data_, settings_, seed_, threads_);
  if (!again.ok()) return again.status();
  absl::Status status = (*again)->Restore(replay_from_);
  while (status.ok() && (*again)->step_ < step_) status = (*again)->Step();
  if (!status.ok()) return status;
  const absl::Span<const int> items = (*again)->NextItems();
  Part& part = (*again)->PartFor(items);
  absl::StatusOr<std::string> culprit =
      part.executor->FindNonFinite(part.source->Gather(items, seed_, step_), part.addresses);
  if (!culprit.ok()) return culprit.status();
  Divergence divergence;
  divergence.step = step_ + 1;
  divergence.epoch = step_ / steps_per_epoch_ + 1;
  divergence.what = absl::StrCat("the loss became ", std::isnan(loss) ? "NaN" : "infinite", " at step ",
                                 divergence.step, " (epoch ", divergence.epoch, "): ", *culprit,
                                 step_ == 0 ? "" : absl::StrFormat("; the last finite loss was %.6g", last_loss_));
  divergence_ = std::move(divergence);
  return absl::OkStatus();
}

absl::StatusOr<NamedArrays> Trainer::Save() const {
  TrainerState state;
  const int64_t floats = full_->program->full->parameter_floats;
  state.parameters.assign(parameters_.get(), parameters_.get() + floats);
  state.optimizer = descent_->optimizer().State();
  state.step = step_;
  state.epoch_loss_sum = epoch_loss_sum_;
  state.all_steps_loss_sum = all_steps_loss_sum_;
  state.last_loss = last_loss_;
  state.epochs = epochs_;
  return ToArrays(state);
}

absl::Status Trainer::Restore(const NamedArrays& arrays) {
  absl::StatusOr<TrainerState> state = FromArrays(arrays);
  if (!state.ok()) return state.status();
  const int64_t floats = full_->program->full->parameter_floats;
  if (static_cast<int64_t>(state->parameters.size()) != floats || state->step < 0 || state->step > total_steps() ||
      static_cast<int64_t>(state->epochs.size()) != state->step / steps_per_epoch_) {
    return absl::InvalidArgumentError("the state belongs to another model or other settings");
  }
  const absl::Status status = descent_->optimizer().Restore(state->optimizer);
  if (!status.ok()) return status;
  std::copy(state->parameters.begin(), state->parameters.end(), parameters());
  step_ = state->step;
  last_loss_ = state->last_loss;
  all_steps_loss_sum_ = state->all_steps_loss_sum;
  epochs_ = std::move(state->epochs);
  divergence_.reset();
  replay_from_ = arrays;
  if (done()) return absl::OkStatus();
  const absl::Status started = StartEpoch();
  epoch_loss_sum_ = state->epoch_loss_sum;
  return started;
}

NamedArrays Trainer::Parameters() const {
  NamedArrays result;
  for (const ParameterSlot& slot : slots()) {
    const float* const first = parameters_.get() + slot.offset;
    result[slot.name] = MakeArray(slot.shape, std::vector<float>(first, first + ElementCount(slot.shape)));
  }
  return result;
}

const std::vector<ParameterSlot>& Trainer::slots() const { return full_->program->full->parameters; }

std::string Trainer::ParameterDigest() const {
  Sha256 digest;
  for (const ParameterSlot& slot : slots()) {
    const char* const bytes = reinterpret_cast<const char*>(parameters_.get() + slot.offset);
    digest.AddField(slot.name).AddField({bytes, static_cast<size_t>(ElementCount(slot.shape)) * sizeof(float)});
  }
  return digest.Hex();
}

}  // namespace plumbline
