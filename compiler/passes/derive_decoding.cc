// One walk in order of dependence: what does not move goes into the prologue as it is, what moves asks its definition.
#include "compiler/passes/derive_decoding.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/step_context.h"

namespace plumbline {
namespace {

class Derivation {
 public:
  Derivation(const Graph& graph, const DecodingRequest& request)
      : graph_(graph),
        request_(request),
        result_{Graph(&graph.registry()), Graph(&graph.registry())},
        moves_(graph.value_count(), false),
        in_prologue_(graph.value_count(), kNone),
        in_step_(graph.value_count(), kNone) {}

  absl::StatusOr<DecodingGraphs> Run() {
    result_.prologue.symbols() = graph_.symbols();
    result_.step.symbols() = graph_.symbols();
    const auto output = std::find_if(graph_.outputs().begin(), graph_.outputs().end(),
                                     [&](const GraphOutput& other) { return other.name == request_.output; });
    if (output == graph_.outputs().end()) return Wrong(absl::StrCat("there is no output '", request_.output, "'"));
    for (const NodeId id : Needed(output->value)) {
      absl::Status status = AddNode(id);
      if (status.ok()) status = CheckMoving(id);
      if (!status.ok()) return status;
    }
    if (!moves_[output->value]) {
      return Wrong(absl::StrCat("the output '", request_.output, "' does not depend on '", request_.input, "'"));
    }
    std::vector<GraphOutput>& outputs = result_.step.mutable_outputs();
    outputs.insert(outputs.begin(), {request_.output, in_step_[output->value], OutputKind::kOutput});
    return std::move(result_);
  }

 private:
  absl::Status Wrong(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("the model cannot be decoded along ", request_.symbol, ": ", what));
  }
  absl::Status Refuse(const Node& node, absl::string_view what) const {
    return Wrong(absl::StrCat("'", node.name, "' (", node.op->name, ") ", what));
  }

  // All parameters, and the nodes that the value depends on; producers first.
  std::vector<NodeId> Needed(ValueId value) const {
    std::vector<bool> needed(graph_.node_count(), false);
    std::vector<NodeId> stack = {graph_.value(value).producer};
    while (!stack.empty()) {
      const NodeId id = stack.back();
      stack.pop_back();
      if (needed[id]) continue;
      needed[id] = true;
      for (const ValueId input : graph_.node(id).inputs) stack.push_back(graph_.value(input).producer);
    }
    std::vector<NodeId> order;
    for (const NodeId id : graph_.Sources(SourceKind::kParameter)) order.push_back(id);
    for (const NodeId id : graph_.Order()) {
      if (needed[id] && graph_.node(id).op->source != SourceKind::kParameter) order.push_back(id);
    }
    return order;
  }

  absl::Status AddNode(NodeId id) {
    const Node& node = graph_.node(id);
    switch (node.op->source) {
      case SourceKind::kParameter: {
        const ValueId value = node.outputs[0];
        in_prologue_[value] = result_.prologue.AddParameter(node.name, graph_.type(value).shape, node.initializer);
        in_step_[value] = result_.step.AddParameter(node.name, graph_.type(value).shape, node.initializer);
        return absl::OkStatus();
      }
      case SourceKind::kInput: return AddInput(node);
      case SourceKind::kConstant: return AddToPrologue(id);
      case SourceKind::kNone: break;
    }
    const bool moving = std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId v) { return moves_[v]; }) ||
                        std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId v) {
                          const Shape& shape = graph_.type(v).shape;
                          return std::any_of(shape.begin(), shape.end(),
                                             [&](const Size& size) { return size.Contains(request_.symbol); });
                        });
    return moving ? AddToStep(id) : AddToPrologue(id);
  }

  absl::Status AddInput(const Node& node) {
    const ValueId value = node.outputs[0];
    TensorType type = graph_.type(value);
    if (node.name != request_.input) {
      for (const Size& size : type.shape) {
        if (size.Contains(request_.symbol)) {
          return Wrong(absl::StrCat("the input '", node.name, "' has a size of it, but only '", request_.input,
                                    "' is generated"));
        }
      }
      in_prologue_[value] = result_.prologue.AddInput(node.name, type);
      return absl::OkStatus();
    }
    for (Size& size : type.shape) size = size.Substitute(request_.symbol, Size(1));
    moves_[value] = true;
    in_step_[value] = result_.step.AddInput(node.name, type);
    return absl::OkStatus();
  }

  absl::Status AddToPrologue(NodeId id) {
    const Node& node = graph_.node(id);
    std::vector<ValueId> inputs;
    for (const ValueId input : node.inputs) inputs.push_back(in_prologue_[input]);
    const absl::StatusOr<NodeId> copy =
        node.op->source == SourceKind::kConstant
            ? absl::StatusOr<NodeId>(result_.prologue
                                         .value(result_.prologue.AddConstant(graph_.type(node.outputs[0]),
                                                                             node.attributes.real("value")))
                                         .producer)
            : result_.prologue.AddNode(*node.op, node.name, std::move(inputs), node.attributes);
    if (!copy.ok()) return copy.status();
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      in_prologue_[node.outputs[i]] = result_.prologue.node(*copy).outputs[i];
    }
    return absl::OkStatus();
  }

  // The value in the step graph: made there, or kept from the prologue.
  ValueId InStep(ValueId value) {
    if (in_step_[value] != kNone) return in_step_[value];
    const Node& node = graph_.producer(value);
    if (node.op->source == SourceKind::kConstant) {
      in_step_[value] = result_.step.AddConstant(graph_.type(value), node.attributes.real("value"));
    } else {
      const int index = graph_.value(value).index;
      const std::string name = absl::StrCat(kKeptPrefix, node.name, index == 0 ? "" : absl::StrCat(":", index));
      in_step_[value] = result_.step.AddInput(name, graph_.type(value));
      result_.prologue.mutable_outputs().push_back({name, in_prologue_[value], OutputKind::kOutput});
    }
    return in_step_[value];
  }

  absl::Status AddToStep(NodeId id) {
    const Node& node = graph_.node(id);
    if (node.op->step == nullptr) return Refuse(node, "has no form for one position");
    std::vector<ValueId> inputs;
    std::vector<bool> moving;
    for (const ValueId input : node.inputs) {
      inputs.push_back(InStep(input));
      moving.push_back(moves_[input]);
    }
    StepContext context(graph_, id, request_.symbol, request_.batch, std::move(inputs), std::move(moving),
                        result_.step);
    const absl::StatusOr<std::vector<ValueId>> outputs = node.op->step(context);
    if (!outputs.ok()) return Refuse(node, outputs.status().message());
    for (size_t i = 0; i < outputs->size(); ++i) {
      in_step_[node.outputs[i]] = (*outputs)[i];
      moves_[node.outputs[i]] = true;
    }
    return absl::OkStatus();
  }

  // The symbol stands alone on one axis of what moves, and the step has the same type with 1 in its place.
  absl::Status CheckMoving(NodeId id) const {
    const Node& node = graph_.node(id);
    for (const ValueId value : node.outputs) {
      if (!moves_[value] || in_step_[value] == kNone) continue;
      TensorType type = graph_.type(value);
      int axes = 0;
      for (Size& size : type.shape) {
        if (!size.Contains(request_.symbol)) continue;
        ++axes;
        if (size != Size::Symbol(request_.symbol)) axes = 2;
        size = Size(1);
      }
      if (axes > 1) {
        return Refuse(node, absl::StrCat("has the shape ", ToString(graph_.type(value).shape, graph_.symbols()),
                                         ", where ", request_.symbol, " does not stand alone on one axis"));
      }
      if (result_.step.type(in_step_[value]) != type) {
        return Refuse(node, absl::StrCat("becomes ", ToString(result_.step.type(in_step_[value]), graph_.symbols()),
                                         " at one position, not ", ToString(type, graph_.symbols())));
      }
    }
    return absl::OkStatus();
  }

  const Graph& graph_;
  const DecodingRequest& request_;
  DecodingGraphs result_;
  std::vector<bool> moves_;           // by value of the whole graph
  std::vector<ValueId> in_prologue_;  // and what it is there
  std::vector<ValueId> in_step_;
};

}  // namespace

absl::StatusOr<DecodingGraphs> DeriveDecoding(const Graph& graph, const DecodingRequest& request) {
  return Derivation(graph, request).Run();
}

}  // namespace plumbline
