// The traces of two sides of `plumbline diff`: where their bits part, down to the op and the unit of the last place.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_DIFF_TRACES_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_DIFF_TRACES_H_

#include <string>

#include "absl/status/statusor.h"
#include "tools/rerun/rerun.h"

namespace plumbline {

// A paragraph for each run of which both folders have a trace. Where a trace lacks the step, or the numbers of the value,
// that tell more, the run is made again if there is a rerun to do it (else null). Errors: NotFound when a folder has no
// traces; those of reading and of running again.
absl::StatusOr<std::string> DescribeTraces(const std::string& folder_a, const std::string& folder_b, Rerun* rerun);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_DIFF_TRACES_H_
