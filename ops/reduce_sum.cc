// Sum over one axis.
//   y = Σi x[..., i, ...]      dx[..., i, ...] = g
// Counts 1 an element of x. oneDNN runs leading axes with its reference kernel, so all are host
// loops.
#include <vector>

#include "compiler/onednn/lowering_context.h"
#include "ops/loops/loops.h"
#include "ops/op_list.h"
#include "ops/reduction.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  return std::vector<Array>{EvaluateReduction(context, [](double a, double b) { return a + b; })};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(0, RepeatAlongAxis(context, context.output_gradient(0)));
  return context.status();
}

Cost CostOf(const NodeView& node) { return {node.input_type(0).ElementCount(), {}, {}}; }

absl::Status Lower(LoweringContext& context) {
  const ReductionSizes sizes =
      SplitAtAxis(context.input_shape(0), context.attributes().integer("axis"));
  context.AddHost("sum_loop", {context.Input(0), context.Output(0)}, 0,
                  [sizes](absl::Span<void* const> pointers) {
                    GetLoops().sum(static_cast<const float*>(pointers[0]),
                                   static_cast<float*>(pointers[1]), sizes.outer, sizes.n,
                                   sizes.inner, 1.0f);
                  });
  return absl::OkStatus();
}

}  // namespace

std::vector<OpDefinition> ReduceSumOps() {
  OpDefinition op = MakeReduction();
  op.name = "reduce_sum";
  op.formula = "y = sum of x over the axis";
  op.infer = [](const InferContext& context) { return InferReduction(context, "reduce_sum"); };
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  return {op};
}

}  // namespace plumbline
