// Quoting.
#include "reports/csv.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace plumbline {

std::string CsvRow(const std::vector<std::string>& fields) {
  std::string row;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    const bool plain = fields[i].find_first_of(",\"\r\n") == std::string::npos;
    // A line of one empty field would look like no line.
    const bool lonely = fields.size() == 1 && fields[i].empty();
    row += plain && !lonely ? fields[i] : absl::StrCat("\"", absl::StrReplaceAll(fields[i], {{"\"", "\"\""}}), "\"");
  }
  return row + "\r\n";
}

}  // namespace plumbline
