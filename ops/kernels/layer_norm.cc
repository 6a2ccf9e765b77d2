// The choice among the variants of layer_norm_kernel.cc.
#include "ops/kernels/layer_norm.h"

#include "ops/kernels/isa.h"
#include "ops/kernels/layer_norm_kernels.h"

namespace plumbline {
namespace {

const LayerNormKernels& Kernels() {
  return SelectForIsa(EffectiveIsa(), generic::kLayerNorm, avx2::kLayerNorm, avx512::kLayerNorm);
}

}  // namespace

void LayerNormForward(const LayerNormProblem& problem, const float* x, const float* weight, const float* bias,
                      float* y) {
  Kernels().forward(problem, x, weight, bias, y);
}

// Two rows of sums.
int64_t LayerNormBackwardScratchBytes(const LayerNormProblem& problem) {
  return 2 * problem.width * static_cast<int64_t>(sizeof(float));
}

void LayerNormBackward(const LayerNormProblem& problem, const float* g, const float* x, const float* weight, float* dx,
                       float* dweight, float* dbias, float* scratch) {
  Kernels().backward(problem, g, x, weight, dx, dweight, dbias, scratch);
}

}  // namespace plumbline
