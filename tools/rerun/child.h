// A long child program, whose output goes to a log.
#ifndef PLUMBLINE_TOOLS_RERUN_CHILD_H_
#define PLUMBLINE_TOOLS_RERUN_CHILD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace plumbline {

// Runs words[0], found in PATH, in `folder`, and appends what it writes to the file `log`. It gets our environment but for
// what tells a worker its shard, and takes `folder` for its user's. A signal to stop (Progress::StopSignal) is handed on.
// Returns its exit code, 128 and the signal's number when one ended it. Error: Unavailable when it cannot be started.
absl::StatusOr<int> RunLogged(const std::vector<std::string>& words, const std::string& folder, const std::string& log);

// The last lines of a log, indented; for messages.
std::string LastLines(const std::string& log, int lines);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_RERUN_CHILD_H_
