// The report of the image experiment: the three answers of the exercise's second question, with the uncertainty of each
// number, from records alone.
#ifndef PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_H_
#define PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/record.pb.h"

namespace plumbline {

// Files by name: "report.md" and its figures. A pure function of the records, whatever their order. Runs that diverged
// or are missing are shown as such.
// Errors: no record of the data, no training run, or values that contradict each other, named.
absl::StatusOr<std::map<std::string, std::string>> RenderOctmnistReport(const std::vector<record::Record>& records);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_H_
