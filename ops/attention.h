// What the two fused attentions share: sizes and checks of q, k, v, the walk over batch items and
// heads, and the naive definition of values and gradients that both are instances of. Knows no
// kernel.
//
// Without the attribute `heads`: q [B, H, Lq, D], k [B, H, Lk, D], v [B, H, Lk, Dv] -> z [B, H, Lq,
// Dv]. With it: q [B, Lq, H·D], k [B, Lk, H·D], v [B, Lk, H·Dv] -> z [B, Lq, H·Dv]; head h has
// columns h·D .. h·D + D-1. Query i sees the keys j < lengths[b] (all without `lengths`; values
// outside 0 .. Lk are clamped), and of those j <= i when causal. A query that sees no key gives
// zeros.
#ifndef PLUMBLINE_OPS_ATTENTION_H_
#define PLUMBLINE_OPS_ATTENTION_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/step_context.h"

namespace plumbline {

// Sizes as the language sees them.
struct AttentionSizes {
  Size batch, heads, queries, keys, width, value_width;

  // Pairs of a query and a key it may see, for one head: Lq·Lk, causal L(L+1)/2.
  Polynomial Pairs(bool causal) const;
  Polynomial BatchHeads() const { return batch * heads; }
};

// Sizes from the types of q, k and v; checks those types, `heads` and `causal`, and `lengths` where
// context.inputs[3] is there.
absl::StatusOr<AttentionSizes> CheckAttention(const InferContext& context, absl::string_view op);
// The same for a node that has been inferred, whose first three inputs are q, k and v.
AttentionSizes SizesOf(const NodeView& node);
// The type of z.
TensorType AttentionOutputType(const InferContext& context, const AttentionSizes& sizes);
// heads, scale, causal as the language has them.
std::vector<AttributeSpec> AttentionAttributes();

// Sizes in numbers.
struct AttentionShape {
  int64_t batch, heads, queries, keys, width, value_width;
  bool split;  // [B, L, H·D] arrays
  bool causal;
};
AttentionShape ReadAttentionShape(const Attributes& attributes, const std::vector<int64_t>& q,
                                  const std::vector<int64_t>& k, const std::vector<int64_t>& v);

// Where the rows of one head lie in an array, in elements.
struct HeadStrides {
  int64_t batch, head, row;
  int64_t At(int64_t b, int64_t h) const { return b * batch + h * head; }
};
// Of an array with these strides whose heads have `width` columns.
HeadStrides HeadStridesOf(const AttentionShape& shape, const std::vector<int64_t>& strides,
                          int64_t width);

// The keys that a batch item's queries can see at most, given its entry in `lengths`.
int64_t VisibleKeys(const AttentionShape& shape, int64_t length);

// Consecutive queries that see the same keys, or of which query first_query + i sees the keys 0 ..
// i.
struct QueryRange {
  int64_t first_query, queries, keys;
  bool causal;
};
// All queries of an item with `keys` visible keys. Either range may be without queries; the second
// is only used when causal queries go on beyond the last key.
struct QueryRanges {
  QueryRange first, second;
};
QueryRanges SplitQueries(const AttentionShape& shape, int64_t keys);

// A function of a score s = scale q·k, given the query's number `norm` (log-sum-exp or
// denominator).
using ScoreFunction = std::function<double(double score, double norm)>;

// The definition: z and, for each query, what `norm` makes of its scores.
//   z_i = sum_j weight(s_ij, norm_i) v_j
struct AttentionValues {
  Array z, norm;  // norm [B, H, Lq]
};
AttentionValues EvaluateAttention(
    const EvaluateContext& context,
    const std::function<double(const std::vector<double>& scores)>& norm,
    const ScoreFunction& weight);

// Its gradients, from z and norm: dv_j = sum_i weight dz_i; ds_ij = slope(s_ij, norm_i) (dz_i·v_j -
// dz_i·z_i), where slope is the derivative of the weight before normalisation, normalised; dq_i =
// scale sum_j ds_ij k_j, and so dk.
struct AttentionGradientInputs {
  const Array &q, &k, &v, &z, &norm, &dz;
  const Array* lengths;  // null: all keys
};
std::vector<Array> EvaluateAttentionGradient(const Attributes& attributes,
                                             const AttentionGradientInputs& inputs,
                                             const ScoreFunction& weight,
                                             const ScoreFunction& slope);

// Rows of heads of a row-major array, for references.
template <typename T>
struct HeadRows {
  T* data;
  HeadStrides strides;
  T* Row(int64_t b, int64_t h, int64_t row) const {
    return data + strides.At(b, h) + row * strides.row;
  }
};
inline HeadRows<const double> HeadRowsOf(const AttentionShape& shape, const Array& array,
                                         int64_t width) {
  return {array.data.data(), HeadStridesOf(shape, RowMajor(array.shape).strides, width)};
}
inline HeadRows<double> HeadRowsOf(const AttentionShape& shape, Array& array, int64_t width) {
  return {array.data.data(), HeadStridesOf(shape, RowMajor(array.shape).strides, width)};
}

// Attention of the query at one position (compiler/ir/step_context.h). Keys and values that move are kept, those of
// earlier positions with them; for keys and values that do not, the query is like any other.
absl::StatusOr<std::vector<ValueId>> StepAttention(StepContext& context);

// Whether the kernels read such an array: rows of a head may be strided, their elements may not.
bool AcceptsHeadLayout(const NodeView& node, int input, const Layout& layout);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_ATTENTION_H_
