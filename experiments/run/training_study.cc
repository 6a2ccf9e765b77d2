// A run is a loop over the trainer's steps between a state that may be there and a record that will be.
#include "experiments/run/training_study.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/arrays/array_file.h"
#include "experiments/data/medmnist_csv.h"
#include "experiments/ljspeech/report/attention_map_record.h"
#include "experiments/machine.h"
#include "experiments/run/cross_attention.h"
#include "experiments/run/progress.h"
#include "experiments/run/record_parts.h"
#include "experiments/training/text_evaluator.h"
#include "experiments/training/trainer.h"
#include "experiments/training/transcript_metrics.h"
#include "reports/digest.h"
#include "reports/files.h"
#include "reports/number_text.h"
#include "reports/record_values.h"
#include "reports/trace_text.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kEpoch[] = "epoch";
constexpr size_t kLargestState = size_t{4} << 30;
constexpr int kMostClasses = 10;  // whose predictions are kept as digits

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Index of the largest of `width` scores; the first among equals.
int Winner(const float* scores, int64_t width) {
  return static_cast<int>(std::max_element(scores, scores + width) - scores);
}

std::string SizeText(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

// Without the learning rate, which is a result by epoch.
std::string OptimizerText(const OptimizerSpec& spec) {
  std::string text = "SGD";
  if (spec.kind == OptimizerSpec::Kind::kAdam) text = "Adam";
  if (spec.kind == OptimizerSpec::Kind::kAdamW) text = "AdamW";
  if (spec.momentum != 0) {
    absl::StrAppend(&text, spec.nesterov ? ", Nesterov" : "", ", momentum ", ShortestText(spec.momentum));
  }
  if (spec.weight_decay != 0) absl::StrAppend(&text, ", weight decay ", ShortestText(spec.weight_decay));
  return text;
}

// One training from start to record.
class Run {
 public:
  Run(const TrainingContext& context, const ExperimentRun& run)
      : context_(context), run_(run), settings_(*run.training) {}

  absl::StatusOr<record::Record> Make() {
    absl::StatusOr<record::Record> record = StartRecord(*context_.experiment, run_, context_.all_threads);
    if (!record.ok()) return record.status();
    record_ = *std::move(record);
    absl::Status status = Prepare();
    if (status.ok()) status = Train();
    if (!status.ok()) return status;
    AddModelFacts();
    AddEpochs();
    if (trainer_->divergence()) {
      *record_.mutable_exact()->add_value() = TextValue("stopped", trainer_->divergence()->what);
    } else {
      status = AddTest();
    }
    if (status.ok()) status = WriteCheckpoint();
    if (status.ok() && context_.trace) status = WriteTrace();
    if (!status.ok()) return status;
    AddMeasured();
    return std::move(record_);
  }

 private:
  std::string PathOf(const char* ending) const {
    return JoinPath(context_.checkpoints, absl::StrCat(record_.key(), ending));
  }

  absl::Status Prepare() {
    absl::Status status = MakeFolders(RealSystemCalls(), context_.checkpoints);
    if (!status.ok()) return status;
    absl::StatusOr<std::shared_ptr<const Model>> model = ModelOf(*context_.experiment, run_, run_.model);
    if (!model.ok()) return model.status();
    model_ = *std::move(model);
    auto trainer = Trainer::Create(*model_, *context_.data, settings_, run_.seed, context_.threads);
    if (!trainer.ok()) return trainer.status();
    trainer_ = *std::move(trainer);
    if (!context_.trace) return Resume();
    trainer_->Trace(*context_.trace);
    return MakeFolders(RealSystemCalls(), context_.traces);
  }

  // A state that is damaged is as none: the run starts again and comes to the same end.
  absl::Status Resume() {
    const absl::StatusOr<std::string> file = ReadFile(RealSystemCalls(), PathOf(".state.npz"), kLargestState);
    if (absl::IsNotFound(file.status()) || absl::IsInvalidArgument(file.status())) return absl::OkStatus();
    if (!file.ok()) return file.status();
    const absl::StatusOr<NamedArrays> state = ParseNpz(*file);
    const absl::Status restored = state.ok() ? trainer_->Restore(*state) : state.status();
    if (restored.ok()) {
      context_.steps->fetch_add(trainer_->step());
    } else {
      context_.say(absl::StrCat(PathOf(".state.npz"), ": the state cannot be used, so its run starts again: ",
                                restored.message()));
    }
    return absl::OkStatus();
  }

  absl::Status SaveState() {
    if (context_.trace) return absl::OkStatus();
    const absl::StatusOr<NamedArrays> state = trainer_->Save();
    if (!state.ok()) return state.status();
    const absl::StatusOr<std::string> bytes = SerializeNpz(*state);
    if (!bytes.ok()) return bytes.status();
    return WriteFileAtomically(RealSystemCalls(), PathOf(".state.npz"), *bytes);
  }

  absl::Status Train() {
    Clock::time_point saved = Clock::now();
    Clock::time_point epoch_start = saved;
    size_t epochs = trainer_->epochs().size();
    const bool whole = trainer_->step() % trainer_->steps_per_epoch() == 0;
    bool timed = whole;  // an epoch that was interrupted has no time
    while (!trainer_->done()) {
      if (Progress::StopSignal() != 0 || *context_.stop) {
        const absl::Status status = SaveState();
        return status.ok() ? absl::CancelledError("stopped before its end") : status;
      }
      const absl::Status status = trainer_->Step();
      if (!status.ok()) return status;
      context_.steps->fetch_add(1, std::memory_order_relaxed);
      context_.items->fetch_add(settings_.batch, std::memory_order_relaxed);
      if (trainer_->epochs().size() != epochs) {
        epochs = trainer_->epochs().size();
        if (timed) epoch_seconds_.emplace_back(static_cast<int>(epochs), SecondsSince(epoch_start));
        epoch_start = Clock::now();
        timed = true;
      }
      if (SecondsSince(saved) < context_.save_seconds || trainer_->done()) continue;
      const absl::Status stored = SaveState();
      if (!stored.ok()) return stored;
      saved = Clock::now();
    }
    return absl::OkStatus();
  }

  void AddModelFacts() {
    record::Exact& exact = *record_.mutable_exact();
    int64_t total = 0;
    for (const ParameterSlot& slot : trainer_->slots()) {
      const int64_t size = ElementCount(slot.shape);
      *exact.add_value() = TextValue(absl::StrCat("shape of ", slot.name), SizeText(slot.shape));
      *exact.add_value() = IntegerValue(absl::StrCat("size of ", slot.name), "", size);
      total += size;
    }
    *exact.add_value() = IntegerValue("parameters", "", total);
    *exact.add_value() = IntegerValue("steps", "", trainer_->step());
    *exact.add_value() = IntegerValue("batch", "", settings_.batch);
    *exact.add_value() = IntegerValue("epochs", "", settings_.epochs);
    *exact.add_value() = TextValue("optimizer", OptimizerText(settings_.optimizer));
    *record_.add_plan() = PlanOf(run_.model, "training_step", trainer_->compiled());
  }

  // One value an epoch.
  void AddEpochs() {
    const std::vector<EpochResult>& epochs = trainer_->epochs();
    std::vector<int64_t> index;
    for (size_t i = 1; i <= epochs.size(); ++i) index.push_back(static_cast<int64_t>(i));
    record::Exact& exact = *record_.mutable_exact();
    const auto add = [&](const std::string& name, const auto& value_of) {
      std::vector<double> values;
      for (const EpochResult& epoch : epochs) values.push_back(value_of(epoch));
      *exact.add_series() = RealSeries(name, "", kEpoch, index, values);
    };
    if (epochs.empty()) return;
    add("training loss", [](const EpochResult& epoch) { return epoch.training_loss; });
    add("running training loss", [](const EpochResult& epoch) { return epoch.running_training_loss; });
    add("validation loss", [](const EpochResult& epoch) { return epoch.validation.loss; });
    for (const auto& metric : epochs[0].validation.metrics) {
      const std::string name = metric.first;
      add(absl::StrCat("validation ", name),
          [&name](const EpochResult& epoch) { return epoch.validation.metrics.at(name); });
    }
    add("learning rate", [](const EpochResult& epoch) { return epoch.learning_rate; });
    std::vector<std::string> digests;
    for (const EpochResult& epoch : epochs) digests.push_back(epoch.parameter_digest);
    *exact.add_series() = DigestSeries("parameter digest", kEpoch, index, digests);
  }

  absl::Status AddTest() {
    const Split& test = context_.data->test;
    if (test.items == 0) return absl::OkStatus();
    auto evaluator =
        Evaluator::Create(*model_, test, {settings_.evaluation_batch, context_.threads, settings_.decoding.has_value()},
                          trainer_->parameters());
    if (!evaluator.ok()) return evaluator.status();
    const absl::StatusOr<Evaluation> result = (*evaluator)->Run();
    if (!result.ok()) return result.status();
    record::Exact& exact = *record_.mutable_exact();
    *exact.add_value() = RealValue("test loss", "", result->loss);
    for (const auto& [name, value] : result->metrics) {
      *exact.add_value() = RealValue(absl::StrCat("test ", name), "", value);
    }
    const absl::Status status = settings_.decoding ? AddTranscripts((*evaluator)->item_losses()) : absl::OkStatus();
    return status.ok() ? AddPredictions(**evaluator) : status;
  }

  // For a model that writes text: what it writes for the test items, and how that compares.
  absl::Status AddTranscripts(const std::vector<double>& losses) {
    record::Exact& exact = *record_.mutable_exact();
    std::vector<int64_t> utterances(losses.size());
    std::iota(utterances.begin(), utterances.end(), int64_t{1});
    *exact.add_series() = RealSeries("test utterance loss", "", "utterance", utterances, losses);
    absl::Status status = AddTranscriptsOf(1, "test ");
    const int64_t beam = settings_.decoding->beam;
    if (status.ok() && beam > 1) {
      *exact.add_value() = IntegerValue("beam", "", beam);
      status = AddTranscriptsOf(beam, "test beam ");
    }
    return status.ok() ? AddAttentionMap() : status;
  }

  // Of the first test item, for a model with such an attention.
  absl::Status AddAttentionMap() {
    const Split& test = context_.data->test;
    const absl::StatusOr<CrossAttention> attention =
        ComputeCrossAttention(*model_, test, 0, trainer_->parameters());
    if (absl::IsNotFound(attention.status())) return absl::OkStatus();
    if (!attention.ok()) return attention.status();
    ljspeech::AttentionWeights weights;
    weights.weights = attention->weights;
    weights.heads = static_cast<int>(attention->heads);
    weights.rows = static_cast<int>(attention->queries);
    weights.positions = static_cast<int>(attention->keys);
    const Column& targets = *test.Find(context_.data->text->targets);
    std::vector<int64_t> tokens(static_cast<size_t>(targets.item_elements()));
    GatherItems(targets, {0}, tokens.data());
    weights.target = TextOf(*context_.data->text, tokens).substr(1);  // without the start
    for (const Column& column : test.columns) {
      if (!column.ragged() || column.item_shape.empty() || test.seconds.empty()) continue;
      const double share = static_cast<double>(attention->keys) / static_cast<double>(column.item_shape.back());
      const double length = static_cast<double>(column.LengthOf(0));
      weights.audio_positions = static_cast<int>(std::lround(length * share));
      weights.seconds_per_position = test.seconds[0] / (length * share);
    }
    const absl::StatusOr<record::Exact> values = ljspeech::AttentionMapValues(weights);
    if (!values.ok()) return values.status();
    record_.mutable_exact()->MergeFrom(*values);
    return absl::OkStatus();
  }

  absl::Status AddTranscriptsOf(int64_t beam, const std::string& prefix) {
    const Split& test = context_.data->test;
    auto evaluator = TextEvaluator::Create(*model_, test, *context_.data->text,
                                           {test.items, settings_.evaluation_batch, beam, context_.threads},
                                           trainer_->parameters());
    if (!evaluator.ok()) return evaluator.status();
    const absl::StatusOr<Transcripts> transcripts = (*evaluator)->Run();
    if (!transcripts.ok()) return transcripts.status();
    const auto scores =
        TranscriptMetrics(transcripts->targets, transcripts->predictions, MarkersOf(*context_.data->text));
    if (!scores.ok()) return scores.status();
    record::Exact& exact = *record_.mutable_exact();
    for (const auto& [name, value] : *scores) *exact.add_value() = RealValue(absl::StrCat(prefix, name), "", value);
    if (beam == 1) {
      *exact.add_value() = TextValue(absl::StrCat(prefix, "targets"), absl::StrJoin(transcripts->targets, "\n"));
    }
    *exact.add_value() = TextValue(absl::StrCat(prefix, "transcripts"), absl::StrJoin(transcripts->predictions, "\n"));
    return absl::OkStatus();
  }

  // For a model that classifies: the class of every test item.
  absl::Status AddPredictions(const Evaluator& evaluator) {
    const Split& test = context_.data->test;
    const Column* const labels = test.Find("label");
    const int64_t width = evaluator.output_width();
    const int64_t classes = static_cast<int64_t>(context_.data->class_names.size());
    if (labels == nullptr || labels->item_elements() != 1 || width != classes || classes > kMostClasses) {
      return absl::OkStatus();
    }
    std::vector<int> items(static_cast<size_t>(test.items));
    std::iota(items.begin(), items.end(), 0);
    std::vector<int64_t> truth(items.size());
    GatherItems(*labels, items, truth.data());
    std::string predictions;
    for (int64_t i = 0; i < test.items; ++i) {
      predictions += static_cast<char>('0' + Winner(&evaluator.outputs()[i * width], width));
    }
    record::Exact& exact = *record_.mutable_exact();
    const std::vector<int64_t>& subset = context_.data->published_subset;
    if (!subset.empty()) {
      const auto right = std::count_if(subset.begin(), subset.end(),
                                       [&](int64_t i) { return predictions[i] - '0' == truth[i]; });
      *exact.add_value() = RealValue("test accuracy of the published subset", "",
                                     static_cast<double>(right) / static_cast<double>(subset.size()));
    }
    *exact.add_value() = TextValue("test predictions", predictions);
    const absl::StatusOr<MedmnistMetrics> metrics =
        ComputeMedmnistMetrics(evaluator.outputs(), truth, static_cast<int>(classes));
    if (!metrics.ok()) return absl::OkStatus();  // a class that no item has
    *exact.add_value() = RealValue("test AUC", "", metrics->auc);
    scores_ = evaluator.outputs();
    scores_file_ = MedmnistFileName(context_.data->name, "test", *metrics, record_.key().substr(0, 16));
    return absl::OkStatus();
  }

  absl::Status WriteCheckpoint() {
    if (trainer_->divergence()) return RemoveFile(RealSystemCalls(), PathOf(".state.npz"));
    const absl::StatusOr<std::string> bytes = SerializeSafetensors(trainer_->Parameters(), {{"model", model_->identity}, {"run", record_.key()}});
    absl::Status status = bytes.status();
    if (status.ok()) status = WriteFileAtomically(RealSystemCalls(), PathOf(".safetensors"), *bytes);
    if (status.ok() && !scores_.empty()) {
      const int classes = static_cast<int>(context_.data->class_names.size());
      status = WriteFileAtomically(RealSystemCalls(), JoinPath(context_.checkpoints, scores_file_),
                                   MedmnistCsv(scores_, classes));
    }
    if (status.ok()) status = RemoveFile(RealSystemCalls(), PathOf(".state.npz"));
    return status;
  }

  absl::Status WriteTrace() {
    trace::Trace trace = trainer_->trace();
    trace.set_key(record_.key());
    trace.set_experiment(record_.experiment());
    *trace.mutable_point() = record_.point();
    trace.set_seed(record_.seed());
    *trace.mutable_fingerprint() = record_.fingerprint();
    const absl::StatusOr<std::string> text = TraceText(trace);
    absl::Status status = text.status();
    for (const auto& [step, values] : trainer_->traced_values()) {
      if (!status.ok()) return status;
      const std::string name = absl::StrCat(record_.key(), ".", step, ".npz");
      status = WriteNpz(JoinPath(context_.traces, name), {{context_.trace->values, values}});
    }
    if (!status.ok()) return status;
    return WriteFileAtomically(RealSystemCalls(), JoinPath(context_.traces, absl::StrCat(record_.key(), ".textproto")),
                               *text);
  }

  void AddMeasured() {
    const std::string id = record_.key().substr(0, 16);
    record::Measured& measured = *record_.mutable_measured();
    record::Measurement& measurement = *measured.add_measurement();
    measurement.set_id(id);
    measurement.set_rounds(static_cast<int>(epoch_seconds_.size()));
    if (!epoch_seconds_.empty()) {
      record::MeasuredSeries& series = *measured.add_series();
      series.set_name("epoch time");
      series.set_unit("s");
      series.set_measurement(id);
      for (const auto& [epoch, seconds] : epoch_seconds_) {
        series.add_sample(seconds);
        series.add_round(epoch - 1);
      }
    }
    const std::optional<int64_t> resident = ResidentBytes();
    if (!resident) return;
    record::MeasuredSeries& series = *measured.add_series();
    series.set_name("resident memory");
    series.set_unit("B");
    series.set_measurement(id);
    series.add_sample(static_cast<double>(*resident));
    series.add_round(0);
  }

  const TrainingContext& context_;
  const ExperimentRun& run_;
  const TrainingSettings settings_;
  record::Record record_;
  std::shared_ptr<const Model> model_;
  std::unique_ptr<Trainer> trainer_;
  std::vector<std::pair<int, double>> epoch_seconds_;  // epoch from 1, seconds
  std::vector<float> scores_;                          // of the test items
  std::string scores_file_;
};

}  // namespace

int64_t StepsOf(const ExperimentRun& run, const DataSet& data) {
  const int64_t batch = std::max<int64_t>(1, std::min(run.training->batch, data.train.items));
  return (data.train.items + batch - 1) / batch * run.training->epochs;
}

absl::StatusOr<record::Record> RunTraining(const TrainingContext& context, const ExperimentRun& run) {
  return Run(context, run).Make();
}

}  // namespace plumbline
