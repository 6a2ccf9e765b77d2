// Taylor attention, fused: z_i = sum_j p(s_ij) v_j / sum_j p(s_ij) with s_ij = scale q_i·k_j and
// the truncated series p(s) = sum over n < terms of s^n / n! (attention.h has shapes, heads,
// lengths). Computed in the linear form: the keys are folded into a state of M (Dv + 1) numbers, M
// = C(D + terms - 1, terms - 1), also when causal.
//   taylor_attention: z, the denominators [B, H, Lq], and the state [B, H, M (Dv + 1)], which
//   spares the gradient a pass taylor_attention_gradient (internal): dq, dk, dv from q, k, v, z,
//   dz, the denominators and, unless causal, the state
// Cost for each of B·H heads, n = M - 1 - D products of features (taylor_features.cc):
//   forward 2n(Lq + Lk) for the features, Lk (2 M Dv + M) for the state, Lq (2 M Dv + 2 M) to apply
//   it and Lq Dv divisions: 4 L M Dv and lower terms for equal lengths, causal or not; gradient:
//   features again 2n(Lq + Lk); 2 M (Dv + 1) a row for each of: gradient of the queries' features,
//   gradient of the state, gradient of the keys' features (all over Dv + 1 columns), and 2 M Dv for
//   dv: 8 L M Dv and lower terms; 5n a row from the features' gradients to dq and dk; 3 Dv + 1 a
//   query for dz / denominator and its product with z; causal: the state is folded up again along
//   the way, Lk (2 M Dv + M); a scale other than 1: Lq·D forward, 2·Lq·D in the gradient.
// With `lengths` the counts are those of full lengths.
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/attention.h"
#include "ops/attention_steps.h"
#include "ops/kernels/taylor_attention.h"
#include "ops/op_list.h"
#include "ops/taylor_series.h"

namespace plumbline {
namespace {

constexpr const char* kName = "taylor_attention";
constexpr const char* kGradientName = "taylor_attention_gradient";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<AttentionSizes> sizes = CheckAttention(context, kName);
  if (!sizes.ok()) return sizes.status();
  const absl::StatusOr<Size> features = FeatureCount(context, kName, sizes->width);
  if (!features.ok()) return features.status();
  const Size state = *features * (sizes->value_width + Size(1));
  return std::vector<TensorType>{AttentionOutputType(context, *sizes),
                                 {DataType::kF32, {sizes->batch, sizes->heads, sizes->queries}},
                                 {DataType::kF32, {sizes->batch, sizes->heads, state}}};
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[0], context.inputs[1], context.inputs[2]};
}

// What the keys of all items and heads fold up to: for each monomial of degree n, scale^n / a! ·
// sum_j k_j^a v_j, and after all of these the same with 1 in place of v_j.
Array EvaluateState(const EvaluateContext& context) {
  const Array &k = *context.inputs[1], &v = *context.inputs[2];
  const AttentionShape shape =
      ReadAttentionShape(context.attributes, context.inputs[0]->shape, k.shape, v.shape);
  const auto k_rows = HeadRowsOf(shape, k, shape.width);
  const auto v_rows = HeadRowsOf(shape, v, shape.value_width);
  const std::vector<Indices> monomials =
      Monomials(shape.width, context.attributes.integer("terms"));
  Array state(context.output_shapes[2]);
  double* to = state.data.data();
  for (int64_t b = 0; b < shape.batch; ++b) {
    const int64_t keys = context.inputs.size() > 3
                             ? VisibleKeys(shape, static_cast<int64_t>(context.inputs[3]->data[b]))
                             : shape.keys;
    for (int64_t h = 0; h < shape.heads; ++h, to += state.dim(-1)) {
      double* denominators = to + static_cast<int64_t>(monomials.size()) * shape.value_width;
      for (int64_t j = 0; j < keys; ++j) {
        for (size_t m = 0; m < monomials.size(); ++m) {
          double product = 1 / Factorials(monomials[m]);
          for (const int64_t i : monomials[m])
            product *= context.attributes.real("scale") * k_rows.Row(b, h, j)[i];
          for (int64_t c = 0; c < shape.value_width; ++c) {
            to[static_cast<int64_t>(m) * shape.value_width + c] += product * v_rows.Row(b, h, j)[c];
          }
          denominators[m] += product;
        }
      }
    }
  }
  return state;
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const int64_t terms = context.attributes.integer("terms");
  const auto denominator = [terms](const std::vector<double>& scores) {
    double sum = 0;
    for (const double score : scores) sum += Series(score, terms);
    return sum;
  };
  const auto weight = [terms](double score, double sum) { return Series(score, terms) / sum; };
  AttentionValues values = EvaluateAttention(context, denominator, weight);
  return std::vector<Array>{std::move(values.z), std::move(values.norm), EvaluateState(context)};
}

// The place of `lengths` among the gradient's inputs; before it stands the state, unless causal.
size_t LengthsInput(const Attributes& attributes) { return attributes.boolean("causal") ? 6 : 7; }

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  const int64_t terms = context.attributes.integer("terms");
  const auto& in = context.inputs;
  const size_t lengths = LengthsInput(context.attributes);
  return EvaluateAttentionGradient(
      context.attributes,
      {*in[0], *in[1], *in[2], *in[3], *in[5], *in[4], in.size() > lengths ? in[lengths] : nullptr},
      [terms](double score, double sum) { return Series(score, terms) / sum; },
      [terms](double score, double sum) { return Series(score, terms - 1) / sum; });
}

absl::Status Gradient(GradientContext& context) {
  std::vector<ValueId> inputs = {context.input(0),  context.input(1),           context.input(2),
                                 context.output(0), context.output_gradient(0), context.output(1)};
  if (!context.attributes().boolean("causal")) inputs.push_back(context.output(2));
  if (context.input_count() > 3) inputs.push_back(context.input(3));
  const std::vector<ValueId> gradients =
      context.AddMany(kGradientName, inputs, context.attributes(), 3);
  for (int i = 0; i < 3; ++i) {
    if (context.wanted(i)) context.set_gradient(i, gradients[i]);
  }
  return context.status();
}

struct Counts {
  AttentionSizes sizes;
  Polynomial features, products;  // M; those of degree >= 2
  Polynomial scale_operations;    // to scale one array like q
  bool causal;
};

Counts CountsOf(const NodeView& node) {
  Counts counts{SizesOf(node), {}, {}, {}, node.attributes().boolean("causal")};
  counts.features = FeatureCount(node.attributes(), counts.sizes.width);
  counts.products = counts.features - Polynomial(1) - counts.sizes.width;
  if (node.attributes().real("scale") != 1)
    counts.scale_operations = counts.sizes.queries * counts.sizes.width;
  return counts;
}

Cost ForwardCost(const NodeView& node) {
  const Counts c = CountsOf(node);
  const Polynomial two(2);
  const Polynomial& value_width = c.sizes.value_width;
  Cost cost;
  cost.operations =
      c.sizes.BatchHeads() * (two * c.products * (c.sizes.queries + c.sizes.keys) +
                              c.sizes.keys * c.features * (two * value_width + Polynomial(1)) +
                              c.sizes.queries * c.features * (two * value_width + two) +
                              c.sizes.queries * value_width + c.scale_operations);
  cost.scratch_bytes = Polynomial(4) * c.features * (value_width + Polynomial(1));
  return cost;
}

Cost GradientCost(const NodeView& node) {
  const Counts c = CountsOf(node);
  const Polynomial& value_width = c.sizes.value_width;
  const Polynomial columns = value_width + Polynomial(1);
  const Polynomial rows = c.sizes.queries + c.sizes.keys;
  Polynomial operations = Polynomial(7) * c.products * rows +
                          Polynomial(4) * c.sizes.queries * c.features * columns +
                          Polynomial(2) * c.sizes.keys * c.features * (columns + value_width) +
                          c.sizes.queries * (Polynomial(3) * value_width + Polynomial(1)) +
                          Polynomial(2) * c.scale_operations;
  if (c.causal)
    operations += c.sizes.keys * c.features * (Polynomial(2) * value_width + Polynomial(1));
  Cost cost;
  cost.operations = c.sizes.BatchHeads() * operations;
  cost.scratch_bytes = Polynomial(8) * c.features * columns;
  if (c.causal && node.input_count() > 6) {
    cost.scratch_bytes += Polynomial(4) * c.sizes.keys * (c.sizes.width + value_width);
  }
  return cost;
}

// The kernel's problem for a range of queries.
struct Kernel {
  int64_t width, value_width, terms;
  float scale;
  Isa isa;

  // All queries of a head read the state that its keys fold up to.
  int64_t QueryStep() const { return 0; }
  TaylorAttentionProblem Problem(const QueryRange& range) const {
    return {range.queries, range.keys, width, value_width, terms, scale, range.causal};
  }
  int64_t ForwardScratchBytes(const QueryRange& range) const {
    return TaylorAttentionForwardScratchBytes(Problem(range), isa);
  }
  int64_t BackwardScratchBytes(const QueryRange& range) const {
    return TaylorAttentionBackwardScratchBytes(Problem(range), isa);
  }
  void Forward(const QueryRange& range, const AttentionForwardHead& head, void* scratch) const {
    TaylorAttentionForward(Problem(range), head.q, head.k, head.v, head.z, head.norm, head.state,
                           scratch, isa);
  }
  void Backward(const QueryRange& range, const AttentionBackwardHead& head, void* scratch) const {
    TaylorAttentionBackward(
        Problem(range),
        {head.q, head.k, head.v, head.z, head.dz, head.norm, head.state, head.dq, head.dk, head.dv},
        scratch, isa);
  }
};

Kernel MakeKernel(const LoweringContext& context, const AttentionShape& shape) {
  return {shape.width, shape.value_width, context.attributes().integer("terms"),
          static_cast<float>(context.attributes().real("scale")), EffectiveIsa()};
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
  AddAttentionBackward(context, shape, kGradientName, MakeKernel(context, shape), !shape.causal);
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
  op.formula =
      "z_i = sum_j p(s_ij)·v_j / sum_j p(s_ij), s_ij = scale·q_i·k_j, p(s) = sum_{n < terms} s^n / "
      "n!";
  op.inputs = {"q", "k", "v", "lengths"};
  op.optional_inputs = 1;
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
  op.formula = "dq, dk and dv of taylor_attention";
  op.inputs = {"q", "k", "v", "z", "dz", "denominator", "state", "lengths"};
  op.optional_inputs = 2;
  op.internal = true;
  op.infer = InferGradient;
  op.evaluate = EvaluateGradient;
  op.cost = GradientCost;
  op.lower = LowerGradient;
  op.accepts_layout = GradientAcceptsLayout;
  return op;
}

}  // namespace

std::vector<OpDefinition> TaylorAttentionOps() {
  std::vector<OpDefinition> ops = {Forward(), Backward()};
  for (OpDefinition& op : ops) {
    op.attributes = AttentionAttributes();
    op.attributes.push_back(TermsAttribute());
  }
  return ops;
}

}  // namespace plumbline
