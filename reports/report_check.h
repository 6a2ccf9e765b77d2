// A report is a pure function of its records: here its files are compared with what a folder holds,
// or put there. Knows paths and bytes only.
#ifndef PLUMBLINE_REPORTS_REPORT_CHECK_H_
#define PLUMBLINE_REPORTS_REPORT_CHECK_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "reports/files.h"

namespace plumbline {

// Path relative to the report's folder, with '/' -> bytes. A path is refused (InvalidArgument) when
// it is absolute, has an empty, "." or ".." component or one that begins with a dot.
using ReportContents = std::map<std::string, std::string>;

struct ReportDifference {
  enum class Kind {
    kMissing,  // expected, not there
    kDiffers,  // other bytes
    kStale,    // there, not expected
  };
  Kind kind;
  std::string path;
  // Of kDiffers: the first byte that differs, counted from 1, and its two lines without line break.
  int line;
  int column;
  std::string expected;
  std::string found;
};

// Every difference between `files` and the folder, sorted by path; none for an exact match. Entries
// of the folder itself named in `kept` ("records") are not looked at, nor is any that begins with a
// dot. A folder that does not exist lacks everything. Fails only where the folder cannot be read.
absl::StatusOr<std::vector<ReportDifference>> CompareReport(SystemCalls& system,
                                                            const std::string& folder,
                                                            const ReportContents& files,
                                                            absl::Span<const std::string> kept);

// "FOLDER/PATH:LINE:COL: error: ..." as --check prints it, one paragraph without final line break.
std::string DifferenceText(absl::string_view folder, const ReportDifference& difference);

enum class StaleFiles { kKeep, kRemove };

// Makes the folder hold `files`. What differs is first written whole beside its place and synced,
// and only when all of it is safe are the files renamed into place, one atomic step each: no
// failure to write changes anything, and an interruption between two renames leaves old and new
// whole files, which CompareReport tells. Files that are equal are not touched. `kRemove` then
// removes what CompareReport calls stale; it is meant for folders that hold nothing but a report
// and `kept`.
absl::Status WriteReport(SystemCalls& system, const std::string& folder,
                         const ReportContents& files, absl::Span<const std::string> kept,
                         StaleFiles stale);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_REPORT_CHECK_H_
