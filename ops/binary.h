// What the ops of two broadcast operands share. Each op's file describes itself as a struct, from
// which MakeBinary builds the definition:
//
//   struct Op {
//     static constexpr char kName[], kFormula[];
//     static constexpr BinaryTraits kTraits;
//     static double Value(double a, double b);
//     static absl::Status Gradient(GradientContext&);
//   };
#ifndef PLUMBLINE_OPS_BINARY_H_
#define PLUMBLINE_OPS_BINARY_H_

#include <optional>
#include <vector>

#include "compiler/ir/gradient_context.h"
#include "compiler/ir/op_definition.h"
#include "compiler/ir/step_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/loops/loops.h"

namespace plumbline {

struct BinaryTraits {
  PostOpKind kind;  // oneDNN's algorithm
  BinaryLoop loop;
  bool commutative;
  double neutral;  // a op neutral == a
};

// The shape that inputs 0 and 1 broadcast to by NumPy's rule: shapes are aligned at their last
// axes, sizes must be equal or one of them 1. Two sizes that may or may not be equal are an error.
absl::StatusOr<Shape> BroadcastShapes(const InferContext& context, absl::string_view op);

absl::StatusOr<std::vector<TensorType>> InferBinary(const InferContext& context,
                                                    absl::string_view op);
std::vector<Array> EvaluateBinary(const EvaluateContext& context, double (*value)(double, double));
absl::Status LowerBinary(LoweringContext& context, const BinaryTraits& traits);
int BinaryIdentity(const NodeView& node, const BinaryTraits& traits);
std::optional<PostOpSpec> BinaryAsPostOp(const NodeView& node, int input,
                                         const BinaryTraits& traits);
// Row-major but for axes of stride 0, as broadcast_to makes them.
bool AcceptsBroadcastLayout(const NodeView& node, int input, const Layout& layout);
bool BinaryInPlace(const NodeView& node, int input, bool commutative);
// One operation an element of the output.
Cost OnePerOutputElement(const NodeView& node);

template <typename Op>
OpDefinition MakeBinary() {
  OpDefinition op;
  op.name = Op::kName;
  op.formula = Op::kFormula;
  op.inputs = {"a", "b"};
  op.infer = [](const InferContext& context) { return InferBinary(context, Op::kName); };
  op.step = StepAlone;
  op.evaluate = [](const EvaluateContext& context) -> absl::StatusOr<std::vector<Array>> {
    return EvaluateBinary(context, Op::Value);
  };
  op.gradient = Op::Gradient;
  op.cost = OnePerOutputElement;
  op.lower = [](LoweringContext& context) { return LowerBinary(context, Op::kTraits); };
  op.identity = [](const NodeView& node) { return BinaryIdentity(node, Op::kTraits); };
  op.accepts_layout = AcceptsBroadcastLayout;
  op.post_op = [](const NodeView& node, int input) {
    return BinaryAsPostOp(node, input, Op::kTraits);
  };
  op.in_place = [](const NodeView& node, int input) {
    return BinaryInPlace(node, input, Op::kTraits.commutative);
  };
  return op;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_BINARY_H_
