// Traces as files, and the root of a step's values.
#ifndef PLUMBLINE_REPORTS_TRACE_TEXT_H_
#define PLUMBLINE_REPORTS_TRACE_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "reports/trace.pb.h"

namespace plumbline {

// The root of the Merkle tree over a step's values: the digest of a path component is over the names and digests of what
// lies below it, in the order in which they first appear. Equal roots: equal values, names and order.
std::string TraceRoot(const trace::Step& step);

// Canonical text. Error: InvalidArgument where a field has no text.
absl::StatusOr<std::string> TraceText(const trace::Trace& trace);
// Error: InvalidArgument "FILE: error: WHAT" for what is no trace, or one whose values do not give its roots.
absl::StatusOr<trace::Trace> ParseTrace(absl::string_view text, absl::string_view file);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_TRACE_TEXT_H_
