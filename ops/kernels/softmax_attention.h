// The CPU kernels of softmax attention: one head of one batch item, forward and backward, in tiles
// whose scores never leave the cache (no query_length x key_length buffer). The op on top loops
// over batch and heads.
//
//   S = scale Q K^T,  Z = softmax(S) V,  log_sum_exp_i = log sum_j exp S_ij
//
// with Q [query_length, width], K [key_length, width], V [key_length, value_width] and
// Z [query_length, value_width] in float. With `causal`, query i sees the keys 0..i only, counted
// from the first query of the head.
//
// One thread; no allocation; the bits of a result depend on the problem, its numbers and the Isa
// alone, not on strides, addresses or threads. Arrays must not overlap except where they are only
// read.

#ifndef PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_H_
#define PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_H_

#include <cstdint>

#include "ops/kernels/isa.h"
#include "ops/kernels/matrix.h"

namespace plumbline {

struct SoftmaxAttentionProblem {
  int64_t query_length;
  int64_t key_length;  // may be smaller than the arrays; 0 gives z = 0 and log_sum_exp = -infinity
  int64_t width;
  int64_t value_width;
  float scale;
  bool causal;  // query i sees the keys 0 .. first_query + i
  // Causal only, else 0: there are keys for all queries, first_query + query_length <= key_length,
  // or none. The backward pass takes whole heads, from 0.
  int64_t first_query;
};

// Queries may be cut at multiples of this into forward passes of their own, with the same bits.
constexpr int64_t kSoftmaxAttentionQueryStep = 256;

// Every array of a backward pass. z, dz and log_sum_exp [query_length] are the forward's outputs
// and the gradient of z. dq, dk and dv are overwritten; one whose data is null is not computed.
struct SoftmaxAttentionGradient {
  ConstMatrix q, k, v, z, dz;
  const float* log_sum_exp;
  MutableMatrix dq, dk, dv;
};

// Bytes of scratch, which must be aligned to 64. Bounded by the widths alone, not by the lengths.
int64_t SoftmaxAttentionForwardScratchBytes(const SoftmaxAttentionProblem& problem, Isa isa);
int64_t SoftmaxAttentionBackwardScratchBytes(const SoftmaxAttentionProblem& problem, Isa isa);

// `log_sum_exp` [query_length] may be null. `isa` is EffectiveIsa(), or a smaller one in tests.
void SoftmaxAttentionForward(const SoftmaxAttentionProblem& problem, ConstMatrix q, ConstMatrix k,
                             ConstMatrix v, MutableMatrix z, float* log_sum_exp, void* scratch,
                             Isa isa);
void SoftmaxAttentionBackward(const SoftmaxAttentionProblem& problem,
                              const SoftmaxAttentionGradient& arrays, void* scratch, Isa isa);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_H_
