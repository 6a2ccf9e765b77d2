// Marks what Graph::Order() reaches and removes the rest.
#include "compiler/passes/eliminate_dead.h"

#include <vector>

namespace plumbline {

absl::StatusOr<bool> EliminateDead(Graph& graph) {
  std::vector<bool> live(graph.node_count(), false);
  for (const NodeId id : graph.Order()) live[id] = true;
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (live[id] || graph.node(id).removed) continue;
    graph.Remove(id);
    changed = true;
  }
  return changed;
}

}  // namespace plumbline
