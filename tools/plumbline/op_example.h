// An op at work on an example in symbols, for `plumbline ops NAME`.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_OP_EXAMPLE_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_OP_EXAMPLE_H_

#include <string>

#include "compiler/ir/op_definition.h"

namespace plumbline {

// Shapes of inputs and outputs, parameters and costs of the op's own example (OpDefinition::example), several lines;
// empty if it has none. What is printed is inferred by the op's definition, not written down.
std::string DescribeExample(const OpDefinition& op);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_OP_EXAMPLE_H_
