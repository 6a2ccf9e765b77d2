// The report of the attention experiment: the four answers of the exercise's first question, derived and then checked
// against the records.
#ifndef PLUMBLINE_EXPERIMENTS_ATTENTION_REPORT_REPORT_H_
#define PLUMBLINE_EXPERIMENTS_ATTENTION_REPORT_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/record.pb.h"

namespace plumbline {

// Files by name: "report.md" and its plots. A pure function of the records, whatever their order.
// Errors: records that lack what the report needs, named.
absl::StatusOr<std::map<std::string, std::string>> RenderAttentionReport(const std::vector<record::Record>& records);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_ATTENTION_REPORT_REPORT_H_
