// What a graph costs, in the symbols of its sizes: operations, bytes moved and activation memory of
// every node as polynomials, and their growth. Counts are mathematical (a tile's remainder is not
// counted); time is not predicted here.
#ifndef PLUMBLINE_COMPILER_COSTS_H_
#define PLUMBLINE_COMPILER_COSTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// One node in the order of running.
struct NodeCost {
  std::string name;  // instance path
  std::string op;
  NodeId node = kNone;  // kNone for a copy that the layouts need and the graph does not have yet
  bool view = false;    // runs nothing and moves nothing
  // Additions, multiplications, divisions, comparisons and elementary functions, post-ops included.
  Polynomial operations;
  // Bytes read and written, each input and output once unless the op says otherwise.
  Polynomial bytes;
  // Working memory of this node alone, within `memory`.
  Polynomial scratch_bytes;
  // Operations of the longest chain within this node.
  Polynomial depth;
  // Operations of the longest chain of the graph that ends with this node.
  Polynomial chain;
  // Activation memory while this node runs: every buffer that is live, and the node's working
  // memory.
  Polynomial memory;
};

// Costs of a graph.
//
// Activations are the values that the program computes: intermediate ones from the node that makes
// them to their last reader, and what is handed to the caller (outputs, losses, metrics, gradients
// of inputs) from there to the end. Inputs, parameters, constants and parameter gradients are not
// activations. A view shares its source's buffer; a node that may write over an input that dies
// there does. The largest memory of a node is what the planned arena and the outputs need at least;
// packing may need more.
//
// A chain is a sequence of operations of which each needs the result of the one before. A node is one operation unless
// its definition says that it has more, one after another (OpDefinition::depth); a fused post-op belongs to its node;
// a view is none. What no number of processors can shorten is the longest chain. Where two chains are each longer for
// some sizes, the longer one is that at `sizes`, a symbol without a value there standing at its bound or, without
// one, at 2^20.
struct GraphCosts {
  std::vector<NodeCost> nodes;
  Polynomial operations;  // sum over the nodes
  Polynomial bytes;       // sum over the nodes
  Polynomial depth;       // of the longest chain
};

// Costs of a typed graph. Views, copies and the order of running are those that AssignLayouts and
// Schedule choose for `sizes`, where a symbol without a value gets one of its own; where these
// sizes do not fit the graph, nothing is a view and Graph::Order() is the order.
// Errors (internal): a cost whose coefficients do not fit 64 bits.
absl::StatusOr<GraphCosts> AnalyzeCosts(const Graph& graph, const Bindings& sizes);

// The node with the largest memory at these sizes (of every symbol), the first among equals.
// Errors: no nodes, a symbol without a value.
absl::StatusOr<NodeCost> PeakMemoryAt(const GraphCosts& costs, const SymbolTable& symbols,
                                      const Bindings& sizes);
// The node whose memory is largest once `symbol` is large enough, all other symbols at 64.
// Errors: no nodes, a symbol that the table does not know.
absl::StatusOr<NodeCost> PeakMemoryIn(const GraphCosts& costs, const SymbolTable& symbols,
                                      absl::string_view symbol);

// The slope of the least-squares line through (log size, log value) over the given sizes of
// `symbol`: the exponent that a measurement of exactly this cost at these sizes would show.
// `sizes` has all other symbols.
// Errors: fewer than two different sizes, a value that is not positive, a symbol without a value.
absl::StatusOr<double> LocalSlope(const Polynomial& polynomial, const SymbolTable& symbols,
                                  absl::string_view symbol,
                                  const std::vector<int64_t>& symbol_sizes, const Bindings& sizes);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_COSTS_H_
