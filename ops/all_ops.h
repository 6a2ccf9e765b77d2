// The registry of every op.
#ifndef PLUMBLINE_OPS_ALL_OPS_H_
#define PLUMBLINE_OPS_ALL_OPS_H_

#include "compiler/ir/op_definition.h"

namespace plumbline {

// Lives as long as the process.
const OpRegistry& AllOps();

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_ALL_OPS_H_
