// Removes what no output needs.
#ifndef PLUMBLINE_COMPILER_PASSES_ELIMINATE_DEAD_H_
#define PLUMBLINE_COMPILER_PASSES_ELIMINATE_DEAD_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// A node is dead when no graph output depends on it. Inputs and parameters stay, because they are
// the program's interface.
// Before: a typed graph.
// After: every node that is not marked as removed is live or an input or a parameter. True if a
// node was removed.
absl::StatusOr<bool> EliminateDead(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_ELIMINATE_DEAD_H_
