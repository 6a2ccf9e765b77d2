// Mean of squared differences over all elements.
//   y = 1/n Σ (p - t)²      dp = 2 (p - t) g / n, dt = -dp
// Counts 3 an element (difference, square, sum); the gradient 2.
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/loops/loops.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status =
      FirstError({RequireType(context, "mean_squared_error", 0, "prediction", DataType::kF32),
                  RequireType(context, "mean_squared_error", 1, "target", DataType::kF32)});
  if (!status.ok()) return status;
  if (context.inputs[0].shape != context.inputs[1].shape) {
    return absl::InvalidArgumentError(absl::StrCat("mean_squared_error: prediction ",
                                                   context.Print(0), " and target ",
                                                   context.Print(1), " differ in shape"));
  }
  return std::vector<TensorType>{{DataType::kF32, {}}};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& p = *context.inputs[0];
  const Array& t = *context.inputs[1];
  double sum = 0;
  for (int64_t i = 0; i < p.size(); ++i) sum += (p.data[i] - t.data[i]) * (p.data[i] - t.data[i]);
  return std::vector<Array>{Array({}, sum / static_cast<double>(p.size()))};
}

absl::Status Gradient(GradientContext& context) {
  const ValueId gradient =
      context.Add("mean_squared_error_gradient",
                  {context.output_gradient(0), context.input(0), context.input(1)}, {});
  if (context.wanted(0)) context.set_gradient(0, gradient);
  if (context.wanted(1)) context.set_gradient(1, context.Add("neg", {gradient}, {}));
  return context.status();
}

Cost CostOf(const NodeView& node) {
  return {Polynomial(3) * node.input_type(0).ElementCount(), {}, {}};
}

absl::Status Lower(LoweringContext& context) {
  const int64_t n = ElementCount(context.input_shape(0));
  context.AddHost(
      "squared_distance_loop", {context.Input(0), context.Input(1), context.Output(0)}, 0,
      [n](absl::Span<void* const> pointers) {
        const double sum = GetLoops().squared_distance(static_cast<const float*>(pointers[0]),
                                                       static_cast<const float*>(pointers[1]), n);
        *static_cast<float*>(pointers[2]) = static_cast<float>(sum / static_cast<double>(n));
      });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[1]};
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  Array dp = *context.inputs[1];
  const double factor = 2 * context.inputs[0]->data[0] / static_cast<double>(dp.size());
  for (int64_t i = 0; i < dp.size(); ++i)
    dp.data[i] = factor * (dp.data[i] - context.inputs[2]->data[i]);
  return std::vector<Array>{std::move(dp)};
}

Cost GradientCost(const NodeView& node) {
  return {Polynomial(2) * node.input_type(1).ElementCount(), {}, {}};
}

absl::Status LowerGradient(LoweringContext& context) {
  const int64_t n = ElementCount(context.input_shape(1));
  context.AddHost("scaled_difference_loop",
                  {context.Input(0), context.Input(1), context.Input(2), context.Output(0)}, 0,
                  [n](absl::Span<void* const> pointers) {
                    const double g = *static_cast<const float*>(pointers[0]);
                    GetLoops().scaled_difference(static_cast<const float*>(pointers[1]),
                                                 static_cast<const float*>(pointers[2]),
                                                 static_cast<float>(2 * g / static_cast<double>(n)),
                                                 static_cast<float*>(pointers[3]), n);
                  });
  return absl::OkStatus();
}

}  // namespace

std::vector<OpDefinition> MeanSquaredErrorOps() {
  OpDefinition op;
  op.name = "mean_squared_error";
  op.formula = "mean of (prediction - target)²";
  op.inputs = {"prediction", "target"};
  op.example = {{"B, C", "B, C"}, {}};
  op.is_loss = true;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  OpDefinition gradient;
  gradient.name = "mean_squared_error_gradient";
  gradient.formula = "dp = 2·(p - t)·g / n";
  gradient.inputs = {"gradient", "prediction", "target"};
  gradient.internal = true;
  gradient.infer = InferGradient;
  gradient.evaluate = EvaluateGradient;
  gradient.cost = GradientCost;
  gradient.lower = LowerGradient;
  return {op, gradient};
}

}  // namespace plumbline
