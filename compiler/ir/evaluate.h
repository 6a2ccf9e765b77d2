// The reference: a graph run in double by the ops' definitions. Slow on purpose; the truth that lowered
// programs and gradients are tested against.
#ifndef PLUMBLINE_COMPILER_IR_EVALUATE_H_
#define PLUMBLINE_COMPILER_IR_EVALUATE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "compiler/ir/array.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Values of inputs and parameters by name. Symbols are bound from the shapes of the inputs.
// Returns the graph's outputs by name. Errors: a missing array, a shape that does not fit, an op without a reference.
absl::StatusOr<std::map<std::string, Array>> Evaluate(const Graph& graph, const std::map<std::string, Array>& sources);

// The symbols' values that make the graph's inputs have these shapes; an error names the input and both shapes.
// Inputs without an entry are skipped.
absl::StatusOr<Bindings> BindFromShapes(const Graph& graph,
                                        const std::map<std::string, std::vector<int64_t>>& input_shapes);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_EVALUATE_H_
