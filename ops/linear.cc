// Affine map of the last axis.
//   y = x Wᵀ + b      x [..., in], W [features, in], b [features]
//   dx = g W, dW = gᵀ x, db = sum of g over all rows
// Counts 2 in a feature and row, and 1 more with a bias.
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/step_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/op_list.h"
#include "ops/product.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::Status status =
      FirstError({RequireType(context, "linear", 0, "x", DataType::kF32),
                  RequireInteger(context, "linear", "features", 1, kLargestAttribute)});
  if (!status.ok()) return status;
  if (context.inputs[0].rank() < 1) return absl::InvalidArgumentError("linear: x needs an axis");
  const Size in = context.inputs[0].shape.back();
  const Size features = context.attributes.size("features");
  const double bound =
      1 / std::sqrt(static_cast<double>(std::max<int64_t>(in.AsInteger().value_or(1), 1)));
  const Initializer initializer{Initializer::Kind::kUniform, -bound, bound};
  std::vector<ParameterSpec> specs = {{"weight", {features, in}, initializer}};
  if (context.attributes.boolean("bias")) specs.push_back({"bias", {features}, initializer});
  return specs;
}

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<std::vector<ParameterSpec>> parameters = Parameters(context);
  if (!parameters.ok()) return parameters.status();
  if (context.inputs.size() > 1 && context.inputs[1].shape != (*parameters)[0].shape) {
    return absl::InvalidArgumentError(
        absl::StrCat("linear: x ", context.Print(0), " does not fit weight ", context.Print(1)));
  }
  Shape shape = context.inputs[0].shape;
  shape.back() = context.attributes.size("features");
  return std::vector<TensorType>{{DataType::kF32, std::move(shape)}};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  const Array& weight = *context.inputs[1];
  Array y(context.output_shapes[0]);
  const int64_t in = x.dim(-1), features = y.dim(-1);
  for (int64_t row = 0; row < x.size() / in; ++row) {
    for (int64_t f = 0; f < features; ++f) {
      double sum = context.attributes.boolean("bias") ? context.inputs[2]->data[f] : 0;
      for (int64_t i = 0; i < in; ++i) sum += x.data[row * in + i] * weight.data[f * in + i];
      y.data[row * features + f] = sum;
    }
  }
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  const ValueId g = context.output_gradient(0);
  const ValueId rows = AsRows(context, g);
  if (context.wanted(0)) {
    const ValueId product = context.Add("matmul", {rows, context.input(1)},
                                        {{"transpose_a", false}, {"transpose_b", false}});
    context.set_gradient(
        0, context.Add("reshape", {product}, {{"shape", context.input_type(0).shape}}));
  }
  if (context.wanted(1)) {
    context.set_gradient(1, context.Add("matmul", {rows, AsRows(context, context.input(0))},
                                        {{"transpose_a", true}, {"transpose_b", false}}));
  }
  if (context.input_count() > 2 && context.wanted(2)) {
    context.set_gradient(
        2, context.Add("reduce_sum", {rows}, {{"axis", Size(0)}, {"keep_dims", false}}));
  }
  return context.status();
}

Cost CostOf(const NodeView& node) {
  const Polynomial per_output = Polynomial(2) * node.input_type(0).shape.back() +
                                Polynomial(node.attributes().boolean("bias") ? 1 : 0);
  return {per_output * node.output_type(0).ElementCount(), {}, {}};
}

absl::Status Lower(LoweringContext& context) {
  Product product;  // all rows times Wᵀ, a view of W
  product.inner = context.input_shape(0).back();
  product.columns = context.output_shape(0).back();
  product.rows = ElementCount(context.output_shape(0)) / product.columns;
  product.a_strides[0] = product.inner;
  product.b_strides[1] = product.inner;
  AddProduct(context, std::move(product), context.attributes().boolean("bias") ? 2 : kNone);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ValueId>> AtOnePosition(StepContext& context) {
  const absl::Status status = CheckStepsAcross(context, -1);
  if (!status.ok()) return status;
  return StepAlone(context);
}

bool SeparatesBatch(const NodeView& node) { return node.input_type(0).rank() > 1; }

}  // namespace

std::vector<OpDefinition> LinearOps() {
  OpDefinition op;
  op.name = "linear";
  op.formula = "y = x weightᵀ + bias, over the last axis";
  op.inputs = {"x"};
  op.attributes = {{"features", AttributeKind::kInteger, "", true, "size of the last axis of y"},
                   {"bias", AttributeKind::kBool, "1", false, "whether there is a bias"}};
  op.example = {{"B, L, 8"}, {{"features", "4"}}};
  op.parameters = Parameters;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  op.accepts_post_ops = true;
  op.separates_batch = SeparatesBatch;
  op.step = AtOnePosition;
  return {op};
}

}  // namespace plumbline
