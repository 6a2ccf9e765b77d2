// Softmax attention, fused: z_i = sum_j softmax_j(scale q_i·k_j) v_j over the keys that query i
// sees (attention.h has shapes, heads, lengths). Tiled with an online softmax: memory is linear in
// the lengths, forward and backward.
//   softmax_attention: z and log_sum_exp [B, H, Lq], log sum_j exp(scale q_i·k_j), which the
//   gradient needs softmax_attention_gradient (internal): dq, dk, dv from q, k, v, z, dz and
//   log_sum_exp
// Cost, with P pairs of query and key (Lq·Lk, causal L(L+1)/2) for each of B·H heads:
//   forward 2P(D + Dv) for the two products and 5P for the softmax (maximum, difference,
//   exponential, sum, division); gradient P(6D + 4Dv) for five products (scores again, dz·v, dv,
//   dq, dk), 4P for the weights and their gradients (difference and exponential; difference and
//   product) and 2·Lq·Dv for dz·z; a scale other than 1: Lq·D forward, 2·Lq·D in the gradient
//   (scaled queries, dq).
// With `lengths` the counts are those of full lengths.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/attention.h"
#include "ops/attention_steps.h"
#include "ops/kernels/softmax_attention.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "softmax_attention";
constexpr const char* kGradientName = "softmax_attention_gradient";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<AttentionSizes> sizes = CheckAttention(context, kName);
  if (!sizes.ok()) return sizes.status();
  return std::vector<TensorType>{AttentionOutputType(context, *sizes),
                                 {DataType::kF32, {sizes->batch, sizes->heads, sizes->queries}}};
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[0], context.inputs[1], context.inputs[2]};
}

double LogSumExp(const std::vector<double>& scores) {
  if (scores.empty()) return -std::numeric_limits<double>::infinity();
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - largest);
  return largest + std::log(sum);
}

double Weight(double score, double log_sum_exp) { return std::exp(score - log_sum_exp); }

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  AttentionValues values = EvaluateAttention(context, LogSumExp, Weight);
  return std::vector<Array>{std::move(values.z), std::move(values.norm)};
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  const auto& in = context.inputs;
  return EvaluateAttentionGradient(
      context.attributes,
      {*in[0], *in[1], *in[2], *in[3], *in[5], *in[4], in.size() > 6 ? in[6] : nullptr}, Weight,
      Weight);
}

absl::Status Gradient(GradientContext& context) {
  std::vector<ValueId> inputs = {context.input(0),  context.input(1),           context.input(2),
                                 context.output(0), context.output_gradient(0), context.output(1)};
  if (context.input_count() > 3) inputs.push_back(context.input(3));
  const std::vector<ValueId> gradients =
      context.AddMany(kGradientName, inputs, context.attributes(), 3);
  for (int i = 0; i < 3; ++i) {
    if (context.wanted(i)) context.set_gradient(i, gradients[i]);
  }
  return context.status();
}

Polynomial ScaleOperations(const NodeView& node, const AttentionSizes& sizes) {
  if (node.attributes().real("scale") == 1) return Polynomial(0);
  return sizes.queries * sizes.width;
}

Cost ForwardCost(const NodeView& node) {
  const AttentionSizes sizes = SizesOf(node);
  const Polynomial pairs = sizes.Pairs(node.attributes().boolean("causal"));
  Cost cost;
  cost.operations = sizes.BatchHeads() *
                    (pairs * (Polynomial(2) * (sizes.width + sizes.value_width) + Polynomial(5)) +
                     ScaleOperations(node, sizes));
  return cost;
}

Cost GradientCost(const NodeView& node) {
  const AttentionSizes sizes = SizesOf(node);
  const Polynomial pairs = sizes.Pairs(node.attributes().boolean("causal"));
  Cost cost;
  cost.operations =
      sizes.BatchHeads() *
      (pairs * (Polynomial(6) * sizes.width + Polynomial(4) * sizes.value_width + Polynomial(4)) +
       Polynomial(2) * sizes.queries * sizes.value_width +
       Polynomial(2) * ScaleOperations(node, sizes));
  if (node.attributes().boolean("causal") &&
      node.input_count() > 6) {  // contributions that are added afterwards
    cost.scratch_bytes = Polynomial(4) * sizes.keys * (sizes.width + sizes.value_width);
  }
  return cost;
}

// The kernel's problem for a range of queries.
struct Kernel {
  int64_t width, value_width;
  float scale;
  Isa isa;

  int64_t QueryStep() const { return kSoftmaxAttentionQueryStep; }
  SoftmaxAttentionProblem Problem(const QueryRange& range) const {
    return {range.queries, range.keys,   width,
            value_width,   scale,        range.causal,
            range.causal ? range.first_query : 0};
  }
  int64_t ForwardScratchBytes(const QueryRange& range) const {
    return SoftmaxAttentionForwardScratchBytes(Problem(range), isa);
  }
  int64_t BackwardScratchBytes(const QueryRange& range) const {
    return SoftmaxAttentionBackwardScratchBytes(Problem(range), isa);
  }
  void Forward(const QueryRange& range, const AttentionForwardHead& head, void* scratch) const {
    SoftmaxAttentionForward(Problem(range), head.q, head.k, head.v, head.z, head.norm, scratch,
                            isa);
  }
  void Backward(const QueryRange& range, const AttentionBackwardHead& head, void* scratch) const {
    SoftmaxAttentionBackward(
        Problem(range),
        {head.q, head.k, head.v, head.z, head.dz, head.norm, head.dq, head.dk, head.dv}, scratch,
        isa);
  }
};

Kernel MakeKernel(const LoweringContext& context, const AttentionShape& shape) {
  return {shape.width, shape.value_width, static_cast<float>(context.attributes().real("scale")),
          EffectiveIsa()};
}

absl::Status Lower(LoweringContext& context) {
  const AttentionShape shape = ReadAttentionShape(context.attributes(), context.input_shape(0),
                                                  context.input_shape(1), context.input_shape(2));
  AddAttentionForward(context, shape, kName, MakeKernel(context, shape));
  return absl::OkStatus();
}

absl::Status LowerGradient(LoweringContext& context) {
  const AttentionShape shape = ReadAttentionShape(context.attributes(), context.input_shape(0),
                                                  context.input_shape(1), context.input_shape(2));
  AddAttentionBackward(context, shape, kGradientName, MakeKernel(context, shape), false);
  return absl::OkStatus();
}

bool AcceptsLayout(const NodeView& node, int input, const Layout& layout) {
  return input < 3 && AcceptsHeadLayout(node, input, layout);
}
bool GradientAcceptsLayout(const NodeView& node, int input, const Layout& layout) {
  return input < 5 && AcceptsHeadLayout(node, input, layout);
}

OpDefinition Forward() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, H, L, D", "B, H, L, D", "B, H, L, D"}, {}};
  op.formula = "z_i = sum_j softmax_j(scale·q_i·k_j)·v_j";
  op.inputs = {"q", "k", "v", "lengths"};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = ForwardCost;
  op.lower = Lower;
  op.step = StepAttention;
  op.accepts_layout = AcceptsLayout;
  return op;
}

OpDefinition Backward() {
  OpDefinition op;
  op.name = kGradientName;
  op.formula = "dq, dk and dv of softmax_attention";
  op.inputs = {"q", "k", "v", "z", "dz", "log_sum_exp", "lengths"};
  op.internal = true;
  op.infer = InferGradient;
  op.evaluate = EvaluateGradient;
  op.cost = GradientCost;
  op.lower = LowerGradient;
  op.accepts_layout = GradientAcceptsLayout;
  return op;
}

}  // namespace

std::vector<OpDefinition> SoftmaxAttentionOps() {
  std::vector<OpDefinition> ops = {Forward(), Backward()};
  for (OpDefinition& op : ops) {
    op.optional_inputs = 1;
    op.attributes = AttentionAttributes();
  }
  return ops;
}

}  // namespace plumbline
