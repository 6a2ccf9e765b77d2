// How convolutions, relus and pools become one node, with their gradients: the `fuse` functions of
// their definitions. Each takes the node it is named after and looks at its neighbours; it changes
// nothing where another reader needs a value that would disappear.
#ifndef PLUMBLINE_OPS_WINDOW_FUSION_H_
#define PLUMBLINE_OPS_WINDOW_FUSION_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// max_pool2d(relu(x)) -> relu_max_pool2d(x). In the gradient the relu's is left out: the winners say
// which windows it cut.
absl::StatusOr<bool> FoldReluIntoPool(Graph& graph, NodeId pool);

// max_pool2d or relu_max_pool2d of a conv2d -> conv2d_max_pool2d, and the convolution's gradients
// from the pool's -> those of conv2d_max_pool2d. Only where that saves work.
absl::StatusOr<bool> FusePoolIntoConvolution(Graph& graph, NodeId convolution);

// A convolution's gradient from a relu's -> the same gradient with the relu's result as an input.
// The gradient's inputs are (gradient, weight) or (x, gradient); `gradient_input` is which.
absl::StatusOr<bool> FuseReluIntoGradient(Graph& graph, NodeId convolution_gradient,
                                          int gradient_input);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_WINDOW_FUSION_H_
