// Rewrites nodes that oneDNN would accept but run with a reference kernel, 10 to 2000 times slower,
// into nodes that it runs well. Which nodes and how, each op's definition says; this is the driver.
#ifndef PLUMBLINE_COMPILER_PASSES_LEGALIZE_H_
#define PLUMBLINE_COMPILER_PASSES_LEGALIZE_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Before: a typed graph whose sizes are numbers.
// After: no live node's definition wants to rewrite it; the outputs' names, kinds and types are the
// same. True if anything was rewritten.
// Errors (internal): a rewrite that breaks the graph, or that goes on for ever; they name the node.
absl::StatusOr<bool> Legalize(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_LEGALIZE_H_
