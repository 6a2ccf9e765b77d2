// What an op sees when a model that generates along a symbol is cut into steps of one position
// (compiler/passes/derive_decoding): its node in the whole graph, the graph of a step, and what the node's inputs have
// become there. Values that do not depend on the symbol are computed once, before all steps; the others "move".
#ifndef PLUMBLINE_COMPILER_IR_STEP_CONTEXT_H_
#define PLUMBLINE_COMPILER_IR_STEP_CONTEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Inputs of a step graph beside the model's. No name of a model starts with a dollar sign.
inline constexpr char kPositionInput[] = "$position";  // S64 [1]: the position that the step computes, from 0
inline constexpr char kLengthsInput[] = "$lengths";    // S64 [batch]: position + 1
inline constexpr char kStatePrefix[] = "state/";        // inputs and outputs that carry a value from step to step

class StepContext {
 public:
  // `inputs`: of the step graph, one for each input of the node.
  StepContext(const Graph& whole, NodeId node, std::string symbol, std::string batch, std::vector<ValueId> inputs,
              std::vector<bool> moves, Graph& step)
      : whole_(whole),
        node_(whole.node(node)),
        symbol_(std::move(symbol)),
        batch_(std::move(batch)),
        inputs_(std::move(inputs)),
        moves_(std::move(moves)),
        step_(step) {}

  // The node as it was written.
  NodeView whole() const { return NodeView{whole_, node_}; }
  const Attributes& attributes() const { return node_.attributes; }
  int input_count() const { return static_cast<int>(inputs_.size()); }
  // The axis along which input i moves, or kNone: it does not, or it is a table whose size is not the symbol's.
  int position_axis(int i) const { return PositionAxis(whole_.type(node_.inputs[i])); }
  int output_position_axis() const { return PositionAxis(whole_.type(node_.outputs[0])); }
  bool moves(int i) const { return moves_[i]; }

  Graph& step() { return step_; }
  ValueId input(int i) const { return inputs_[i]; }
  // The node's op on other inputs, under its name; sizes among the attributes are those of one position.
  absl::StatusOr<std::vector<ValueId>> Again(std::vector<ValueId> inputs, Attributes attributes);
  // Another op.
  absl::StatusOr<ValueId> Add(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes);
  ValueId Position();
  ValueId Lengths();
  // A value of that shape which is zero before the first step and then what the step before it gave to SetState.
  // `name` tells several of one node apart.
  ValueId AddState(absl::string_view name, Shape shape);
  void SetState(absl::string_view name, ValueId value);
  Size batch() const { return Size::Symbol(batch_); }
  // The positions that there may be: in the step graph, where a step has one, the symbol stands for their number.
  Size capacity() const { return Size::Symbol(symbol_); }

 private:
  int PositionAxis(const TensorType& type) const;
  ValueId Source(absl::string_view name, TensorType type);
  std::string StateName(absl::string_view name) const;

  const Graph& whole_;
  const Node& node_;
  const std::string symbol_;
  const std::string batch_;
  const std::vector<ValueId> inputs_;
  const std::vector<bool> moves_;
  Graph& step_;
};

// For ops whose result at a position follows from their inputs at that position: the op itself.
absl::StatusOr<std::vector<ValueId>> StepAlone(StepContext& context);
// The same for ops that look along one axis of input 0, unless that is the one of the positions.
absl::Status CheckStepsAcross(const StepContext& context, int axis);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_STEP_CONTEXT_H_
