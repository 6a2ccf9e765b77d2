// The variants of the kernels of layer_norm.h.
#ifndef PLUMBLINE_OPS_KERNELS_LAYER_NORM_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_LAYER_NORM_KERNELS_H_

#include "ops/kernels/layer_norm.h"

namespace plumbline {

struct LayerNormKernels {
  void (*forward)(const LayerNormProblem& problem, const float* x, const float* weight, const float* bias, float* y);
  void (*backward)(const LayerNormProblem& problem, const float* g, const float* x, const float* weight, float* dx,
                   float* dweight, float* dbias, float* scratch);
};

namespace generic {
extern const LayerNormKernels kLayerNorm;
}
namespace avx2 {
extern const LayerNormKernels kLayerNorm;
}
namespace avx512 {
extern const LayerNormKernels kLayerNorm;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_LAYER_NORM_KERNELS_H_
