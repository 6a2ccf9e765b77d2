// Graphs for tests of the compiler: built by op names and shapes in text, filled with fixed random
// values, and compared by evaluation and by structure.
#ifndef PLUMBLINE_TESTS_COMPILER_TEST_GRAPH_H_
#define PLUMBLINE_TESTS_COMPILER_TEST_GRAPH_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/array.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// "B, 2*L, 4": sizes are products of integers and symbols. "" is a scalar.
Shape ParseShape(absl::string_view text);

// A graph under construction. A node that cannot be made fails the test and ends it by an
// exception.
class TestGraph {
 public:
  // Ops of the product.
  TestGraph();
  explicit TestGraph(const OpRegistry& registry) : graph_(&registry) {}

  // Sources declare the symbols of their shapes.
  ValueId Input(absl::string_view name, absl::string_view shape) {
    return Input(name, shape, DataType::kF32);
  }
  ValueId Input(absl::string_view name, absl::string_view shape, DataType type);
  ValueId Parameter(absl::string_view name, absl::string_view shape);
  ValueId Constant(absl::string_view shape, double fill);
  // Output 0 of a node. Numeric attributes that are not given have their defaults.
  ValueId Node(absl::string_view op, std::vector<ValueId> inputs) {
    return Node(op, std::move(inputs), {});
  }
  ValueId Node(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes);
  // The same with a name.
  ValueId Named(absl::string_view name, absl::string_view op, std::vector<ValueId> inputs,
                Attributes attributes);
  void Output(absl::string_view name, ValueId value) { Output(name, value, OutputKind::kOutput); }
  void Output(absl::string_view name, ValueId value, OutputKind kind);

  Graph& graph() { return graph_; }

 private:
  Graph graph_;
};

// Values in [-1, 1] for every input and parameter (integers in 0..2), a function of the name and
// the shape alone.
std::map<std::string, Array> RandomSources(const Graph& graph, const Bindings& sizes);

// The graph's outputs for those values; fails the test on an error.
std::map<std::string, Array> EvaluateRandom(const Graph& graph, const Bindings& sizes);

// Fails unless `after` verifies and has the outputs of `before`, by name and value (up to 1e-12).
void ExpectSameResults(const Graph& before, Graph after, const Bindings& sizes);

// Live nodes of that op.
int CountNodes(const Graph& graph, absl::string_view op);
// Live nodes that are no sources.
int CountNodes(const Graph& graph);
// Names of the ops of live nodes that are no sources, in order, separated by spaces; post-ops
// follow as "+op".
std::string OpSequence(const Graph& graph);

// Attributes in short.
inline Attributes Real(absl::string_view name, double value) {
  return {{std::string(name), AttributeValue(value)}};
}

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_COMPILER_TEST_GRAPH_H_
