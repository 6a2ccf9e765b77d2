// Interpreter over Graph::Order().
#include "compiler/ir/evaluate.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace plumbline {
namespace {

std::string Print(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

absl::StatusOr<std::vector<int64_t>> BindShape(const SymbolTable& symbols, const Shape& shape,
                                               const Bindings& bindings) {
  std::vector<int64_t> result;
  for (const Size& size : shape) {
    const absl::StatusOr<int64_t> value = symbols.Evaluate(size, bindings);
    if (!value.ok()) return value.status();
    result.push_back(*value);
  }
  return result;
}

Attributes BindAttributes(SymbolTable& symbols, const Attributes& attributes, const Bindings& bindings) {
  Attributes result = attributes;
  for (auto& entry : result.mutable_values()) {
    if (Size* size = std::get_if<Size>(&entry.second)) *size = symbols.Bind(*size, bindings);
    if (auto* sizes = std::get_if<std::vector<Size>>(&entry.second)) {
      for (Size& size : *sizes) size = symbols.Bind(size, bindings);
    }
  }
  return result;
}

class Interpreter {
 public:
  Interpreter(const Graph& graph, Bindings bindings)
      : graph_(graph), symbols_(graph.symbols()), bindings_(std::move(bindings)), arrays_(graph.value_count()) {}

  void Set(ValueId value, Array array) { arrays_[value] = std::move(array); }
  const Array& Get(ValueId value) const { return arrays_[value]; }

  absl::Status Run(const Node& node) {
    size_t operands = 0;
    for (const PostOp& post_op : node.post_ops) operands += post_op.operand != kNone;
    std::vector<const Array*> inputs;
    std::vector<DataType> types;
    for (size_t i = 0; i + operands < node.inputs.size(); ++i) {
      inputs.push_back(&arrays_[node.inputs[i]]);
      types.push_back(graph_.type(node.inputs[i]).data_type);
    }
    std::vector<std::vector<int64_t>> shapes;
    for (const ValueId output : node.outputs) {
      absl::StatusOr<std::vector<int64_t>> shape = BindShape(symbols_, graph_.type(output).shape, bindings_);
      if (!shape.ok()) return shape.status();
      shapes.push_back(*std::move(shape));
    }
    absl::StatusOr<std::vector<Array>> results = Apply(*node.op, node.attributes, inputs, types, shapes);
    if (!results.ok()) return results.status();
    for (const PostOp& post_op : node.post_ops) {
      const Array base = std::move((*results)[0]);
      std::vector<const Array*> pair = {&base};
      if (post_op.operand != kNone) pair.push_back(&arrays_[node.inputs[post_op.operand]]);
      const std::vector<DataType> pair_types(pair.size(), DataType::kF32);
      absl::StatusOr<std::vector<Array>> next = Apply(*post_op.op, post_op.attributes, pair, pair_types, {shapes[0]});
      if (!next.ok()) return next.status();
      (*results)[0] = std::move((*next)[0]);
    }
    for (size_t i = 0; i < results->size(); ++i) arrays_[node.outputs[i]] = std::move((*results)[i]);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::vector<Array>> Apply(const OpDefinition& op, const Attributes& attributes,
                                           const std::vector<const Array*>& inputs, const std::vector<DataType>& types,
                                           const std::vector<std::vector<int64_t>>& shapes) {
    if (op.evaluate == nullptr) return absl::UnimplementedError(absl::StrCat(op.name, ": not available yet"));
    absl::StatusOr<std::vector<Array>> results =
        op.evaluate(EvaluateContext{BindAttributes(symbols_, attributes, bindings_), inputs, shapes, types});
    if (!results.ok()) return results;
    bool fits = results->size() == shapes.size();
    for (size_t i = 0; fits && i < shapes.size(); ++i) fits = (*results)[i].shape == shapes[i];
    if (!fits) return absl::InternalError(absl::StrCat(op.name, ": the reference gives other shapes than inferred"));
    return results;
  }

  const Graph& graph_;
  SymbolTable symbols_;
  Bindings bindings_;
  std::vector<Array> arrays_;
};

}  // namespace

absl::StatusOr<Bindings> BindFromShapes(const Graph& graph,
                                        const std::map<std::string, std::vector<int64_t>>& input_shapes) {
  Bindings bindings;
  const auto mismatch = [&](const Node& node, const std::vector<int64_t>& given) {
    return absl::InvalidArgumentError(absl::StrCat("input '", node.name, "' has shape ", Print(given), ", expected ",
                                                   ToString(graph.type(node.outputs[0]).shape, graph.symbols())));
  };
  for (const bool binding : {true, false}) {  // first whole axes that are symbols, then everything is checked
    for (const NodeId id : graph.Sources(SourceKind::kInput)) {
      const Node& node = graph.node(id);
      const auto given = input_shapes.find(node.name);
      if (given == input_shapes.end()) continue;
      const Shape& shape = graph.type(node.outputs[0]).shape;
      if (shape.size() != given->second.size()) return mismatch(node, given->second);
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        const std::optional<std::string> symbol = shape[axis].AsSymbol();
        const int64_t size = given->second[axis];
        if (binding) {
          const SymbolTable::Symbol* info = symbol ? graph.symbols().Find(*symbol) : nullptr;
          if (info == nullptr || info->derived) continue;
          const auto [entry, inserted] = bindings.emplace(*symbol, size);
          if (!inserted && entry->second != size) {
            return absl::InvalidArgumentError(absl::StrCat("input '", node.name, "' has shape ", Print(given->second),
                                                           ", but ", *symbol, " is ", entry->second,
                                                           " in an earlier input"));
          }
          if (info->bound && size > *info->bound) {
            return absl::InvalidArgumentError(absl::StrCat("input '", node.name, "': ", *symbol, " is ", size,
                                                           ", but the model allows at most ", *info->bound));
          }
          continue;
        }
        const absl::StatusOr<int64_t> expected = graph.symbols().Evaluate(shape[axis], bindings);
        if (!expected.ok()) return expected.status();
        if (*expected != size) return mismatch(node, given->second);
      }
    }
  }
  return bindings;
}

absl::StatusOr<std::map<std::string, Array>> Evaluate(const Graph& graph, const std::map<std::string, Array>& sources) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, array] : sources) shapes[name] = array.shape;
  absl::StatusOr<Bindings> bindings = BindFromShapes(graph, shapes);
  if (!bindings.ok()) return bindings.status();
  Interpreter interpreter(graph, *bindings);
  const std::vector<int> uses = graph.UseCounts();
  for (const NodeId id : graph.Order()) {
    const Node& node = graph.node(id);
    if (node.op->source != SourceKind::kInput && node.op->source != SourceKind::kParameter) {
      const absl::Status status = interpreter.Run(node);
      if (!status.ok()) {
        return absl::Status(status.code(), absl::StrCat("node '", node.name, "': ", status.message()));
      }
      continue;
    }
    const auto found = sources.find(node.name);
    if (found != sources.end()) {
      absl::StatusOr<std::vector<int64_t>> shape =
          BindShape(graph.symbols(), graph.type(node.outputs[0]).shape, *bindings);
      if (shape.ok() && *shape != found->second.shape) {
        return absl::InvalidArgumentError(absl::StrCat("'", node.name, "' has shape ", Print(found->second.shape),
                                                       ", expected ", Print(*shape)));
      }
      interpreter.Set(node.outputs[0], found->second);
    } else if (uses[node.outputs[0]] > 0) {
      return absl::InvalidArgumentError(absl::StrCat("no value for '", node.name, "'"));
    }
  }
  std::map<std::string, Array> results;
  for (const GraphOutput& output : graph.outputs()) results[output.name] = interpreter.Get(output.value);
  return results;
}

}  // namespace plumbline
