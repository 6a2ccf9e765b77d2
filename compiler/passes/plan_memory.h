// Gives every value its place: external buffer, parameter or gradient vector, constants, or a range of the arena.
#ifndef PLUMBLINE_COMPILER_PASSES_PLAN_MEMORY_H_
#define PLUMBLINE_COMPILER_PASSES_PLAN_MEMORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"
#include "compiler/passes/assign_layouts.h"
#include "compiler/runtime/placement.h"
#include "compiler/runtime/program.h"

namespace plumbline {

struct MemoryPlan {
  std::vector<Placement> placements;  // by ValueId; absent for values that nothing reads
  std::vector<ExternalBuffer> inputs;
  std::vector<ExternalBuffer> outputs;
  std::vector<ParameterSlot> parameters;
  int64_t parameter_floats = 0;
  bool has_gradients = false;    // whether a parameter's gradient is computed
  bool updates_parameters = false;  // whether parameters get new values
  int64_t constant_bytes = 0;
  int64_t activation_bytes = 0;  // of the arena; scratch memory comes after it
};

// Arena ranges are live from the step that makes a value to its last reader. A node whose op allows it writes over an
// input that dies there. Ranges are placed largest first at the lowest free offset, aligned to 64 bytes.
// Gradients of parameters (outputs named "grad/P" of kind kGradient) lie in the gradient vector at the parameter's
// offset, new values of parameters (kParameter) in the parameters' places; every other output is an external buffer.
// Before: `schedule` has every live node once, producers first; layouts are assigned and outputs own their buffers.
// Errors: the plan does not fit 63 bits.
absl::StatusOr<MemoryPlan> PlanMemory(const Graph& graph, const StorageTable& storage,
                                      const std::vector<NodeId>& schedule);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_PLAN_MEMORY_H_
