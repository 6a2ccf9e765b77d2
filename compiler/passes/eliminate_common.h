// Computes once what the graph computes several times.
#ifndef PLUMBLINE_COMPILER_PASSES_ELIMINATE_COMMON_H_
#define PLUMBLINE_COMPILER_PASSES_ELIMINATE_COMMON_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Two nodes are common when they have the same op, inputs, attributes (real ones bit for bit),
// output types and post-ops. Inputs and parameters never are, even with equal shapes; equal
// constants are.
// Before: a typed graph.
// After: of common nodes only the first in Graph::Order() is read. True if a use was redirected.
absl::StatusOr<bool> EliminateCommon(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_ELIMINATE_COMMON_H_
