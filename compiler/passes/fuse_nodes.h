// Puts several nodes into one where an op's definition knows how to do their work in fewer passes
// over memory. Which nodes and how, each op's definition says; this is the driver.
#ifndef PLUMBLINE_COMPILER_PASSES_FUSE_NODES_H_
#define PLUMBLINE_COMPILER_PASSES_FUSE_NODES_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Before: a typed graph whose sizes are numbers; gradients are there, because they read values that
// fusion would otherwise leave out; no post-ops yet.
// After: no live node's definition has anything left to fuse; the outputs' names, kinds, types and
// values are the same. True if anything was fused.
// Errors (internal): a fusion that breaks the graph, or that goes on for ever; they name the node.
absl::StatusOr<bool> FuseNodes(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_FUSE_NODES_H_
