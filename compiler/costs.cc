// Views, copies and the schedule need numbers, so a copy of the graph goes through the passes with
// probe sizes; the polynomials are then read off the graph in symbols, along that schedule.
#include "compiler/costs.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/passes/assign_layouts.h"
#include "compiler/passes/bind_sizes.h"
#include "compiler/passes/schedule.h"
#include "compiler/polynomial_order.h"

namespace plumbline {
namespace {

// The graph with probe sizes, laid out and scheduled. Values of the graph in symbols keep their
// ids.
struct Probe {
  Graph graph;
  StorageTable storage;
  std::vector<NodeId> schedule;
};

// The least common denominator of the coefficients, so that multiples of it make every size an
// integer.
int64_t CommonDenominator(const Graph& graph) {
  constexpr int64_t kLargest = 1 << 16;
  int64_t common = 1;
  const auto include = [&](const Size& size) {
    for (const auto& term : size.terms()) {
      if (!term.second.overflowed())
        common = std::min(kLargest, std::lcm(common, term.second.denominator()));
    }
  };
  for (const SymbolTable::Symbol& symbol : graph.symbols().symbols()) {
    include(symbol.first);
    include(symbol.second);
  }
  for (const NodeId id : graph.Order()) {
    for (const ValueId output : graph.node(id).outputs) {
      for (const Size& size : graph.type(output).shape) include(size);
    }
    for (const auto& entry : graph.node(id).attributes.values()) {
      if (const Size* size = std::get_if<Size>(&entry.second)) include(*size);
      if (const auto* sizes = std::get_if<std::vector<Size>>(&entry.second)) {
        for (const Size& size : *sizes) include(size);
      }
    }
  }
  return common;
}

// Sizes for the symbols that have none: multiples of the common denominator by distinct primes, so
// that no two sizes are equal by accident, below the symbol's bound.
Bindings CompleteSizes(const Graph& graph, Bindings sizes) {
  constexpr int64_t kPrimes[] = {53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103};
  const int64_t unit = CommonDenominator(graph);
  size_t next = 0;
  for (const SymbolTable::Symbol& symbol : graph.symbols().symbols()) {
    if (symbol.derived || sizes.count(symbol.name) > 0) continue;
    int64_t size = unit * kPrimes[next++ % std::size(kPrimes)];
    if (symbol.bound && size > *symbol.bound)
      size = std::max<int64_t>(*symbol.bound / unit * unit, 1);
    sizes[symbol.name] = size;
  }
  return sizes;
}

// Every value in a buffer of its own, in the graph's order.
Probe PlainProbe(const Graph& graph) {
  Probe probe{graph, StorageTable(graph.value_count()), graph.Order()};
  for (ValueId value = 0; value < graph.value_count(); ++value) probe.storage[value].root = value;
  return probe;
}

Probe MakeProbe(const Graph& graph, const Bindings& sizes) {
  Graph bound = graph;
  if (!BindSizes(bound, CompleteSizes(graph, sizes)).ok()) return PlainProbe(graph);
  absl::StatusOr<StorageTable> storage = AssignLayouts(bound);
  if (!storage.ok()) return PlainProbe(graph);
  std::vector<NodeId> schedule = Schedule(bound, *storage);
  return Probe{std::move(bound), *std::move(storage), std::move(schedule)};
}

class Analyzer {
 public:
  Analyzer(const Graph& graph, Probe probe, const Bindings& sizes)
      : graph_(graph), probe_(std::move(probe)), sizes_(sizes), chains_(probe_.graph.value_count()) {}

  GraphCosts Run() {
    FindBuffers();
    GraphCosts costs;
    for (size_t step = 0; step < probe_.schedule.size(); ++step) {
      const NodeId id = probe_.schedule[step];
      if (probe_.graph.node(id).op->source != SourceKind::kNone) continue;
      Allocate(id, static_cast<int>(step));
      NodeCost cost = CostOf(id);
      cost.memory = live_ + cost.scratch_bytes;
      cost.chain = Chain(id, cost.depth);
      costs.depth = Larger(costs.depth, cost.chain, graph_.symbols(), sizes_);
      Release(id, static_cast<int>(step));
      costs.operations += cost.operations;
      costs.bytes += cost.bytes;
      costs.nodes.push_back(std::move(cost));
    }
    return costs;
  }

 private:
  // The type in symbols; a copy that the layouts need has that of what it copies.
  const TensorType& Type(ValueId value) const {
    while (value >= graph_.value_count()) value = probe_.graph.producer(value).inputs[0];
    return graph_.type(value);
  }

  bool InGraph(NodeId id) const { return id < graph_.node_count(); }

  bool IsView(NodeId id) const {
    const ValueId value = probe_.graph.node(id).outputs[0];
    return probe_.storage[value].root != value;
  }

  // Last reads of every buffer, and which buffers are the program's own.
  void FindBuffers() {
    const Graph& graph = probe_.graph;
    last_read_.assign(graph.value_count(), -1);
    kept_.assign(graph.value_count(), false);
    uncounted_.assign(graph.value_count(), false);
    owner_.assign(graph.value_count(), kNone);
    for (size_t step = 0; step < probe_.schedule.size(); ++step) {
      const Node& node = graph.node(probe_.schedule[step]);
      for (const ValueId input : node.inputs) {
        last_read_[probe_.storage[input].root] = static_cast<int>(step);
      }
      if (node.op->source != SourceKind::kNone) uncounted_[node.outputs[0]] = true;
    }
    std::set<std::string> parameters;
    for (const NodeId id : graph.Sources(SourceKind::kParameter))
      parameters.insert(graph.node(id).name);
    for (const GraphOutput& output : graph.outputs()) {
      const ValueId root = probe_.storage[output.value].root;
      kept_[root] = true;
      const bool of_parameter =
          output.kind == OutputKind::kGradient &&
          parameters.count(std::string(absl::StripPrefix(output.name, "grad/"))) > 0;
      if (of_parameter && root == output.value) uncounted_[root] = true;
    }
  }

  // The buffer that output 0 of the node may take over from an input that dies here, or kNone. The
  // same rule as in PlanMemory.
  ValueId InPlaceOwner(NodeId id, int step) const {
    const Node& node = probe_.graph.node(id);
    if (node.op->in_place == nullptr || kept_[node.outputs[0]]) return kNone;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId input = node.inputs[i];
      const ValueId root = probe_.storage[input].root;
      if (root != input || owner_[root] == kNone || last_read_[root] != step || kept_[root])
        continue;
      const auto shares = [&](ValueId other) { return probe_.storage[other].root == root; };
      if (std::count_if(node.inputs.begin(), node.inputs.end(), shares) != 1) continue;
      if (Type(input).Bytes() != Type(node.outputs[0]).Bytes()) continue;
      if (node.op->in_place(probe_.graph.view(id), static_cast<int>(i))) return root;
    }
    return kNone;
  }

  void Allocate(NodeId id, int step) {
    const Node& node = probe_.graph.node(id);
    for (const ValueId output : node.outputs) {
      const bool used = last_read_[output] >= 0 || kept_[output];
      if (probe_.storage[output].root != output || !used || uncounted_[output]) continue;
      owner_[output] = output;
      const ValueId taken = output == node.outputs[0] ? InPlaceOwner(id, step) : kNone;
      if (taken == kNone) {
        live_ += Type(output).Bytes();
      } else {
        owner_[taken] = kNone;
      }
    }
  }

  void Release(NodeId id, int step) {
    for (const ValueId input : probe_.graph.node(id).inputs) {
      const ValueId root = probe_.storage[input].root;
      if (owner_[root] == kNone || kept_[root] || last_read_[root] != step) continue;
      live_ = live_ - Type(root).Bytes();
      owner_[root] = kNone;
    }
  }

  // The longest chain that ends with the node, whose own one is `depth`.
  Polynomial Chain(NodeId id, const Polynomial& depth) {
    const Node& node = probe_.graph.node(id);
    Polynomial longest;
    for (const ValueId input : node.inputs) longest = Larger(longest, chains_[input], graph_.symbols(), sizes_);
    longest += depth;
    for (const ValueId output : node.outputs) chains_[output] = longest;
    return longest;
  }

  NodeCost CostOf(NodeId id) const {
    const Node& node = InGraph(id) ? graph_.node(id) : probe_.graph.node(id);
    NodeCost cost;
    cost.name = node.name;
    cost.op = node.op->name;
    cost.node = InGraph(id) ? id : kNone;
    cost.view = IsView(id);
    if (!InGraph(id)) cost.bytes = Polynomial(2) * Type(node.outputs[0]).Bytes();
    if (!cost.view) cost.depth = 1;
    if (!InGraph(id) || cost.view) return cost;
    Node bare = node;  // without post-ops and their operands
    for (const PostOp& post_op : node.post_ops) {
      Node applied;
      applied.op = post_op.op;
      applied.name = node.name;
      applied.attributes = post_op.attributes;
      applied.inputs = {node.outputs[0]};
      applied.outputs = {node.outputs[0]};
      if (post_op.operand != kNone) {
        const ValueId operand = node.inputs[post_op.operand];
        applied.inputs.push_back(operand);
        bare.inputs.pop_back();
        cost.bytes += graph_.type(operand).Bytes();
      }
      if (post_op.op->cost != nullptr) {
        cost.operations += post_op.op->cost(NodeView{graph_, applied}).operations;
      }
    }
    bare.post_ops.clear();
    Cost own;
    if (node.op->cost != nullptr) own = node.op->cost(NodeView{graph_, bare});
    cost.operations += own.operations;
    cost.scratch_bytes = own.scratch_bytes;
    if (node.op->depth != nullptr) cost.depth = node.op->depth(NodeView{graph_, bare});
    cost.bytes += own.bytes ? *own.bytes : BytesMoved(bare);
    return cost;
  }

  // Every input and every output that something reads, once.
  Polynomial BytesMoved(const Node& node) const {
    Polynomial bytes;
    for (const ValueId input : std::set<ValueId>(node.inputs.begin(), node.inputs.end())) {
      bytes += graph_.type(input).Bytes();
    }
    for (const ValueId output : node.outputs) {
      const ValueId root = probe_.storage[output].root;
      if (last_read_[root] >= 0 || kept_[root]) bytes += graph_.type(output).Bytes();
    }
    return bytes;
  }

  const Graph& graph_;
  const Probe probe_;
  const Bindings& sizes_;
  std::vector<Polynomial> chains_;  // by value, the longest chain that ends with it
  // By value of the probe that owns its buffer:
  std::vector<int> last_read_;   // step of the last reader, -1 without any
  std::vector<bool> kept_;       // handed to the caller
  std::vector<bool> uncounted_;  // a source, or a parameter's gradient
  std::vector<ValueId> owner_;   // itself while its buffer is live and counted, kNone otherwise
  Polynomial live_;
};

}  // namespace

absl::StatusOr<GraphCosts> AnalyzeCosts(const Graph& graph, const Bindings& sizes) {
  GraphCosts costs = Analyzer(graph, MakeProbe(graph, sizes), sizes).Run();
  for (const NodeCost& node : costs.nodes) {
    if (node.operations.overflowed() || node.bytes.overflowed() || node.memory.overflowed()) {
      return absl::InternalError(absl::StrCat("the cost of node '", node.name, "' (", node.op,
                                              ") has coefficients beyond 64 bits"));
    }
  }
  if (costs.operations.overflowed() || costs.bytes.overflowed() || costs.depth.overflowed()) {
    return absl::InternalError("the graph's cost has coefficients beyond 64 bits");
  }
  return costs;
}

absl::StatusOr<NodeCost> PeakMemoryAt(const GraphCosts& costs, const SymbolTable& symbols,
                                      const Bindings& sizes) {
  if (costs.nodes.empty()) return absl::InvalidArgumentError("the graph has no nodes that run");
  const NodeCost* peak = nullptr;
  double largest = 0;
  for (const NodeCost& node : costs.nodes) {
    const absl::StatusOr<double> bytes = symbols.EvaluateReal(node.memory, sizes);
    if (!bytes.ok()) return bytes.status();
    if (peak != nullptr && *bytes <= largest) continue;
    peak = &node;
    largest = *bytes;
  }
  return *peak;
}

absl::StatusOr<NodeCost> PeakMemoryIn(const GraphCosts& costs, const SymbolTable& symbols,
                                      absl::string_view symbol) {
  // Far beyond every size, and still exact in the double arithmetic that compares the leading
  // terms.
  Bindings sizes;
  for (const SymbolTable::Symbol& other : symbols.symbols()) sizes[other.name] = 64;
  sizes[std::string(symbol)] = int64_t{1} << 30;
  GraphCosts steepest;
  int degree = 0;
  for (const NodeCost& node : costs.nodes)
    degree = std::max(degree, symbols.Degree(node.memory, symbol));
  for (const NodeCost& node : costs.nodes) {
    if (symbols.Degree(node.memory, symbol) == degree) steepest.nodes.push_back(node);
  }
  return PeakMemoryAt(steepest, symbols, sizes);
}

absl::StatusOr<double> LocalSlope(const Polynomial& polynomial, const SymbolTable& symbols,
                                  absl::string_view symbol,
                                  const std::vector<int64_t>& symbol_sizes, const Bindings& sizes) {
  std::vector<double> x, y;
  Bindings bindings = sizes;
  for (const int64_t size : symbol_sizes) {
    bindings[std::string(symbol)] = size;
    const absl::StatusOr<double> value = symbols.EvaluateReal(polynomial, bindings);
    if (!value.ok()) return value.status();
    if (size < 1 || !(*value > 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("no logarithm of ", *value, " at ", symbol, " = ", size));
    }
    x.push_back(std::log(static_cast<double>(size)));
    y.push_back(std::log(*value));
  }
  const double count = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
  double covariance = 0, variance = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    covariance += (x[i] - mean_x) * (y[i] - mean_y);
    variance += (x[i] - mean_x) * (x[i] - mean_x);
  }
  if (!(variance > 0)) return absl::InvalidArgumentError("a slope needs two different sizes");
  return covariance / variance;
}

}  // namespace plumbline
