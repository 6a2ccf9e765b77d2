// One walk in order of dependence. Copies are inserted before the node at hand, so the order stays valid.
#include "compiler/passes/assign_layouts.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace plumbline {
namespace {

class Assigner {
 public:
  explicit Assigner(Graph& graph) : graph_(graph), users_(graph.Users()) {}

  absl::StatusOr<StorageTable> Run() {
    for (const NodeId id : graph_.Order()) {
      const absl::Status status = Assign(id);
      if (!status.ok()) return status;
    }
    const absl::Status status = SeparateOutputs();
    if (!status.ok()) return status;
    table_.resize(graph_.value_count());
    return std::move(table_);
  }

 private:
  ValueStorage& storage(ValueId value) {
    if (static_cast<size_t>(value) >= table_.size()) table_.resize(graph_.value_count());
    return table_[value];
  }

  absl::Status Assign(NodeId id) {
    if (graph_.node(id).op->source == SourceKind::kNone) {
      if (AssignView(id)) return absl::OkStatus();
      for (size_t i = 0; i < graph_.node(id).inputs.size(); ++i) {
        const absl::Status status = MakeAcceptable(id, static_cast<int>(i));
        if (!status.ok()) return status;
      }
      if (AssignView(id)) return absl::OkStatus();
    }
    const std::vector<ValueId> outputs = graph_.node(id).outputs;
    for (size_t i = 0; i < outputs.size(); ++i) {
      storage(outputs[i]) = ValueStorage{outputs[i], OutputLayout(id, static_cast<int>(i))};
    }
    return absl::OkStatus();
  }

  // The layout that the op wants for an output, if nothing would have to copy the value for it.
  Layout OutputLayout(NodeId id, int output) {
    const Node& node = graph_.node(id);
    const ValueId value = node.outputs[output];
    if (node.op->output_layout != nullptr && value < static_cast<int>(users_.size())) {
      Layout wanted = node.op->output_layout(graph_.view(id), output);
      if (ReadersTake(value, wanted)) return wanted;
    }
    return RowMajor(ConcreteShape(graph_.type(value).shape));
  }

  bool ReadersTake(ValueId value, const Layout& layout) {
    for (const GraphOutput& output : graph_.outputs()) {
      if (output.value == value) return false;
    }
    for (const NodeId reader : users_[value]) {
      if (!ReaderTakes(reader, value, layout)) return false;
    }
    return true;
  }

  // A view passes the question on to its own readers.
  bool ReaderTakes(NodeId reader, ValueId value, const Layout& layout) {
    const Node& node = graph_.node(reader);
    if (node.op->view != nullptr && node.post_ops.empty()) {
      const std::optional<Layout> view = node.op->view(graph_.view(reader), layout);
      return view.has_value() && ReadersTake(node.outputs[0], *view);
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == value && !AcceptsAs(reader, static_cast<int>(i), layout)) return false;
    }
    return true;
  }

  // Whether output 0 became a view of input 0.
  bool AssignView(NodeId id) {
    const Node& node = graph_.node(id);
    if (node.op->view == nullptr || !node.post_ops.empty()) return false;
    const ValueStorage input = storage(node.inputs[0]);
    const std::optional<Layout> layout = node.op->view(graph_.view(id), input.layout);
    if (!layout) return false;
    storage(node.outputs[0]) = ValueStorage{input.root, *layout};
    return true;
  }

  bool Accepts(NodeId id, int input) {
    return AcceptsAs(id, input, storage(graph_.node(id).inputs[input]).layout);
  }

  bool AcceptsAs(NodeId id, int input, const Layout& layout) const {
    const Node& node = graph_.node(id);
    const std::vector<int64_t> shape = ConcreteShape(graph_.type(node.inputs[input]).shape);
    if (IsRowMajor(layout, shape)) return true;
    for (const PostOp& post_op : node.post_ops) {
      if (post_op.operand == input) return false;
    }
    return node.op->accepts_layout != nullptr && node.op->accepts_layout(graph_.view(id), input, layout);
  }

  absl::Status MakeAcceptable(NodeId id, int input) {
    if (Accepts(id, input)) return absl::OkStatus();
    const absl::StatusOr<ValueId> copy = Copy(graph_.node(id).inputs[input]);
    if (!copy.ok()) return copy.status();
    graph_.mutable_node(id).inputs[input] = *copy;
    return absl::OkStatus();
  }

  // One copy of a value serves all that need it.
  absl::StatusOr<ValueId> Copy(ValueId value) {
    const auto found = copies_.find(value);
    if (found != copies_.end()) return found->second;
    const absl::StatusOr<ValueId> copy = graph_.AddFor(graph_.producer(value).name, "contiguous", {value}, {});
    if (!copy.ok()) return copy.status();
    AssignOwn(*copy);
    copies_[value] = *copy;
    return copy;
  }

  void AssignOwn(ValueId value) {
    storage(value) = ValueStorage{value, RowMajor(ConcreteShape(graph_.type(value).shape))};
  }

  absl::Status SeparateOutputs() {
    std::set<ValueId> taken;
    for (size_t i = 0; i < graph_.outputs().size(); ++i) {
      const ValueId value = graph_.outputs()[i].value;
      const bool own = storage(value).root == value && graph_.producer(value).op->source == SourceKind::kNone;
      if (own && taken.insert(value).second) continue;
      const absl::StatusOr<ValueId> copy = graph_.AddFor(graph_.producer(value).name, "contiguous", {value}, {});
      if (!copy.ok()) return copy.status();
      AssignOwn(*copy);
      graph_.mutable_outputs()[i].value = *copy;
    }
    return absl::OkStatus();
  }

  Graph& graph_;
  const std::vector<std::vector<NodeId>> users_;  // before copies were made
  StorageTable table_;
  std::map<ValueId, ValueId> copies_;
};

}  // namespace

absl::StatusOr<StorageTable> AssignLayouts(Graph& graph) { return Assigner(graph).Run(); }

}  // namespace plumbline
