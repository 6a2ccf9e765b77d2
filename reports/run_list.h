// The list of all runs of an experiment, kept beside the records that one worker of several makes, so that whoever
// gathers them can tell what is missing. One file a list in the folder `runs` of a folder of records.
#ifndef PLUMBLINE_REPORTS_RUN_LIST_H_
#define PLUMBLINE_REPORTS_RUN_LIST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reports/files.h"

namespace plumbline {

struct ListedRun {
  std::string key;
  std::string title;  // one line for people: "sweep=time model=softmax L=128 seed=1"
};

struct RunList {
  std::string experiment;
  std::vector<ListedRun> runs;
};

// Writes the list below `folder`, which is made; equal lists are one file. The errors of reports/files.h.
absl::Status WriteRunList(SystemCalls& system, const std::string& folder, const RunList& list);

// All lists below `folder`; none when there is no folder `runs`. InvalidArgument "FILE:LINE: error: WHAT" for a file
// that is no list.
absl::StatusOr<std::vector<RunList>> ReadRunLists(SystemCalls& system, const std::string& folder);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RUN_LIST_H_
