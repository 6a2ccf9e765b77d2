// Reports of records as tests look at them.
#ifndef PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_RENDERED_REPORT_H_
#define PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_RENDERED_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "reports/record.pb.h"

namespace plumbline {

using Files = std::map<std::string, std::string>;

// Rendered, and kept among the test's outputs to be looked at. A failure of the test where there is no report.
Files Render(const std::vector<record::Record>& records);

std::string ReportOf(const std::vector<record::Record>& records);

// The row of the first table after `heading` that starts with the given cells.
std::string RowOf(const std::string& report, const std::string& heading, const std::string& cells);

// A list of `count` equal texts.
std::vector<std::string> Repeated(const std::string& text, int count);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_RENDERED_REPORT_H_
