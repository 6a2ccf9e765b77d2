// The order in which nodes run.
#ifndef PLUMBLINE_COMPILER_PASSES_SCHEDULE_H_
#define PLUMBLINE_COMPILER_PASSES_SCHEDULE_H_

#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/passes/assign_layouts.h"

namespace plumbline {

// Among the nodes whose inputs are ready, always the one after which the fewest additional bytes are live; ties go to
// the earlier one in Graph::Order(). So weight gradients run as soon as they can release what they read.
// Before: layouts are assigned. After: every live node once, producers before users.
std::vector<NodeId> Schedule(const Graph& graph, const StorageTable& storage);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_SCHEDULE_H_
