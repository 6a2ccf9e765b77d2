// One addition for each gradient.
#include "compiler/passes/apply_updates.h"

#include <string>

#include "absl/strings/strip.h"

namespace plumbline {

absl::StatusOr<bool> ApplyUpdates(Graph& graph) {
  bool changed = false;
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const GraphOutput output = graph.outputs()[i];
    if (output.kind != OutputKind::kGradient) continue;
    const std::string name(absl::StripPrefix(output.name, "grad/"));
    const ValueId parameter = graph.FindSource(name);
    if (graph.producer(parameter).op->source != SourceKind::kParameter) continue;
    const absl::StatusOr<ValueId> updated = graph.AddFor(name, "add", {parameter, output.value}, {});
    if (!updated.ok()) return updated.status();
    graph.mutable_outputs()[i] = {name, *updated, OutputKind::kParameter};
    changed = true;
  }
  return changed;
}

}  // namespace plumbline
