// Attributes first, then types in order of dependence.
#include "compiler/passes/bind_sizes.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

absl::Status Located(const Node& node, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat("node '", node.name, "' (", node.op->name, "): ", message));
}

absl::Status BindSize(SymbolTable& symbols, const Node& node, const Bindings& bindings, Size& size) {
  const absl::StatusOr<int64_t> value = symbols.Evaluate(size, bindings);
  if (!value.ok()) return Located(node, value.status().message());
  size = Size(*value);
  return absl::OkStatus();
}

absl::Status BindAttributes(SymbolTable& symbols, const Bindings& bindings, Node& node) {
  for (auto& entry : node.attributes.mutable_values()) {
    if (Size* size = std::get_if<Size>(&entry.second)) {
      const absl::Status status = BindSize(symbols, node, bindings, *size);
      if (!status.ok()) return status;
    }
    auto* sizes = std::get_if<std::vector<Size>>(&entry.second);
    if (sizes == nullptr) continue;
    for (Size& size : *sizes) {
      const absl::Status status = BindSize(symbols, node, bindings, size);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(const SymbolTable& symbols, const Node& node, const TensorType& type) {
  for (const Size& size : type.shape) {
    if (size.AsInteger().value_or(0) < 1) {
      return Located(node, absl::StrCat("its shape would be ", ToString(type.shape, symbols),
                                        "; every size must be at least 1"));
    }
  }
  if (type.Bytes().overflowed()) {
    return Located(node, absl::StrCat("its shape ", ToString(type.shape, symbols), " has more than 2^63 bytes"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BindSizes(Graph& graph, const Bindings& bindings) {
  for (const NodeId id : graph.Order()) {
    Node& node = graph.mutable_node(id);
    absl::Status status = BindAttributes(graph.symbols(), bindings, node);
    for (PostOp& post_op : node.post_ops) {
      Node bound;
      bound.op = post_op.op;
      bound.name = node.name;
      bound.attributes = post_op.attributes;
      if (status.ok()) status = BindAttributes(graph.symbols(), bindings, bound);
      post_op.attributes = bound.attributes;
    }
    if (!status.ok()) return status;
    if (node.op->source != SourceKind::kNone) {
      for (Size& size : graph.mutable_value(node.outputs[0]).type.shape) {
        status = BindSize(graph.symbols(), node, bindings, size);
        if (!status.ok()) return status;
      }
    } else {
      size_t operands = 0;  // of post-ops, at the end of the inputs
      for (const PostOp& post_op : node.post_ops) operands += post_op.operand != kNone;
      std::vector<TensorType> inputs;
      for (size_t i = 0; i + operands < node.inputs.size(); ++i) inputs.push_back(graph.type(node.inputs[i]));
      absl::StatusOr<std::vector<TensorType>> types =
          node.op->infer(InferContext{node.attributes, inputs, graph.symbols()});
      if (!types.ok()) return Located(node, types.status().message());
      for (size_t i = 0; i < types->size(); ++i) {
        graph.mutable_value(node.outputs[i]).type = std::move((*types)[i]);
      }
    }
    for (const ValueId output : node.outputs) {
      status = CheckSizes(graph.symbols(), node, graph.type(output));
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace plumbline
