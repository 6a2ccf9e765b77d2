#include "ops/kernels/taylor_attention.h"

#include <cstdint>

#include "ops/kernels/taylor_attention_kernels.h"
#include "ops/kernels/taylor_features.h"

namespace plumbline {
namespace {

const TaylorAttentionForwardKernel& Forward(Isa isa) {
  return SelectForIsa(isa, generic::kTaylorAttentionForward, avx2::kTaylorAttentionForward,
                      avx512::kTaylorAttentionForward);
}

const TaylorAttentionBackwardKernel& Backward(Isa isa) {
  return SelectForIsa(isa, generic::kTaylorAttentionBackward, avx2::kTaylorAttentionBackward,
                      avx512::kTaylorAttentionBackward);
}

int64_t Features(const TaylorAttentionProblem& problem) {
  return TaylorFeatureCount(problem.width, problem.terms);
}

}  // namespace

int64_t TaylorAttentionStateFloats(const TaylorAttentionProblem& problem) {
  return Features(problem) * (problem.value_width + 1);
}

int64_t TaylorAttentionForwardScratchBytes(const TaylorAttentionProblem& problem, Isa isa) {
  return Forward(isa).scratch_floats(problem, Features(problem)) *
         static_cast<int64_t>(sizeof(float));
}

int64_t TaylorAttentionBackwardScratchBytes(const TaylorAttentionProblem& problem, Isa isa) {
  return Backward(isa).scratch_floats(problem, Features(problem)) *
         static_cast<int64_t>(sizeof(float));
}

void TaylorAttentionForward(const TaylorAttentionProblem& problem, ConstMatrix q, ConstMatrix k,
                            ConstMatrix v, MutableMatrix z, float* denominator, float* state,
                            void* scratch, Isa isa) {
  Forward(isa).run(problem, Features(problem), q, k, v, z, denominator, state,
                   static_cast<float*>(scratch));
}

void TaylorAttentionBackward(const TaylorAttentionProblem& problem,
                             const TaylorAttentionGradient& arrays, void* scratch, Isa isa) {
  Backward(isa).run(problem, Features(problem), arrays, static_cast<float*>(scratch));
}

}  // namespace plumbline
