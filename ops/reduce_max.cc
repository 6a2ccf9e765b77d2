// Maximum over one axis.
//   y = maxi x[..., i, ...]      dx[..., i, ...] = g / m where x = y, else 0; m elements are that
//   large
// Counts 1 an element of x (a comparison); the gradient 3 (comparison, count, product) and 1
// division an element of y.
#include <algorithm>
#include <vector>

#include "compiler/onednn/lowering_context.h"
#include "ops/loops/loops.h"
#include "ops/op_list.h"
#include "ops/reduction.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  return std::vector<Array>{
      EvaluateReduction(context, [](double a, double b) { return std::max(a, b); })};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(0, context.Add("reduce_max_gradient",
                                      {KeepAxis(context, context.output_gradient(0)),
                                       context.input(0), KeepAxis(context, context.output(0))},
                                      {{"axis", context.attributes().size("axis")}}));
  return context.status();
}

Cost CostOf(const NodeView& node) { return {node.input_type(0).ElementCount(), {}, {}}; }

absl::Status Lower(LoweringContext& context) {
  const ReductionSizes sizes =
      SplitAtAxis(context.input_shape(0), context.attributes().integer("axis"));
  context.AddHost("max_loop", {context.Input(0), context.Output(0)}, 0,
                  [sizes](absl::Span<void* const> pointers) {
                    GetLoops().max(static_cast<const float*>(pointers[0]),
                                   static_cast<float*>(pointers[1]), sizes.outer, sizes.n,
                                   sizes.inner);
                  });
  return absl::OkStatus();
}

// One slice [n, inner]; `share` is room for `inner` elements.
template <typename T>
void GradientOfSlice(const ReductionSizes& sizes, const T* g, const T* x, const T* y, T* dx,
                     T* share) {
  std::fill(share, share + sizes.inner, T(0));
  for (int64_t i = 0; i < sizes.n; ++i) {
    const T* const row = x + i * sizes.inner;
    for (int64_t j = 0; j < sizes.inner; ++j) share[j] += row[j] == y[j] ? T(1) : T(0);
  }
  for (int64_t j = 0; j < sizes.inner; ++j) share[j] = g[j] / share[j];
  for (int64_t i = 0; i < sizes.n; ++i) {
    const T* const row = x + i * sizes.inner;
    for (int64_t j = 0; j < sizes.inner; ++j) {
      dx[i * sizes.inner + j] = row[j] == y[j] ? share[j] : T(0);
    }
  }
}

template <typename T>
void GradientOfAll(const ReductionSizes& sizes, const T* g, const T* x, const T* y, T* dx,
                   T* share) {
  for (int64_t o = 0; o < sizes.outer; ++o) {
    const int64_t large = o * sizes.n * sizes.inner, small = o * sizes.inner;
    GradientOfSlice(sizes, g + small, x + large, y + small, dx + large, share);
  }
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[1]};
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  const Array& x = *context.inputs[1];
  const ReductionSizes sizes = SplitAtAxis(x.shape, context.attributes.integer("axis"));
  Array dx(x.shape);
  std::vector<double> share(sizes.inner);
  GradientOfAll(sizes, context.inputs[0]->data.data(), x.data.data(),
                context.inputs[2]->data.data(), dx.data.data(), share.data());
  return std::vector<Array>{std::move(dx)};
}

Cost GradientCost(const NodeView& node) {
  return {Polynomial(3) * node.input_type(1).ElementCount() + node.input_type(0).ElementCount(),
          {},
          {}};
}

absl::Status LowerGradient(LoweringContext& context) {
  const ReductionSizes sizes =
      SplitAtAxis(context.input_shape(1), context.attributes().integer("axis"));
  context.AddHost("max_gradient_loop",
                  {context.Input(0), context.Input(1), context.Input(2), context.Output(0)},
                  sizes.inner * static_cast<int64_t>(sizeof(float)),
                  [sizes](absl::Span<void* const> pointers) {
                    const auto array = [&](int i) { return static_cast<float*>(pointers[i]); };
                    GradientOfAll<float>(sizes, array(0), array(1), array(2), array(3), array(4));
                  });
  return absl::OkStatus();
}

OpDefinition MakeGradient() {
  OpDefinition op;
  op.name = "reduce_max_gradient";
  op.formula = "dx = g / m where x = y, else 0";
  op.inputs = {"gradient", "x", "y"};
  op.attributes = {{"axis", AttributeKind::kInteger, "", true, "the reduced axis"}};
  op.internal = true;
  op.infer = InferGradient;
  op.evaluate = EvaluateGradient;
  op.cost = GradientCost;
  op.lower = LowerGradient;
  return op;
}

}  // namespace

std::vector<OpDefinition> ReduceMaxOps() {
  OpDefinition op = MakeReduction();
  op.name = "reduce_max";
  op.formula = "y = largest x along the axis";
  op.infer = [](const InferContext& context) { return InferReduction(context, "reduce_max"); };
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  return {op, MakeGradient()};
}

}  // namespace plumbline
