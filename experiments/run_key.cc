#include "experiments/run_key.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "experiments/engine_version.h"
#include "experiments/random.h"
#include "reports/canonical_text.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

constexpr char kTerms[] = "terms";

void AddTimingModels(const ExperimentRun& run, std::vector<RunModel>& models) {
  models.push_back({run.model, run.model, nullptr});
}

void AddAccuracyModels(const AttentionAccuracyStudy& study, std::vector<RunModel>& models) {
  for (const std::string& model : study.softmax) models.push_back({model, model, nullptr});
  std::vector<std::string> series = study.taylor;
  series.push_back(study.features);
  for (const std::string& model : series) {
    for (const int64_t terms : study.terms) {
      models.push_back({absl::StrCat(model, ", terms ", terms), model, nullptr});
    }
  }
}

// The constant that the study itself sets for entry `name` of ModelsOfRun.
ModelLibrary::Constants StudyConstants(const RunModel& model) {
  ModelLibrary::Constants constants;
  const std::string prefix = absl::StrCat(model.model, ", terms ");
  if (model.name.size() > prefix.size()) constants[kTerms] = model.name.substr(prefix.size());
  return constants;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Model>> ModelOfRun(const LoadedExperiment& experiment, const ExperimentRun& run,
                                                        const std::string& model,
                                                        const ModelLibrary::Constants& further) {
  ModelLibrary::Constants constants = experiment.ConstantsOf(model, run);
  for (const auto& [name, value] : further) constants[name] = value;
  Diagnostics diagnostics;
  std::shared_ptr<const Model> built = experiment.models->Build(model, constants, diagnostics);
  if (built == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("model '", model, "' has errors:\n", diagnostics.Render()));
  }
  return built;
}

absl::StatusOr<std::vector<RunModel>> ModelsOfRun(const LoadedExperiment& experiment, const ExperimentRun& run) {
  std::vector<RunModel> models;
  if (!run.model.empty()) {
    AddTimingModels(run, models);
  } else {
    AddAccuracyModels(std::get<AttentionAccuracyStudy>(experiment.sweeps[run.sweep].study), models);
  }
  for (RunModel& model : models) {
    absl::StatusOr<std::shared_ptr<const Model>> built =
        ModelOfRun(experiment, run, model.model, StudyConstants(model));
    if (!built.ok()) return built.status();
    model.built = *std::move(built);
  }
  return models;
}

experiment::Experiment ResolvedExperiment(const LoadedExperiment& experiment, const ExperimentRun& run) {
  experiment::Experiment resolved;
  resolved.set_language(experiment.message.language());
  resolved.set_name(experiment.name);
  const std::vector<std::string> taking_part =
      run.model.empty() ? ModelsOf(experiment.sweeps[run.sweep]) : std::vector<std::string>{run.model};
  std::set<std::string> inputs;
  for (const experiment::ModelUse& use : experiment.message.model()) {
    if (std::find(taking_part.begin(), taking_part.end(), use.name()) == taking_part.end()) continue;
    experiment::ModelUse& kept = *resolved.add_model();
    kept.set_name(use.name());
    for (const auto& [name, value] : experiment.ConstantsOf(use.name(), run)) {
      experiment::Setting& constant = *kept.add_const_();
      constant.set_name(name);
      constant.set_value(value);
    }
    const std::vector<std::string>& of_model = experiment.models->inputs(use.name());
    inputs.insert(of_model.begin(), of_model.end());
  }
  for (const experiment::InputData& input : experiment.message.input()) {
    if (inputs.count(input.name()) != 0) *resolved.add_input() = input;
  }
  experiment::Sweep& sweep = *resolved.add_sweep();
  sweep = experiment.message.sweep(run.sweep);
  sweep.clear_doc();
  sweep.clear_axis();
  for (const AxisSetting& setting : run.point) {
    if (setting.axis == "model") continue;
    experiment::Axis& axis = *sweep.add_axis();
    axis.set_name(setting.axis);
    axis.set_values(setting.value);
  }
  sweep.set_seeds(absl::StrCat(run.seed));
  if (sweep.has_timing()) {
    sweep.mutable_timing()->clear_threads();
    sweep.mutable_timing()->set_models(run.model);
  }
  return resolved;
}

absl::StatusOr<std::string> RunKey(const LoadedExperiment& experiment, const ExperimentRun& run) {
  const absl::StatusOr<std::vector<RunModel>> models = ModelsOfRun(experiment, run);
  if (!models.ok()) return models.status();
  const absl::StatusOr<std::string> text = CanonicalText(ResolvedExperiment(experiment, run));
  if (!text.ok()) return text.status();
  Sha256 digest;
  for (const RunModel& model : *models) digest.AddField(model.built->canonical_text);
  digest.AddField(*text).AddField(kRandomGenerator).AddField(kEngineVersion);
  return digest.Hex();
}

}  // namespace plumbline
