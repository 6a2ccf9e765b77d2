// The variants of the Taylor feature kernels, one for each instruction set, for the dispatch in
// taylor_features.cc. Contracts are in taylor_features.h; `features` is TaylorFeatureCount.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_FEATURES_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_FEATURES_KERNELS_H_

#include <stdint.h>

#include "ops/kernels/matrix.h"
#include "ops/kernels/taylor_features.h"

namespace plumbline {

struct TaylorFeaturesKernels {
  int64_t (*scratch_floats)(const TaylorFeaturesProblem& problem);
  void (*forward)(const TaylorFeaturesProblem& problem, int64_t features, ConstMatrix x,
                  MutableMatrix phi, float* scratch);
  void (*backward)(const TaylorFeaturesProblem& problem, int64_t features, ConstMatrix x,
                   ConstMatrix dphi, MutableMatrix dx, float* scratch);
};

namespace generic {
extern const TaylorFeaturesKernels kTaylorFeatures;
}  // namespace generic
namespace avx2 {
extern const TaylorFeaturesKernels kTaylorFeatures;
}  // namespace avx2
namespace avx512 {
extern const TaylorFeaturesKernels kTaylorFeatures;
}  // namespace avx512

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_FEATURES_KERNELS_H_
