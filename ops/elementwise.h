// What the ops of one input and one output of the same shape share. Each op's file describes itself
// as a struct, from which MakeUnary builds the definition:
//
//   struct Op {
//     static constexpr char kName[], kFormula[];
//     static constexpr int64_t kOperations;                       // per element
//     static double Value(double x, const Attributes&);           // the reference
//     static PostOpSpec Kernel(const Attributes&);                // what oneDNN runs
//     static absl::Status Gradient(GradientContext&);
//   };
//
// and the gradients dx = f(g, v), where v is the op's input or output:
//
//   struct OpGradient {
//     static constexpr char kName[], kFormula[];
//     static constexpr int64_t kOperations;
//     static double Value(double gradient, double v, const Attributes&);
//     static dnnl::algorithm Algorithm(const Attributes&);
//   };
#ifndef PLUMBLINE_OPS_ELEMENTWISE_H_
#define PLUMBLINE_OPS_ELEMENTWISE_H_

#include <optional>
#include <vector>

#include "compiler/ir/gradient_context.h"
#include "compiler/ir/op_definition.h"
#include "compiler/ir/step_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"

namespace plumbline {

// Appends oneDNN's eltwise primitive from input 0 to output 0.
absl::Status LowerEltwise(LoweringContext& context, const PostOpSpec& spec);
// Appends its backward primitive: from inputs (gradient, v) to output 0. `algorithm` says whether v
// is the forward's input or output.
absl::Status LowerEltwiseGradient(LoweringContext& context, dnnl::algorithm algorithm);

// True: for ops that read each element of any input before they write that element.
inline bool InPlaceAnywhere(const NodeView&, int) { return true; }

template <typename Op>
struct Unary {
  static absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
    const absl::Status status = RequireType(context, Op::kName, 0, "x", DataType::kF32);
    if (!status.ok()) return status;
    return std::vector<TensorType>{context.inputs[0]};
  }

  static absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
    Array y = *context.inputs[0];
    for (double& value : y.data) value = Op::Value(value, context.attributes);
    return std::vector<Array>{std::move(y)};
  }

  static Cost CostOf(const NodeView& node) {
    return {Polynomial(Op::kOperations) * node.output_type(0).ElementCount(), {}, {}};
  }

  static absl::Status Lower(LoweringContext& context) {
    return LowerEltwise(context, Op::Kernel(context.attributes()));
  }

  static std::optional<PostOpSpec> AsPostOp(const NodeView& node, int) {
    return Op::Kernel(node.attributes());
  }
};

template <typename Op>
OpDefinition MakeUnary() {
  OpDefinition op;
  op.name = Op::kName;
  op.formula = Op::kFormula;
  op.inputs = {"x"};
  op.infer = Unary<Op>::Infer;
  op.evaluate = Unary<Op>::Evaluate;
  op.gradient = Op::Gradient;
  op.cost = Unary<Op>::CostOf;
  op.lower = Unary<Op>::Lower;
  op.post_op = Unary<Op>::AsPostOp;
  op.in_place = InPlaceAnywhere;
  op.step = StepAlone;
  return op;
}

template <typename Op>
struct UnaryGradient {
  static absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
    if (context.inputs[0] != context.inputs[1]) {
      return absl::InvalidArgumentError("the gradient must have the type of the value");
    }
    return std::vector<TensorType>{context.inputs[0]};
  }

  static absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
    Array dx = *context.inputs[0];
    for (size_t i = 0; i < dx.data.size(); ++i) {
      dx.data[i] = Op::Value(dx.data[i], context.inputs[1]->data[i], context.attributes);
    }
    return std::vector<Array>{std::move(dx)};
  }

  static Cost CostOf(const NodeView& node) {
    return {Polynomial(Op::kOperations) * node.output_type(0).ElementCount(), {}, {}};
  }

  static absl::Status Lower(LoweringContext& context) {
    return LowerEltwiseGradient(context, Op::Algorithm(context.attributes()));
  }
};

template <typename Op>
OpDefinition MakeUnaryGradient() {
  OpDefinition op;
  op.name = Op::kName;
  op.formula = Op::kFormula;
  op.inputs = {"gradient", "value"};
  op.internal = true;
  op.infer = UnaryGradient<Op>::Infer;
  op.evaluate = UnaryGradient<Op>::Evaluate;
  op.cost = UnaryGradient<Op>::CostOf;
  op.lower = UnaryGradient<Op>::Lower;
  op.in_place = InPlaceAnywhere;
  return op;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_ELEMENTWISE_H_
