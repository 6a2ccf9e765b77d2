// plumbline diff.
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "reports/commit_records.h"
#include "reports/files.h"
#include "reports/record_diff.h"
#include "reports/record_diff_text.h"
#include "reports/record_store.h"
#include "reports/record_text.h"
#include "reports/record_values.h"
#include "reports/trace_comparison.h"
#include "reports/trace_text.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

constexpr size_t kLargestTrace = size_t{1} << 30;

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

// The traces beside a folder of records, by experiment, point and seed.
absl::StatusOr<std::map<std::string, trace::Trace>> ReadTraces(const std::string& side) {
  std::map<std::string, trace::Trace> traces;
  const std::string folder = JoinPath(FolderOf(UserPath(side)), "traces");
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".textproto") continue;
    const absl::StatusOr<std::string> text = ReadFile(RealSystemCalls(), entry.path().string(), kLargestTrace);
    if (!text.ok()) return text.status();
    absl::StatusOr<trace::Trace> trace = ParseTrace(*text, entry.path().string());
    if (!trace.ok()) return trace.status();
    traces[RunTitle(*trace)] = *std::move(trace);
  }
  if (traces.empty()) {
    return absl::NotFoundError(absl::StrCat(folder, ": error: there are no traces; run with --trace"));
  }
  return traces;
}

// A paragraph a pair of traces.
absl::StatusOr<std::string> CompareTraces(const std::string& a, const std::string& b) {
  const auto traces_a = ReadTraces(a), traces_b = ReadTraces(b);
  if (!traces_a.ok()) return traces_a.status();
  if (!traces_b.ok()) return traces_b.status();
  std::string text;
  for (const auto& [title, trace] : *traces_a) {
    const auto other = traces_b->find(title);
    if (other == traces_b->end()) continue;
    absl::StrAppend(&text, "trace of ", title, "\n", DescribeTraceDifference(trace, other->second));
  }
  return text;
}

int ExitCodeOf(const RecordDiff& diff) {
  if (diff.differs() || diff.HasVerdict(Verdict::kMore) || diff.HasVerdict(Verdict::kLess)) return kExitDiffers;
  if (diff.pairs == 0 || diff.comparable < diff.pairs) return kExitNotMeasured;
  return kExitOk;
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"format"}, {"trace", false}}, 2, 2);
  if (!arguments.ok()) return UsageError("diff", arguments.status());
  const std::string format = arguments->Get("format", "markdown");
  if (format != "markdown" && format != "text" && format != "json") {
    return UsageError("diff", absl::InvalidArgumentError(absl::StrCat("--format=", EscapeForTerminal(format),
                                                                      ": there are markdown, text, json")));
  }
  std::vector<std::vector<record::Record>> sides;
  for (const std::string& side : arguments->positional()) {
    absl::StatusOr<std::vector<record::Record>> records = ReadSide(side);
    if (!records.ok()) return Failed(absl::Status(records.status().code(), EscapeForTerminal(records.status().message())));
    if (records->empty()) return Failed(absl::NotFoundError(absl::StrCat(EscapeForTerminal(side), ": error: no records")));
    sides.push_back(*std::move(records));
  }
  const RecordDiff diff = DiffRecords(sides[0], sides[1]);
  const std::string &a = arguments->positional()[0], &b = arguments->positional()[1];
  Outcome outcome;
  outcome.exit_code = ExitCodeOf(diff);
  if (arguments->Has("trace")) {
    const absl::StatusOr<std::string> traces = CompareTraces(a, b);
    if (!traces.ok()) return Failed(traces.status());
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

Exit codes: 0 the same; 1 anything differs, or a verdict; 2 usage, or files that are no records;
3 no such commit, folder or records; 5 nothing differs, but not everything was comparable.
)";

}  // namespace

Command DiffCommand() {
  return {"diff", "A B [--format=markdown|text|json] [--trace]", "compare the records of two commits or folders", kHelp, Run};
}

}  // namespace plumbline
