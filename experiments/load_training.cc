// What training sweeps and data summaries say.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/experiment_values.h"
#include "experiments/load_sweep.h"
#include "experiments/training/optimizer_config.h"
#include "experiments/training/schedule_config.h"
#include "experiments/training/transcript_metrics.h"

namespace plumbline {
namespace {

using google::protobuf::Message;

constexpr int64_t kLargestBatch = 1 << 24;
constexpr int64_t kMostEpochs = 1000000;
constexpr int64_t kEvaluationBatch = 256;
constexpr int64_t kMostExamples = 1000;
constexpr int64_t kMostItems = int64_t{1} << 40;
constexpr int64_t kLargestBeam = 100;
constexpr char kSelectLoss[] = "validation loss";

// The data set that a field names; empty when there is none, which is reported.
std::string ReadData(ExperimentText& text, const Message& message, int field) {
  std::vector<std::string> known;
  for (const experiment::Data& data : text.message().data()) known.push_back(data.name());
  const std::string name = ExperimentText::Text(message, field);
  if (!ExperimentText::Has(message, field)) {
    text.Report(message, "no data set is named",
                absl::StrCat("write data: \"", known.empty() ? "..." : known[0], "\""));
    return "";
  }
  if (std::find(known.begin(), known.end(), name) != known.end()) return name;
  text.Report(message, field, 0, absl::StrCat("the experiment has no data set ", Quoted(name)),
              DidYouMean(name, known));
  return "";
}

// What validation can tell of all these models.
std::vector<std::string> Selections(const ModelLibrary& models, const std::vector<std::string>& names, bool decodes) {
  std::vector<std::string> selections = {kSelectLoss};
  if (decodes) {
    for (const std::string& score : TranscriptMetricNames()) selections.push_back(absl::StrCat("validation ", score));
  }
  for (const ExpandedMetric& metric : models.model(names[0]).expanded.metrics) {
    const bool all = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      const auto& metrics = models.model(name).expanded.metrics;
      return std::any_of(metrics.begin(), metrics.end(),
                         [&](const ExpandedMetric& other) { return other.name == metric.name; });
    });
    if (all) selections.push_back(absl::StrCat("validation ", metric.name));
  }
  return selections;
}

}  // namespace

TrainingStudy LoadTraining(ExperimentText& text, const ModelLibrary& models, const experiment::Training& training) {
  using T = experiment::Training;
  TrainingStudy study;
  study.models = training.has_models() ? ReadModels(text, models, training, T::kModelsFieldNumber) : models.names();
  if (study.models.empty()) text.Report(training, T::kModelsFieldNumber, 0, "no model to train", "");
  study.data = ReadData(text, training, T::kDataFieldNumber);
  if (!training.has_batch()) text.Report(training, "the training has no batch", "write batch: \"8\", the items a step");
  if (!training.has_epochs()) text.Report(training, "the training has no number of epochs", "write epochs: \"15\"");
  if (!training.has_optimizer()) {
    text.Report(training, "the training has no optimizer", "write optimizer { sgd { learning_rate: \"0.01\" } }");
  }
  bool sound = !study.models.empty();
  for (const std::string& model : study.models) {
    if (!models.IsSound(model)) {
      sound = false;
      continue;
    }
    CheckHasLoss(text, models, model, training);
    if (training.has_decode() && !models.model(model).expanded.decode) {
      text.Report(training.decode(), absl::StrCat("the model ", Quoted(model), " does not say how it decodes"),
                  "add decode { input: ... symbol: ... output: ... } to the model");
    }
    if (!models.model(model).expanded.batch.empty()) continue;
    text.Report(training, absl::StrCat("the model ", Quoted(model), " has no batch symbol, so it cannot be trained"),
                "the first size of every input is the batch: shape: \"B, ...\"");
  }
  study.select = training.has_select() ? training.select() : kSelectLoss;
  if (!sound) return study;
  const std::vector<std::string> selections = Selections(models, study.models, training.has_decode());
  if (std::find(selections.begin(), selections.end(), study.select) == selections.end()) {
    const std::string near = DidYouMean(study.select, selections);
    text.Report(training, T::kSelectFieldNumber, 0,
                absl::StrCat("a training cannot select by ", Quoted(study.select)),
                near.empty() ? absl::StrCat("there are: ", absl::StrJoin(selections, ", ")) : near);
  }
  return study;
}

DataSummaryStudy LoadDataSummary(ExperimentText& text, const experiment::DataSummary& summary) {
  using S = experiment::DataSummary;
  DataSummaryStudy study;
  study.data = ReadData(text, summary, S::kDataFieldNumber);
  study.examples =
      ReadInteger(text, summary, S::kExamplesFieldNumber, 0, kMostExamples, study.examples).value_or(study.examples);
  return study;
}

TrainingSettings ResolveTraining(const experiment::Training& training, FieldReader& reader) {
  using T = experiment::Training;
  TrainingSettings settings;
  settings.batch = reader.Integer(training, T::kBatchFieldNumber, 1, kLargestBatch, 0);
  settings.epochs = reader.Integer(training, T::kEpochsFieldNumber, 1, kMostEpochs, 0);
  settings.evaluation_batch =
      reader.Integer(training, T::kEvaluationBatchFieldNumber, 1, kLargestBatch, kEvaluationBatch);
  settings.clip_norm = reader.Real(training, T::kClipNormFieldNumber, kNotNegative, 0);
  settings.optimizer = ResolveOptimizer(training.optimizer(), reader);
  settings.schedule = ResolveSchedule(training.schedule(), reader);
  if (!training.has_decode()) return settings;
  using D = experiment::Decoding;
  DecodingSettings decoding;
  decoding.validation = reader.Integer(training.decode(), D::kValidationFieldNumber, 1, kMostItems, kMostItems);
  decoding.beam = reader.Integer(training.decode(), D::kBeamFieldNumber, 1, kLargestBeam, 1);
  settings.decoding = decoding;
  return settings;
}

void ResolveStudy(const experiment::Sweep& sweep, FieldReader& reader, ExperimentRun& run) {
  if (sweep.has_training()) run.training = ResolveTraining(sweep.training(), reader);
  if (sweep.timing().has_optimizer()) run.optimizer = ResolveOptimizer(sweep.timing().optimizer(), reader);
}

}  // namespace plumbline
