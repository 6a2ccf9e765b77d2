// One walk in order of dependence: chains of identities collapse to their first value.
#include "compiler/passes/fold_identities.h"

#include "absl/strings/str_cat.h"

namespace plumbline {

absl::StatusOr<bool> FoldIdentities(Graph& graph) {
  bool changed = false;
  for (const NodeId id : graph.Order()) {
    const Node& node = graph.node(id);
    if (node.op->identity == nullptr || !node.post_ops.empty()) continue;
    const int input = node.op->identity(graph.view(id));
    if (input == kNone) continue;
    const ValueId from = node.outputs[0];
    const ValueId to = node.inputs[input];
    if (graph.type(from) != graph.type(to)) {
      return absl::InternalError(absl::StrCat("node '", node.name, "' (", node.op->name,
                                              ") claims to equal an input of another type"));
    }
    graph.ReplaceUses(from, to);
    changed = true;
  }
  return changed;
}

}  // namespace plumbline
