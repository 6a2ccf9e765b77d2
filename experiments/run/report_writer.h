// From records to reports: which experiment has which report, and where it goes.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_REPORT_WRITER_H_
#define PLUMBLINE_EXPERIMENTS_RUN_REPORT_WRITER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace plumbline {

struct ReportFiles {
  std::vector<std::string> files;        // paths of all files, reports and plots
  std::vector<std::string> reports;      // paths of the reports, in the order of the experiments' names
  std::vector<std::string> differences;  // of a check: one line a file that differs or is missing
};

// Renders the report of every experiment that has records in the folder, each as FOLDER/EXPERIMENT/report.md with its
// plots beside it; with more than one experiment also FOLDER/README.md that lists them. With `check` nothing is written:
// the files there are compared. Errors: no records (not found), damaged records, records that a report cannot be made of.
absl::StatusOr<ReportFiles> WriteReports(const std::string& records, const std::string& folder, bool check);

// The data of every table and plot of these reports, as CSV files by path: "EXPERIMENT/report-01-HEADING.csv" for tables,
// "EXPERIMENT/PLOT.csv" for plots (reports/report_data.h). Errors as above.
absl::StatusOr<std::map<std::string, std::string>> RenderReportData(const std::string& records);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_REPORT_WRITER_H_
