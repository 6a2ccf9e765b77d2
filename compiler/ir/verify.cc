// One function a rule; the first broken rule is reported.
#include "compiler/ir/verify.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

absl::Status Broken(const Node& node, absl::string_view rule) {
  return absl::InternalError(absl::StrCat("verifier: node '", node.name, "' (", node.op->name, "): ", rule));
}

absl::Status CheckLinks(const Graph& graph, const std::vector<NodeId>& order) {
  std::vector<char> seen(graph.node_count(), 0);
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    if (node.removed) return Broken(node, "is used although it was removed");
    for (const ValueId input : node.inputs) {
      if (input < 0 || input >= graph.value_count()) return Broken(node, "has an input that does not exist");
      if (!seen[graph.value(input).producer]) return Broken(node, "is part of a cycle");
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const Value& value = graph.value(node.outputs[i]);
      if (value.producer != id || value.index != static_cast<int>(i)) return Broken(node, "does not own its outputs");
    }
    seen[id] = 1;
  }
  return absl::OkStatus();
}

absl::Status CheckTypes(Graph& graph, const std::vector<NodeId>& order) {
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    for (const ValueId output : node.outputs) {
      for (const Size& size : graph.type(output).shape) {
        if (size.overflowed()) return Broken(node, "has a size that overflowed");
      }
    }
    if (node.op->source != SourceKind::kNone) continue;
    for (const AttributeSpec& spec : node.op->attributes) {
      if (spec.required && !node.attributes.Has(spec.name)) {
        return Broken(node, absl::StrCat("lacks its attribute '", spec.name, "'"));
      }
    }
    size_t operands = 0;
    for (const PostOp& post_op : node.post_ops) operands += post_op.operand != kNone;
    if (operands > node.inputs.size()) return Broken(node, "has more post-op operands than inputs");
    std::vector<TensorType> inputs;
    for (size_t i = 0; i + operands < node.inputs.size(); ++i) inputs.push_back(graph.type(node.inputs[i]));
    const auto types = node.op->infer(InferContext{node.attributes, inputs, graph.symbols()});
    if (!types.ok()) return Broken(node, types.status().message());
    if (types->size() != node.outputs.size()) return Broken(node, "has another number of outputs than inferred");
    for (size_t i = 0; i < types->size(); ++i) {
      const TensorType& stored = graph.type(node.outputs[i]);
      if ((*types)[i] == stored) continue;
      return Broken(node, absl::StrCat("output ", i, " is stored as ", ToString(stored, graph.symbols()),
                                       " but inferred as ", ToString((*types)[i], graph.symbols())));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNames(const Graph& graph, const std::vector<NodeId>& order) {
  std::set<std::string> sources;
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    const bool named = node.op->source == SourceKind::kInput || node.op->source == SourceKind::kParameter;
    if (named && !sources.insert(node.name).second) return Broken(node, "shares its name with another source");
  }
  std::set<std::string> outputs;
  for (const GraphOutput& output : graph.outputs()) {
    if (output.value < 0 || output.value >= graph.value_count()) {
      return absl::InternalError(absl::StrCat("verifier: output '", output.name, "' has no value"));
    }
    if (!outputs.insert(output.name).second) {
      return absl::InternalError(absl::StrCat("verifier: two outputs are named '", output.name, "'"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPostOps(const Graph& graph, const std::vector<NodeId>& order) {
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    if (!node.post_ops.empty() && !node.op->accepts_post_ops) return Broken(node, "does not accept post-ops");
    for (const PostOp& post_op : node.post_ops) {
      if (post_op.operand != kNone && post_op.operand >= static_cast<int>(node.inputs.size())) {
        return Broken(node, "has a post-op whose operand is no input");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Verify(Graph& graph) {
  const std::vector<NodeId> order = graph.Order();
  for (const auto& check : {CheckLinks(graph, order), CheckTypes(graph, order), CheckNames(graph, order),
                            CheckPostOps(graph, order)}) {
    if (!check.ok()) return check;
  }
  return absl::OkStatus();
}

}  // namespace plumbline
