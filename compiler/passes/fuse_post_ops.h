// Moves elementwise nodes into the node that produces their operand, where oneDNN applies them to
// each element of the result before it is stored.
#ifndef PLUMBLINE_COMPILER_PASSES_FUSE_POST_OPS_H_
#define PLUMBLINE_COMPILER_PASSES_FUSE_POST_OPS_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// A consumer is fused into a producer when all of this holds:
//
// - The producer's definition accepts the post-op, and it has fewer than 4 so far.
// - The consumer is the only reader of its output 0, which is no graph output: nothing misses it.
// - The consumer has one output, of the type of its operand, and can be a post-op on it.
// - Its other operand, if any, does not depend on the producer.
//
// Before: sizes are numbers; gradients are there (a value that a gradient reads has a second
// reader).
//
// After: the producer's post_ops end with the consumer's op; a second operand is the producer's
// last input; what read the consumer reads the producer. True if anything was fused.
absl::StatusOr<bool> FusePostOps(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_FUSE_POST_OPS_H_
