// Mean over one axis of size n.
//   y = Σi x[..., i, ...] / n      dx[..., i, ...] = g / n
// Counts 1 an element of x and 1 an element of y.
#include <vector>

#include "compiler/onednn/lowering_context.h"
#include "ops/loops/loops.h"
#include "ops/op_list.h"
#include "ops/reduction.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  Array y = EvaluateReduction(context, [](double a, double b) { return a + b; });
  const ReductionSizes sizes =
      SplitAtAxis(context.inputs[0]->shape, context.attributes.integer("axis"));
  for (double& value : y.data) value /= static_cast<double>(sizes.n);
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  const ValueId share =
      context.Add("divide_by_size", {context.output_gradient(0)},
                  {{"size", ReducedSize(context.input_type(0), context.attributes())}});
  context.set_gradient(0, RepeatAlongAxis(context, share));
  return context.status();
}

Cost CostOf(const NodeView& node) {
  return {node.input_type(0).ElementCount() + node.output_type(0).ElementCount(), {}, {}};
}

absl::Status Lower(LoweringContext& context) {
  const ReductionSizes sizes =
      SplitAtAxis(context.input_shape(0), context.attributes().integer("axis"));
  const float factor = static_cast<float>(1.0 / static_cast<double>(sizes.n));
  context.AddHost("sum_loop", {context.Input(0), context.Output(0)}, 0,
                  [sizes, factor](absl::Span<void* const> pointers) {
                    GetLoops().sum(static_cast<const float*>(pointers[0]),
                                   static_cast<float*>(pointers[1]), sizes.outer, sizes.n,
                                   sizes.inner, factor);
                  });
  return absl::OkStatus();
}

}  // namespace

std::vector<OpDefinition> ReduceMeanOps() {
  OpDefinition op = MakeReduction();
  op.name = "reduce_mean";
  op.formula = "y = mean of x over the axis";
  op.infer = [](const InferContext& context) { return InferReduction(context, "reduce_mean"); };
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  return {op};
}

}  // namespace plumbline
