// plumbline verify.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/engine_info.h"
#include "dsl/diagnostic.h"
#include "dsl/read_source.h"
#include "experiments/load_experiment.h"
#include "experiments/run/data_library.h"
#include "experiments/run/find_run.h"
#include "experiments/run/progress.h"
#include "experiments/run/record_parts.h"
#include "experiments/run/runner.h"
#include "ops/all_ops.h"
#include "reports/exact_match.h"
#include "reports/files.h"
#include "reports/record_store.h"
#include "reports/record_text.h"
#include "reports/record_values.h"
#include "reports/trace_comparison.h"
#include "reports/trace_text.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

constexpr size_t kLargestTrace = size_t{1} << 30;
constexpr size_t kMostDifferences = 20;  // that are listed

struct Request {
  std::string experiment;  // a file; empty: looked for
  std::string data_dir;
  int threads = 1;
};

// A folder that is gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-verify-XXXXXX").string();
    if (mkdtemp(&name[0]) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The experiment's file: the one that was given, or one under experiments/ that bears the record's name.
std::vector<std::string> CandidateFiles(const Request& request) {
  if (!request.experiment.empty()) return {UserPath(request.experiment)};
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& folder : std::filesystem::directory_iterator(UserPath("experiments"), error)) {
    if (!folder.is_directory(error)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder.path(), error)) {
      if (file.path().extension() == ".textproto") files.push_back(file.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The run of a record, or why there is none.
struct Found {
  std::optional<LoadedExperiment> experiment;
  std::string scale;
  std::string sweep;
  std::vector<std::string> reasons;  // of a run of the same point and seed
};

class Finder {
 public:
  Finder(const Request& request, const record::Record& record, Progress& progress)
      : request_(request), record_(record), progress_(progress) {}

  Found Run() {
    for (const std::string& file : CandidateFiles(request_)) {
      const auto source = ReadSource(file);
      if (!source.ok()) continue;
      std::set<std::string> scales;
      if (Try(*source, "default", &scales)) return std::move(found_);
      for (const std::string& scale : scales) {
        if (scale != "default" && Try(*source, scale, nullptr)) return std::move(found_);
      }
    }
    return std::move(found_);
  }

 private:
  // Whether the experiment has the record's run at that scale; notes the scales that there are.
  bool Try(const std::shared_ptr<const Source>& source, const std::string& scale, std::set<std::string>* scales) {
    Diagnostics diagnostics;
    LoadExperimentOptions options;
    options.registry = &AllOps();
    options.scale = scale;
    options.seeds = {record_.seed()};
    std::optional<LoadedExperiment> experiment = LoadExperiment(source, options, diagnostics);
    if (!experiment || experiment->name != record_.experiment()) return false;
    if (scales != nullptr) {
      for (const experiment::Scale& other : experiment->message.scale()) scales->insert(other.name());
    }
    const auto run = std::find_if(experiment->runs.begin(), experiment->runs.end(), [&](const ExperimentRun& other) {
      return IsRunOf(*experiment, other, record_);
    });
    if (run == experiment->runs.end()) return false;
    const absl::Status status = AddData(*experiment, *run);
    const absl::StatusOr<std::string> key = status.ok() ? RunKey(*experiment, *run) : status;
    if (!key.ok()) {
      found_.reasons.emplace_back(key.status().message());
      return false;
    }
    if (*key != record_.key()) {
      if (found_.reasons.empty()) found_.reasons = RunDifferences(*experiment, *run, record_);
      return false;
    }
    found_.sweep = experiment->sweeps[run->sweep].name;
    found_.experiment = std::move(experiment);
    found_.scale = scale;
    return true;
  }

  absl::Status AddData(LoadedExperiment& experiment, const ExperimentRun& run) {
    if (DataNameOf(experiment.sweeps[run.sweep]).empty()) return absl::OkStatus();
    const absl::StatusOr<DataLibrary> data = LoadData(experiment, {run.sweep}, request_.data_dir, request_.threads, progress_);
    if (!data.ok()) return data.status();
    for (const auto& [name, set] : *data) experiment.data_digests[name] = set->sha256;
    return absl::OkStatus();
  }

  const Request& request_;
  const record::Record& record_;
  Progress& progress_;
  Found found_;
};

// The first epoch in which anything differs, if the differences are by epoch.
std::string FirstEpoch(const std::vector<ExactDifference>& differences) {
  std::optional<int64_t> first;
  for (const ExactDifference& difference : differences) {
    if (difference.index_name != "epoch" || !difference.index) continue;
    first = std::min(first.value_or(*difference.index), *difference.index);
  }
  return first ? absl::StrCat("  the first epoch that differs is ", *first, "\n") : "";
}

class Verification {
 public:
  Verification(const Request& request, std::string path, Progress& progress)
      : request_(request), path_(std::move(path)), progress_(progress) {}

  Outcome Run() {
    const absl::StatusOr<std::string> text = ReadFile(RealSystemCalls(), path_, kMaxRecordBytes);
    if (!text.ok()) return Failed(text.status());
    const absl::StatusOr<record::Record> record = ParseRecord(*text, EscapeForTerminal(path_));
    if (!record.ok()) return Failed(record.status());
    record_ = *record;
    if (record_.fingerprint().mode() == record::Fingerprint::PORTABLE && !GetEngineInfo().portable) {
      const absl::Status portable = UsePortableEngine();
      if (!portable.ok()) return Say(kExitNotMeasured, absl::StrCat("not comparable: ", portable.message()));
    }
    const std::vector<std::string> others = FingerprintDifferences(record_.fingerprint(), CurrentFingerprint());
    if (!others.empty()) return Say(kExitNotMeasured, absl::StrCat("not comparable: ", absl::StrJoin(others, "; ")));
    Found found = Finder(request_, record_, progress_).Run();
    if (found.experiment) return RunAgain(*std::move(found.experiment), found.scale, found.sweep);
    if (found.reasons.empty()) {
      return Say(kExitUsage, absl::StrCat("no experiment file has a run of ", record_.experiment(), ", ",
                                          PointText(record_), "; name it by --experiment"));
    }
    return Say(kExitDiffers, absl::StrCat("the run is another today: ", absl::StrJoin(found.reasons, "; ")));
  }

 private:
  Outcome Say(int exit_code, const std::string& what) const {
    Outcome outcome;
    outcome.exit_code = exit_code;
    (exit_code == kExitOk ? outcome.output : outcome.errors) = absl::StrCat(EscapeForTerminal(path_), ": ", what, "\n");
    return outcome;
  }

  absl::StatusOr<trace::Trace> ReadTrace(const std::string& folder) const {
    const std::string file = JoinPath(folder, absl::StrCat(record_.key(), ".textproto"));
    const absl::StatusOr<std::string> text = ReadFile(RealSystemCalls(), file, kLargestTrace);
    if (!text.ok()) return text.status();
    return ParseTrace(*text, file);
  }

  Outcome RunAgain(LoadedExperiment experiment, const std::string& scale, const std::string& sweep) {
    const TemporaryFolder folder;
    if (folder.path().empty()) return Failed(absl::UnavailableError("no temporary folder can be made"));
    RunOptions options;
    options.records = JoinPath(folder.path(), "records");
    options.checkpoints = JoinPath(folder.path(), "checkpoints");
    options.traces = JoinPath(folder.path(), "traces");
    options.data_dir = request_.data_dir;
    options.threads = request_.threads;
    options.only = {{"sweep", sweep}, {"key", record_.key()}};
    const absl::StatusOr<trace::Trace> before = ReadTrace(JoinPath(FolderOf(FolderOf(path_)), "traces"));
    if (!before.ok() && !absl::IsNotFound(before.status())) return Failed(before.status());
    if (before.ok()) {
      options.trace.emplace();
      for (const trace::Step& step : before->step()) options.trace->steps.insert(step.step());
    }
    progress_.Say(absl::StrCat("verify ", record_.experiment(), ", ", PointText(record_), ", at scale ", scale));
    const absl::StatusOr<RunSummary> summary = RunExperiment(std::move(experiment), options, progress_);
    if (!summary.ok()) {
      Outcome outcome = Failed(summary.status());
      if (absl::IsCancelled(summary.status())) outcome.exit_code = 128 + Progress::StopSignal();
      return outcome;
    }
    const absl::StatusOr<record::Record> again = RecordStore(RealSystemCalls(), options.records).Read(record_.key());
    if (!again.ok()) return Failed(again.status());
    const std::vector<ExactDifference> differences = ExactDifferences(record_, *again);
    if (differences.empty()) return Say(kExitOk, "every exact value came back");
    std::string text = absl::StrCat(differences.size(), " exact results differ\n", FirstEpoch(differences));
    for (size_t i = 0; i < std::min(differences.size(), kMostDifferences); ++i) {
      absl::StrAppend(&text, "  ", ToString(differences[i]), "\n");
    }
    const absl::StatusOr<trace::Trace> after = ReadTrace(options.traces);
    if (before.ok() && after.ok()) {
      absl::StrAppend(&text, DescribeTraceDifference(*before, *after));
    } else if (!FirstEpoch(differences).empty()) {
      absl::StrAppend(&text, "  a trace beside the record (run --trace) would tell the step and the op\n");
    }
    text.pop_back();
    return Say(kExitDiffers, text);
  }

  const Request& request_;
  const std::string path_;
  Progress& progress_;
  record::Record record_;
};

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"experiment"}, {"data_dir"}, {"threads"}}, 1, -1);
  if (!arguments.ok()) return UsageError("verify", arguments.status());
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  const auto threads = arguments->Integer("threads", cores, 1, 1024);
  if (!threads.ok()) return UsageError("verify", threads.status());
  Request request;
  request.experiment = arguments->Get("experiment", "");
  request.data_dir = UserPath(arguments->Get("data_dir", kDefaultDataFolder));
  request.threads = static_cast<int>(*threads);
  Progress progress(false);
  Outcome all;
  for (const std::string& path : arguments->positional()) {
    const Outcome one = Verification(request, UserPath(path), progress).Run();
    all.exit_code = std::max(all.exit_code, one.exit_code);
    absl::StrAppend(&all.output, one.output);
    absl::StrAppend(&all.errors, one.errors);
  }
  if (all.exit_code != kExitOk) all.output.clear();
  return all;
}

constexpr char kHelp[] = R"(Makes the run of a record again and compares every exact result bit for bit: losses, scores,
counts, digests of parameters, operations, plans. Nothing measured is compared. The run is found
in the experiment file by its key; data sets are read or made again. A record of portable mode
is verified in portable mode.

  --experiment FILE  the experiment; default: the one of the record's name in experiments/*/
  --data_dir DIR     where downloaded data sets lie; default `data` in the working directory
  --threads N        changes no result

Where results differ, the first epoch is named, and where a trace lies beside the record
(run --trace) also the first step and the op. Exit codes: 0 same, 1 differs or the run is
another today (its model, its data, its settings: which, is said), 2 no such experiment or an
invalid record, 3 missing files, 5 made on another fingerprint, so not comparable.
)";

}  // namespace

Command VerifyCommand() {
  return {"verify", "RECORD... [--experiment FILE] [--data_dir DIR] [--threads N]",
          "run again and compare every exact result", kHelp, Run};
}

}  // namespace plumbline
