// Two walks over the order of the forward graph: forwards to find what depends on the wanted
// sources, backwards to ask every such node for the gradients of its inputs.
#include "compiler/passes/differentiate.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"

namespace plumbline {
namespace {

// Sums a gradient over the axes along which its operand was broadcast, so that it gets the
// operand's shape. Neighbouring axes are merged first: one reduction a run of axes.
absl::StatusOr<ValueId> UnBroadcast(Graph& graph, ValueId gradient, const Shape& target) {
  const Shape shape = graph.type(gradient).shape;
  if (shape == target) return gradient;
  const absl::Status mismatch = absl::InternalError(
      absl::StrCat("a gradient of shape ", ToString(shape, graph.symbols()),
                   " for a value of shape ", ToString(target, graph.symbols())));
  if (shape.size() < target.size()) return mismatch;
  const size_t leading = shape.size() - target.size();
  Shape groups;
  std::vector<bool> summed;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const bool sum = axis < leading || target[axis - leading] != shape[axis];
    if (sum && axis >= leading && target[axis - leading] != Size(1)) return mismatch;
    if (groups.empty() || summed.back() != sum) {
      groups.push_back(shape[axis]);
      summed.push_back(sum);
    } else {
      groups.back() *= shape[axis];
    }
  }
  absl::StatusOr<ValueId> result = gradient;
  if (groups != shape) {
    result = graph.Add("reshape", {gradient}, {{"shape", AttributeValue(groups)}});
  }
  for (size_t axis = groups.size(); result.ok() && axis-- > 0;) {
    if (!summed[axis]) continue;
    result = graph.Add("reduce_sum", {*result},
                       {{"axis", AttributeValue(Size(static_cast<int64_t>(axis)))},
                        {"keep_dims", AttributeValue(false)}});
  }
  if (result.ok() && graph.type(*result).shape != target) {
    result = graph.Add("reshape", {*result}, {{"shape", AttributeValue(target)}});
  }
  return result;
}

class Differentiator {
 public:
  explicit Differentiator(Graph& graph)
      : graph_(graph),
        order_(graph.Order()),
        depends_(graph.value_count(), false),
        contributions_(graph.value_count()),
        gradients_(graph.value_count(), kNone) {}

  absl::Status Run(const std::vector<std::string>& sources) {
    std::vector<ValueId> wanted;
    for (const std::string& name : sources) {
      const absl::StatusOr<ValueId> value = Want(name);
      if (!value.ok()) return value.status();
      wanted.push_back(*value);
    }
    FindDependents();
    absl::Status status = Seed();
    for (int position = static_cast<int>(order_.size()) - 1; status.ok() && position >= 0;
         --position) {
      status = Visit(position);
    }
    for (size_t i = 0; status.ok() && i < wanted.size(); ++i) {
      status = AddOutput(sources[i], wanted[i]);
    }
    return status;
  }

 private:
  // A user's place in the order and the input it reads the value by: sorts the sum's operands.
  using Place = std::pair<int, int>;

  absl::StatusOr<ValueId> Want(const std::string& name) {
    const ValueId value = graph_.FindSource(name);
    if (value == kNone) {
      return absl::InvalidArgumentError(
          absl::StrCat("no input or parameter '", name, "' to differentiate by"));
    }
    if (graph_.type(value).data_type != DataType::kF32) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", name, "' is no float: it has no gradient"));
    }
    if (depends_[value]) {
      return absl::InvalidArgumentError(
          absl::StrCat("the gradient of '", name, "' is wanted twice"));
    }
    depends_[value] = true;
    return value;
  }

  void FindDependents() {
    for (const NodeId id : order_) {
      const Node& node = graph_.node(id);
      bool depends = false;
      for (const ValueId input : node.inputs) depends = depends || depends_[input];
      if (!depends) continue;
      for (const ValueId output : node.outputs) {
        depends_[output] = graph_.type(output).data_type == DataType::kF32;
      }
    }
  }

  // Gives the loss, or every float output, its gradient.
  absl::Status Seed() {
    const std::vector<GraphOutput>& outputs = graph_.outputs();
    OutputKind kind = OutputKind::kOutput;
    for (const GraphOutput& output : outputs) {
      if (output.kind == OutputKind::kLoss) kind = OutputKind::kLoss;
    }
    bool seeded = false;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const TensorType type = graph_.type(outputs[i].value);
      if (outputs[i].kind != kind || type.data_type != DataType::kF32) continue;
      const std::string name =
          kind == OutputKind::kLoss ? "grad/loss" : absl::StrCat("grad/", outputs[i].name);
      if (graph_.FindSource(name) != kNone) {
        return absl::InvalidArgumentError(
            absl::StrCat("the graph already has an input '", name, "'"));
      }
      contributions_[outputs[i].value][Place(static_cast<int>(order_.size()),
                                             static_cast<int>(i))] = graph_.AddInput(name, type);
      seeded = true;
    }
    if (seeded) return absl::OkStatus();
    return absl::InvalidArgumentError("neither a loss nor a float output to differentiate");
  }

  // Asks the node at this place of the order for the gradients of its inputs, unless none flows in
  // or none is needed.
  absl::Status Visit(int position) {
    const Node node = graph_.node(order_[position]);  // a copy: adding nodes moves the originals
    std::vector<bool> wanted;
    bool any_wanted = false;
    for (const ValueId input : node.inputs) {
      wanted.push_back(depends_[input]);
      any_wanted = any_wanted || depends_[input];
    }
    if (!any_wanted) return absl::OkStatus();
    std::vector<ValueId> output_gradients;
    bool any_gradient = false;
    for (const ValueId output : node.outputs) {
      const absl::StatusOr<ValueId> gradient = Gradient(output);
      if (!gradient.ok()) return gradient.status();
      output_gradients.push_back(*gradient);
      any_gradient = any_gradient || *gradient != kNone;
    }
    if (!any_gradient) return absl::OkStatus();
    const NodeId first_new = graph_.node_count();
    const absl::Status status =
        Propagate(position, node, std::move(output_gradients), std::move(wanted));
    NameNewNodes(first_new, node.name);
    if (status.ok()) return status;
    return absl::Status(status.code(), absl::StrCat("gradient of node '", node.name, "' (",
                                                    node.op->name, "): ", status.message()));
  }

  absl::Status Propagate(int position, const Node& node, std::vector<ValueId> output_gradients,
                         std::vector<bool> wanted) {
    if (!node.post_ops.empty())
      return absl::InternalError("post-ops were fused before differentiation");
    if (node.op->gradient == nullptr) {
      return absl::UnimplementedError(node.op->evaluate == nullptr ? "not available yet"
                                                                   : "not differentiable");
    }
    GradientContext context(graph_, order_[position], std::move(output_gradients), wanted);
    absl::Status status = node.op->gradient(context);
    if (status.ok()) status = context.status();
    for (size_t i = 0; status.ok() && i < node.inputs.size(); ++i) {
      const ValueId gradient = context.input_gradients()[i];
      if (!wanted[i] || gradient == kNone) continue;
      const absl::StatusOr<ValueId> reduced =
          UnBroadcast(graph_, gradient, graph_.type(node.inputs[i]).shape);
      if (reduced.ok()) {
        contributions_[node.inputs[i]][Place(position, static_cast<int>(i))] = *reduced;
      }
      status = reduced.status();
    }
    return status;
  }

  // The sum of the contributions to a value's gradient, or kNone without any.
  absl::StatusOr<ValueId> Gradient(ValueId value) {
    if (gradients_[value] != kNone || contributions_[value].empty()) return gradients_[value];
    std::vector<ValueId> terms;
    for (const auto& entry : contributions_[value]) terms.push_back(entry.second);
    if (terms.size() == 1) return gradients_[value] = terms[0];
    const NodeId first_new = graph_.node_count();
    const absl::StatusOr<ValueId> sum = graph_.Add("add_n", std::move(terms), {});
    if (!sum.ok()) return sum.status();
    NameNewNodes(first_new, graph_.producer(value).name);
    return gradients_[value] = *sum;
  }

  absl::Status AddOutput(const std::string& name, ValueId source) {
    absl::StatusOr<ValueId> gradient = Gradient(source);
    if (!gradient.ok()) return gradient.status();
    if (*gradient == kNone) {
      const TensorType type = graph_.type(source);
      gradient = graph_.AddConstant(type, 0);
      graph_.mutable_node(graph_.value(*gradient).producer).name =
          absl::StrCat("grad/", name, "/zero");
    }
    graph_.mutable_outputs().push_back(
        GraphOutput{absl::StrCat("grad/", name), *gradient, OutputKind::kGradient});
    return absl::OkStatus();
  }

  void NameNewNodes(NodeId first, const std::string& owner) {
    for (NodeId id = first; id < graph_.node_count(); ++id) {
      Node& node = graph_.mutable_node(id);
      const std::string name = absl::StrCat("grad/", owner, "/", node.op->name);
      const int count = ++names_[name];
      node.name = count == 1 ? name : absl::StrCat(name, "#", count);
    }
  }

  Graph& graph_;
  const std::vector<NodeId> order_;  // of the forward graph
  std::vector<bool> depends_;        // whether a value depends on a wanted source
  std::vector<std::map<Place, ValueId>> contributions_;
  std::vector<ValueId> gradients_;
  std::map<std::string, int> names_;
};

}  // namespace

absl::StatusOr<bool> Differentiate(Graph& graph, const DifferentiateRequest& request) {
  if (request.sources.empty()) return false;
  const absl::Status status = Differentiator(graph).Run(request.sources);
  if (!status.ok()) return status;
  return true;
}

}  // namespace plumbline
