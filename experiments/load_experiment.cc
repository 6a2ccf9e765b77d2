#include "experiments/load_experiment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/read_source.h"
#include "experiments/experiment_values.h"
#include "experiments/input_distribution.h"
#include "experiments/load_sweep.h"

namespace plumbline {
namespace {

constexpr int kLanguage = 1;
constexpr char kDefaultDistribution[] = "normal(0, 1)";

class Loader {
 public:
  Loader(ExperimentText& text, const LoadExperimentOptions& options) : text_(text), options_(options) {
    experiment_.message = text.message();
    experiment_.models = std::make_shared<ModelLibrary>(*options.registry);
  }

  std::optional<LoadedExperiment> Run() {
    CheckHead();
    for (const experiment::ModelUse& use : text_.message().model()) AddModel(use);
    experiment_.data = LoadData(text_);
    if (text_.message().model_size() == 0 && experiment_.data.empty()) {
      text_.Report(text_.message(), "the experiment has no model", "");
    }
    CheckConstants();
    CheckInputs();
    if (AnyError()) return std::nullopt;
    for (const experiment::Sweep& sweep : text_.message().sweep()) AddSweep(sweep);
    if (text_.message().sweep_size() == 0) text_.Report(text_.message(), "the experiment has no sweep", "");
    if (AnyError()) return std::nullopt;
    for (const LoadedSweep& sweep : experiment_.sweeps) CheckInputTypes(sweep);
    for (int i = 0; i < text_.message().sweep_size(); ++i) {
      std::vector<ExperimentRun> runs = ExpandSweep(text_, experiment_, i, options_.seeds);
      experiment_.runs.insert(experiment_.runs.end(), runs.begin(), runs.end());
    }
    if (AnyError()) return std::nullopt;
    for (ExperimentRun& run : experiment_.runs) {
      CheckDistributions(run);
      Resolve(run);
      BuildModels(run);
      if (AnyError()) return std::nullopt;
    }
    return std::move(experiment_);
  }

 private:
  bool AnyError() const { return text_.diagnostics().error_count() > errors_before_; }

  void CheckHead() {
    const experiment::Experiment& message = text_.message();
    if (!message.has_language()) {
      text_.Report(message, "the experiment does not say its language version", "write language: 1");
    } else if (message.language() != kLanguage) {
      text_.Report(message, absl::StrCat("language version ", message.language(), " is not known"),
                   "this program reads language: 1");
    }
    std::vector<std::string> taken;
    experiment_.name =
        ReadNewName(text_, message, experiment::Experiment::kNameFieldNumber, "the experiment", taken);
    std::vector<std::string> scales;
    for (const experiment::Scale& scale : message.scale()) {
      ReadNewName(text_, scale, experiment::Scale::kNameFieldNumber, "the scale", scales);
    }
  }

  void AddModel(const experiment::ModelUse& use) {
    const std::string name =
        ReadNewName(text_, use, experiment::ModelUse::kNameFieldNumber, "the model", model_names_);
    if (name.empty()) return;
    if (!use.has_file()) {
      text_.Report(use, absl::StrCat("the model ", Quoted(name), " has no file"), "write file: \"....textproto\"");
      return;
    }
    absl::StatusOr<std::shared_ptr<const Source>> source = ReadSource(PathBeside(text_.source().name(), use.file()));
    if (!source.ok()) {
      text_.Report(use, experiment::ModelUse::kFileFieldNumber, 0,
                   absl::StrCat("the model file ", Quoted(use.file()), " cannot be read: ", source.status().message()),
                   "files are found relative to the experiment file");
      return;
    }
    experiment_.models->Add(name, *std::move(source), text_.diagnostics());
  }

  void CheckConstants() {
    std::vector<std::string> taken;
    for (const experiment::Setting& setting : text_.message().const_()) {
      const std::string name = CheckSetting(setting, taken);
      if (name.empty() || AnyError()) continue;
      std::vector<std::string> known;
      bool found = false;
      for (const std::string& model : experiment_.models->names()) {
        found = found || experiment_.models->HasConstant(model, name);
        const auto& constants = experiment_.models->constants(model);
        known.insert(known.end(), constants.begin(), constants.end());
      }
      if (!found) ReportConstant(setting, absl::StrCat("no model has a constant ", Quoted(name)), known);
    }
    for (const experiment::ModelUse& use : text_.message().model()) {
      std::vector<std::string> of_model;
      for (const experiment::Setting& setting : use.const_()) {
        const std::string name = CheckSetting(setting, of_model);
        if (name.empty() || AnyError() || experiment_.models->HasConstant(use.name(), name)) continue;
        ReportConstant(setting, absl::StrCat("the model ", Quoted(use.name()), " has no constant ", Quoted(name)),
                       experiment_.models->constants(use.name()));
      }
    }
  }

  std::string CheckSetting(const experiment::Setting& setting, std::vector<std::string>& taken) {
    const std::string name =
        ReadNewName(text_, setting, experiment::Setting::kNameFieldNumber, "the constant", taken);
    if (!setting.has_value()) text_.Report(setting, absl::StrCat("the constant ", Quoted(name), " has no value"), "");
    return name;
  }

  void ReportConstant(const experiment::Setting& setting, std::string what, const std::vector<std::string>& known) {
    text_.Report(setting, experiment::Setting::kNameFieldNumber, 0, std::move(what),
                 DidYouMean(setting.name(), known));
  }

  void CheckInputs() {
    if (AnyError()) return;
    std::vector<std::string> taken;
    for (const experiment::InputData& input : text_.message().input()) {
      constexpr int kName = experiment::InputData::kNameFieldNumber;
      const std::string& name = input.name();
      std::vector<std::string> known;
      for (const std::string& model : experiment_.models->names()) {
        const auto& inputs = experiment_.models->inputs(model);
        known.insert(known.end(), inputs.begin(), inputs.end());
      }
      if (!input.has_name() || !input.has_value()) {
        text_.Report(input, "an input wants a name and a value", "write input { name: \"q\" value: \"normal(0, 1)\" }");
      } else if (std::find(known.begin(), known.end(), name) == known.end()) {
        text_.Report(input, kName, 0, absl::StrCat("no model has an input ", Quoted(name)), DidYouMean(name, known));
      } else if (std::find(taken.begin(), taken.end(), name) != taken.end()) {
        text_.Report(input, kName, 0, absl::StrCat("two inputs of the name ", Quoted(name)), "");
      }
      taken.push_back(name);
    }
  }

  void AddSweep(const experiment::Sweep& sweep) {
    ReadNewName(text_, sweep, experiment::Sweep::kNameFieldNumber, "the sweep", sweep_names_);
    std::optional<LoadedSweep> loaded = LoadSweep(text_, *experiment_.models, sweep);
    if (loaded) experiment_.sweeps.push_back(*std::move(loaded));
  }

  // An input that is drawn has a distribution of its type.
  void CheckInputTypes(const LoadedSweep& sweep) {
    if (!DrawsInputs(sweep)) return;
    for (const std::string& model : ModelsOf(sweep)) {
      for (const ExpandedInput& input : experiment_.models->model(model).expanded.inputs) {
        CheckInputType(sweep, model, input);
      }
    }
  }

  void CheckInputType(const LoadedSweep& sweep, const std::string& model, const ExpandedInput& input) {
    const auto& entries = text_.message().input();
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const experiment::InputData& data) {
      return data.name() == input.name;
    });
    const auto report = [&](std::string what, std::string hint) {
      if (entry != entries.end()) {
        text_.Report(*entry, experiment::InputData::kValueFieldNumber, 0, std::move(what), std::move(hint));
      } else {
        text_.Report(text_.message().sweep(static_cast<int>(&sweep - experiment_.sweeps.data())), std::move(what),
                     std::move(hint));
      }
    };
    const std::string subject = absl::StrCat("the input ", Quoted(input.name), " of model ", Quoted(model));
    if (input.dtype == InputDType::kU8) {
      report(absl::StrCat(subject, " is U8 and cannot be drawn"), "F32 and S64 inputs can");
      return;
    }
    const ExpressionOr<InputDistribution> parsed = ParseInputDistribution(
        experiment_.DistributionOf(input.name),
        [](const std::string&) -> ExpressionOr<std::optional<Number>> { return std::optional<Number>(int64_t{1}); });
    if (!parsed.ok()) return;  // seen with the numbers of a run
    const bool labels = std::holds_alternative<LabelDistribution>(*parsed);
    if (labels == (input.dtype == InputDType::kS64)) return;
    if (labels) {
      report(absl::StrCat(subject, " is F32 and cannot hold labels"), "write \"normal(0, 1)\"");
    } else {
      report(absl::StrCat(subject, " is S64, so the sweep ", Quoted(sweep.name), " needs labels for it"),
             absl::StrCat("write input { name: \"", input.name,
                          "\" value: \"labels(4)\" }, with the number of classes"));
    }
  }

  // The numbers of the run's study, and the sizes that follow from them.
  void Resolve(ExperimentRun& run) {
    FieldReader reader(LookupIn(run), [this](const google::protobuf::Message& message, int field, size_t offset,
                                             std::string what, std::string hint) {
      text_.Report(message, field, offset, std::move(what), std::move(hint));
    });
    ResolveStudy(text_.message().sweep(run.sweep), reader, run);
    if (!run.training) return;
    const std::string& batch = experiment_.models->model(run.model).expanded.batch;
    run.sizes[batch] = run.training->batch;
    for (const SymbolTable::Symbol& symbol : experiment_.models->symbols(run.model)) {
      if (symbol.name != batch || !symbol.bound || run.training->batch <= *symbol.bound) continue;
      text_.Report(text_.message().sweep(run.sweep).training(), experiment::Training::kBatchFieldNumber, 0,
                   absl::StrCat("a batch of ", run.training->batch, " is above the bound of ", Quoted(batch)),
                   absl::StrCat("model '", run.model, "' says ", batch, "<=", *symbol.bound));
    }
  }

  static NameLookup LookupIn(const ExperimentRun& run) {
    return [&run](const std::string& name) -> ExpressionOr<std::optional<Number>> {
      const auto found = run.names.find(name);
      if (found == run.names.end()) return std::optional<Number>();
      return std::optional<Number>(found->second);
    };
  }

  // The distributions of inputs, with the numbers of a run.
  void CheckDistributions(const ExperimentRun& run) {
    if (!DrawsInputs(experiment_.sweeps[run.sweep])) return;
    const NameLookup lookup = LookupIn(run);
    for (const experiment::InputData& input : text_.message().input()) {
      const ExpressionOr<InputDistribution> parsed = ParseInputDistribution(input.value(), lookup);
      if (parsed.ok()) continue;
      text_.Report(input, experiment::InputData::kValueFieldNumber, parsed.error().offset, parsed.error().message,
                   parsed.error().hint);
    }
  }

  void BuildModels(const ExperimentRun& run) {
    const std::vector<std::string> models =
        run.model.empty() ? ModelsOf(experiment_.sweeps[run.sweep]) : std::vector<std::string>{run.model};
    for (const std::string& model : models) {
      experiment_.models->Build(model, experiment_.ConstantsOf(model, run), text_.diagnostics());
    }
  }

  ExperimentText& text_;
  const LoadExperimentOptions& options_;
  const int errors_before_ = text_.diagnostics().error_count();
  LoadedExperiment experiment_;
  std::vector<std::string> model_names_;
  std::vector<std::string> sweep_names_;
};

}  // namespace

ModelLibrary::Constants LoadedExperiment::ConstantsOf(const std::string& model, const ExperimentRun& run) const {
  ModelLibrary::Constants constants;
  const auto set = [&](const std::string& name, const std::string& value) {
    if (models->HasConstant(model, name)) constants[name] = value;
  };
  for (const experiment::Setting& setting : message.const_()) set(setting.name(), setting.value());
  for (const experiment::ModelUse& use : message.model()) {
    if (use.name() != model) continue;
    for (const experiment::Setting& setting : use.const_()) set(setting.name(), setting.value());
  }
  for (const auto& [name, value] : run.constants) set(name, value);
  return constants;
}

const DataUse& LoadedExperiment::DataOf(const std::string& name) const {
  return *std::find_if(data.begin(), data.end(), [&](const DataUse& use) { return use.name == name; });
}

std::string LoadedExperiment::DistributionOf(const std::string& input) const {
  for (const experiment::InputData& data : message.input()) {
    if (data.name() == input) return data.value();
  }
  return kDefaultDistribution;
}

std::optional<LoadedExperiment> LoadExperiment(std::shared_ptr<const Source> source,
                                               const LoadExperimentOptions& options, Diagnostics& diagnostics) {
  ExperimentText text(std::move(source), diagnostics);
  if (!text.Parse()) return std::nullopt;
  const int errors_before = diagnostics.error_count();
  text.ApplyScale(options.scale);
  for (const PathOverride& override : options.overrides) text.Apply(override);
  if (diagnostics.error_count() != errors_before) return std::nullopt;
  return Loader(text, options).Run();
}

bool CheckExperiment(std::shared_ptr<const Source> source, const OpRegistry& registry, Diagnostics& diagnostics) {
  const int errors_before = diagnostics.error_count();
  std::vector<std::string> scales = {"default"};
  {
    Diagnostics ignored;
    ExperimentText text(source, ignored);
    if (text.Parse()) scales = text.Scales();
    if (std::find(scales.begin(), scales.end(), "default") == scales.end()) scales.push_back("default");
  }
  for (const std::string& scale : scales) {
    LoadExperimentOptions options;
    options.registry = &registry;
    options.scale = scale;
    LoadExperiment(source, options, diagnostics);
  }
  return diagnostics.error_count() == errors_before;
}

}  // namespace plumbline
