// The graph: nodes and values by integer id, no pointers between them, no unordered iteration.
#ifndef PLUMBLINE_COMPILER_IR_GRAPH_H_
#define PLUMBLINE_COMPILER_IR_GRAPH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/op_definition.h"

namespace plumbline {

struct Value {
  NodeId producer = kNone;
  int index = 0;  // among the producer's outputs
  TensorType type;
};

// An op that runs on output 0 of the node it was fused into.
struct PostOp {
  const OpDefinition* op = nullptr;
  Attributes attributes;
  PostOpSpec spec;
  int operand = kNone;  // index into the node's inputs of a binary op's second operand
  std::string node;     // name of the node that it was
};

struct Node {
  const OpDefinition* op = nullptr;
  std::string name;  // instance path, "encoder.block0.att.query"; unique among nodes that the model names
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  Attributes attributes;
  std::vector<PostOp> post_ops;
  Initializer initializer;  // of a parameter
  bool removed = false;
};

enum class OutputKind {
  kOutput,
  kLoss,
  kLossTerm,
  kMetric,
  kGradient,
  kParameter,  // the new value of the parameter of that name, which takes its place
};

struct GraphOutput {
  std::string name;  // "z", "loss", "grad/fc1.weight"
  ValueId value = kNone;
  OutputKind kind = OutputKind::kOutput;
};

class Graph {
 public:
  explicit Graph(const OpRegistry* registry) : registry_(registry) {}

  const OpRegistry& registry() const { return *registry_; }
  SymbolTable& symbols() { return symbols_; }
  const SymbolTable& symbols() const { return symbols_; }

  // Appends a node and infers the types of its outputs. `name` may be empty: a name is made from the op's.
  absl::StatusOr<NodeId> AddNode(const OpDefinition& op, absl::string_view name, std::vector<ValueId> inputs,
                                 Attributes attributes);
  // The same by op name, giving output 0. For passes and gradients that make nodes.
  absl::StatusOr<ValueId> Add(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes);
  // The same with the name "OWNER/OP", or "OWNER/OP#2" and so on where that is taken: one that does not change with nodes
  // elsewhere.
  absl::StatusOr<ValueId> AddFor(absl::string_view owner, absl::string_view op, std::vector<ValueId> inputs,
                                 Attributes attributes);
  ValueId AddInput(absl::string_view name, TensorType type);
  ValueId AddParameter(absl::string_view name, Shape shape, const Initializer& initializer);
  // A value filled with one number.
  ValueId AddConstant(TensorType type, double fill);

  int node_count() const { return static_cast<int>(nodes_.size()); }
  int value_count() const { return static_cast<int>(values_.size()); }
  const Node& node(NodeId id) const { return nodes_[id]; }
  Node& mutable_node(NodeId id) { return nodes_[id]; }
  const Value& value(ValueId id) const { return values_[id]; }
  Value& mutable_value(ValueId id) { return values_[id]; }
  const Node& producer(ValueId id) const { return nodes_[values_[id].producer]; }
  const TensorType& type(ValueId id) const { return values_[id].type; }
  NodeView view(NodeId id) const { return NodeView{*this, nodes_[id]}; }

  const std::vector<GraphOutput>& outputs() const { return outputs_; }
  std::vector<GraphOutput>& mutable_outputs() { return outputs_; }
  // Nodes of inputs and parameters, in order of creation. Kept even when nothing uses them.
  std::vector<NodeId> Sources(SourceKind source) const;
  // The input or parameter of that name, or kNone.
  ValueId FindSource(absl::string_view name) const;

  // Live nodes such that producers come before users: sources first, then depth first from the outputs in order,
  // so that a value is computed close to its first use. Depends on the graph alone.
  std::vector<NodeId> Order() const;
  // For every value, how many inputs of live nodes and graph outputs refer to it.
  std::vector<int> UseCounts() const;
  // Nodes that read each value, by increasing id, once per reference.
  std::vector<std::vector<NodeId>> Users() const;

  // Makes every use of `from` (in nodes and outputs) a use of `to`.
  void ReplaceUses(ValueId from, ValueId to);
  void Remove(NodeId id) { nodes_[id].removed = true; }

  // Program text, one node a line; types in symbols.
  std::string ToString() const;

 private:
  const OpRegistry* registry_;
  SymbolTable symbols_;
  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::vector<GraphOutput> outputs_;
};

inline const Attributes& NodeView::attributes() const { return node.attributes; }
inline int NodeView::input_count() const { return static_cast<int>(node.inputs.size()); }
inline const TensorType& NodeView::input_type(int i) const { return graph.type(node.inputs[i]); }
inline const TensorType& NodeView::output_type(int i) const { return graph.type(node.outputs[i]); }

// An attribute's value as the language would write it.
std::string ToString(const AttributeValue& value, const SymbolTable& symbols);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_GRAPH_H_
