// Attention with the truncated exponential series as its kernel: one head of one batch item,
// forward and backward. The op on top loops over batch and heads.
//
//   p(s) = sum_{n < terms} s^n / n!,  s_ij = scale q_i . k_j
//   denominator_i = sum_j p(s_ij),  z_i = sum_j p(s_ij) v_j / denominator_i
//
// with Q [query_length, width], K [key_length, width], V [key_length, value_width] and
// Z [query_length, value_width] in float. With `causal`, query i sees the keys 0..i only.
//
// It is computed in the linear form: p(s_ij) is a sum of M = TaylorFeatureCount(width, terms)
// products of a monomial of q_i and one of k_j, so the keys fold into a state of
// M (value_width + 1) floats. Time is linear in the lengths, also when causal; neither the features
// nor the scores exist beyond a tile. For an odd highest degree p can be negative and a denominator
// zero: z is then what the division gives.
//
// One thread; no allocation; the bits of a result depend on the problem, its numbers and the Isa
// alone, not on strides, addresses or threads. Arrays must not overlap except where they are only
// read.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_ATTENTION_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_ATTENTION_H_

#include <cstdint>

#include "ops/kernels/isa.h"
#include "ops/kernels/matrix.h"

namespace plumbline {

struct TaylorAttentionProblem {
  int64_t query_length;
  int64_t key_length;  // may be smaller than the arrays; 0 gives z = 0 and denominator = 0
  int64_t width;
  int64_t value_width;
  int64_t terms;  // >= 1; TaylorFeatureCount(width, terms) must not be -1
  float scale;    // any sign
  bool causal;    // requires query_length == key_length or key_length == 0
};

// Floats of the state, M (value_width + 1): the numerators [M, value_width], sum_j phi_m(k_j) v_j,
// then the denominators [M], sum_j phi_m(k_j). phi_m(k) holds the whole coefficient of monomial m;
// on the side of the queries stands the bare monomial. The order is that of taylor_features.h.
int64_t TaylorAttentionStateFloats(const TaylorAttentionProblem& problem);

// Bytes of scratch, which must be aligned to 64. Bounded by the widths and terms alone, not by the
// lengths.
int64_t TaylorAttentionForwardScratchBytes(const TaylorAttentionProblem& problem, Isa isa);
int64_t TaylorAttentionBackwardScratchBytes(const TaylorAttentionProblem& problem, Isa isa);

// `denominator` [query_length] may be null. `state`, when not null, receives the state over all
// keys. `isa` is EffectiveIsa(), or a smaller one in tests.
void TaylorAttentionForward(const TaylorAttentionProblem& problem, ConstMatrix q, ConstMatrix k,
                            ConstMatrix v, MutableMatrix z, float* denominator, float* state,
                            void* scratch, Isa isa);

// Every array of a backward pass. z, dz, denominator and state are the forward's outputs and the
// gradient of z. `state` may be null: it is then computed again. When causal it is not used.
// dq, dk and dv are overwritten; one whose data is null is not computed.
struct TaylorAttentionGradient {
  ConstMatrix q, k, v, z, dz;
  const float* denominator;
  const float* state;
  MutableMatrix dq, dk, dv;
};

void TaylorAttentionBackward(const TaylorAttentionProblem& problem,
                             const TaylorAttentionGradient& arrays, void* scratch, Isa isa);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_ATTENTION_H_
