// The graph that exporters write down: what a model computes in prediction, in symbols or in numbers.
#ifndef PLUMBLINE_TOOLS_EXPORT_FORWARD_GRAPH_H_
#define PLUMBLINE_TOOLS_EXPORT_FORWARD_GRAPH_H_

#include "absl/status/statusor.h"
#include "compiler/compile.h"

namespace plumbline {

// The model's outputs with what they need, as the language wrote it: no losses and metrics, nothing is simplified or
// fused. Symbols in `sizes` are replaced by their values; others stay.
// Errors (invalid argument): `sizes` names no symbol of the model's inputs, or sizes that cannot be.
absl::StatusOr<Graph> ForwardGraph(const Model& model, const Bindings& sizes);

// The same, losses and metrics included: the model as it was written.
absl::StatusOr<Graph> WholeGraph(const Model& model, const Bindings& sizes);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_EXPORT_FORWARD_GRAPH_H_
