#include "experiments/run/find_run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/run/record_parts.h"
#include "ops/all_ops.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

// An experiment at one scale, with the keys of its runs.
struct Keyed {
  LoadedExperiment experiment;
  std::vector<std::string> keys;  // by run; empty where a data set's digest is not known
};

std::optional<Keyed> LoadAtScale(const std::shared_ptr<const Source>& source, const std::string& scale,
                                 absl::Span<const record::Record> records) {
  Diagnostics diagnostics;
  LoadExperimentOptions options;
  options.registry = &AllOps();
  options.scale = scale;
  std::optional<LoadedExperiment> experiment = LoadExperiment(source, options, diagnostics);
  if (!experiment) return std::nullopt;
  for (const record::Record& record : records) {
    for (const record::DataDigest& digest : record.data()) experiment->data_digests[digest.name()] = digest.sha256();
  }
  Keyed keyed{*std::move(experiment), {}};
  for (const ExperimentRun& run : keyed.experiment.runs) {
    keyed.keys.push_back(RunKey(keyed.experiment, run).value_or(""));
  }
  return keyed;
}

std::string TitleOf(const LoadedExperiment& experiment, const ExperimentRun& run) {
  std::string title = absl::StrCat("sweep=", experiment.sweeps[run.sweep].name);
  for (const AxisSetting& setting : run.point) absl::StrAppend(&title, ", ", setting.axis, "=", setting.value);
  return absl::StrCat(title, ", seed ", run.seed);
}

}  // namespace

bool IsRunOf(const LoadedExperiment& experiment, const ExperimentRun& run, const record::Record& record) {
  std::vector<AxisSetting> point = {{"sweep", experiment.sweeps[run.sweep].name}};
  point.insert(point.end(), run.point.begin(), run.point.end());
  if (run.seed != record.seed() || static_cast<int>(point.size()) != record.point_size()) return false;
  for (size_t i = 0; i < point.size(); ++i) {
    const record::AxisValue& value = record.point(static_cast<int>(i));
    if (point[i].axis != value.axis() || point[i].value != value.value()) return false;
  }
  return true;
}

std::vector<std::string> RunDifferences(const LoadedExperiment& experiment, const ExperimentRun& run,
                                        const record::Record& record) {
  const absl::StatusOr<record::Record> now = StartRecord(experiment, run, 1);
  if (!now.ok()) return {std::string(now.status().message())};
  std::vector<std::string> reasons;
  for (int i = 0; i < std::min(now->model_size(), record.model_size()); ++i) {
    if (now->model(i).identity() == record.model(i).identity()) continue;
    const std::string &text_a = record.model(i).text(), &text_b = now->model(i).text();
    size_t at = 0;
    while (at < text_a.size() && at < text_b.size() && text_a[at] == text_b[at]) ++at;
    const auto line = [&](const std::string& text) {
      const size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
      return text.substr(begin, std::min(text.find('\n', at), text.size()) - begin);
    };
    reasons.push_back(absl::StrCat("the model '", record.model(i).name(), "' is another: '", line(text_a), "' became '",
                                   line(text_b), "'"));
  }
  for (int i = 0; i < std::min(now->data_size(), record.data_size()); ++i) {
    if (now->data(i).sha256() == record.data(i).sha256()) continue;
    reasons.push_back(absl::StrCat("the data set '", record.data(i).name(), "' is another: its digest was ",
                                   record.data(i).sha256(), " and is ", now->data(i).sha256()));
  }
  if (now->resolved_experiment() != record.resolved_experiment()) reasons.push_back("the experiment says otherwise");
  if (reasons.empty()) reasons.push_back("sizes, constants, inputs or settings are others");
  return reasons;
}

std::vector<std::string> RecordMismatches(const std::shared_ptr<const Source>& source,
                                          absl::Span<const record::Record> records) {
  std::map<std::string, const record::Record*> by_key;
  for (const record::Record& record : records) by_key[record.key()] = &record;
  std::optional<Keyed> best = LoadAtScale(source, "default", records);
  if (!best) return {"the experiment does not load"};
  const auto fitting = [&](const Keyed& keyed) {
    return std::count_if(keyed.keys.begin(), keyed.keys.end(), [&](const std::string& key) { return by_key.count(key) > 0; });
  };
  const experiment::Experiment message = best->experiment.message;
  for (const experiment::Scale& scale : message.scale()) {
    std::optional<Keyed> other = LoadAtScale(source, scale.name(), records);
    if (other && fitting(*other) > fitting(*best)) best = std::move(other);
  }
  std::vector<std::string> mismatches;
  std::set<std::string> explained;
  for (size_t i = 0; i < best->keys.size(); ++i) {
    const ExperimentRun& run = best->experiment.runs[i];
    if (by_key.count(best->keys[i]) > 0) {
      explained.insert(best->keys[i]);
      continue;
    }
    const auto record = std::find_if(records.begin(), records.end(), [&](const record::Record& other) {
      return IsRunOf(best->experiment, run, other);
    });
    if (record == records.end()) {
      mismatches.push_back(absl::StrCat("no record of ", TitleOf(best->experiment, run)));
      continue;
    }
    explained.insert(record->key());
    mismatches.push_back(absl::StrCat("the record of ", TitleOf(best->experiment, run), " is out of date: ",
                                      absl::StrJoin(RunDifferences(best->experiment, run, *record), "; ")));
  }
  for (const auto& [key, record] : by_key) {
    if (explained.count(key) == 0) mismatches.push_back(absl::StrCat("the experiment has no run ", PointText(*record)));
  }
  return mismatches;
}

}  // namespace plumbline
