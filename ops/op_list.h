// One function an op family, each defined in the file of its name. all_ops.cc lists them.
#ifndef PLUMBLINE_OPS_OP_LIST_H_
#define PLUMBLINE_OPS_OP_LIST_H_

#include <vector>

#include "compiler/ir/op_definition.h"

namespace plumbline {

std::vector<OpDefinition> SourceOps();

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_OP_LIST_H_
