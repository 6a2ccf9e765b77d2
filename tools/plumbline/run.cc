// plumbline run, reproduce and report.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/engine_info.h"
#include "dsl/diagnostic.h"
#include "dsl/read_source.h"
#include "experiments/load_experiment.h"
#include "experiments/run/progress.h"
#include "experiments/run/report_writer.h"
#include "experiments/run/runner.h"
#include "ops/all_ops.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

constexpr char kDefaultRecords[] = "plumbline-out/records";
constexpr int64_t kMostShards = 1000000;

// Reports and checkpoints lie beside the folder of records.
std::string FolderBeside(const std::string& records, const std::string& name) {
  const std::string trimmed = records.substr(0, records.find_last_not_of('/') + 1);
  const size_t slash = trimmed.rfind('/');
  return slash == std::string::npos ? name : absl::StrCat(trimmed.substr(0, slash), "/", name);
}

std::string ReportFolder(const std::string& records) { return FolderBeside(records, "reports"); }

// The place among workers that whoever started us knows: Bazel's test shards, or the tasks of a Slurm array, whose
// numbers begin and step as its user liked. Empty: we are alone.
absl::StatusOr<std::string> ShardOfEnvironment() {
  const char* index = std::getenv("TEST_SHARD_INDEX");
  const char* total = std::getenv("TEST_TOTAL_SHARDS");
  if (index != nullptr && total != nullptr) return absl::StrCat(index, "/", total);
  const char* task = std::getenv("SLURM_ARRAY_TASK_ID");
  const char* first = std::getenv("SLURM_ARRAY_TASK_MIN");
  const char* count = std::getenv("SLURM_ARRAY_TASK_COUNT");
  if (task == nullptr || first == nullptr || count == nullptr) return std::string();
  const char* stride = std::getenv("SLURM_ARRAY_TASK_STEP");
  int64_t id = 0;
  int64_t least = 0;
  int64_t step = 1;
  if (absl::SimpleAtoi(task, &id) && absl::SimpleAtoi(first, &least) && least >= 0 && id >= least &&
      (stride == nullptr || absl::SimpleAtoi(stride, &step)) && step >= 1 && (id - least) % step == 0) {
    return absl::StrCat((id - least) / step, "/", count);
  }
  return absl::InvalidArgumentError(absl::StrCat("SLURM_ARRAY_TASK_ID=", EscapeForTerminal(task),
                                                 " is no task of an array from ", EscapeForTerminal(first)));
}

absl::Status ParseShard(const Arguments& arguments, RunOptions& options) {
  std::string text = arguments.Get("shard", "");
  if (text.empty()) {
    const absl::StatusOr<std::string> environment = ShardOfEnvironment();
    if (!environment.ok()) return environment.status();
    text = *environment;
  }
  if (text.empty()) return absl::OkStatus();
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &options.shard) && absl::SimpleAtoi(parts[1], &options.shards) &&
      options.shards >= 1 && options.shards <= kMostShards && options.shard >= 0 && options.shard < options.shards) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("--shard=", EscapeForTerminal(text), ": expected I/N with 0 <= I < N"));
}

absl::StatusOr<std::vector<uint64_t>> ParseSeeds(const std::string& text) {
  std::vector<uint64_t> seeds;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    uint64_t seed = 0;
    if (!absl::SimpleAtoi(part, &seed)) {
      return absl::InvalidArgumentError(absl::StrCat("--seeds: '", EscapeForTerminal(part), "' is no seed"));
    }
    seeds.push_back(seed);
  }
  return seeds;
}

// Nothing when no trace is asked for.
absl::StatusOr<std::optional<TraceRequest>> ParseTrace(const Arguments& arguments) {
  if (!arguments.Has("trace") && !arguments.Has("trace_steps") && !arguments.Has("trace_values")) return std::nullopt;
  TraceRequest request;
  request.values = arguments.Get("trace_values", "");
  if (!arguments.Has("trace_steps")) {
    request.steps = {1};
    request.epochs = true;
  }
  for (const absl::string_view part : absl::StrSplit(arguments.Get("trace_steps", ""), ',', absl::SkipWhitespace())) {
    int64_t step = 0;
    if (!absl::SimpleAtoi(part, &step) || step < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("--trace_steps: '", EscapeForTerminal(part), "' is no step; they count from 1"));
    }
    request.steps.insert(step);
  }
  return request;
}

std::optional<LoadedExperiment> Load(const std::string& path, const Arguments& arguments, Outcome& outcome) {
  const auto source = ReadSource(UserPath(path));
  if (!source.ok()) {
    outcome = Failed(absl::Status(source.status().code(),
                                  absl::StrCat(EscapeForTerminal(path), ": error: ", source.status().message())));
    return std::nullopt;
  }
  LoadExperimentOptions options;
  options.registry = &AllOps();
  options.scale = arguments.Get("scale", "default");
  const auto seeds = ParseSeeds(arguments.Get("seeds", ""));
  if (!seeds.ok()) {
    outcome = UsageError("run", seeds.status());
    return std::nullopt;
  }
  options.seeds = *seeds;
  for (const std::string& set : arguments.All("set")) {
    const auto assignment = SplitAssignment("set", set);
    if (!assignment.ok()) {
      outcome = UsageError("run", assignment.status());
      return std::nullopt;
    }
    options.overrides.push_back({assignment->first, assignment->second, absl::StrCat("--set ", set)});
  }
  Diagnostics diagnostics;
  std::optional<LoadedExperiment> experiment = LoadExperiment(*source, options, diagnostics);
  outcome.errors = diagnostics.Render();
  if (!experiment) outcome.exit_code = kExitUsage;
  return experiment;
}

Outcome RunFiles(const std::vector<std::string>& words, int most_files) {
  const auto arguments = Arguments::Parse(words,
                                          {{"set", true, true},
                                           {"seeds"},
                                           {"threads"},
                                           {"shard"},
                                           {"scale"},
                                           {"records"},
                                           {"data_dir"},
                                           {"save_seconds"},
                                           {"only", true, true},
                                           {"portable", false},
                                           {"exact_only", false},
                                           {"measured_only", false},
                                           {"rounds"},
                                           {"step_times", false},
                                           {"trace", false},
                                           {"trace_steps"},
                                           {"trace_values"},
                                           {"force", false}},
                                          1, most_files);
  if (!arguments.ok()) return UsageError("run", arguments.status());
  if (arguments->Has("portable")) {
    const absl::Status portable = UsePortableEngine();
    if (!portable.ok()) return Failed(portable);
  }
  RunOptions options;
  options.records = UserPath(arguments->Get("records", kDefaultRecords));
  options.data_dir = UserPath(arguments->Get("data_dir", kDefaultDataFolder));
  options.checkpoints = FolderBeside(options.records, "checkpoints");
  options.force = arguments->Has("force");
  options.exact_only = arguments->Has("exact_only");
  options.measured_only = arguments->Has("measured_only");
  const auto rounds = arguments->Integer("rounds", 0, 1, 10000);
  if (!rounds.ok()) return UsageError("run", rounds.status());
  options.timing.rounds = static_cast<int>(*rounds);
  options.timing.step_times = arguments->Has("step_times");
  absl::Status status = ParseShard(*arguments, options);
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  const auto threads = arguments->Integer("threads", cores, 1, 1024);
  if (status.ok()) status = threads.status();
  if (!status.ok()) return UsageError("run", status);
  const auto save_seconds = arguments->Integer("save_seconds", 15, 0, 86400);
  if (!save_seconds.ok()) return UsageError("run", save_seconds.status());
  options.save_seconds = static_cast<double>(*save_seconds);
  options.threads = static_cast<int>(*threads);
  for (const std::string& only : arguments->All("only")) {
    const auto assignment = SplitAssignment("only", only);
    if (!assignment.ok()) return UsageError("run", assignment.status());
    options.only.push_back({assignment->first, assignment->second});
  }
  const auto trace = ParseTrace(*arguments);
  if (!trace.ok()) return UsageError("run", trace.status());
  options.trace = *trace;
  options.traces = FolderBeside(options.records, "traces");
  Outcome outcome;
  Progress progress(false);
  for (const std::string& path : arguments->positional()) {
    const std::optional<LoadedExperiment> experiment = Load(path, *arguments, outcome);
    if (!experiment) return outcome;
    std::fwrite(outcome.errors.data(), 1, outcome.errors.size(), stderr);
    outcome.errors.clear();
    progress.Say(absl::StrCat("experiment ", experiment->name, ": ", experiment->runs.size(), " runs"));
    const absl::StatusOr<RunSummary> summary = RunExperiment(*experiment, options, progress);
    if (!summary.ok()) {
      Outcome failed = Failed(summary.status());
      if (absl::IsCancelled(summary.status())) {
        failed.exit_code = 128 + Progress::StopSignal();
        failed.errors = "plumbline: stopped; what was complete is recorded, and the same command resumes\n";
      }
      return failed;
    }
  }
  if (options.shards > 1 || !options.only.empty() || options.exact_only || options.measured_only) {  // a report is of the whole
    outcome.output = absl::StrCat(options.records, "\n");
    return outcome;
  }
  const absl::StatusOr<ReportFiles> reports = WriteReports(options.records, ReportFolder(options.records), false);
  if (!reports.ok()) return Failed(reports.status());
  for (const std::string& report : reports->reports) absl::StrAppend(&outcome.output, report, "\n");
  return outcome;
}

Outcome Run(const std::vector<std::string>& words) { return RunFiles(words, 1); }
Outcome Reproduce(const std::vector<std::string>& words) { return RunFiles(words, -1); }

Outcome Report(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"check", false}, {"into"}}, 1, 1);
  if (!arguments.ok()) return UsageError("report", arguments.status());
  const std::string records = UserPath(arguments->positional()[0]);
  const std::string folder = arguments->Has("into") ? UserPath(arguments->Get("into", "")) : ReportFolder(records);
  const absl::StatusOr<ReportFiles> reports = WriteReports(records, folder, arguments->Has("check"));
  if (!reports.ok()) return Failed(reports.status());
  Outcome outcome;
  for (const std::string& difference : reports->differences) absl::StrAppend(&outcome.errors, difference, "\n");
  if (!reports->differences.empty()) {
    outcome.exit_code = kExitDiffers;
    return outcome;
  }
  for (const std::string& report : reports->reports) absl::StrAppend(&outcome.output, report, "\n");
  return outcome;
}

constexpr char kRunHelp[] = R"(Runs what the records folder does not have yet, then writes the report; the last line of
stdout is the report's path. Interrupted, it keeps what is complete, and the same command
resumes. Timed programs run alone, in rounds whose order is drawn from the seed.

  --scale NAME       smoke (seconds), default (minutes) or full, as the experiment defines
  --records DIR      default plumbline-out/records in the working directory
  --data_dir DIR     where downloaded data sets lie; default `data` in the working directory
  --set PATH=VALUE   replaces a value of the experiment, for instance
                     --set sweep.time_d64.axis.L=128,256,512
                     --set sweep.training.axis.rate=0.05,0.02
                     --set data.octmnist.octmnist.train=2000
  --seeds 1,2,3      the seeds of every sweep
  --shard=I/N        only this worker's part of the work, dealt by key; no report. Default: Bazel's
                     test shard or the task of a Slurm array. plumbline collect gathers the parts
  --threads N        trainings that run side by side, each on one thread; default: all cores. With
                     fewer trainings than threads each has several. Results have the same bits
                     for every number
  --save_seconds N   between saved states of an unfinished training, 0: after every step; what a
                     killed process loses at most. Default 15. Ctrl-C saves at once
  --force            runs again what exists
  --only NAME=VALUE  only runs of a sweep, a seed or an axis value, for instance --only sweep=training
                     --only seed=1; runs that are measured together stay together
  --portable         kernels use AVX2 at most, whatever the processor has, so that other machines with
                     AVX2 come to the same bits; slower. Such runs have keys of their own
  --exact_only       leaves out the sweeps that measure times
  --measured_only    leaves out all others
  --rounds N         of every sweep that measures, instead of as many as the experiment says
  --step_times       also measures, in every round, each node's steps on their own
  --trace            trainings leave a trace beside the records, traces/KEY.textproto: digests of
                     the parameters after every step and, in the first step and the last of each
                     epoch, of every value that an op gave. Costs time, changes no result, and
                     says where bits part when two traces are compared
  --trace_steps LIST traces these steps instead, for instance 1,2,500
  --trace_values NAME  keeps the numbers of one value in the traced steps, traces/KEY.STEP.npz

A sweep trains where the experiment says

  data { name: "octmnist" octmnist { source: "auto" } }
  sweep {
    name: "training"
    axis { name: "rate" values: "0.1, 0.01" }
    seeds: "1, 2, 3"
    training {
      models: "cnn" data: "octmnist" batch: "8" epochs: "15"
      optimizer { sgd { learning_rate: "rate" } }
      select: "validation accuracy"
    }
  }

One run is one model at one point with one seed. An axis names a constant or size of the model,
or any name in the training's numbers. experiments/README.md has all fields.
)";

}  // namespace

Command RunCommand() {
  return {"run",
          "EXPERIMENT [--scale NAME] [--records DIR] [--data_dir DIR] [--set PATH=VALUE]...\n"
          "       [--seeds 1,2,3] [--shard=I/N] [--threads N] [--save_seconds N]\n"
          "       [--force]",
          "run an experiment and write its report", kRunHelp, Run};
}

Command ReproduceCommand() {
  return {"reproduce", "EXPERIMENT... [the flags of run]", "run several experiments and write all their reports",
          kRunHelp, Reproduce};
}

Command ReportCommand() {
  return {"report", "RECORDS [--into DIR] [--check]", "write reports from records alone, or check them",
          R"(A report is a pure function of its records: the same records give the same bytes.

  --into DIR   where reports go, as DIR/EXPERIMENT/report.md; default `reports` beside RECORDS
  --check      write nothing; exit 1 and name every file that differs or is missing
)",
          Report};
}

}  // namespace plumbline
