// Other programs, run to their end.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_CHILD_PROGRAM_H_
#define PLUMBLINE_EXPERIMENTS_DATA_CHILD_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace plumbline {

struct ChildResult {
  int exit_code = 0;   // 128 and the signal's number when one ended it
  std::string output;  // of stdout, the first 16 MiB
  std::string errors;  // of stderr, the first 4,096 bytes
};

// Runs words[0], found in PATH, with the other words as its arguments and without input. No shell is involved. May be
// called from several threads. Errors: NotFound when there is no such program, ResourceExhausted when it cannot be
// started.
absl::StatusOr<ChildResult> RunChild(std::vector<std::string> words);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_CHILD_PROGRAM_H_
