// What the studies of sweeps say.
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "experiments/experiment_values.h"
#include "experiments/load_sweep.h"

namespace plumbline {
namespace {

using google::protobuf::Message;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();
constexpr int64_t kMostRounds = 1000;
constexpr int64_t kMostTerms = 20;
constexpr int64_t kMostThreads = 4096;
constexpr char kTrainingStep[] = "training_step";
constexpr char kDecodePrologue[] = "decode_prologue";
constexpr char kDecodeStep[] = "decode_step";
constexpr char kPrograms[] = "there are: forward, forward_backward, training_step, decode_prologue, decode_step";

// A limit, infinite when absent.
double ReadLimit(ExperimentText& text, const Message& message, int field) {
  return ReadAmount(text, message, field, kNoLimit).value_or(kNoLimit);
}

std::vector<std::string> ReadPrograms(ExperimentText& text, const experiment::Timing& timing) {
  constexpr int kField = experiment::Timing::kProgramsFieldNumber;
  const std::vector<std::string> known = {"forward", "forward_backward", kTrainingStep, kDecodePrologue,
                                          kDecodeStep};
  if (!timing.has_programs()) return {"forward", "forward_backward"};
  std::vector<std::string> programs;
  for (const PlacedName& placed : ReadNames(text, timing, kField)) {
    if (std::find(known.begin(), known.end(), placed.name) == known.end()) {
      const std::string near = DidYouMean(placed.name, known);
      text.Report(timing, kField, placed.offset, absl::StrCat("no program is called ", Quoted(placed.name)),
                  near.empty() ? kPrograms : near);
    } else {
      programs.push_back(placed.name);
    }
  }
  if (programs.empty()) text.Report(timing, kField, 0, "no program to time", kPrograms);
  return programs;
}

std::string ReadRepeat(ExperimentText& text, const experiment::Timing& timing, const TimingStudy& study) {
  constexpr int kField = experiment::Timing::kRepeatFieldNumber;
  const std::vector<PlacedName> names = ReadNames(text, timing, kField);
  if (names.empty()) return "";
  if (names.size() > 1) text.Report(timing, kField, names[1].offset, "one model is repeated, not several", "");
  const std::string& name = names[0].name;
  if (std::find(study.models.begin(), study.models.end(), name) == study.models.end()) {
    text.Report(timing, kField, names[0].offset, absl::StrCat("the study times no model ", Quoted(name)),
                DidYouMean(name, study.models));
  }
  return name;
}

TimingStudy LoadTiming(ExperimentText& text, const ModelLibrary& models, const experiment::Timing& timing) {
  using T = experiment::Timing;
  TimingStudy study;
  study.models = timing.has_models() ? ReadModels(text, models, timing, T::kModelsFieldNumber) : models.names();
  if (study.models.empty()) text.Report(timing, T::kModelsFieldNumber, 0, "no model to time", "");
  study.programs = ReadPrograms(text, timing);
  if (std::find(study.programs.begin(), study.programs.end(), kTrainingStep) != study.programs.end()) {
    if (!timing.has_optimizer()) {
      text.Report(timing, T::kProgramsFieldNumber, 0, "training_step needs an optimizer",
                  "write optimizer { sgd { learning_rate: \"0.01\" } }");
    }
    for (const std::string& model : study.models) CheckHasLoss(text, models, model, timing);
  }
  for (const std::string& program : study.programs) {
    if (program != kDecodePrologue && program != kDecodeStep) continue;
    for (const std::string& model : study.models) {
      if (!models.IsSound(model) || models.model(model).expanded.decode) continue;
      text.Report(timing, T::kProgramsFieldNumber, 0,
                  absl::StrCat(program, ": the model ", Quoted(model), " does not say how it decodes"),
                  "add decode { input: ... symbol: ... output: ... } to the model");
    }
  }
  study.repeat = ReadRepeat(text, timing, study);
  for (const PlacedName& axis : ReadNames(text, timing, T::kApartFieldNumber)) study.apart.push_back(axis.name);
  const TimingStudy absent;
  const auto integer = [&](int field, int64_t least, int64_t most, int default_value) {
    return static_cast<int>(ReadInteger(text, timing, field, least, most, default_value).value_or(default_value));
  };
  study.least_rounds = integer(T::kLeastRoundsFieldNumber, 1, kMostRounds, absent.least_rounds);
  study.most_rounds = integer(T::kMostRoundsFieldNumber, 1, kMostRounds, std::max(absent.most_rounds, study.least_rounds));
  if (study.most_rounds < study.least_rounds) {
    text.Report(timing, T::kMostRoundsFieldNumber, 0, "most_rounds is below least_rounds", "");
  }
  study.seconds = ReadAmount(text, timing, T::kSecondsFieldNumber, absent.seconds).value_or(absent.seconds);
  study.sample_seconds =
      ReadAmount(text, timing, T::kSampleSecondsFieldNumber, absent.sample_seconds).value_or(absent.sample_seconds);
  study.planned_bytes = ReadLimit(text, timing, T::kPlannedBytesFieldNumber);
  study.operations = ReadLimit(text, timing, T::kOperationsFieldNumber);
  study.threads = integer(T::kThreadsFieldNumber, 1, kMostThreads, absent.threads);
  return study;
}

AttentionAccuracyStudy LoadAccuracy(ExperimentText& text, const ModelLibrary& models,
                                    const experiment::AttentionAccuracy& accuracy) {
  using A = experiment::AttentionAccuracy;
  AttentionAccuracyStudy study;
  study.softmax = ReadModels(text, models, accuracy, A::kSoftmaxFieldNumber);
  study.taylor = ReadModels(text, models, accuracy, A::kTaylorFieldNumber);
  const std::vector<std::string> features = ReadModels(text, models, accuracy, A::kFeaturesFieldNumber);
  if (features.size() == 1) {
    study.features = features[0];
  } else {
    text.Report(accuracy, A::kFeaturesFieldNumber, 0, "one model of the feature map is wanted", "");
  }
  if (study.softmax.empty()) text.Report(accuracy, A::kSoftmaxFieldNumber, 0, "no model of softmax attention", "");
  if (study.taylor.empty()) text.Report(accuracy, A::kTaylorFieldNumber, 0, "no model of the series", "");
  const auto terms = ReadNumbers(text, accuracy, A::kTermsFieldNumber);
  if (terms && terms->empty()) text.Report(accuracy, A::kTermsFieldNumber, 0, "no number of terms", "");
  for (const PlacedNumber& placed : terms.value_or(std::vector<PlacedNumber>())) {
    const int64_t* number = std::get_if<int64_t>(&placed.number);
    if (number == nullptr || *number < 2 || *number > kMostTerms) {
      text.Report(accuracy, A::kTermsFieldNumber, placed.offset,
                  absl::StrCat(ToString(placed.number), " is not from 2 to ", kMostTerms), "");
    } else if (!study.terms.empty() && *number <= study.terms.back()) {
      text.Report(accuracy, A::kTermsFieldNumber, placed.offset, "the numbers of terms do not ascend", "");
    } else {
      study.terms.push_back(*number);
    }
  }
  study.planned_bytes = ReadLimit(text, accuracy, A::kPlannedBytesFieldNumber);
  study.operations = ReadLimit(text, accuracy, A::kOperationsFieldNumber);
  std::vector<std::string> series = study.taylor;
  if (!study.features.empty()) series.push_back(study.features);
  for (const std::string& model : series) {
    if (models.IsSound(model) && !models.HasConstant(model, "terms")) {
      text.Report(accuracy, absl::StrCat("the model ", Quoted(model), " has no constant 'terms'"), "");
    }
  }
  return study;
}

}  // namespace

std::vector<std::string> ReadModels(ExperimentText& text, const ModelLibrary& models, const Message& message,
                                    int field) {
  std::vector<std::string> names;
  for (const PlacedName& placed : ReadNames(text, message, field)) {
    if (models.Has(placed.name)) {
      names.push_back(placed.name);
    } else {
      text.Report(message, field, placed.offset, absl::StrCat("the experiment has no model ", Quoted(placed.name)),
                  DidYouMean(placed.name, models.names()));
    }
  }
  return names;
}

void CheckHasLoss(ExperimentText& text, const ModelLibrary& models, const std::string& model, const Message& message) {
  if (!models.IsSound(model) || !models.model(model).expanded.losses.empty()) return;
  text.Report(message, absl::StrCat("the model ", Quoted(model), " has no loss, so it cannot be trained"),
              "a model file says loss { name: ... }");
}

std::optional<LoadedSweep> LoadSweep(ExperimentText& text, const ModelLibrary& models,
                                     const experiment::Sweep& sweep) {
  const int errors_before = text.diagnostics().error_count();
  LoadedSweep loaded;
  loaded.name = sweep.name();
  switch (sweep.study_case()) {
    case experiment::Sweep::kTiming:
      loaded.study = LoadTiming(text, models, sweep.timing());
      break;
    case experiment::Sweep::kAttentionAccuracy:
      loaded.study = LoadAccuracy(text, models, sweep.attention_accuracy());
      break;
    case experiment::Sweep::kTraining:
      loaded.study = LoadTraining(text, models, sweep.training());
      break;
    case experiment::Sweep::kDataSummary:
      loaded.study = LoadDataSummary(text, sweep.data_summary());
      break;
    case experiment::Sweep::STUDY_NOT_SET:
      text.Report(sweep, absl::StrCat("the sweep ", Quoted(sweep.name()), " does not say what to study"),
                  "write training { ... }, timing { ... }, attention_accuracy { ... } or data_summary { ... }");
      break;
  }
  if (text.diagnostics().error_count() != errors_before) return std::nullopt;
  return loaded;
}

bool DrawsInputs(const LoadedSweep& sweep) {
  return std::holds_alternative<TimingStudy>(sweep.study) ||
         std::holds_alternative<AttentionAccuracyStudy>(sweep.study);
}

bool RunsModelByModel(const LoadedSweep& sweep) {
  return std::holds_alternative<TimingStudy>(sweep.study) || std::holds_alternative<TrainingStudy>(sweep.study);
}

std::vector<std::string> ModelsOf(const LoadedSweep& sweep) {
  if (const auto* timing = std::get_if<TimingStudy>(&sweep.study)) return timing->models;
  if (const auto* training = std::get_if<TrainingStudy>(&sweep.study)) return training->models;
  if (std::holds_alternative<DataSummaryStudy>(sweep.study)) return {};
  const auto& accuracy = std::get<AttentionAccuracyStudy>(sweep.study);
  std::vector<std::string> models = accuracy.softmax;
  models.insert(models.end(), accuracy.taylor.begin(), accuracy.taylor.end());
  models.push_back(accuracy.features);
  return models;
}

}  // namespace plumbline
