// Reverse-mode differentiation on the graph: appends the nodes that compute gradients of the loss,
// or of the outputs against upstream gradients. It knows the chain rule, broadcasting and sums;
// what the gradient of an op is, the op's definition says.
#ifndef PLUMBLINE_COMPILER_PASSES_DIFFERENTIATE_H_
#define PLUMBLINE_COMPILER_PASSES_DIFFERENTIATE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

struct DifferentiateRequest {
  // Parameters and float inputs whose gradients are wanted; each once.
  std::vector<std::string> sources;
};

// Before: a typed graph without post-ops and without gradients; sizes may be symbolic.
//
// After: for every source of the request, in that order, the graph has an output `grad/SOURCE` of
// kind kGradient and of the source's type (a constant 0 where nothing depends on the source), and
// the inputs that seed the backward pass. With an output of kind kLoss that is the scalar
// `grad/loss`, the weight of this loss in the sum that is differentiated (1, or the share of the
// batch that a shard has); otherwise, for every float output of kind kOutput, `grad/OUTPUT` of that
// output's type. Losses' terms and metrics have no gradients.
//
// Contributions to one value are summed by one add_n, in the order of the nodes that read the
// value. New nodes are named grad/NODE/OP after the node whose gradient they belong to (further
// ones of one op #2, #3, ...), so that no other node's name changes when the model grows.
//
// True unless nothing is wanted. Errors: a source that is unknown, not float or named twice;
// nothing that could be differentiated (invalid argument); an op without a gradient (unimplemented,
// naming the node).
absl::StatusOr<bool> Differentiate(Graph& graph, const DifferentiateRequest& request);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_DIFFERENTIATE_H_
