// Every file is rendered before the first is written.
#include "experiments/run/report_writer.h"

#include <filesystem>
#include <functional>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "experiments/attention/report/report.h"
#include "experiments/ljspeech/report/report.h"
#include "experiments/octmnist/report/report.h"
#include "reports/files.h"
#include "reports/plain_report.h"
#include "reports/record.pb.h"
#include "reports/record_store.h"
#include "reports/report_data.h"

namespace plumbline {
namespace {

constexpr size_t kLargestFile = size_t{64} << 20;

using Renderer = absl::StatusOr<std::map<std::string, std::string>> (*)(const std::vector<record::Record>&);

// The report of each experiment that has one of its own, by the experiment's name.
const std::map<std::string, Renderer>& Renderers() {
  static const auto* const renderers =
      new std::map<std::string, Renderer>{{"attention_scaling", RenderAttentionReport},
                                          {"ljspeech", RenderLjspeechReport},
                                          {"octmnist", RenderOctmnistReport}};
  return *renderers;
}

// The first line in which two texts differ, counted from 1.
int FirstDifference(const std::string& a, const std::string& b) {
  int line = 1;
  for (size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) line += a[i] == '\n';
  return line;
}

absl::Status CompareFile(const std::string& path, const std::string& text, ReportFiles& result) {
  const absl::StatusOr<std::string> existing = ReadFile(RealSystemCalls(), path, kLargestFile);
  if (absl::IsNotFound(existing.status())) {
    result.differences.push_back(absl::StrCat(path, ": missing"));
  } else if (!existing.ok()) {
    return existing.status();
  } else if (*existing != text) {
    result.differences.push_back(absl::StrCat(path, ":", FirstDifference(*existing, text), ": differs"));
  }
  return absl::OkStatus();
}

absl::Status Store(const std::string& path, const std::string& text, bool check, ReportFiles& result) {
  if (check) return CompareFile(path, text, result);
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return absl::UnavailableError(absl::StrCat(path, ": error: ", error.message()));
  return WriteFileAtomically(RealSystemCalls(), path, text);
}

using RecordList = std::vector<record::Record>;

// NotFound when there are none.
absl::StatusOr<std::map<std::string, RecordList>> ReadByExperiment(const std::string& records) {
  const RecordStore store(RealSystemCalls(), records);
  const absl::StatusOr<RecordList> all = store.ReadAll();
  if (!all.ok()) return all.status();
  std::map<std::string, RecordList> by_experiment;
  for (const record::Record& record : *all) by_experiment[record.experiment()].push_back(record);
  if (by_experiment.empty()) return absl::NotFoundError(absl::StrCat(records, ": error: there are no records"));
  return by_experiment;
}

absl::StatusOr<std::map<std::string, std::string>> Render(const std::string& experiment, const RecordList& records) {
  const auto renderer = Renderers().find(experiment);
  return renderer == Renderers().end() ? RenderPlainReport(records) : renderer->second(records);
}

}  // namespace

absl::StatusOr<ReportFiles> WriteReports(const std::string& records, const std::string& folder, bool check) {
  const absl::StatusOr<std::map<std::string, RecordList>> by_experiment = ReadByExperiment(records);
  if (!by_experiment.ok()) return by_experiment.status();
  std::map<std::string, std::string> files;
  ReportFiles result;
  std::string index = "# Reports\n\n";
  for (const auto& [experiment, its_records] : *by_experiment) {
    const auto rendered = Render(experiment, its_records);
    if (!rendered.ok()) return rendered.status();
    for (const auto& [name, text] : *rendered) files[absl::StrCat(folder, "/", experiment, "/", name)] = text;
    result.reports.push_back(absl::StrCat(folder, "/", experiment, "/report.md"));
    absl::StrAppend(&index, "- [", experiment, "](", experiment, "/report.md)\n");
  }
  if (by_experiment->size() > 1) files[absl::StrCat(folder, "/README.md")] = index;
  for (const auto& [path, text] : files) {
    result.files.push_back(path);
    const absl::Status status = Store(path, text, check, result);
    if (!status.ok()) return status;
  }
  return result;
}

absl::StatusOr<std::map<std::string, std::string>> RenderReportData(const std::string& records) {
  const absl::StatusOr<std::map<std::string, RecordList>> by_experiment = ReadByExperiment(records);
  if (!by_experiment.ok()) return by_experiment.status();
  std::map<std::string, std::string> files;
  for (const auto& [experiment, its_records] : *by_experiment) {
    const ReportData data;
    const auto rendered = Render(experiment, its_records);
    if (!rendered.ok()) return rendered.status();
    for (auto& [name, csv] : data.CsvFiles(*rendered)) files[absl::StrCat(experiment, "/", name)] = csv;
  }
  return files;
}

}  // namespace plumbline
