// The report of an experiment that has none of its own: every result of every run, sweep by sweep, in tables and curves.
// It argues nothing. Knows records, not experiments.
#ifndef PLUMBLINE_REPORTS_PLAIN_REPORT_H_
#define PLUMBLINE_REPORTS_PLAIN_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/record.pb.h"

namespace plumbline {

// Files by name: "report.md" and a plot for each exact series of a sweep. `records` are of one experiment, at least one;
// their order does not matter.
absl::StatusOr<std::map<std::string, std::string>> RenderPlainReport(const std::vector<record::Record>& records);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_PLAIN_REPORT_H_
