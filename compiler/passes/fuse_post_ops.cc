// Producers in order of dependence; each takes as long a chain as it can.
#include "compiler/passes/fuse_post_ops.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace plumbline {
namespace {

// Longer chains do not occur in practice, and oneDNN's own limit (32) is not meant to be reached.
constexpr size_t kMaximumPostOps = 4;

bool DependsOn(const Graph& graph, ValueId value, NodeId node) {
  std::vector<bool> seen(graph.node_count(), false);
  std::vector<NodeId> stack = {graph.value(value).producer};
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (id == node) return true;
    if (seen[id]) continue;
    seen[id] = true;
    for (const ValueId input : graph.node(id).inputs) stack.push_back(graph.value(input).producer);
  }
  return false;
}

bool IsOutput(const Graph& graph, ValueId value) {
  const std::vector<GraphOutput>& outputs = graph.outputs();
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const GraphOutput& output) { return output.value == value; });
}

bool IsNewParameter(const Graph& graph, ValueId value) {
  const std::vector<GraphOutput>& outputs = graph.outputs();
  return std::any_of(outputs.begin(), outputs.end(), [&](const GraphOutput& output) {
    return output.value == value && output.kind == OutputKind::kParameter;
  });
}

// The post-op that a consumer can become; `operand` is the value of its other input or kNone.
struct Fusion {
  PostOp post_op;
  ValueId operand = kNone;
};

std::optional<Fusion> FusionOf(const Graph& graph, NodeId producer, NodeId consumer) {
  const Node& node = graph.node(consumer);
  const ValueId base = graph.node(producer).outputs[0];
  if (node.op->post_op == nullptr || !node.post_ops.empty() || node.outputs.size() != 1 ||
      node.inputs.size() > 2 || graph.type(node.outputs[0]) != graph.type(base)) {
    return std::nullopt;
  }
  const int input = node.inputs[0] == base ? 0 : 1;
  // The result goes where the parameter lies: what comes before the sum would have to be somewhere else.
  if (IsNewParameter(graph, node.outputs[0]) && !graph.node(producer).post_ops.empty()) return std::nullopt;
  const std::optional<PostOpSpec> spec = node.op->post_op(graph.view(consumer), input);
  if (!spec) return std::nullopt;
  const OpDefinition& op = *graph.node(producer).op;
  if (op.accepts_post_op != nullptr && !op.accepts_post_op(graph.view(producer), *spec)) {
    return std::nullopt;
  }
  Fusion fusion{PostOp{node.op, node.attributes, *spec, kNone, node.name}, kNone};
  if (node.inputs.size() == 2) {
    fusion.operand = node.inputs[1 - input];
    if (DependsOn(graph, fusion.operand, producer)) return std::nullopt;
  }
  return fusion;
}

// Fuses the only reader of output 0 into the node, if it can be.
bool FuseReader(Graph& graph, const std::vector<std::vector<NodeId>>& users, NodeId producer) {
  const ValueId base = graph.node(producer).outputs[0];
  if (graph.node(producer).post_ops.size() >= kMaximumPostOps) return false;
  if (users[base].size() != 1 || IsOutput(graph, base)) return false;
  const NodeId consumer = users[base][0];
  std::optional<Fusion> fusion = FusionOf(graph, producer, consumer);
  if (!fusion) return false;
  Node& node = graph.mutable_node(producer);
  if (fusion->operand != kNone) {
    fusion->post_op.operand = static_cast<int>(node.inputs.size());
    node.inputs.push_back(fusion->operand);
  }
  node.post_ops.push_back(std::move(fusion->post_op));
  graph.ReplaceUses(graph.node(consumer).outputs[0], base);
  graph.Remove(consumer);
  return true;
}

}  // namespace

absl::StatusOr<bool> FusePostOps(Graph& graph) {
  bool changed = false;
  for (const NodeId id : graph.Order()) {
    const Node& node = graph.node(id);
    if (node.removed || !node.op->accepts_post_ops) continue;
    while (FuseReader(graph, graph.Users(), id)) changed = true;
  }
  return changed;
}

}  // namespace plumbline
