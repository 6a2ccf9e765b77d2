// The variants of the softmax attention kernels, one for each instruction set, for the dispatch in
// softmax_attention.cc. Contracts are in softmax_attention.h.

#ifndef PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_KERNELS_H_

#include <stdint.h>

#include "ops/kernels/matrix.h"
#include "ops/kernels/softmax_attention.h"

namespace plumbline {

struct SoftmaxAttentionForwardKernel {
  int64_t (*scratch_floats)(const SoftmaxAttentionProblem& problem);
  void (*run)(const SoftmaxAttentionProblem& problem, ConstMatrix q, ConstMatrix k, ConstMatrix v,
              MutableMatrix z, float* log_sum_exp, float* scratch);
};

struct SoftmaxAttentionBackwardKernel {
  int64_t (*scratch_floats)(const SoftmaxAttentionProblem& problem);
  void (*run)(const SoftmaxAttentionProblem& problem, const SoftmaxAttentionGradient& arrays,
              float* scratch);
};

namespace generic {
extern const SoftmaxAttentionForwardKernel kSoftmaxAttentionForward;
extern const SoftmaxAttentionBackwardKernel kSoftmaxAttentionBackward;
}  // namespace generic
namespace avx2 {
extern const SoftmaxAttentionForwardKernel kSoftmaxAttentionForward;
extern const SoftmaxAttentionBackwardKernel kSoftmaxAttentionBackward;
}  // namespace avx2
namespace avx512 {
extern const SoftmaxAttentionForwardKernel kSoftmaxAttentionForward;
extern const SoftmaxAttentionBackwardKernel kSoftmaxAttentionBackward;
}  // namespace avx512

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_KERNELS_H_
