// Layer normalisation over the last axis of x [..., n]:
//   y = (x - mean) / sqrt(variance + epsilon) · weight + bias, with the biased variance (division by n).
// Gradients, with x̂ the normalised x, r = 1 / sqrt(variance + epsilon) and means over the axis:
//   dx = r (g·weight - mean(g·weight) - x̂ mean(g·weight·x̂)),   dweight = Σ g x̂,   dbias = Σ g over all rows.
// Parameters: weight [n] (ones) and bias [n] (zeros), as in PyTorch.
// Cost: 7 operations an element (sum; subtraction of the mean; square and its sum; the normalising product; weight;
// bias) and 5 a row (two divisions by n, epsilon, root, reciprocal). The gradient computes the statistics again, which
// do not count: 13 an element (subtraction, normalising product; g·weight and its sum; product with x̂ and its sum; two
// subtractions, x̂ times a mean, times r; the sums of dbias, 1, and dweight, 2) and 2 a row.
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/kernels/layer_norm.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "layer_norm";
constexpr const char* kGradientName = "layer_norm_gradient";

absl::Status Check(const InferContext& context) {
  absl::Status status = RequireType(context, kName, 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  if (context.inputs[0].rank() == 0) {
    return absl::InvalidArgumentError("layer_norm: a scalar has no last axis");
  }
  const Size& width = context.inputs[0].shape.back();
  if (width == Size(1)) {
    return absl::InvalidArgumentError(absl::StrCat("layer_norm: the last axis of ",
                                                   context.Print(0),
                                                   " has one element, whose variance is always 0"));
  }
  const double epsilon = context.attributes.real("epsilon");
  if (epsilon > 0) return absl::OkStatus();
  return AttributeError("epsilon",
                        absl::StrCat("layer_norm: epsilon must be positive, not ", epsilon));
}

absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::Status status = Check(context);
  if (!status.ok()) return status;
  const Shape width = {context.inputs[0].shape.back()};
  return std::vector<ParameterSpec>{{"weight", width, {Initializer::Kind::kConstant, 1, 0}},
                                    {"bias", width, {Initializer::Kind::kConstant, 0, 0}}};
}

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = Check(context);
  if (!status.ok()) return status;
  return std::vector<TensorType>{context.inputs[0]};
}

Polynomial RowCount(const TensorType& x) {
  Polynomial rows(1);
  for (int axis = 0; axis + 1 < x.rank(); ++axis) rows *= x.shape[axis];
  return rows;
}

Cost LayerNormCost(const NodeView& node) {
  const TensorType& x = node.input_type(0);
  Cost cost;
  cost.operations = Polynomial(7) * x.ElementCount() + Polynomial(5) * RowCount(x);
  return cost;
}

Cost GradientCost(const NodeView& node) {
  const TensorType& x = node.input_type(1);
  Cost cost;
  cost.operations = Polynomial(13) * x.ElementCount() + Polynomial(2) * RowCount(x);
  return cost;
}

// A row of x: its mean and 1 / sqrt(variance + epsilon).
struct Statistics {
  Statistics(const double* x, int64_t n, double epsilon) {
    for (int64_t i = 0; i < n; ++i) mean += x[i];
    mean /= static_cast<double>(n);
    double variance = 0;
    for (int64_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
    factor = 1 / std::sqrt(variance / static_cast<double>(n) + epsilon);
  }
  double mean = 0;
  double factor = 0;
};

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  Array y = *context.inputs[0];
  const std::vector<double>&weight = context.inputs[1]->data, &bias = context.inputs[2]->data;
  const int64_t n = y.dim(-1);
  for (size_t first = 0; first < y.data.size(); first += n) {
    double* const row = &y.data[first];
    const Statistics statistics(row, n, context.attributes.real("epsilon"));
    for (int64_t i = 0; i < n; ++i) row[i] = (row[i] - statistics.mean) * statistics.factor * weight[i] + bias[i];
  }
  return std::vector<Array>{std::move(y)};
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  const Array &g = *context.inputs[0], &x = *context.inputs[1], &weight = *context.inputs[2];
  Array dx = x, dweight(weight.shape, 0), dbias(weight.shape, 0);
  const int64_t n = x.dim(-1);
  for (size_t first = 0; first < x.data.size(); first += n) {
    const Statistics statistics(&x.data[first], n, context.attributes.real("epsilon"));
    double sum = 0, product = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double normal = (x.data[first + i] - statistics.mean) * statistics.factor;
      const double gradient = g.data[first + i];
      sum += gradient * weight.data[i];
      product += gradient * weight.data[i] * normal;
      dweight.data[i] += gradient * normal;
      dbias.data[i] += gradient;
    }
    for (int64_t i = 0; i < n; ++i) {
      const double normal = (x.data[first + i] - statistics.mean) * statistics.factor;
      const double mean = (sum + normal * product) / static_cast<double>(n);
      dx.data[first + i] = statistics.factor * (g.data[first + i] * weight.data[i] - mean);
    }
  }
  return std::vector<Array>{std::move(dx), std::move(dweight), std::move(dbias)};
}

absl::Status Gradient(GradientContext& context) {
  const std::vector<ValueId> gradients =
      context.AddMany(kGradientName, {context.output_gradient(0), context.input(0), context.input(1)},
                      context.attributes(), 3);
  for (int i = 0; i < 3; ++i) context.set_gradient(i, gradients[i]);
  return context.status();
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[1], context.inputs[2], context.inputs[2]};
}

LayerNormProblem ProblemOf(const LoweringContext& context, const std::vector<int64_t>& shape) {
  return {ElementCount(shape) / shape.back(), shape.back(), static_cast<float>(context.attributes().real("epsilon"))};
}

absl::Status Lower(LoweringContext& context) {
  const LayerNormProblem problem = ProblemOf(context, context.input_shape(0));
  context.AddHost("layer_norm", {context.Input(0), context.Input(1), context.Input(2), context.Output(0)}, 0,
                  [problem](absl::Span<void* const> pointers) {
                    LayerNormForward(problem, static_cast<const float*>(pointers[0]),
                                     static_cast<const float*>(pointers[1]), static_cast<const float*>(pointers[2]),
                                     static_cast<float*>(pointers[3]));
                  });
  return absl::OkStatus();
}

absl::Status LowerGradient(LoweringContext& context) {
  const LayerNormProblem problem = ProblemOf(context, context.input_shape(1));
  context.AddHost("layer_norm",
                  {context.Input(0), context.Input(1), context.Input(2), context.Output(0), context.Output(1),
                   context.Output(2)},
                  LayerNormBackwardScratchBytes(problem), [problem](absl::Span<void* const> pointers) {
                    LayerNormBackward(problem, static_cast<const float*>(pointers[0]),
                                      static_cast<const float*>(pointers[1]), static_cast<const float*>(pointers[2]),
                                      static_cast<float*>(pointers[3]), static_cast<float*>(pointers[4]),
                                      static_cast<float*>(pointers[5]), static_cast<float*>(pointers[6]));
                  });
  return absl::OkStatus();
}

bool InPlace(const NodeView&, int input) { return input == 0; }
bool GradientInPlace(const NodeView&, int input) { return input <= 1; }

bool SeparatesBatch(const NodeView& node) { return node.input_type(0).rank() > 1; }

}  // namespace

std::vector<OpDefinition> LayerNormOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, L, 8"}, {}};
  op.formula = "y = (x - mean) / sqrt(variance + epsilon)·weight + bias, over the last axis";
  op.inputs = {"x"};
  op.attributes = {{"epsilon", AttributeKind::kReal, "1e-5", false, "added to the variance"}};
  op.parameters = Parameters;
  op.infer = Infer;
  op.cost = LayerNormCost;
  op.separates_batch = SeparatesBatch;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.lower = Lower;
  op.in_place = InPlace;
  OpDefinition gradient;
  gradient.name = kGradientName;
  gradient.formula = "the gradients of layer_norm";
  gradient.internal = true;
  gradient.inputs = {"g", "x", "weight"};
  gradient.attributes = op.attributes;
  gradient.infer = InferGradient;
  gradient.evaluate = EvaluateGradient;
  gradient.cost = GradientCost;
  gradient.lower = LowerGradient;
  gradient.in_place = GradientInPlace;
  return {op, gradient};
}

}  // namespace plumbline
