// What an op that behaves differently in training sees when its nodes are resolved for a mode
// (compiler/passes/resolve_modes): its node, the mode, and the program's source of random numbers.
#ifndef PLUMBLINE_COMPILER_IR_MODE_CONTEXT_H_
#define PLUMBLINE_COMPILER_IR_MODE_CONTEXT_H_

#include <string>
#include <utility>

#include "compiler/ir/graph.h"

namespace plumbline {

// The input from which a training program's random numbers follow, S64 [3]: the seed, the step, and the index in the
// batch of the first item that the program works on. No name of a model starts with a dollar sign.
inline constexpr char kRandomInput[] = "$random";

class ModeContext {
 public:
  // `batch`: the batch symbol, or empty.
  ModeContext(Graph& graph, NodeId node, bool training, std::string batch)
      : graph_(graph), node_(graph.node(node)), training_(training), batch_(std::move(batch)) {}

  Graph& graph() { return graph_; }
  // A copy, because adding nodes moves the graph's storage.
  const Node& node() const { return node_; }
  const Attributes& attributes() const { return node_.attributes; }
  const TensorType& input_type(int i) const { return graph_.type(node_.inputs[i]); }
  bool training() const { return training_; }

  // Whether axis 0 of that input counts the items of the batch.
  bool counts_items(int i) const {
    const Shape& shape = input_type(i).shape;
    return !batch_.empty() && !shape.empty() && shape[0] == Size::Symbol(batch_);
  }
  // The value of kRandomInput; the graph has it from the first call on.
  ValueId Random() {
    const ValueId found = graph_.FindSource(kRandomInput);
    return found != kNone ? found : graph_.AddInput(kRandomInput, TensorType{DataType::kS64, {Size(3)}});
  }

 private:
  Graph& graph_;
  const Node node_;
  const bool training_;
  const std::string batch_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_MODE_CONTEXT_H_
