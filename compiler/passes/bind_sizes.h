// Gives every symbol its value, so that from here on all sizes are numbers.
#ifndef PLUMBLINE_COMPILER_PASSES_BIND_SIZES_H_
#define PLUMBLINE_COMPILER_PASSES_BIND_SIZES_H_

#include "absl/status/status.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Replaces symbols in attributes and in the types of inputs, parameters and constants, and infers all other types
// again, so that what could not be judged in symbols is judged now.
// Before: typed graph; `bindings` has every symbol that occurs. After: every size is a positive integer, and the
// bytes of every value fit 63 bits.
// Errors (invalid argument): a symbol without a value, a size that is no positive integer, a node whose types do not
// fit these sizes; each names the node.
absl::Status BindSizes(Graph& graph, const Bindings& bindings);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_BIND_SIZES_H_
