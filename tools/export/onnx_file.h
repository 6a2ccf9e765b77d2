// A model's forward graph as an ONNX file, and the same graph for Netron's eyes.
//
// Two files because they serve two readers. A runtime wants ONNX's own operators, in which one op of the language may
// become twenty; a person wants to see the model as it was written. So the file for Netron has one node for each of the
// model's, of the op's own name in the domain "plumbline", with costs in its documentation; no runtime executes it.
#ifndef PLUMBLINE_TOOLS_EXPORT_ONNX_FILE_H_
#define PLUMBLINE_TOOLS_EXPORT_ONNX_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "compiler/compile.h"
#include "experiments/arrays/parameter_file.h"

namespace plumbline {

// The bytes of an ONNX file (opset 17) of a graph of forward_graph.h's ForwardGraph. Inputs, outputs, parameters and
// nodes keep their names; sizes that are no numbers are dim_param and are computed at run time. Parameters are
// initialisers with `weights` (all of them), else inputs of the graph.
// Errors (invalid argument, with the place in the model's file, all at once): an op that has no mapping, a size that
// cannot be computed from the inputs' shapes, an output that bears an input's name. ResourceExhausted: more than 2 GiB.
absl::StatusOr<std::string> OnnxFile(const Model& model, const Graph& graph, const ParameterValues* weights);

// The bytes of a file for Netron, of a graph of WholeGraph, losses and metrics included. Parameters have values where
// `weights` gives them, else shapes only. Errors: costs that do not fit 64 bits; ResourceExhausted as above.
absl::StatusOr<std::string> NetronFile(const Model& model, const Graph& graph, const ParameterValues* weights);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_EXPORT_ONNX_FILE_H_
