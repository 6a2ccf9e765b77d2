// Replaces nodes whose result is one known number everywhere by that number.
#ifndef PLUMBLINE_COMPILER_PASSES_FOLD_CONSTANTS_H_
#define PLUMBLINE_COMPILER_PASSES_FOLD_CONSTANTS_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// A constant is one number that fills a shape. A node all of whose inputs are constants is folded
// when its op's reference, run for two different bindings of the symbols, gives one and the same
// finite number everywhere in an output; so the result does not depend on the sizes, and its shape
// stays symbolic. A node without a reference, with post-ops, or too large to try is left alone.
// Before: a typed graph.
// After: such outputs are constants of the same type; the nodes that made them are unused but still
// there. True if an output was replaced.
absl::StatusOr<bool> FoldConstants(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_FOLD_CONSTANTS_H_
