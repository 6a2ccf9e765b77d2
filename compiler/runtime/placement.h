// Where a value lies at run time: a place in a buffer and strides.
#ifndef PLUMBLINE_COMPILER_RUNTIME_PLACEMENT_H_
#define PLUMBLINE_COMPILER_RUNTIME_PLACEMENT_H_

#include "compiler/ir/layout.h"
#include "compiler/runtime/step.h"

namespace plumbline {

// The operand's offset includes the layout's. An absent operand: nothing reads the value.
struct Placement {
  Operand operand;
  Layout layout;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_PLACEMENT_H_
