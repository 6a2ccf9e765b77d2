// One function a rule; the first broken rule is reported.
#include "compiler/ir/verify.h"

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"

namespace plumbline {
namespace {

absl::Status Broken(const Node& node, absl::string_view rule) {
  return absl::InternalError(absl::StrCat("verifier: node '", node.name, "' (", node.op->name, "): ", rule));
}

// What walking the graph relies on.
absl::Status CheckIds(const Graph& graph) {
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    for (const ValueId input : graph.node(id).inputs) {
      if (input < 0 || input >= graph.value_count()) {
        return Broken(graph.node(id), "has an input that does not exist");
      }
    }
  }
  for (const GraphOutput& output : graph.outputs()) {
    if (output.value < 0 || output.value >= graph.value_count()) {
      return absl::InternalError(absl::StrCat("verifier: output '", output.name, "' has no value"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLinks(const Graph& graph, const std::vector<NodeId>& order) {
  std::vector<char> seen(graph.node_count(), 0);
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    if (node.removed) return Broken(node, "is used although it was removed");
    for (const ValueId input : node.inputs) {
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

bool HasKind(const AttributeValue& value, AttributeKind kind) {
  switch (kind) {
    case AttributeKind::kInteger: {
      const Size* size = std::get_if<Size>(&value);
      return size != nullptr && size->AsInteger().has_value();
    }
    case AttributeKind::kSize: return std::holds_alternative<Size>(value);
    case AttributeKind::kReal: return std::holds_alternative<double>(value);
    case AttributeKind::kBool: return std::holds_alternative<bool>(value);
    case AttributeKind::kIntegerList:
    case AttributeKind::kSizeList: return std::holds_alternative<std::vector<Size>>(value);
    case AttributeKind::kText: return std::holds_alternative<std::string>(value);
  }
  return false;
}

// An attribute that is absent must be optional and without default.
absl::Status CheckAttributes(const Node& node) {
  size_t known = 0;
  for (const AttributeSpec& spec : node.op->attributes) {
    if (!node.attributes.Has(spec.name)) {
      if (!spec.required && spec.default_text.empty()) continue;
      return Broken(node, absl::StrCat("lacks its attribute '", spec.name, "'"));
    }
    ++known;
    if (!HasKind(node.attributes.values().at(spec.name), spec.kind)) {
      return Broken(node, absl::StrCat("has an attribute '", spec.name, "' of the wrong kind"));
    }
  }
  if (known == node.attributes.values().size()) return absl::OkStatus();
  return Broken(node, "has an attribute that its op does not know");
}

// Shapes that no sizes can make equal.
bool CertainlyDiffer(const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return true;
  for (size_t axis = 0; axis < a.size(); ++axis) {
    if (a[axis].is_constant() && b[axis].is_constant() && a[axis] != b[axis]) return true;
  }
  return false;
}

// Data inputs, as many as the definition admits, then the parameters that it asks for.
absl::Status CheckInputs(Graph& graph, const Node& node, absl::Span<const TensorType> inputs) {
  const OpDefinition& op = *node.op;
  const size_t least = op.inputs.size() - op.optional_inputs;
  const size_t most = op.variadic ? inputs.size() : op.inputs.size();
  for (size_t data = least; data <= most && data <= inputs.size(); ++data) {
    std::vector<ParameterSpec> parameters;
    if (op.parameters != nullptr) {
      absl::StatusOr<std::vector<ParameterSpec>> wanted =
          op.parameters(InferContext{node.attributes, inputs.subspan(0, data), graph.symbols()});
      if (!wanted.ok()) return Broken(node, wanted.status().message());
      parameters = *std::move(wanted);
    }
    if (data + parameters.size() != inputs.size()) continue;
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!CertainlyDiffer(parameters[i].shape, inputs[data + i].shape)) continue;
      return Broken(node, absl::StrCat("its parameter '", parameters[i].name, "' has the wrong shape"));
    }
    return absl::OkStatus();
  }
  return Broken(node, "has the wrong number of inputs");
}

absl::Status CheckOutputTypes(Graph& graph, const Node& node, absl::Span<const TensorType> inputs) {
  const auto types = node.op->infer(InferContext{node.attributes, inputs, graph.symbols()});
  if (!types.ok()) return Broken(node, types.status().message());
  if (types->size() != node.outputs.size()) return Broken(node, "has another number of outputs than inferred");
  for (size_t i = 0; i < types->size(); ++i) {
    const TensorType& stored = graph.type(node.outputs[i]);
    if ((*types)[i] == stored) continue;
    return Broken(node, absl::StrCat("output ", i, " is stored as ", ToString(stored, graph.symbols()),
                                     " but inferred as ", ToString((*types)[i], graph.symbols())));
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
    size_t operands = 0;
    for (const PostOp& post_op : node.post_ops) operands += post_op.operand != kNone;
    if (operands > node.inputs.size()) return Broken(node, "has more post-op operands than inputs");
    std::vector<TensorType> inputs;
    for (size_t i = 0; i + operands < node.inputs.size(); ++i) inputs.push_back(graph.type(node.inputs[i]));
    absl::Status status = CheckAttributes(node);
    if (status.ok()) status = CheckInputs(graph, node, inputs);
    if (status.ok()) status = CheckOutputTypes(graph, node, inputs);
    if (!status.ok()) return status;
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
    if (!outputs.insert(output.name).second) {
      return absl::InternalError(absl::StrCat("verifier: two outputs are named '", output.name, "'"));
    }
    if (output.kind != OutputKind::kGradient && output.kind != OutputKind::kParameter) continue;
    const ValueId source = graph.FindSource(absl::StripPrefix(output.name, "grad/"));
    if (source == kNone || CertainlyDiffer(graph.type(source).shape, graph.type(output.value).shape)) {
      return absl::InternalError(absl::StrCat("verifier: output '", output.name, "' has not the shape of its source"));
    }
  }
  return absl::OkStatus();
}

// Operands of post-ops are the node's last inputs, in order.
absl::Status CheckPostOps(const Graph& graph, const std::vector<NodeId>& order) {
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    if (!node.post_ops.empty() && !node.op->accepts_post_ops) return Broken(node, "does not accept post-ops");
    int next = static_cast<int>(node.inputs.size());
    for (const PostOp& post_op : node.post_ops) next -= post_op.operand != kNone;
    for (const PostOp& post_op : node.post_ops) {
      if (post_op.operand != kNone && post_op.operand != next++) {
        return Broken(node, "has a post-op whose operand is not the input meant for it");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Verify(Graph& graph) {
  absl::Status status = CheckIds(graph);
  if (!status.ok()) return status;
  const std::vector<NodeId> order = graph.Order();
  status = CheckLinks(graph, order);
  if (status.ok()) status = CheckTypes(graph, order);
  if (status.ok()) status = CheckNames(graph, order);
  if (status.ok()) status = CheckPostOps(graph, order);
  return status;
}

}  // namespace plumbline
