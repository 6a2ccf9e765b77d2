// Value numbering in order of dependence: inputs are already replaced when a node is looked up.
#include "compiler/passes/eliminate_common.h"

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace plumbline {
namespace {

// Equality that tells 0 from -0, because 1/x does.
bool Same(const AttributeValue& a, const AttributeValue& b) {
  const double* x = std::get_if<double>(&a);
  const double* y = std::get_if<double>(&b);
  if (x != nullptr && y != nullptr) return std::memcmp(x, y, sizeof(double)) == 0;
  return a == b;
}

bool Same(const Attributes& a, const Attributes& b) {
  if (a.values().size() != b.values().size()) return false;
  auto other = b.values().begin();
  for (const auto& [name, value] : a.values()) {
    if (name != other->first || !Same(value, other->second)) return false;
    ++other;
  }
  return true;
}

bool Same(const std::vector<PostOp>& a, const std::vector<PostOp>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].op != b[i].op || a[i].operand != b[i].operand ||
        !Same(a[i].attributes, b[i].attributes)) {
      return false;
    }
  }
  return true;
}

bool SameOutputs(const Graph& graph, const Node& a, const Node& b) {
  if (a.outputs.size() != b.outputs.size()) return false;
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    if (graph.type(a.outputs[i]) != graph.type(b.outputs[i])) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<bool> EliminateCommon(Graph& graph) {
  bool changed = false;
  // The nodes seen so far by op name and inputs; within an entry by order.
  std::map<std::pair<std::string, std::vector<ValueId>>, std::vector<NodeId>> seen;
  for (const NodeId id : graph.Order()) {
    const Node& node = graph.node(id);
    if (node.op->source == SourceKind::kInput || node.op->source == SourceKind::kParameter)
      continue;
    std::vector<NodeId>& candidates = seen[{node.op->name, node.inputs}];
    bool found = false;
    for (const NodeId candidate : candidates) {
      const Node& first = graph.node(candidate);
      if (!Same(first.attributes, node.attributes) || !Same(first.post_ops, node.post_ops) ||
          !SameOutputs(graph, first, node)) {
        continue;
      }
      for (size_t i = 0; i < node.outputs.size(); ++i)
        graph.ReplaceUses(node.outputs[i], first.outputs[i]);
      found = true;
      break;
    }
    if (!found) candidates.push_back(id);
    changed = changed || found;
  }
  return changed;
}

}  // namespace plumbline
