// The variants of the Taylor attention kernels, one for each instruction set, for the dispatch in
// taylor_attention.cc. Contracts are in taylor_attention.h; `features` is TaylorFeatureCount.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_ATTENTION_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_ATTENTION_KERNELS_H_

#include <stdint.h>

#include "ops/kernels/matrix.h"
#include "ops/kernels/taylor_attention.h"

namespace plumbline {

struct TaylorAttentionForwardKernel {
  int64_t (*scratch_floats)(const TaylorAttentionProblem& problem, int64_t features);
  void (*run)(const TaylorAttentionProblem& problem, int64_t features, ConstMatrix q, ConstMatrix k,
              ConstMatrix v, MutableMatrix z, float* denominator, float* state, float* scratch);
};

struct TaylorAttentionBackwardKernel {
  int64_t (*scratch_floats)(const TaylorAttentionProblem& problem, int64_t features);
  void (*run)(const TaylorAttentionProblem& problem, int64_t features,
              const TaylorAttentionGradient& arrays, float* scratch);
};

namespace generic {
extern const TaylorAttentionForwardKernel kTaylorAttentionForward;
extern const TaylorAttentionBackwardKernel kTaylorAttentionBackward;
}  // namespace generic
namespace avx2 {
extern const TaylorAttentionForwardKernel kTaylorAttentionForward;
extern const TaylorAttentionBackwardKernel kTaylorAttentionBackward;
}  // namespace avx2
namespace avx512 {
extern const TaylorAttentionForwardKernel kTaylorAttentionForward;
extern const TaylorAttentionBackwardKernel kTaylorAttentionBackward;
}  // namespace avx512

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_ATTENTION_KERNELS_H_
