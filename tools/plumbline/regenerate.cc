// plumbline regenerate.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsl/diagnostic.h"
#include "dsl/read_source.h"
#include "experiments/run/find_run.h"
#include "experiments/run/report_writer.h"
#include "ops/all_ops.h"
#include "reports/files.h"
#include "reports/record_store.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

constexpr char kRecords[] = "records";

std::vector<fs::path> Entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The experiment files by the name that they give themselves.
std::map<std::string, std::shared_ptr<const Source>> ExperimentsUnder(const fs::path& folder) {
  std::map<std::string, std::shared_ptr<const Source>> experiments;
  for (const fs::path& own : Entries(folder)) {
    for (const fs::path& file : Entries(own)) {
      if (file.extension() != ".textproto") continue;
      const auto source = ReadSource(file.string());
      if (!source.ok()) continue;
      Diagnostics diagnostics;
      LoadExperimentOptions options;
      options.registry = &AllOps();
      const auto experiment = LoadExperiment(*source, options, diagnostics);
      if (experiment) experiments[experiment->name] = *source;
    }
  }
  return experiments;
}

// Files beside the records that no report has.
std::vector<std::string> Strays(const fs::path& folder, const std::set<std::string>& made) {
  std::vector<std::string> strays;
  for (const fs::path& file : Entries(folder)) {
    if (file.filename() == kRecords || made.count(file.string()) > 0) continue;
    strays.push_back(absl::StrCat(file.string(), ": belongs to no report"));
  }
  return strays;
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"check", false}, {"experiments"}}, 0, 1);
  if (!arguments.ok()) return UsageError("regenerate", arguments.status());
  const bool check = arguments->Has("check");
  const std::string folder = UserPath(arguments->positional().empty() ? "reports/published" : arguments->positional()[0]);
  const auto experiments = ExperimentsUnder(UserPath(arguments->Get("experiments", "experiments")));
  Outcome outcome;
  std::vector<std::string> problems;
  for (const fs::path& own : Entries(folder)) {
    std::error_code error;
    if (!fs::is_directory(own / kRecords, error)) continue;
    const std::string name = own.filename().string();
    const absl::StatusOr<std::vector<record::Record>> records =
        RecordStore(RealSystemCalls(), (own / kRecords).string()).ReadAll();
    if (!records.ok()) {
      problems.emplace_back(records.status().message());
      continue;
    }
    const absl::StatusOr<ReportFiles> reports = WriteReports((own / kRecords).string(), folder, check);
    if (!reports.ok()) {
      problems.push_back(absl::StrCat(own.string(), ": ", reports.status().message()));
      continue;
    }
    problems.insert(problems.end(), reports->differences.begin(), reports->differences.end());
    for (const std::string& report : reports->reports) absl::StrAppend(&outcome.output, report, "\n");
    const std::vector<std::string> strays = Strays(own, {reports->files.begin(), reports->files.end()});
    problems.insert(problems.end(), strays.begin(), strays.end());
    const auto experiment = experiments.find(name);
    if (experiment == experiments.end()) {
      problems.push_back(absl::StrCat(own.string(), ": there is no experiment ", name));
      continue;
    }
    for (const std::string& mismatch : RecordMismatches(experiment->second, *records)) {
      problems.push_back(absl::StrCat((own / kRecords).string(), ": ", mismatch));
    }
  }
  if (outcome.output.empty() && problems.empty()) {
    return Failed(absl::NotFoundError(absl::StrCat(folder, ": error: there are no published records")));
  }
  if (problems.empty()) return outcome;
  outcome.exit_code = kExitDiffers;
  outcome.errors = absl::StrCat(absl::StrJoin(problems, "\n"), "\n");
  if (check) outcome.output.clear();
  return outcome;
}

constexpr char kHelp[] = R"(Makes every report under a folder again from the records that lie beside it, FOLDER/NAME/records.
A report is a pure function of its records: the same records give the same bytes.

  --check              writes nothing; exit 1 with a line for each file that differs, is missing or
                       belongs to no report
  --experiments DIR    default `experiments`: the records are held against the experiments there.
                       A run without a record, and a record whose model, data or settings are
                       others today, are named and exit 1 as well
)";

}  // namespace

Command RegenerateCommand() {
  return {"regenerate", "[FOLDER] [--check] [--experiments DIR]", "make published reports again from their records",
          kHelp, Run};
}

}  // namespace plumbline
