// The axes of a sweep, expanded to runs.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "experiments/experiment_values.h"
#include "experiments/input_distribution.h"
#include "experiments/load_sweep.h"

namespace plumbline {
namespace {

using google::protobuf::Message;

// What the name of an axis stands for.
enum class AxisKind { kSize, kConstant, kName };

struct AxisValues {
  std::string name;
  AxisKind kind = AxisKind::kSize;
  std::vector<Number> values;
};

// Axes that vary together; all have as many values.
using AxisGroup = std::vector<AxisValues>;

// The names that the distribution of an input refers to.
std::vector<std::string> NamesInDistribution(const std::string& text) {
  std::vector<std::string> names;
  const NameLookup collect = [&](const std::string& name) -> ExpressionOr<std::optional<Number>> {
    names.push_back(name);
    return std::optional<Number>(Number(int64_t{1}));
  };
  // Whether it is well formed is seen with the values of a run.
  (void)ParseInputDistribution(text, collect);
  return names;
}

// The names in the numbers of a study, with their places.
std::vector<FieldReader::Use> NamesInStudy(const experiment::Sweep& sweep) {
  const NameLookup any = [](const std::string&) { return std::optional<Number>(Number(int64_t{1})); };
  // What the numbers cannot be is seen with the values of a run.
  FieldReader reader(any, [](const Message&, int, size_t, const std::string&, const std::string&) {});
  ExperimentRun ignored;
  ResolveStudy(sweep, reader, ignored);
  return reader.uses();
}

class Expander {
 public:
  Expander(ExperimentText& text, const LoadedExperiment& experiment, int index)
      : text_(text),
        experiment_(experiment),
        index_(index),
        sweep_(text.message().sweep(index)),
        loaded_(experiment.sweeps[index]),
        models_(ModelsOf(loaded_)),
        study_uses_(NamesInStudy(sweep_)) {
    for (const FieldReader::Use& use : study_uses_) study_names_.insert(use.name);
    if (!DrawsInputs(loaded_)) return;
    for (const std::string& model : models_) {
      for (const std::string& input : experiment.models->inputs(model)) {
        for (std::string& name : NamesInDistribution(experiment.DistributionOf(input))) {
          distribution_names_.insert(std::move(name));
        }
      }
    }
  }

  std::vector<ExperimentRun> Run(const std::vector<uint64_t>& seeds) {
    const int errors_before = text_.diagnostics().error_count();
    for (const experiment::Setting& fixed : sweep_.fixed()) ReadFixed(fixed);
    for (const experiment::Axis& axis : sweep_.axis()) ReadGroup(axis);
    CheckComplete();
    std::optional<std::vector<uint64_t>> own = ReadSeeds(text_, sweep_, experiment::Sweep::kSeedsFieldNumber);
    const bool has_seeds = !std::holds_alternative<DataSummaryStudy>(loaded_.study);
    if (!has_seeds && sweep_.has_seeds()) {
      text_.Report(sweep_, experiment::Sweep::kSeedsFieldNumber, 0, "a data summary has no seeds", "");
    }
    if (has_seeds && !seeds.empty()) own = seeds;
    if (text_.diagnostics().error_count() != errors_before || !own || !CheckCount(own->size())) return {};
    std::vector<ExperimentRun> runs;
    if (RunsModelByModel(loaded_)) {
      for (const std::string& model : models_) AddRuns({model}, model, *own, runs);
    } else {
      AddRuns(models_, "", *own, runs);
    }
    return runs;
  }

 private:
  const ModelLibrary& library() const { return *experiment_.models; }

  // In a training the batch is a setting of its own, and all other sizes are those of the data's items.
  bool FollowsFromTraining(const std::string& model, const std::string& symbol) const {
    return std::holds_alternative<TrainingStudy>(loaded_.study) && library().HasSymbol(model, symbol);
  }

  bool HasSize(const std::string& model, const std::string& symbol) const {
    return library().HasSymbol(model, symbol) && !FollowsFromTraining(model, symbol);
  }

  // Nothing when the name concerns no model here.
  std::optional<AxisKind> KindOf(const std::string& name) const {
    const auto any = [&](auto has) { return std::any_of(models_.begin(), models_.end(), has); };
    if (any([&](const std::string& model) { return HasSize(model, name); })) return AxisKind::kSize;
    if (any([&](const std::string& model) { return library().HasConstant(model, name); })) return AxisKind::kConstant;
    if (distribution_names_.count(name) != 0 || study_names_.count(name) != 0) return AxisKind::kName;
    return std::nullopt;
  }

  std::vector<std::string> KnownNames() const {
    std::set<std::string> known = distribution_names_;
    known.insert(study_names_.begin(), study_names_.end());
    for (const std::string& model : models_) {
      for (const SymbolTable::Symbol& symbol : library().symbols(model)) {
        if (!FollowsFromTraining(model, symbol.name)) known.insert(symbol.name);
      }
      known.insert(library().constants(model).begin(), library().constants(model).end());
    }
    return {known.begin(), known.end()};
  }

  // Reads name and values of an axis or a fixed setting.
  std::optional<AxisValues> ReadAxis(const Message& message, int name_field, int values_field, const char* what) {
    AxisValues axis;
    axis.name = ReadNewName(text_, message, name_field, what, names_);
    if (axis.name.empty()) return std::nullopt;
    const std::optional<AxisKind> kind = KindOf(axis.name);
    if (!kind) {
      ReportUnknown(message, name_field, axis.name);
      return std::nullopt;
    }
    axis.kind = *kind;
    if (!ExperimentText::Has(message, values_field)) {
      text_.Report(message, absl::StrCat("the ", what, " ", Quoted(axis.name), " has no values"), "");
      return std::nullopt;
    }
    const auto numbers = ReadNumbers(text_, message, values_field);
    if (!numbers) return std::nullopt;
    if (numbers->empty()) text_.Report(message, values_field, 0, absl::StrCat("the ", what, " ", Quoted(axis.name), " has no values, so the sweep has no runs"), "");
    for (const PlacedNumber& placed : *numbers) {
      if (axis.kind == AxisKind::kSize) CheckSize(message, values_field, axis.name, placed);
      axis.values.push_back(placed.number);
    }
    return axis;
  }

  void ReportUnknown(const Message& message, int field, const std::string& name) {
    if (models_.empty()) {
      text_.Report(message, field, 0,
                   absl::StrCat("a data summary has no axes, so ", Quoted(name), " means nothing"), "");
      return;
    }
    const auto any = [&](const auto& has) { return std::any_of(models_.begin(), models_.end(), has); };
    const bool size = any([&](const std::string& model) { return FollowsFromTraining(model, name); });
    const bool batch = size && any([&](const std::string& model) { return library().model(model).expanded.batch == name; });
    const char* what = DrawsInputs(loaded_) ? "input's distribution" : "number of the training";
    text_.Report(message, field, 0,
                 absl::StrCat("no model of sweep ", Quoted(sweep_.name()), " has a symbol or constant ", Quoted(name),
                              ", and no ", what, " needs it"),
                 batch ? absl::StrCat("the training's batch decides the size of ", Quoted(name), "; batch: \"", name,
                                      "\" makes it an axis")
                 : size ? absl::StrCat("the items of the data decide the size of ", Quoted(name))
                        : DidYouMean(name, KnownNames()));
  }

  void CheckSize(const Message& message, int field, const std::string& symbol, const PlacedNumber& placed) {
    const int64_t* size = std::get_if<int64_t>(&placed.number);
    if (size == nullptr || *size < 1) {
      text_.Report(message, field, placed.offset,
                   absl::StrCat(ToString(placed.number), " is no size for ", Quoted(symbol)),
                   "sizes are positive integers");
      return;
    }
    for (const std::string& model : models_) {
      for (const SymbolTable::Symbol& known : library().symbols(model)) {
        if (known.name != symbol || !known.bound || *size <= *known.bound) continue;
        text_.Report(message, field, placed.offset,
                     absl::StrCat(*size, " is above the bound of ", Quoted(symbol)),
                     absl::StrCat("model '", model, "' says ", symbol, "<=", *known.bound));
      }
    }
  }

  void ReadFixed(const experiment::Setting& fixed) {
    std::optional<AxisValues> axis = ReadAxis(fixed, experiment::Setting::kNameFieldNumber,
                                              experiment::Setting::kValueFieldNumber, "fixed value");
    if (!axis) return;
    if (axis->values.size() > 1) {
      text_.Report(fixed, experiment::Setting::kValueFieldNumber, 0, "a fixed value is one number", "several are an axis");
    }
    fixed_.push_back(*std::move(axis));
  }

  void ReadGroup(const experiment::Axis& message) {
    constexpr int kName = experiment::Axis::kNameFieldNumber;
    constexpr int kValues = experiment::Axis::kValuesFieldNumber;
    AxisGroup group;
    std::optional<AxisValues> first = ReadAxis(message, kName, kValues, "axis");
    if (first) group.push_back(*std::move(first));
    for (const experiment::Axis& zip : message.zip()) {
      if (zip.zip_size() > 0) text_.Report(zip.zip(0), "zip within zip", "put it beside the other one");
      std::optional<AxisValues> axis = ReadAxis(zip, kName, kValues, "axis");
      if (!axis) continue;
      if (!group.empty() && axis->values.size() != group[0].values.size()) {
        text_.Report(zip, kValues, 0,
                     absl::StrCat("'", axis->name, "' has ", axis->values.size(), " values and '", group[0].name,
                                  "', with which it varies, has ", group[0].values.size()),
                     "");
      }
      group.push_back(*std::move(axis));
    }
    if (!group.empty()) groups_.push_back(std::move(group));
  }

  // Every symbol and every name in a distribution needs a value.
  void CheckComplete() {
    const auto given = [&](const std::string& name) { return std::find(names_.begin(), names_.end(), name) != names_.end(); };
    std::set<std::string> missing;
    for (const std::string& model : models_) {
      for (const SymbolTable::Symbol& symbol : library().symbols(model)) {
        if (FollowsFromTraining(model, symbol.name) || given(symbol.name)) continue;
        if (!missing.insert(symbol.name).second) continue;
        text_.Report(sweep_, absl::StrCat("the sweep ", Quoted(sweep_.name()), " gives no value for ",
                                          Quoted(symbol.name), ", a size of model ", Quoted(model)),
                     absl::StrCat("write fixed { name: \"", symbol.name, "\" value: \"1\" } or an axis"));
      }
    }
    for (const std::string& name : distribution_names_) {
      if (given(name) || !missing.insert(name).second) continue;
      text_.Report(sweep_, absl::StrCat("the sweep ", Quoted(sweep_.name()), " gives no value for ", Quoted(name),
                                        ", which an input's distribution needs"),
                   absl::StrCat("write fixed { name: \"", name, "\" value: \"1\" } or an axis"));
    }
    for (const FieldReader::Use& use : study_uses_) {
      if (given(use.name)) continue;
      const std::string near = DidYouMean(use.name, names_);
      text_.Report(*use.message, use.field, use.offset,
                   absl::StrCat("no axis or fixed value is called ", Quoted(use.name)),
                   near.empty() ? absl::StrCat("write axis { name: \"", use.name, "\" values: \"...\" }") : near);
    }
    if (!std::holds_alternative<TimingStudy>(loaded_.study)) return;
    constexpr int kApart = experiment::Timing::kApartFieldNumber;
    for (const PlacedName& name : ReadNames(text_, sweep_.timing(), kApart)) {
      if (given(name.name)) continue;
      text_.Report(sweep_.timing(), kApart, name.offset, absl::StrCat("no axis is called ", Quoted(name.name)),
                   DidYouMean(name.name, names_));
    }
  }

  bool CheckCount(size_t seeds) {
    double count = static_cast<double>(seeds);
    if (RunsModelByModel(loaded_)) count *= static_cast<double>(models_.size());
    for (const AxisGroup& group : groups_) count *= static_cast<double>(group[0].values.size());
    if (count <= static_cast<double>(kMaxRuns)) return true;
    text_.Report(sweep_, absl::StrFormat("the sweep %s has %.0f runs", Quoted(sweep_.name()), count),
                 absl::StrCat("the limit is ", kMaxRuns));
    return false;
  }

  bool Concerns(const AxisValues& axis, const std::vector<std::string>& models) const {
    if (axis.kind == AxisKind::kName || study_names_.count(axis.name) != 0) return true;
    return std::any_of(models.begin(), models.end(), [&](const std::string& model) {
      return axis.kind == AxisKind::kSize ? HasSize(model, axis.name)
                                          : library().HasConstant(model, axis.name);
    });
  }

  static void Apply(const AxisValues& axis, const Number& value, ExperimentRun& run) {
    if (axis.kind == AxisKind::kConstant) run.constants[axis.name] = ToString(value);
    if (axis.kind == AxisKind::kSize) run.sizes[axis.name] = std::get<int64_t>(value);
    run.names[axis.name] = value;
  }

  // All points for these models; `model` heads the point when it is not empty.
  void AddRuns(const std::vector<std::string>& models, const std::string& model, const std::vector<uint64_t>& seeds,
               std::vector<ExperimentRun>& runs) {
    ExperimentRun base;
    base.sweep = index_;
    base.model = model;
    if (!model.empty()) base.point.push_back({"model", model});
    for (const AxisValues& fixed : fixed_) {
      if (Concerns(fixed, models)) Apply(fixed, fixed.values[0], base);
    }
    std::set<std::vector<std::string>> seen;
    std::vector<size_t> position(groups_.size(), 0);
    do {
      ExperimentRun run = base;
      std::vector<std::string> values;
      for (size_t g = 0; g < groups_.size(); ++g) {
        for (const AxisValues& axis : groups_[g]) {
          if (!Concerns(axis, models)) continue;
          const Number& value = axis.values[position[g]];
          Apply(axis, value, run);
          run.point.push_back({axis.name, ToString(value)});
          values.push_back(run.point.back().value);
        }
      }
      if (!seen.insert(values).second) continue;
      for (const uint64_t seed : seeds) {
        run.seed = seed;
        runs.push_back(run);
      }
    } while (Advance(position));
  }

  // The next point, the last axis fastest; false after the last one.
  bool Advance(std::vector<size_t>& position) const {
    for (size_t g = groups_.size(); g-- > 0;) {
      if (++position[g] < groups_[g][0].values.size()) return true;
      position[g] = 0;
    }
    return false;
  }

  ExperimentText& text_;
  const LoadedExperiment& experiment_;
  const int index_;
  const experiment::Sweep& sweep_;
  const LoadedSweep& loaded_;
  const std::vector<std::string> models_;
  const std::vector<FieldReader::Use> study_uses_;  // names in the numbers of the study
  std::set<std::string> study_names_;
  std::set<std::string> distribution_names_;
  std::vector<std::string> names_;  // of fixed values and axes
  std::vector<AxisValues> fixed_;
  std::vector<AxisGroup> groups_;
};

}  // namespace

std::vector<ExperimentRun> ExpandSweep(ExperimentText& text, const LoadedExperiment& experiment, int index,
                                       const std::vector<uint64_t>& seeds) {
  return Expander(text, experiment, index).Run(seeds);
}

}  // namespace plumbline
