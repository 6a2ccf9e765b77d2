// Stochastic gradient descent inside the program: instead of giving the gradient of a parameter, the program adds it to
// the parameter. The caller seeds the loss's gradient with minus the learning rate, which makes the sum the update.
#ifndef PLUMBLINE_COMPILER_PASSES_APPLY_UPDATES_H_
#define PLUMBLINE_COMPILER_PASSES_APPLY_UPDATES_H_

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Before: outputs "grad/NAME" of kind kGradient. After: for each that belongs to a parameter an output NAME of kind
// kParameter, parameter + gradient, which PlanMemory puts in the parameter's place and Schedule behind every other
// reader of the parameter. FusePostOps can then make the sum part of the product that gives a gradient, so that weights
// are read and written once and gradients need no memory of their own.
// Only for programs that see the whole batch. True if there was such an output.
absl::StatusOr<bool> ApplyUpdates(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_APPLY_UPDATES_H_
