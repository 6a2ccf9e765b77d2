// Comma-separated values as RFC 4180 has them: lines end with CRLF; a field with a comma, a quote or a line break stands
// in quotes. Text only; numbers come from number_text.h, in no locale.
#ifndef PLUMBLINE_REPORTS_CSV_H_
#define PLUMBLINE_REPORTS_CSV_H_

#include <string>
#include <vector>

namespace plumbline {

// One line.
std::string CsvRow(const std::vector<std::string>& fields);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_CSV_H_
