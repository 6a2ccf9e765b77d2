// Makes a graph one for training or one for every other mode: what the model says once for both (dropout) becomes the
// nodes that this mode needs.
#ifndef PLUMBLINE_COMPILER_PASSES_RESOLVE_MODES_H_
#define PLUMBLINE_COMPILER_PASSES_RESOLVE_MODES_H_

#include <string>

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

struct ModesRequest {
  bool training = false;
  std::string batch;  // the batch symbol, or empty
};

// Before: a typed forward graph in symbols.
//
// After: no live node's op has a `resolve_mode`; each such node is replaced by the value that its op's definition
// gives, which has the same type. A node that the definition adds under the replaced node's name keeps that name, so
// names do not depend on the mode. Where random numbers are needed the graph has one more input, kRandomInput
// (compiler/ir/mode_context.h).
//
// True if a node was replaced. Errors: those of the definitions, naming the node.
absl::StatusOr<bool> ResolveModes(Graph& graph, const ModesRequest& request);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_RESOLVE_MODES_H_
