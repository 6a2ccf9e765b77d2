// Copies of the model's graph with sizes put in.
#include "tools/export/forward_graph.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/passes/bind_sizes.h"
#include "dsl/diagnostic.h"

namespace plumbline {
namespace {

absl::Status CheckNames(const SymbolTable& symbols, const Bindings& sizes) {
  std::vector<std::string> known;
  for (const SymbolTable::Symbol& symbol : symbols.symbols()) {
    if (!symbol.derived) known.push_back(symbol.name);
  }
  for (const auto& [name, value] : sizes) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat("--at: the model has no symbol '", EscapeForTerminal(name),
                                                   "'; its symbols are ", absl::StrJoin(known, ", ")));
  }
  return absl::OkStatus();
}

bool GivesAll(const SymbolTable& symbols, const Bindings& sizes) {
  return std::all_of(symbols.symbols().begin(), symbols.symbols().end(), [&](const SymbolTable::Symbol& symbol) {
    return symbol.derived || sizes.count(symbol.name) > 0;
  });
}

void Bind(SymbolTable& symbols, const Bindings& sizes, AttributeValue& value) {
  if (Size* size = std::get_if<Size>(&value)) *size = symbols.Bind(*size, sizes);
  if (auto* list = std::get_if<std::vector<Size>>(&value)) {
    for (Size& size : *list) size = symbols.Bind(size, sizes);
  }
}

// With all symbols the compiler's own pass judges the sizes; with some, what becomes a number must be a size.
absl::Status BindKnown(Graph& graph, const Bindings& sizes) {
  if (sizes.empty()) return absl::OkStatus();
  if (GivesAll(graph.symbols(), sizes)) return BindSizes(graph, sizes);
  for (const NodeId id : graph.Order()) {
    for (auto& entry : graph.mutable_node(id).attributes.mutable_values()) Bind(graph.symbols(), sizes, entry.second);
    for (const ValueId output : graph.node(id).outputs) {
      TensorType& type = graph.mutable_value(output).type;
      for (Size& size : type.shape) {
        size = graph.symbols().Bind(size, sizes);
        const bool possible = size.is_constant() ? size.AsInteger().value_or(0) >= 1 : !size.overflowed();
        if (possible) continue;
        return absl::InvalidArgumentError(absl::StrCat("--at: node '", graph.node(id).name, "' (",
                                                       graph.node(id).op->name, ") would have shape ",
                                                       ToString(type.shape, graph.symbols())));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Graph> WholeGraph(const Model& model, const Bindings& sizes) {
  Graph graph = model.graph;
  absl::Status status = CheckNames(graph.symbols(), sizes);
  if (status.ok()) status = BindKnown(graph, sizes);
  if (!status.ok()) return status;
  return graph;
}

absl::StatusOr<Graph> ForwardGraph(const Model& model, const Bindings& sizes) {
  Graph graph = model.graph;
  std::vector<GraphOutput>& outputs = graph.mutable_outputs();
  outputs.erase(std::remove_if(outputs.begin(), outputs.end(),
                               [](const GraphOutput& output) { return output.kind != OutputKind::kOutput; }),
                outputs.end());
  absl::Status status = CheckNames(graph.symbols(), sizes);
  if (status.ok()) status = BindKnown(graph, sizes);
  if (!status.ok()) return status;
  return graph;
}

}  // namespace plumbline
