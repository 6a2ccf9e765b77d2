// What an op's Gradient sees: its node, the gradients of its outputs, and where to put those of its inputs.
// The driver (compiler/passes/differentiate) undoes broadcasting and sums contributions; an op gives the gradient
// in the shape that falls out of its formula, which may be that of the output for broadcast operands.
#ifndef PLUMBLINE_COMPILER_IR_GRADIENT_CONTEXT_H_
#define PLUMBLINE_COMPILER_IR_GRADIENT_CONTEXT_H_

#include <utility>
#include <vector>

#include "compiler/ir/graph.h"

namespace plumbline {

class GradientContext {
 public:
  GradientContext(Graph& graph, NodeId node, std::vector<ValueId> output_gradients, std::vector<bool> wanted)
      : graph_(graph),
        node_(graph.node(node)),
        output_gradients_(std::move(output_gradients)),
        wanted_(std::move(wanted)),
        input_gradients_(wanted_.size(), kNone) {}

  Graph& graph() { return graph_; }
  // A copy, because adding nodes moves the graph's storage.
  const Node& node() const { return node_; }
  const Attributes& attributes() const { return node_.attributes; }
  int input_count() const { return static_cast<int>(node_.inputs.size()); }
  ValueId input(int i) const { return node_.inputs[i]; }
  ValueId output(int i) const { return node_.outputs[i]; }
  TensorType input_type(int i) const { return graph_.type(node_.inputs[i]); }
  TensorType output_type(int i) const { return graph_.type(node_.outputs[i]); }
  // kNone: no gradient flows into that output.
  ValueId output_gradient(int i) const { return output_gradients_[i]; }
  // Whether anything needs the gradient of that input.
  bool wanted(int i) const { return wanted_[i]; }
  void set_gradient(int i, ValueId value) { input_gradients_[i] = value; }
  const std::vector<ValueId>& input_gradients() const { return input_gradients_; }

  // graph().Add with the error, if any, kept for later: a chain of calls needs one check at its end.
  // Every operation on kNone gives kNone.
  ValueId Add(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    for (const ValueId input : inputs) {
      if (input == kNone) return kNone;
    }
    absl::StatusOr<ValueId> result = graph_.Add(op, std::move(inputs), std::move(attributes));
    if (result.ok()) return *result;
    if (status_.ok()) status_ = result.status();
    return kNone;
  }
  // For ops of several outputs: their values, or kNone for each after an error.
  std::vector<ValueId> AddMany(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes, int outputs) {
    const ValueId first = Add(op, std::move(inputs), std::move(attributes));
    if (first == kNone) return std::vector<ValueId>(outputs, kNone);
    return graph_.producer(first).outputs;
  }
  // OK, or the first error of Add.
  const absl::Status& status() const { return status_; }

 private:
  Graph& graph_;
  const Node node_;
  std::vector<ValueId> output_gradients_;
  std::vector<bool> wanted_;
  std::vector<ValueId> input_gradients_;
  absl::Status status_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_GRADIENT_CONTEXT_H_
