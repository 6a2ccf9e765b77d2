// Asks each op to lower itself and catches what oneDNN throws.
#include "compiler/passes/lower.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/onednn/lowering_context.h"

namespace plumbline {
namespace {

absl::Status Located(const Node& node, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("node '", node.name, "' (", node.op->name, "): ", status.message()));
}

absl::Status LowerNode(const Node& node, LoweringContext& context) {
  if (node.op->lower == nullptr) return absl::UnimplementedError("not available yet");
  try {
    return node.op->lower(context);
  } catch (const std::exception& error) {
    std::string shapes;
    for (int i = 0; i < context.input_count(); ++i) {
      absl::StrAppend(&shapes, i > 0 ? ", " : "", ToString(context.node().input_type(i), SymbolTable()));
    }
    return absl::InternalError(absl::StrCat("oneDNN refused it for inputs ", shapes, ": ", error.what()));
  }
}

// The node that gave output i its value: one that was fused, or the node itself.
std::pair<std::string, std::string> NameAndOp(const Node& node, int output) {
  if (output > 0 || node.post_ops.empty()) return {node.name, node.op->name};
  return {node.post_ops.back().node, node.post_ops.back().op->name};
}

// Views bear the name of what they show.
std::vector<std::string> InputNames(const Graph& graph, const StorageTable& storage, const Node& node) {
  std::vector<std::string> names;
  for (const ValueId input : node.inputs) {
    const Value& root = graph.value(storage[input].root);
    names.push_back(ResultName(NameAndOp(graph.node(root.producer), root.index).first, root.index));
  }
  return names;
}

// The f32 values of a node that have a place, once its steps are there.
void AddResults(const Graph& graph, const StorageTable& storage, const Node& node, const MemoryPlan& plan,
                Program& program) {
  if (program.steps.empty()) return;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const TensorType& type = graph.type(node.outputs[i]);
    const auto& [place, layout] = plan.placements[node.outputs[i]];
    if (type.data_type != DataType::kF32 || !place.present()) continue;
    std::vector<int64_t> shape = ConcreteShape(type.shape);
    const int64_t elements = ElementCount(shape);
    const auto [name, op] = NameAndOp(node, static_cast<int>(i));
    program.results.push_back({name, op, static_cast<int>(i), program.steps.size() - 1, place, elements,
                               std::move(shape), layout.strides, InputNames(graph, storage, node)});
  }
}

void FillConstants(const Graph& graph, const std::vector<NodeId>& schedule, const MemoryPlan& plan,
                   std::vector<char>& constants) {
  for (const NodeId id : schedule) {
    const Node& node = graph.node(id);
    if (node.op->source != SourceKind::kConstant) continue;
    const ValueId value = node.outputs[0];
    float* data = reinterpret_cast<float*>(constants.data() + plan.placements[value].operand.offset);
    const int64_t count = ElementCount(ConcreteShape(graph.type(value).shape));
    std::fill(data, data + count, static_cast<float>(node.attributes.real("value")));
  }
}

}  // namespace

absl::StatusOr<Program> Lower(const Graph& graph, const StorageTable& storage, const std::vector<NodeId>& schedule,
                              MemoryPlan plan) {
  Program program;
  const Operand scratch{kArena, plan.activation_bytes};
  for (const NodeId id : schedule) {
    const Node& node = graph.node(id);
    if (node.op->source != SourceKind::kNone) continue;
    if (storage[node.outputs[0]].root != node.outputs[0]) continue;  // a view
    LoweringContext context(graph, id, plan.placements, scratch, program.scratch_bytes, program.steps);
    const absl::Status status = LowerNode(node, context);
    if (!status.ok()) return Located(node, status);
    AddResults(graph, storage, node, plan, program);
  }
  for (const std::unique_ptr<Step>& step : program.steps) {
    program.most_parts = std::max(program.most_parts, step->info().parts);
    program.part_scratch_bytes = std::max(program.part_scratch_bytes, step->info().part_scratch_bytes);
  }
  program.constants.resize(plan.constant_bytes);
  FillConstants(graph, schedule, plan, program.constants);
  program.inputs = std::move(plan.inputs);
  program.outputs = std::move(plan.outputs);
  program.parameters = std::move(plan.parameters);
  program.parameter_floats = plan.parameter_floats;
  program.has_gradients = plan.has_gradients;
  program.updates_parameters = plan.updates_parameters;
  program.activation_bytes = plan.activation_bytes;
  return program;
}

}  // namespace plumbline
