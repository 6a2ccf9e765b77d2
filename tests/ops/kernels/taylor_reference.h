// Taylor attention in double, by its definition: the quadratic form of the truncated series, its
// analytic gradient, and bounds that say how much rounding of the inputs' products may matter.

#ifndef PLUMBLINE_TESTS_OPS_KERNELS_TAYLOR_REFERENCE_H_
#define PLUMBLINE_TESTS_OPS_KERNELS_TAYLOR_REFERENCE_H_

#include <cstdint>
#include <vector>

#include "ops/kernels/taylor_attention.h"

namespace plumbline {

// Row-major arrays without gaps.
struct TaylorInputs {
  std::vector<double> q, k, v, dz;
};

struct TaylorOutputs {
  std::vector<double> z, denominator, dq, dk, dv;
};

// Normally distributed values that floats represent exactly; q and k times `spread`.
TaylorInputs RandomTaylorInputs(const TaylorAttentionProblem& problem, double spread,
                                uint32_t seed);

// p(s) of taylor_attention.h.
double TruncatedSeries(double s, int64_t terms);

TaylorOutputs ReferenceTaylorAttention(const TaylorAttentionProblem& problem,
                                       const TaylorInputs& inputs);

// For each z_i the largest over its components of sum_j |p|(|q_i| . |k_j|) (|v_j| + |z_i|) divided
// by |denominator_i|: relative errors in the terms of the sums change z by that much.
std::vector<double> TaylorConditions(const TaylorAttentionProblem& problem,
                                     const TaylorInputs& inputs, const TaylorOutputs& outputs);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_OPS_KERNELS_TAYLOR_REFERENCE_H_
