// Removes nodes that compute what they are given.
#ifndef PLUMBLINE_COMPILER_PASSES_FOLD_IDENTITIES_H_
#define PLUMBLINE_COMPILER_PASSES_FOLD_IDENTITIES_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// A node is an identity when its op's definition says that output 0 always equals one of its inputs
// (a scale by 1, a reshape to the same shape, a sum of one term).
// Before: a typed graph.
// After: nothing reads output 0 of an identity; a graph output may therefore name a source, or the
// same value as another output. True if a use was redirected.
absl::StatusOr<bool> FoldIdentities(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_FOLD_IDENTITIES_H_
