// Construction, order and printing of graphs.
#include "compiler/ir/graph.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace plumbline {
namespace {

constexpr absl::string_view kAttributePayload = "plumbline/attribute";

}  // namespace

absl::Status AttributeError(absl::string_view attribute, absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kAttributePayload, absl::Cord(attribute));
  return status;
}

std::optional<std::string> AttributeOfError(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kAttributePayload);
  if (!payload) return std::nullopt;
  return std::string(*payload);
}

bool NodeView::output_used(int i) const { return graph.UseCounts()[node.outputs[i]] > 0; }

absl::StatusOr<NodeId> Graph::AddNode(const OpDefinition& op, absl::string_view name, std::vector<ValueId> inputs,
                                      Attributes attributes) {
  std::vector<TensorType> input_types;
  for (const ValueId input : inputs) input_types.push_back(type(input));
  absl::StatusOr<std::vector<TensorType>> types = op.infer(InferContext{attributes, input_types, symbols_});
  if (!types.ok()) return types.status();
  const NodeId id = node_count();
  Node node;
  node.op = &op;
  node.name = name.empty() ? absl::StrCat(op.name, "#", id) : std::string(name);
  node.inputs = std::move(inputs);
  node.attributes = std::move(attributes);
  for (size_t i = 0; i < types->size(); ++i) {
    node.outputs.push_back(value_count());
    values_.push_back(Value{id, static_cast<int>(i), std::move((*types)[i])});
  }
  nodes_.push_back(std::move(node));
  return id;
}

absl::StatusOr<ValueId> Graph::Add(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes) {
  const OpDefinition* definition = registry_->Find(op);
  if (definition == nullptr) return absl::InternalError(absl::StrCat("no op named '", op, "'"));
  for (const AttributeSpec& spec : definition->attributes) {
    if (spec.required && !attributes.Has(spec.name)) {
      return absl::InternalError(absl::StrCat(op, " was made without its attribute '", spec.name, "'"));
    }
  }
  const absl::StatusOr<NodeId> id = AddNode(*definition, "", std::move(inputs), std::move(attributes));
  if (!id.ok()) {
    return absl::Status(id.status().code(), absl::StrCat("while making ", op, ": ", id.status().message()));
  }
  return nodes_[*id].outputs[0];
}

absl::StatusOr<ValueId> Graph::AddFor(absl::string_view owner, absl::string_view op, std::vector<ValueId> inputs,
                                      Attributes attributes) {
  const std::string first = absl::StrCat(owner, "/", op);  // before the graph moves what `owner` may be a part of
  const absl::StatusOr<ValueId> value = Add(op, std::move(inputs), std::move(attributes));
  if (!value.ok()) return value;
  std::string name = first;
  const auto taken = [&](const Node& node) { return node.name == name; };
  for (int i = 2; std::any_of(nodes_.begin(), nodes_.end(), taken); ++i) name = absl::StrCat(first, "#", i);
  nodes_.back().name = name;
  return value;
}

namespace {

const OpDefinition& SourceDefinition(const OpRegistry& registry, SourceKind source) {
  const auto& all = registry.definitions();
  return *std::find_if(all.begin(), all.end(), [&](const OpDefinition& op) { return op.source == source; });
}

}  // namespace

ValueId Graph::AddInput(absl::string_view name, TensorType type) {
  Node node;
  node.op = &SourceDefinition(*registry_, SourceKind::kInput);
  node.name = std::string(name);
  node.outputs = {value_count()};
  values_.push_back(Value{node_count(), 0, std::move(type)});
  nodes_.push_back(std::move(node));
  return value_count() - 1;
}

ValueId Graph::AddParameter(absl::string_view name, Shape shape, const Initializer& initializer) {
  Node node;
  node.op = &SourceDefinition(*registry_, SourceKind::kParameter);
  node.name = std::string(name);
  node.attributes.Set("shape", shape);
  node.outputs = {value_count()};
  node.initializer = initializer;
  values_.push_back(Value{node_count(), 0, TensorType{DataType::kF32, std::move(shape)}});
  nodes_.push_back(std::move(node));
  return value_count() - 1;
}

ValueId Graph::AddConstant(TensorType type, double fill) {
  Node node;
  node.op = &SourceDefinition(*registry_, SourceKind::kConstant);
  node.name = absl::StrCat("constant#", node_count());
  node.attributes.Set("value", fill);
  node.attributes.Set("shape", type.shape);
  node.outputs = {value_count()};
  values_.push_back(Value{node_count(), 0, std::move(type)});
  nodes_.push_back(std::move(node));
  return value_count() - 1;
}

std::vector<NodeId> Graph::Sources(SourceKind source) const {
  std::vector<NodeId> result;
  for (NodeId id = 0; id < node_count(); ++id) {
    if (!nodes_[id].removed && nodes_[id].op->source == source) result.push_back(id);
  }
  return result;
}

ValueId Graph::FindSource(absl::string_view name) const {
  for (const Node& node : nodes_) {
    const bool named = node.op->source == SourceKind::kInput || node.op->source == SourceKind::kParameter;
    if (!node.removed && named && node.name == name) return node.outputs[0];
  }
  return kNone;
}

std::vector<NodeId> Graph::Order() const {
  std::vector<NodeId> order;
  std::vector<char> state(nodes_.size(), 0);  // 0 new, 1 open, 2 done
  std::vector<std::pair<NodeId, size_t>> stack;
  const auto visit = [&](NodeId root) {
    if (state[root] != 0) return;
    stack.emplace_back(root, 0);
    state[root] = 1;
    while (!stack.empty()) {
      auto& [id, next] = stack.back();
      if (next < nodes_[id].inputs.size()) {
        const NodeId producer = values_[nodes_[id].inputs[next++]].producer;
        if (state[producer] == 0) {
          state[producer] = 1;
          stack.emplace_back(producer, 0);
        }
        continue;
      }
      state[id] = 2;
      order.push_back(id);
      stack.pop_back();
    }
  };
  for (const NodeId id : Sources(SourceKind::kInput)) visit(id);
  for (const NodeId id : Sources(SourceKind::kParameter)) visit(id);
  for (const GraphOutput& output : outputs_) visit(values_[output.value].producer);
  return order;
}

std::vector<int> Graph::UseCounts() const {
  std::vector<int> counts(values_.size(), 0);
  for (const NodeId id : Order()) {
    for (const ValueId input : nodes_[id].inputs) ++counts[input];
  }
  for (const GraphOutput& output : outputs_) ++counts[output.value];
  return counts;
}

std::vector<std::vector<NodeId>> Graph::Users() const {
  std::vector<std::vector<NodeId>> users(values_.size());
  std::vector<NodeId> order = Order();
  std::sort(order.begin(), order.end());
  for (const NodeId id : order) {
    for (const ValueId input : nodes_[id].inputs) users[input].push_back(id);
  }
  return users;
}

void Graph::ReplaceUses(ValueId from, ValueId to) {
  for (Node& node : nodes_) {
    std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  }
  for (GraphOutput& output : outputs_) {
    if (output.value == from) output.value = to;
  }
}

std::string ToString(const AttributeValue& value, const SymbolTable& symbols) {
  struct Printer {
    const SymbolTable& symbols;
    std::string operator()(const Size& size) const { return symbols.ToString(size); }
    std::string operator()(double real) const { return absl::StrCat(real); }
    std::string operator()(bool boolean) const { return boolean ? "1" : "0"; }
    std::string operator()(const std::vector<Size>& sizes) const {
      return absl::StrJoin(sizes, ", ", [&](std::string* out, const Size& size) { *out += symbols.ToString(size); });
    }
    std::string operator()(const std::string& text) const { return text; }
  };
  return std::visit(Printer{symbols}, value);
}

std::string Graph::ToString() const {
  std::string text;
  for (const NodeId id : Order()) {
    const Node& node = nodes_[id];
    std::vector<std::string> results;
    for (const ValueId output : node.outputs) {
      results.push_back(absl::StrCat("%", output, ": ", plumbline::ToString(values_[output].type, symbols_)));
    }
    absl::StrAppend(&text, absl::StrJoin(results, ", "), " = ", node.op->name, "(");
    absl::StrAppend(&text, absl::StrJoin(node.inputs, ", ", [](std::string* out, ValueId input) {
                      absl::StrAppend(out, "%", input);
                    }), ")");
    std::vector<std::string> details;
    for (const auto& [name, value] : node.attributes.values()) {
      details.push_back(absl::StrCat(name, ": ", plumbline::ToString(value, symbols_)));
    }
    for (const PostOp& post_op : node.post_ops) details.push_back(absl::StrCat("then ", post_op.op->name));
    if (!details.empty()) absl::StrAppend(&text, " {", absl::StrJoin(details, "; "), "}");
    absl::StrAppend(&text, "  # ", node.name, "\n");
  }
  for (const GraphOutput& output : outputs_) absl::StrAppend(&text, "output ", output.name, " = %", output.value, "\n");
  return text;
}

}  // namespace plumbline
