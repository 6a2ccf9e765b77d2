// Builds a one-node graph and prints what the definition infers.
#include "tools/plumbline/op_example.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/ir/graph.h"
#include "compiler/passes/evaluate_attributes.h"
#include "compiler/passes/size_expression.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

// "S64 B, S" or "B, C".
std::optional<TensorType> ParseType(absl::string_view text, Graph& graph, SizeEnvironment& environment) {
  TensorType type;
  if (absl::ConsumePrefix(&text, "S64 ")) type.data_type = DataType::kS64;
  const auto sizes = ParseExpressionList(text);
  if (!sizes.ok()) return std::nullopt;
  for (const Expression& size : *sizes) {
    for (const auto& name : NamesIn(size)) {
      graph.symbols().Declare(name.first, std::nullopt);
      environment[name.first] = Size::Symbol(name.first);
    }
    const ExpressionOr<Size> value = ToSize(size, environment, graph.symbols());
    if (!value.ok()) return std::nullopt;
    type.shape.push_back(*value);
  }
  return type;
}

// The example's attributes as a model would have written them.
ExpandedNode WrittenNode(const OpDefinition& op) {
  ExpandedNode node;
  node.op = op.name;
  for (const auto& [name, value] : op.example.attributes) {
    ExpandedAttribute attribute;
    attribute.name = name;
    attribute.text = value;
    const auto parsed = ParseExpressionList(value);
    if (parsed.ok()) attribute.values = *parsed;
    node.attributes.push_back(std::move(attribute));
  }
  return node;
}

std::string DescribeNode(const Graph& graph, const Node& node, size_t data_inputs) {
  const SymbolTable& symbols = graph.symbols();
  std::string text = "example";
  for (const auto& [name, value] : node.attributes.values()) {
    absl::StrAppend(&text, " ", name, ": \"", ToString(value, symbols), "\"");
  }
  text += "\n";
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const bool parameter = i >= data_inputs;
    const std::string& name = graph.producer(node.inputs[i]).name;
    absl::StrAppend(&text, "  ", parameter ? "parameter " : "input ", name, " ",
                    ToString(graph.type(node.inputs[i]), symbols), "\n");
  }
  absl::StrAppend(&text, "  output ", ToString(graph.type(node.outputs[0]), symbols), "\n");
  if (node.op->cost == nullptr) return text + "  cost: moves inputs and outputs once at most, no operations\n";
  const Cost cost = node.op->cost(NodeView{graph, node});
  absl::StrAppend(&text, "  operations ", symbols.ToString(cost.operations), "\n");
  if (!cost.scratch_bytes.is_zero()) {
    absl::StrAppend(&text, "  working memory ", symbols.ToString(cost.scratch_bytes), " bytes\n");
  }
  return text;
}

}  // namespace

namespace {

// Ops without an example of their own work on any shape.
OpDefinition WithExample(OpDefinition op) {
  if (op.example.inputs.empty()) op.example.inputs.assign(op.inputs.size(), "B, C");
  for (const AttributeSpec& spec : op.attributes) {
    const bool number = spec.kind == AttributeKind::kReal || spec.kind == AttributeKind::kInteger;
    if (spec.required && number) op.example.attributes.emplace(spec.name, "2");
  }
  return op;
}

}  // namespace

std::string DescribeExample(const OpDefinition& definition) {
  if (definition.source != SourceKind::kNone) return "";
  const OpDefinition op = WithExample(definition);
  Graph graph(&AllOps());
  SizeEnvironment environment;
  std::vector<ValueId> inputs;
  std::vector<TensorType> types;
  for (size_t i = 0; i < op.example.inputs.size(); ++i) {
    const std::optional<TensorType> type = ParseType(op.example.inputs[i], graph, environment);
    if (!type) return "";
    const std::string name = i < op.inputs.size() ? op.inputs[i] : absl::StrCat(op.inputs.back(), i);
    inputs.push_back(graph.AddInput(name, *type));
    types.push_back(*type);
  }
  AttributeProblem problem;
  const std::optional<Attributes> attributes =
      EvaluateAttributes(op, WrittenNode(op), environment, graph.symbols(), problem);
  if (!attributes) return "";
  if (op.parameters != nullptr) {
    const auto parameters = op.parameters(InferContext{*attributes, types, graph.symbols()});
    if (!parameters.ok()) return "";
    for (const ParameterSpec& spec : *parameters) {
      inputs.push_back(graph.AddParameter(spec.name, spec.shape, spec.initializer));
    }
  }
  const absl::StatusOr<NodeId> id = graph.AddNode(definition, "", inputs, *attributes);
  if (!id.ok()) return "";
  graph.mutable_outputs().push_back({"y", graph.node(*id).outputs[0], OutputKind::kOutput});
  return DescribeNode(graph, graph.node(*id), op.example.inputs.size());
}

}  // namespace plumbline
