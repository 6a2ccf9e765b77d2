// One walk; what the definitions add needs no second one, because it means the same in every mode.
#include "compiler/passes/resolve_modes.h"

#include "absl/strings/str_cat.h"
#include "compiler/ir/mode_context.h"

namespace plumbline {

absl::StatusOr<bool> ResolveModes(Graph& graph, const ModesRequest& request) {
  bool changed = false;
  for (const NodeId id : graph.Order()) {
    const Node node = graph.node(id);  // a copy: adding nodes moves the originals
    if (node.op->resolve_mode == nullptr) continue;
    const auto located = [&](absl::StatusCode code, absl::string_view message) {
      return absl::Status(code, absl::StrCat("node '", node.name, "' (", node.op->name, "): ", message));
    };
    ModeContext context(graph, id, request.training, request.batch);
    const absl::StatusOr<ValueId> value = node.op->resolve_mode(context);
    if (!value.ok()) return located(value.status().code(), value.status().message());
    if (graph.type(*value) != graph.type(node.outputs[0])) {
      return located(absl::StatusCode::kInternal, "is to become a value of another type");
    }
    graph.ReplaceUses(node.outputs[0], *value);
    graph.Remove(id);
    changed = true;
  }
  return changed;
}

}  // namespace plumbline
