// The feature map of Taylor attention: phi(q)·phi(k) = sum over n < terms of (q·k)^n / n!, with
// symmetric monomials.
//   y[..., m] = x^a / sqrt(a!), m over the M = C(D + terms - 1, terms - 1) monomials of degree 0 ..
//   terms - 1; a! is the product of the factorials of the exponents.
// Order: by degree, and within a degree the index tuples i1 <= i2 <= ... lexicographically
// (taylor_series.h).
//   taylor_features_gradient (internal): dx from x and dy
// Cost: a feature of degree >= 2 is one of lower degree times one component times a coefficient, 2
// operations: 2 (M - 1 - D) a row. Gradient: each such product hands on to both factors, 5 (M - 1 -
// D) a row (the coefficient, two multiply-adds), and rebuilds what it needs of the features, 2 (M -
// 1 - D) more.
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/kernels/taylor_features.h"
#include "ops/op_list.h"
#include "ops/taylor_series.h"

namespace plumbline {
namespace {

constexpr const char* kName = "taylor_features";
constexpr const char* kGradientName = "taylor_features_gradient";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = RequireType(context, kName, 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  TensorType y = context.inputs[0];
  if (y.rank() == 0)
    return absl::InvalidArgumentError(absl::StrCat(kName, ": a scalar has no last axis"));
  const absl::StatusOr<Size> features = FeatureCount(context, kName, y.shape.back());
  if (!features.ok()) return features.status();
  y.shape.back() = *features;
  return std::vector<TensorType>{y};
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[0]};
}

double Coefficient(const Indices& monomial) { return 1 / std::sqrt(Factorials(monomial)); }

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  const int64_t width = x.dim(-1);
  const std::vector<Indices> monomials = Monomials(width, context.attributes.integer("terms"));
  Array y(context.output_shapes[0]);
  auto feature = y.data.begin();
  for (int64_t row = 0; row < x.size(); row += width) {
    for (const Indices& monomial : monomials) {
      double product = Coefficient(monomial);
      for (const int64_t i : monomial) product *= x.data[row + i];
      *feature++ = product;
    }
  }
  return std::vector<Array>{std::move(y)};
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  const Array &x = *context.inputs[0], &dy = *context.inputs[1];
  const int64_t width = x.dim(-1);
  const std::vector<Indices> monomials = Monomials(width, context.attributes.integer("terms"));
  Array dx(x.shape);
  auto upstream = dy.data.begin();
  for (int64_t row = 0; row < x.size(); row += width) {
    for (const Indices& monomial : monomials) {
      const double scaled = Coefficient(monomial) * *upstream++;
      for (size_t left_out = 0; left_out < monomial.size(); ++left_out) {
        double product = scaled;
        for (size_t i = 0; i < monomial.size(); ++i) {
          if (i != left_out) product *= x.data[row + monomial[i]];
        }
        dx.data[row + monomial[left_out]] += product;
      }
    }
  }
  return std::vector<Array>{std::move(dx)};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(0, context.Add(kGradientName, {context.input(0), context.output_gradient(0)},
                                      {{"terms", context.attributes().size("terms")}}));
  return context.status();
}

Cost FeaturesCost(const NodeView& node) {
  Cost cost;
  cost.operations = Polynomial(2) * Products(node.input_type(0), node.attributes());
  return cost;
}

Cost GradientCost(const NodeView& node) {
  Cost cost;
  cost.operations = Polynomial(7) * Products(node.input_type(0), node.attributes());
  return cost;
}

TaylorFeaturesProblem Problem(const LoweringContext& context) {
  const std::vector<int64_t> x = context.input_shape(0);
  return {ElementCount(x) / x.back(), x.back(), context.attributes().integer("terms")};
}

absl::Status Lower(LoweringContext& context) {
  const TaylorFeaturesProblem problem = Problem(context);
  const int64_t features = context.output_shape(0).back();
  const Isa isa = EffectiveIsa();
  context.AddHost(kName, {context.Input(0), context.Output(0)},
                  TaylorFeaturesScratchBytes(problem, isa), [=](absl::Span<void* const> pointers) {
                    TaylorFeatures(problem, {static_cast<const float*>(pointers[0]), problem.width},
                                   {static_cast<float*>(pointers[1]), features}, pointers[2], isa);
                  });
  return absl::OkStatus();
}

absl::Status LowerGradient(LoweringContext& context) {
  const TaylorFeaturesProblem problem = Problem(context);
  const int64_t features = context.input_shape(1).back();
  const Isa isa = EffectiveIsa();
  context.AddHost(kGradientName, {context.Input(0), context.Input(1), context.Output(0)},
                  TaylorFeaturesScratchBytes(problem, isa), [=](absl::Span<void* const> pointers) {
                    TaylorFeaturesBackward(
                        problem, {static_cast<const float*>(pointers[0]), problem.width},
                        {static_cast<const float*>(pointers[1]), features},
                        {static_cast<float*>(pointers[2]), problem.width}, pointers[3], isa);
                  });
  return absl::OkStatus();
}

bool SeparatesBatch(const NodeView& node) { return node.input_type(0).rank() > 1; }

OpDefinition Features() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, L, D"}, {{"terms", "3"}}};
  op.formula = "the M = C(D+terms-1, terms-1) monomials x^a / sqrt(a!) of degree < terms";
  op.inputs = {"x"};
  op.attributes = {TermsAttribute()};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = FeaturesCost;
  op.lower = Lower;
  op.separates_batch = SeparatesBatch;
  return op;
}

OpDefinition FeaturesGradient() {
  OpDefinition op;
  op.name = kGradientName;
  op.formula = "dx of taylor_features";
  op.inputs = {"x", "dy"};
  op.attributes = {TermsAttribute()};
  op.internal = true;
  op.infer = InferGradient;
  op.evaluate = EvaluateGradient;
  op.cost = GradientCost;
  op.lower = LowerGradient;
  op.separates_batch = SeparatesBatch;
  return op;
}

}  // namespace

std::vector<OpDefinition> TaylorFeaturesOps() { return {Features(), FeaturesGradient()}; }

}  // namespace plumbline
