// A difference of records for a reader, as Markdown or plain text, and for programs, as JSON.
#ifndef PLUMBLINE_REPORTS_RECORD_DIFF_TEXT_H_
#define PLUMBLINE_REPORTS_RECORD_DIFF_TEXT_H_

#include <string>

#include "reports/record_diff.h"

namespace plumbline {

// `a` and `b` are what the user calls the sides.
std::string DiffMarkdown(const RecordDiff& diff, const std::string& a, const std::string& b);
std::string DiffText(const RecordDiff& diff, const std::string& a, const std::string& b);
std::string DiffJson(const RecordDiff& diff, const std::string& a, const std::string& b);

// "slower by 10 %", of a ratio b over a of times; "more" and "less" for other units.
std::string VerdictText(const MeasuredDifference& row);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RECORD_DIFF_TEXT_H_
