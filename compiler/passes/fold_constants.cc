// Each candidate is tried in a graph of its own: constants of the bound shapes, the node, its
// outputs.
#include "compiler/passes/fold_constants.h"

#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/evaluate.h"

namespace plumbline {
namespace {

// Elements of a trial's inputs and outputs together: about 10 ms with a naive reference.
constexpr int64_t kMaximumElements = 1 << 18;

// Values for the symbols: small, distinct and without common factors, so that an equality between
// two results cannot come from two sizes that happen to agree.
constexpr int64_t kPrimes[] = {5, 7, 11, 13, 17, 19, 23, 29, 31};
constexpr int kPrimeCount = sizeof(kPrimes) / sizeof(kPrimes[0]);

Bindings TrialBindings(const SymbolTable& symbols, int trial) {
  Bindings bindings;
  int next = trial;
  for (const SymbolTable::Symbol& symbol : symbols.symbols()) {
    if (!symbol.derived) bindings[symbol.name] = kPrimes[next++ % kPrimeCount];
  }
  return bindings;
}

std::optional<TensorType> Bind(SymbolTable& symbols, const TensorType& type,
                               const Bindings& bindings) {
  TensorType bound{type.data_type, {}};
  for (const Size& size : type.shape) {
    const absl::StatusOr<int64_t> value = symbols.Evaluate(size, bindings);
    if (!value.ok() || *value < 1) return std::nullopt;
    bound.shape.push_back(Size(*value));
  }
  return bound;
}

Attributes Bind(SymbolTable& symbols, Attributes attributes, const Bindings& bindings) {
  for (auto& entry : attributes.mutable_values()) {
    if (Size* size = std::get_if<Size>(&entry.second)) *size = symbols.Bind(*size, bindings);
    if (auto* sizes = std::get_if<std::vector<Size>>(&entry.second)) {
      for (Size& size : *sizes) size = symbols.Bind(size, bindings);
    }
  }
  return attributes;
}

bool IsConstant(const Graph& graph, ValueId value) {
  return graph.producer(value).op->source == SourceKind::kConstant;
}

double Fill(const Graph& graph, ValueId value) {
  return graph.producer(value).attributes.real("value");
}

// The number that fills an array, if it is one and finite.
std::optional<double> Splat(const Array& array) {
  if (array.data.empty() || !std::isfinite(array.data[0])) return std::nullopt;
  for (const double element : array.data) {
    if (std::memcmp(&element, &array.data[0], sizeof(double)) != 0) return std::nullopt;
  }
  return array.data[0];
}

// What fills each output of the node under these bindings; nothing where it is no single number,
// and no entries at all when the node cannot be tried.
std::vector<std::optional<double>> Try(const Graph& graph, const Node& node, int trial) {
  SymbolTable symbols = graph.symbols();
  const Bindings bindings = TrialBindings(symbols, trial);
  Graph probe(&graph.registry());
  std::vector<ValueId> inputs;
  int64_t elements = 0;
  const auto fits = [&](const TensorType& type) {
    elements += type.ElementCount().AsInteger().value_or(kMaximumElements);
    return elements <= kMaximumElements;
  };
  for (const ValueId input : node.inputs) {
    const std::optional<TensorType> type = Bind(symbols, graph.type(input), bindings);
    if (!type || !fits(*type)) return {};
    inputs.push_back(probe.AddConstant(*type, Fill(graph, input)));
  }
  const absl::StatusOr<NodeId> id =
      probe.AddNode(*node.op, "probe", inputs, Bind(symbols, node.attributes, bindings));
  if (!id.ok()) return {};
  for (const ValueId output : probe.node(*id).outputs) {
    if (!Bind(symbols, probe.type(output), bindings) || !fits(probe.type(output))) return {};
    probe.mutable_outputs().push_back(
        GraphOutput{absl::StrCat(output), output, OutputKind::kOutput});
  }
  const absl::StatusOr<std::map<std::string, Array>> results = Evaluate(probe, {});
  if (!results.ok()) return {};
  std::vector<std::optional<double>> fills;
  for (const GraphOutput& output : probe.outputs())
    fills.push_back(Splat(results->at(output.name)));
  return fills;
}

bool IsCandidate(const Graph& graph, const Node& node) {
  if (node.op->source != SourceKind::kNone || node.op->evaluate == nullptr || node.inputs.empty())
    return false;
  if (!node.post_ops.empty()) return false;
  for (const ValueId input : node.inputs) {
    if (!IsConstant(graph, input) || graph.type(input).data_type != DataType::kF32) return false;
  }
  for (const ValueId output : node.outputs) {
    if (graph.type(output).data_type != DataType::kF32) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<bool> FoldConstants(Graph& graph) {
  bool changed = false;
  for (const NodeId id : graph.Order()) {
    const Node node = graph.node(id);  // a copy: adding constants moves the original
    if (!IsCandidate(graph, node)) continue;
    const std::vector<std::optional<double>> first = Try(graph, node, 0);
    if (first.empty()) continue;
    const std::vector<std::optional<double>> second = Try(graph, node, 1);
    if (second.empty()) continue;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (!first[i] || !second[i] || std::memcmp(&*first[i], &*second[i], sizeof(double)) != 0)
        continue;
      const TensorType type = graph.type(node.outputs[i]);
      graph.ReplaceUses(node.outputs[i], graph.AddConstant(type, *first[i]));
      changed = true;
    }
  }
  return changed;
}

}  // namespace plumbline
