// A unit of work is a measurement of a timing sweep, or one run of any other.
#include "experiments/run/runner.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "experiments/run/accuracy_study.h"
#include "experiments/run/claimed_work.h"
#include "experiments/run/data_library.h"
#include "experiments/run/data_summary.h"
#include "experiments/run/parallel_trainings.h"
#include "experiments/run/record_parts.h"
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

bool IsTimed(const LoadedSweep& sweep) { return std::holds_alternative<TimingStudy>(sweep.study); }

// The sweeps that this call may have work in. What the others need, such as data, is not looked at; but where several
// workers share the work, the list of all runs is written, and that needs every key.
std::vector<int> WantedSweeps(const LoadedExperiment& experiment, const RunOptions& options) {
  std::vector<int> wanted;
  for (size_t i = 0; i < experiment.sweeps.size(); ++i) {
    const LoadedSweep& sweep = experiment.sweeps[i];
    const bool named = std::all_of(options.only.begin(), options.only.end(), [&](const AxisSetting& only) {
      return only.axis != "sweep" || only.value == sweep.name;
    });
    const bool left_out = IsTimed(sweep) ? options.exact_only : options.measured_only;
    if (options.shards > 1 || (named && !left_out)) wanted.push_back(static_cast<int>(i));
  }
  return wanted;
}

absl::StatusOr<std::vector<Unit>> ListUnits(const LoadedExperiment& experiment, const std::vector<int>& sweeps) {
  std::vector<Unit> units;
  for (const int sweep : sweeps) {
    if (IsTimed(experiment.sweeps[sweep])) {
      for (std::vector<int>& runs : MeasurementGroups(experiment, sweep)) units.push_back({sweep, std::move(runs), {}});
      continue;
    }
    for (size_t run = 0; run < experiment.runs.size(); ++run) {
      if (experiment.runs[run].sweep == sweep) units.push_back({sweep, {static_cast<int>(run)}, {}});
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

bool Matches(const LoadedExperiment& experiment, const ExperimentRun& run, const AxisSetting& wanted) {
  if (wanted.axis == "sweep") return experiment.sweeps[run.sweep].name == wanted.value;
  if (wanted.axis == "seed") return absl::StrCat(run.seed) == wanted.value;
  return std::find(run.point.begin(), run.point.end(), wanted) != run.point.end();
}

// Whether a run of the unit is one of those.
bool IsAmong(const LoadedExperiment& experiment, const Unit& unit, const std::vector<AxisSetting>& only) {
  for (size_t i = 0; i < unit.runs.size(); ++i) {
    const bool all = std::all_of(only.begin(), only.end(), [&](const AxisSetting& wanted) {
      if (wanted.axis == "key") return wanted.value == unit.keys[i];
      return Matches(experiment, experiment.runs[unit.runs[i]], wanted);
    });
    if (all) return true;
  }
  return false;
}

absl::StatusOr<bool> Exists(const Unit& unit, const RecordStore& store) {
  for (const std::string& key : unit.keys) {
    const absl::StatusOr<bool> has = store.Has(key);
    if (!has.ok() || !*has) return has;
  }
  return true;
}

// Runs the units of an experiment that fall to this worker and have no record yet.
class Runner {
 public:
  Runner(const LoadedExperiment& experiment, const std::vector<int>& sweeps, const DataLibrary& data,
         const RunOptions& options, Progress& progress)
      : experiment_(experiment),
        sweeps_(sweeps),
        data_(data),
        options_(options),
        progress_(progress),
        store_(RealSystemCalls(), options.records) {}

  absl::StatusOr<RunSummary> Run() {
    const absl::StatusOr<std::vector<Unit>> units = ListUnits(experiment_, sweeps_);
    if (!units.ok()) return units.status();
    absl::Status status;
    if (options_.shards > 1) status = WriteList(experiment_, *units, options_.records);
    if (status.ok()) status = Choose(*units);
    for (size_t i = 0; status.ok() && i < sweeps_.size(); ++i) status = RunSweep(sweeps_[i]);
    if (!status.ok()) return status;
    if (summary_.existing > 0) {
      progress_.Say(absl::StrCat(summary_.existing, " runs exist already and are skipped (--force runs them again)"));
    }
    return summary_;
  }

 private:
  // What there is to do.
  absl::Status Choose(const std::vector<Unit>& units) {
    const std::vector<bool> mine = DealUnits(units, options_);
    for (size_t i = 0; i < units.size(); ++i) {
      const int count = static_cast<int>(units[i].runs.size());
      const bool timed = IsTimed(experiment_.sweeps[units[i].sweep]);
      if (!mine[i] || !IsAmong(experiment_, units[i], options_.only) || (timed ? options_.exact_only : options_.measured_only)) {
        summary_.elsewhere += count;
        continue;
      }
      const absl::StatusOr<bool> done = IsDone(units[i]);
      if (!done.ok()) return done.status();
      if (!*done) todo_.push_back(units[i]);
    }
    return absl::OkStatus();
  }

  bool LacksTrace(const Unit& unit) const {
    if (!options_.trace || !std::holds_alternative<TrainingStudy>(experiment_.sweeps[unit.sweep].study)) return false;
    std::error_code error;
    return !std::filesystem::exists(JoinPath(options_.traces, absl::StrCat(unit.keys[0], ".textproto")), error);
  }

  absl::Status RunSweep(int sweep) {
    std::vector<const Unit*> units;
    for (const Unit& unit : todo_) {
      if (unit.sweep == sweep) units.push_back(&unit);
    }
    if (units.empty()) return absl::OkStatus();
    absl::Status status = MakeFolders(RealSystemCalls(), store_.folder());
    if (!status.ok()) return status;
    std::vector<std::string> keys;
    for (const Unit* unit : units) keys.push_back(unit->keys[0]);
    ClaimedWork work(store_.folder(), keys, [&](size_t i) { return IsDone(*units[i]); });
    if (std::holds_alternative<TrainingStudy>(experiment_.sweeps[sweep].study)) return Train(sweep, units, work);
    for (size_t done = 1;; ++done) {
      const auto unit = work.Next([] { return Progress::StopSignal() != 0; },
                                  [this](const std::string& line) { progress_.Say(line); });
      if (!unit.ok() || !*unit) return unit.status();
      const absl::StatusOr<std::vector<record::Record>> records = RunUnit(*units[(*unit)->index]);
      if (!records.ok()) return records.status();
      for (const record::Record& record : *records) {
        status = Store(record);
        if (!status.ok()) return status;
      }
      progress_.Update(experiment_.sweeps[sweep].name, static_cast<double>(done), static_cast<double>(units.size()));
    }
  }

  // Whether there is nothing to do for the unit (any more); counts its runs then.
  absl::StatusOr<bool> IsDone(const Unit& unit) {
    const absl::StatusOr<bool> exists = options_.force ? false : Exists(unit, store_);
    if (!exists.ok() || !*exists || LacksTrace(unit)) return exists.ok() ? false : exists;
    summary_.existing += static_cast<int>(unit.runs.size());
    return true;
  }

  absl::Status Train(int sweep, const std::vector<const Unit*>& units, ClaimedWork& work) {
    std::vector<int> runs;
    for (const Unit* unit : units) runs.push_back(unit->runs[0]);
    const TrainingOptions training{options_.checkpoints, options_.threads, options_.save_seconds, options_.trace,
                                   options_.traces};
    return RunTrainings(experiment_, runs, DataOf(sweep), training, work, progress_,
                        [this](const record::Record& record) { return Store(record); });
  }

  absl::StatusOr<std::vector<record::Record>> RunUnit(const Unit& unit) {
    const LoadedSweep& sweep = experiment_.sweeps[unit.sweep];
    if (IsTimed(sweep)) return RunTiming(experiment_, unit.runs, options_.timing, progress_);
    const ExperimentRun& run = experiment_.runs[unit.runs[0]];
    absl::StatusOr<record::Record> record = std::holds_alternative<DataSummaryStudy>(sweep.study)
                                                ? SummarizeData(experiment_, run, DataOf(unit.sweep))
                                                : RunAccuracy(experiment_, run);
    if (!record.ok()) return record.status();
    return std::vector<record::Record>{*std::move(record)};
  }

  absl::Status Store(const record::Record& record) {
    const absl::Status status = store_.Write(record);
    if (status.ok()) ++summary_.made;
    return status;
  }

  const DataSet& DataOf(int sweep) const { return *data_.at(DataNameOf(experiment_.sweeps[sweep])); }

  const LoadedExperiment& experiment_;
  const std::vector<int>& sweeps_;  // that there may be work in
  const DataLibrary& data_;
  const RunOptions& options_;
  Progress& progress_;
  const RecordStore store_;
  std::vector<Unit> todo_;
  RunSummary summary_;
};

}  // namespace

absl::StatusOr<RunSummary> RunExperiment(LoadedExperiment experiment, const RunOptions& options, Progress& progress) {
  const std::vector<int> sweeps = WantedSweeps(experiment, options);
  const absl::StatusOr<DataLibrary> data = LoadData(experiment, sweeps, options.data_dir, options.threads, progress);
  if (!data.ok()) return data.status();
  for (const auto& [name, set] : *data) experiment.data_digests[name] = set->sha256;
  return Runner(experiment, sweeps, *data, options, progress).Run();
}

}  // namespace plumbline
