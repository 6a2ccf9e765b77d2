#include "ops/kernels/softmax_attention.h"

#include <cstdint>

#include "ops/kernels/softmax_attention_kernels.h"

namespace plumbline {
namespace {

const SoftmaxAttentionForwardKernel& Forward(Isa isa) {
  return SelectForIsa(isa, generic::kSoftmaxAttentionForward, avx2::kSoftmaxAttentionForward,
                      avx512::kSoftmaxAttentionForward);
}

const SoftmaxAttentionBackwardKernel& Backward(Isa isa) {
  return SelectForIsa(isa, generic::kSoftmaxAttentionBackward, avx2::kSoftmaxAttentionBackward,
                      avx512::kSoftmaxAttentionBackward);
}

}  // namespace

int64_t SoftmaxAttentionForwardScratchBytes(const SoftmaxAttentionProblem& problem, Isa isa) {
  return Forward(isa).scratch_floats(problem) * static_cast<int64_t>(sizeof(float));
}

int64_t SoftmaxAttentionBackwardScratchBytes(const SoftmaxAttentionProblem& problem, Isa isa) {
  return Backward(isa).scratch_floats(problem) * static_cast<int64_t>(sizeof(float));
}

void SoftmaxAttentionForward(const SoftmaxAttentionProblem& problem, ConstMatrix q, ConstMatrix k,
                             ConstMatrix v, MutableMatrix z, float* log_sum_exp, void* scratch,
                             Isa isa) {
  Forward(isa).run(problem, q, k, v, z, log_sum_exp, static_cast<float*>(scratch));
}

void SoftmaxAttentionBackward(const SoftmaxAttentionProblem& problem,
                              const SoftmaxAttentionGradient& arrays, void* scratch, Isa isa) {
  Backward(isa).run(problem, arrays, static_cast<float*>(scratch));
}

}  // namespace plumbline
