#include "ops/kernels/taylor_features.h"

#include <cstdint>

#include "ops/kernels/taylor_features_kernels.h"

namespace plumbline {
namespace {

constexpr int64_t kLargestCount = int64_t{1} << 53;

const TaylorFeaturesKernels& Kernels(Isa isa) {
  return SelectForIsa(isa, generic::kTaylorFeatures, avx2::kTaylorFeatures,
                      avx512::kTaylorFeatures);
}

}  // namespace

int64_t TaylorFeatureCount(int64_t width, int64_t terms) {
  if (width < 1 || terms < 1) return -1;
  if (width > kLargestCount || terms > kLargestCount) return -1;
  // C(n, m) for the smaller of the two m; it grows with every factor.
  const int64_t n = width + terms - 1;
  const int64_t m = width < terms ? width : terms - 1;
  int64_t count = 1;
  for (int64_t i = 1; i <= m; ++i) {
    int64_t product;
    if (__builtin_mul_overflow(count, n - m + i, &product)) return -1;
    count = product / i;
    if (count > kLargestCount) return -1;
  }
  return count;
}

int64_t TaylorFeaturesScratchBytes(const TaylorFeaturesProblem& problem, Isa isa) {
  return Kernels(isa).scratch_floats(problem) * static_cast<int64_t>(sizeof(float));
}

void TaylorFeatures(const TaylorFeaturesProblem& problem, ConstMatrix x, MutableMatrix phi,
                    void* scratch, Isa isa) {
  Kernels(isa).forward(problem, TaylorFeatureCount(problem.width, problem.terms), x, phi,
                       static_cast<float*>(scratch));
}

void TaylorFeaturesBackward(const TaylorFeaturesProblem& problem, ConstMatrix x, ConstMatrix dphi,
                            MutableMatrix dx, void* scratch, Isa isa) {
  Kernels(isa).backward(problem, TaylorFeatureCount(problem.width, problem.terms), x, dphi, dx,
                        static_cast<float*>(scratch));
}

}  // namespace plumbline
