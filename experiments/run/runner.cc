// A unit of work is a measurement of a timing sweep, or one run of any other.
#include "experiments/run/runner.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "experiments/run/accuracy_study.h"
#include "experiments/run/record_parts.h"
#include "experiments/run/timing_study.h"
#include "reports/files.h"
#include "reports/record_store.h"
#include "reports/run_list.h"

namespace plumbline {
namespace {

struct Unit {
  int sweep = 0;
  std::vector<int> runs;
  std::vector<std::string> keys;
};

absl::StatusOr<std::vector<Unit>> ListUnits(const LoadedExperiment& experiment) {
  std::vector<Unit> units;
  for (size_t sweep = 0; sweep < experiment.sweeps.size(); ++sweep) {
    const int index = static_cast<int>(sweep);
    if (std::holds_alternative<TimingStudy>(experiment.sweeps[sweep].study)) {
      for (std::vector<int>& runs : MeasurementGroups(experiment, index)) units.push_back({index, std::move(runs), {}});
      continue;
    }
    for (size_t run = 0; run < experiment.runs.size(); ++run) {
      if (experiment.runs[run].sweep == index) units.push_back({index, {static_cast<int>(run)}, {}});
    }
  }
  for (Unit& unit : units) {
    for (const int run : unit.runs) {
      const absl::StatusOr<std::string> key = RunKey(experiment, experiment.runs[run]);
      if (!key.ok()) return key.status();
      unit.keys.push_back(*key);
    }
  }
  return units;
}

// Units in the order of their keys take turns.
std::vector<bool> DealUnits(const std::vector<Unit>& units, const RunOptions& options) {
  std::vector<std::pair<std::string, size_t>> by_key;
  for (size_t i = 0; i < units.size(); ++i) by_key.emplace_back(units[i].keys[0], i);
  std::sort(by_key.begin(), by_key.end());
  std::vector<bool> mine(units.size(), false);
  for (size_t i = 0; i < by_key.size(); ++i) {
    mine[by_key[i].second] = static_cast<int64_t>(i) % options.shards == options.shard;
  }
  return mine;
}

absl::Status WriteList(const LoadedExperiment& experiment, const std::vector<Unit>& units, const std::string& records) {
  RunList list;
  list.experiment = experiment.name;
  for (const Unit& unit : units) {
    for (size_t i = 0; i < unit.runs.size(); ++i) {
      const ExperimentRun& run = experiment.runs[unit.runs[i]];
      std::string title = absl::StrCat("sweep=", experiment.sweeps[unit.sweep].name);
      for (const AxisSetting& setting : run.point) absl::StrAppend(&title, " ", setting.axis, "=", setting.value);
      list.runs.push_back({unit.keys[i], absl::StrCat(title, " seed=", run.seed)});
    }
  }
  return WriteRunList(RealSystemCalls(), records, list);
}

absl::StatusOr<bool> Exists(const Unit& unit, const RecordStore& store) {
  for (const std::string& key : unit.keys) {
    const absl::StatusOr<bool> has = store.Has(key);
    if (!has.ok() || !*has) return has;
  }
  return true;
}

absl::StatusOr<std::vector<record::Record>> RunUnit(const LoadedExperiment& experiment, const Unit& unit,
                                                    Progress& progress) {
  if (std::holds_alternative<TimingStudy>(experiment.sweeps[unit.sweep].study)) {
    return RunTiming(experiment, unit.runs, progress);
  }
  if (!std::holds_alternative<AttentionAccuracyStudy>(experiment.sweeps[unit.sweep].study)) {
    return absl::UnimplementedError(absl::StrCat("sweep '", experiment.sweeps[unit.sweep].name, "' cannot be run yet"));
  }
  absl::StatusOr<record::Record> record = RunAccuracy(experiment, experiment.runs[unit.runs[0]]);
  if (!record.ok()) return record.status();
  return std::vector<record::Record>{*std::move(record)};
}

}  // namespace

absl::StatusOr<RunSummary> RunExperiment(const LoadedExperiment& experiment, const RunOptions& options,
                                         Progress& progress) {
  const RecordStore store(RealSystemCalls(), options.records);
  const absl::StatusOr<std::vector<Unit>> units = ListUnits(experiment);
  if (!units.ok()) return units.status();
  if (options.shards > 1) {
    const absl::Status status = WriteList(experiment, *units, options.records);
    if (!status.ok()) return status;
  }
  const std::vector<bool> mine = DealUnits(*units, options);
  RunSummary summary;
  for (size_t i = 0; i < units->size(); ++i) {
    const Unit& unit = (*units)[i];
    const int count = static_cast<int>(unit.runs.size());
    if (!mine[i]) {
      summary.elsewhere += count;
      continue;
    }
    if (!options.force) {
      const absl::StatusOr<bool> exists = Exists(unit, store);
      if (!exists.ok()) return exists.status();
      if (*exists) {
        summary.existing += count;
        continue;
      }
    }
    if (Progress::StopSignal() != 0) return absl::CancelledError("stopped by a signal");
    const absl::StatusOr<std::vector<record::Record>> records = RunUnit(experiment, unit, progress);
    if (!records.ok()) return records.status();
    for (const record::Record& record : *records) {
      const absl::Status status = store.Write(record);
      if (!status.ok()) return status;
    }
    summary.made += count;
    progress.Update(experiment.sweeps[unit.sweep].name, static_cast<double>(i + 1),
                    static_cast<double>(units->size()));
  }
  if (summary.existing > 0) {
    progress.Say(absl::StrCat(summary.existing, " runs exist already and are skipped (--force runs them again)"));
  }
  return summary;
}

}  // namespace plumbline
