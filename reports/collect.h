// Gathers what several workers recorded: the records of several folders in one, when none is missing and no two
// contradict each other.
#ifndef PLUMBLINE_REPORTS_COLLECT_H_
#define PLUMBLINE_REPORTS_COLLECT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reports/files.h"

namespace plumbline {

struct Collection {
  int records = 0;  // in the target folder that came from the others, those that were there already included
  // When one of these is not empty, nothing was written.
  std::vector<std::string> missing;    // titles of listed runs that no folder has
  std::vector<std::string> conflicts;  // pairs of files with different records of one key
};

// Copies the records of `folders`, and their lists of runs, to `into`: first all are checked, then all are written,
// then they appear one by one. Records of `into` count as present. Errors: NotFound for a folder that is not there or
// when no folder has a list of runs, those of reports/record_store.h for files that are no records, and of
// reports/files.h.
absl::StatusOr<Collection> Collect(SystemCalls& system, const std::vector<std::string>& folders,
                                   const std::string& into);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_COLLECT_H_
