// The executable list of what every graph must satisfy between passes.
#ifndef PLUMBLINE_COMPILER_IR_VERIFY_H_
#define PLUMBLINE_COMPILER_IR_VERIFY_H_

#include "absl/status/status.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// OK, or an internal error naming the rule that is broken and the node:
//  - every input of a live node is a value of a live node, and there is no cycle
//  - the number of inputs fits the op's definition and its parameters, whose shapes are those it asks for
//  - attributes are those of the op's definition, of their kinds; only optional ones without default may be absent
//  - inferred types agree with the stored types
//  - no size overflowed
//  - live inputs and parameters have distinct names; outputs have distinct names and refer to live values
//  - an output of kind kGradient is named grad/SOURCE after an input or parameter and has its shape
//  - a node with post-ops accepts them, and their operands are its last inputs, in order
absl::Status Verify(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_VERIFY_H_
