// Rows of the last axis go to oneDNN; another axis is first moved to the end, where oneDNN is fast.
// The gradients are loops of our own: below AVX-512 oneDNN has only its reference kernel for them.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "compiler/ir/step_context.h"
#include "ops/checks.h"
#include "ops/loops/loops.h"
#include "ops/reduction.h"
#include "ops/softmax.h"

namespace plumbline {
namespace {

AttributeSpec AxisSpec() {
  return {"axis", AttributeKind::kInteger, "-1", false, "the axis; negative counts from the last"};
}

// Visits the start of every line along the axis, with its length and stride.
template <typename Visitor>
void ForEachLine(const EvaluateContext& context, const Array& array, Visitor visit) {
  const ReductionSizes sizes = SplitAtAxis(array.shape, context.attributes.integer("axis"));
  for (int64_t outer = 0; outer < sizes.outer; ++outer) {
    for (int64_t inner = 0; inner < sizes.inner; ++inner) {
      visit(outer * sizes.n * sizes.inner + inner, sizes.n, sizes.inner);
    }
  }
}

template <bool logarithm>
absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  Array y = *context.inputs[0];
  ForEachLine(context, y, [&](int64_t start, int64_t n, int64_t stride) {
    double largest = y.data[start];
    for (int64_t i = 1; i < n; ++i) largest = std::max(largest, y.data[start + i * stride]);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::exp(y.data[start + i * stride] - largest);
    for (int64_t i = 0; i < n; ++i) {
      double& value = y.data[start + i * stride];
      value = logarithm ? value - largest - std::log(sum) : std::exp(value - largest) / sum;
    }
  });
  return std::vector<Array>{std::move(y)};
}

template <bool logarithm>
absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  Array dx = *context.inputs[0];
  const Array& y = *context.inputs[1];
  ForEachLine(context, y, [&](int64_t start, int64_t n, int64_t stride) {
    double sum = 0;
    for (int64_t i = start; i < start + n * stride; i += stride) {
      sum += logarithm ? dx.data[i] : dx.data[i] * y.data[i];
    }
    for (int64_t i = start; i < start + n * stride; i += stride) {
      dx.data[i] =
          logarithm ? dx.data[i] - std::exp(y.data[i]) * sum : (dx.data[i] - sum) * y.data[i];
    }
  });
  return std::vector<Array>{std::move(dx)};
}

bool OnLastAxis(const NodeView& node) {
  const int rank = node.output_type(0).rank();
  return NormalizeAxis(node.attributes().integer("axis"), rank) == rank - 1;
}

// y = transpose(op(transpose(x))) with the axis last.
absl::StatusOr<bool> MoveAxisToEnd(Graph& graph, NodeId id) {
  if (OnLastAxis(graph.view(id))) return false;
  const Node node = graph.node(id);
  const int rank = graph.type(node.outputs[0]).rank();
  const int axis = *NormalizeAxis(node.attributes.integer("axis"), rank);
  std::vector<Size> permutation;
  for (int i = 0; i < rank; ++i)
    permutation.push_back(Size(i == axis ? rank - 1 : i == rank - 1 ? axis : i));
  const Attributes swap = {{"permutation", permutation}};
  std::vector<ValueId> inputs;
  for (const ValueId input : node.inputs) {
    const absl::StatusOr<ValueId> moved = graph.Add("transpose", {input}, swap);
    if (!moved.ok()) return moved.status();
    inputs.push_back(*moved);
  }
  const absl::StatusOr<ValueId> result = graph.Add(node.op->name, inputs, {{"axis", Size(-1)}});
  if (!result.ok()) return result.status();
  const absl::StatusOr<ValueId> back = graph.Add("transpose", {*result}, swap);
  if (!back.ok()) return back.status();
  graph.ReplaceUses(node.outputs[0], *back);
  return true;
}

template <bool logarithm>
absl::Status Lower(LoweringContext& context) {
  const int64_t n = context.output_shape(0).back();
  const onednn::Desc rows =
      RowMajorDesc({ElementCount(context.output_shape(0)) / n, n}, DataType::kF32);
  const auto pd = onednn::ForwardPd<onednn::SoftmaxForward>(
      context.engine(), LoweringContext::PlainAttr(), dnnl::prop_kind::forward_training,
      logarithm ? dnnl::algorithm::softmax_log : dnnl::algorithm::softmax_accurate, rows, rows, 1);
  context.AddPrimitive(
      pd, {{DNNL_ARG_SRC, context.Input(0), rows}, {DNNL_ARG_DST, context.Output(0), rows}});
  return absl::OkStatus();
}

template <bool logarithm>
absl::Status LowerGradient(LoweringContext& context) {
  const int64_t n = context.output_shape(0).back();
  const int64_t rows = ElementCount(context.output_shape(0)) / n;
  context.AddHost(logarithm ? "log_softmax_gradient_loop" : "softmax_gradient_loop",
                  {context.Input(0), context.Input(1), context.Output(0)}, 0,
                  [n, rows](absl::Span<void* const> pointers) {
                    const float* g = static_cast<const float*>(pointers[0]);
                    const float* y = static_cast<const float*>(pointers[1]);
                    float* dx = static_cast<float*>(pointers[2]);
                    const Loops& loops = GetLoops();
                    (logarithm ? loops.log_softmax_gradient : loops.softmax_gradient)(y, g, dx,
                                                                                      rows, n);
                  });
  return absl::OkStatus();
}

Cost ForwardCost(const NodeView& node) {
  return {Polynomial(5) * node.output_type(0).ElementCount(), {}, {}};
}
Cost GradientCost(const NodeView& node) {
  return {Polynomial(4) * node.output_type(0).ElementCount(), {}, {}};
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[1]};
}

bool InPlace(const NodeView&, int) { return true; }

absl::StatusOr<std::vector<ValueId>> AtOnePosition(StepContext& context) {
  const absl::Status status = CheckStepsAcross(context, static_cast<int>(context.attributes().integer("axis")));
  if (!status.ok()) return status;
  return StepAlone(context);
}

bool SeparatesBatch(const NodeView& node) {
  return NormalizeAxis(node.attributes().integer("axis"), node.output_type(0).rank()) != 0;
}

template <bool logarithm>
OpDefinition MakeForward(const SoftmaxKind& kind) {
  OpDefinition op;
  op.name = kind.name;
  op.formula = kind.formula;
  op.inputs = {"x"};
  op.attributes = {AxisSpec()};
  op.example = {{"B, L, C"}, {}};
  op.infer = kind.infer;
  op.evaluate = Evaluate<logarithm>;
  op.gradient = kind.gradient;
  op.cost = ForwardCost;
  op.lower = Lower<logarithm>;
  op.legalize = MoveAxisToEnd;
  op.in_place = InPlace;
  op.separates_batch = SeparatesBatch;
  op.step = AtOnePosition;
  return op;
}

template <bool logarithm>
OpDefinition MakeGradient(const SoftmaxKind& kind) {
  OpDefinition op;
  op.name = std::string(kind.name) + "_gradient";
  op.formula = logarithm ? "dx = g - exp(y)·sum(g)" : "dx = (g - sum(g·y))·y";
  op.inputs = {"gradient", "y"};
  op.attributes = {AxisSpec()};
  op.internal = true;
  op.infer = InferGradient;
  op.evaluate = EvaluateGradient<logarithm>;
  op.cost = GradientCost;
  op.lower = LowerGradient<logarithm>;
  op.legalize = MoveAxisToEnd;
  op.in_place = InPlace;
  op.separates_batch = SeparatesBatch;
  return op;
}

}  // namespace

absl::StatusOr<std::vector<TensorType>> InferSoftmax(const InferContext& context,
                                                     absl::string_view op) {
  const absl::Status status = RequireType(context, op, 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  const absl::StatusOr<int> axis = RequireAxis(context, op, "axis", context.inputs[0].rank());
  if (!axis.ok()) return axis.status();
  return std::vector<TensorType>{context.inputs[0]};
}

absl::Status SoftmaxGradient(GradientContext& context, absl::string_view gradient_op) {
  context.set_gradient(0, context.Add(gradient_op, {context.output_gradient(0), context.output(0)},
                                      {{"axis", context.attributes().size("axis")}}));
  return context.status();
}

std::vector<OpDefinition> MakeSoftmax(const SoftmaxKind& kind) {
  if (kind.logarithm) return {MakeForward<true>(kind), MakeGradient<true>(kind)};
  return {MakeForward<false>(kind), MakeGradient<false>(kind)};
}

}  // namespace plumbline
