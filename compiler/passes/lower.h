// Makes the program: every primitive, memory descriptor and argument list, once.
#ifndef PLUMBLINE_COMPILER_PASSES_LOWER_H_
#define PLUMBLINE_COMPILER_PASSES_LOWER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"
#include "compiler/passes/assign_layouts.h"
#include "compiler/passes/plan_memory.h"
#include "compiler/runtime/program.h"

namespace plumbline {

// Before: memory is planned for exactly this graph and schedule. After: one or more steps for every node that is
// neither source nor view; one scratch region, as large as the neediest step asks, lies after the activations.
// Must run within a WorkerScope. Errors name the node: an op that is "not available yet" (unimplemented), or oneDNN
// refusing a descriptor (internal).
absl::StatusOr<Program> Lower(const Graph& graph, const StorageTable& storage, const std::vector<NodeId>& schedule,
                              MemoryPlan plan);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_LOWER_H_
