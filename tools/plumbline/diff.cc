// plumbline diff.
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "experiments/run/progress.h"
#include "reports/commit_records.h"
#include "reports/files.h"
#include "reports/record_diff.h"
#include "reports/record_diff_text.h"
#include "reports/record_store.h"
#include "reports/record_text.h"
#include "tools/plumbline/command.h"
#include "tools/plumbline/diff_traces.h"
#include "tools/rerun/rerun.h"

namespace plumbline {
namespace {

constexpr char kDefaultRerunFolder[] = "plumbline-out/rerun";
constexpr const char* kRerunFlags[] = {"experiment", "scale",      "only",          "seeds",    "threads",
                                       "rounds",     "order_seed", "measured_only", "data_dir", "into"};

// A side is a file or folder where there is one of that name, and a commit otherwise.
absl::StatusOr<std::vector<record::Record>> ReadSide(const std::string& side) {
  const std::string path = UserPath(side);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return RecordStore(RealSystemCalls(), path).ReadAll();
  if (!std::filesystem::exists(path, error)) return ReadCommitRecords(UserPath("."), side);
  const absl::StatusOr<std::string> text = ReadFile(RealSystemCalls(), path, kMaxRecordBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<record::Record> record = ParseRecord(*text, path);
  if (!record.ok()) return record.status();
  return std::vector<record::Record>{*std::move(record)};
}

// A rerun may be stopped.
Outcome Ended(const absl::Status& status) {
  Outcome outcome = Failed(status);
  if (!absl::IsCancelled(status)) return outcome;
  outcome.exit_code = 128 + Progress::StopSignal();
  outcome.errors = "plumbline: stopped; nothing is left behind\n";
  return outcome;
}

int ExitCodeOf(const RecordDiff& diff) {
  if (diff.differs() || diff.HasVerdict(Verdict::kMore) || diff.HasVerdict(Verdict::kLess)) return kExitDiffers;
  if (diff.pairs == 0 || diff.comparable < diff.pairs) return kExitNotMeasured;
  return kExitOk;
}

// Both sides with their records.
struct Sides {
  std::string names[2];
  std::vector<record::Record> records[2];
  std::string traces[2];  // folders
  std::unique_ptr<Rerun> rerun;  // null: the records were there
};

absl::StatusOr<RerunRequest> ParseRerun(const Arguments& arguments) {
  RerunRequest request;
  request.a = arguments.positional()[0];
  request.b = arguments.positional()[1];
  request.repository = UserPath(".");
  request.folder = std::filesystem::absolute(UserPath(arguments.Get("into", kDefaultRerunFolder))).string();
  request.data_dir = std::filesystem::absolute(UserPath(arguments.Get("data_dir", kDefaultDataFolder))).string();
  request.experiments = arguments.All("experiment");
  for (const char* flag : {"scale", "only", "seeds", "threads"}) {
    for (const std::string& value : arguments.All(flag)) request.run_flags.push_back(absl::StrCat("--", flag, "=", value));
  }
  const auto rounds = arguments.Integer("rounds", request.rounds, 0, 1000);
  if (!rounds.ok()) return rounds.status();
  request.rounds = static_cast<int>(*rounds);
  const auto seed = arguments.Integer("order_seed", 1, 0, std::numeric_limits<int64_t>::max());
  if (!seed.ok()) return seed.status();
  request.seed = static_cast<uint64_t>(*seed);
  request.exact = !arguments.Has("measured_only");
  request.traces = arguments.Has("trace");
  return request;
}

absl::StatusOr<Sides> RunSides(const RerunRequest& request, Progress& progress) {
  absl::StatusOr<Rerun> rerun = Rerun::Begin(request, progress);
  if (!rerun.ok()) return rerun.status();
  Sides sides;
  sides.rerun = std::make_unique<Rerun>(*std::move(rerun));
  const absl::Status status = sides.rerun->Run();
  if (!status.ok()) return status;
  for (int i = 0; i < 2; ++i) {
    sides.names[i] = sides.rerun->side(i).name;
    sides.records[i] = sides.rerun->records(i);
    sides.traces[i] = sides.rerun->TracesOf(i);
  }
  return sides;
}

absl::StatusOr<Sides> ReadSides(const Arguments& arguments) {
  Sides sides;
  for (int i = 0; i < 2; ++i) {
    sides.names[i] = arguments.positional()[i];
    absl::StatusOr<std::vector<record::Record>> records = ReadSide(sides.names[i]);
    if (!records.ok()) return absl::Status(records.status().code(), EscapeForTerminal(records.status().message()));
    if (records->empty()) {
      return absl::NotFoundError(absl::StrCat(EscapeForTerminal(sides.names[i]), ": error: no records"));
    }
    sides.records[i] = *std::move(records);
    sides.traces[i] = JoinPath(FolderOf(UserPath(sides.names[i])), "traces");
  }
  return sides;
}

absl::Status CheckFlags(const Arguments& arguments) {
  const std::string format = arguments.Get("format", "markdown");
  if (format != "markdown" && format != "text" && format != "json") {
    return absl::InvalidArgumentError(absl::StrCat("--format=", EscapeForTerminal(format),
                                                   ": there are markdown, text, json"));
  }
  if (arguments.Has("rerun")) return absl::OkStatus();
  for (const char* flag : kRerunFlags) {
    if (arguments.Has(flag)) return absl::InvalidArgumentError(absl::StrCat("--", flag, " is a flag of --rerun"));
  }
  return absl::OkStatus();
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words,
                                          {{"format"},
                                           {"trace", false},
                                           {"rerun", false},
                                           {"experiment", true, true},
                                           {"scale"},
                                           {"only", true, true},
                                           {"seeds"},
                                           {"threads"},
                                           {"rounds"},
                                           {"order_seed"},
                                           {"measured_only", false},
                                           {"data_dir"},
                                           {"into"}},
                                          2, 2);
  if (!arguments.ok()) return UsageError("diff", arguments.status());
  const absl::Status flags = CheckFlags(*arguments);
  if (!flags.ok()) return UsageError("diff", flags);
  std::optional<Progress> progress;  // takes signals, so only where something runs
  absl::StatusOr<Sides> sides = absl::InternalError("no sides");
  if (arguments->Has("rerun")) {
    const absl::StatusOr<RerunRequest> request = ParseRerun(*arguments);
    if (!request.ok()) return UsageError("diff", request.status());
    progress.emplace(false);
    sides = RunSides(*request, *progress);
  } else {
    sides = ReadSides(*arguments);
  }
  if (!sides.ok()) return Ended(sides.status());
  const std::string format = arguments->Get("format", "markdown");
  const RecordDiff diff = DiffRecords(sides->records[0], sides->records[1]);
  const std::string &a = sides->names[0], &b = sides->names[1];
  Outcome outcome;
  outcome.exit_code = ExitCodeOf(diff);
  if (arguments->Has("trace")) {
    const absl::StatusOr<std::string> traces = DescribeTraces(sides->traces[0], sides->traces[1], sides->rerun.get());
    if (!traces.ok()) return Ended(traces.status());
    outcome.errors = *traces;
  }
  outcome.output = format == "json" ? DiffJson(diff, a, b) : format == "text" ? DiffText(diff, a, b) : DiffMarkdown(diff, a, b);
  return outcome;
}

constexpr char kHelp[] = R"(Compares the records of two sides, each a commit (its records under reports/published/, read
from the repository), a folder of records, or a record's file. Records pair by experiment, point
and seed. Told are, in this order: what was run (models, experiments, plans), exact results,
which must be the same bit for bit, and what was measured.

  --format=markdown|text|json
  --trace            also compares the traces that lie beside two folders of records (run --trace),
                     on stderr: the first step that differs, and in it the first op, whether its
                     inputs were equal, and both implementations. Nodes that only one side has
                     shift nothing

Measured values get a verdict only when both sides were taken in the same rounds, with as many
threads: Mann-Whitney's test with Holm's correction over the table, an interval of the ratio that
excludes 1, and an effect above the noise floor. Otherwise they stand side by side, with the
reason. Records of another fingerprint are not comparable.

  --rerun            builds both sides and runs them here and now, in turns, so that there are
                     verdicts, down to the node whose time changed. A side is a commit, which is
                     checked out and built in a folder of its own, or a source tree as it stands
                     (`diff HEAD . --rerun` judges what is not committed yet). With --trace, runs
                     whose bits part are made again until the op is known, and by how many units
                     of the last place it is off
  --experiment FILE  relative to a side's tree; may be repeated. Default: experiments/*/*.textproto
  --scale NAME, --only NAME=VALUE, --seeds LIST, --threads N, --data_dir DIR
                     as for run
  --rounds N         default 12; a round launches each side, and the first once more for the noise
                     floor. 0: exact results only
  --measured_only    leaves out what measures nothing
  --order_seed N     of the order within rounds; default 1
  --into DIR         where records, traces, the cache of builds and the log are kept; default
                     plumbline-out/rerun. Everything else is removed at the end, also after Ctrl-C;
                     what a killed rerun left, by the next

Exit codes: 0 the same; 1 anything differs, or a verdict; 2 usage, or files that are no records;
3 no such commit, folder or records, or a side that does not build or run; 5 nothing differs, but
not everything was comparable.
)";

}  // namespace

Command DiffCommand() {
  return {"diff", "A B [--format=markdown|text|json] [--trace] [--rerun ...]", "compare the records of two commits or folders", kHelp, Run};
}

}  // namespace plumbline
