// The feature map of Taylor attention: phi(q) . phi(k) = sum over n < terms of (q . k)^n / n!.
// Its features are the monomials of degree 0 .. terms - 1 of a vector, each once:
// x^a / sqrt(a!), where a! is the product of the factorials of the exponents.
//
// Order: by degree, and within a degree the index tuples i1 <= i2 <= ... <= in lexicographically:
//   1;  x0, x1, ...;  x0 x0 / sqrt(2), x0 x1, ..., x1 x1 / sqrt(2), x1 x2, ...;  and so on.
//
// One thread; no allocation; results depend on the numbers and the Isa alone.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_FEATURES_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_FEATURES_H_

#include <cstdint>

#include "ops/kernels/isa.h"
#include "ops/kernels/matrix.h"

namespace plumbline {

// The number of features of a vector of `width` components, C(width + terms - 1, terms - 1);
// -1 when an argument is below 1 or the number is above 2^53.
int64_t TaylorFeatureCount(int64_t width, int64_t terms);

struct TaylorFeaturesProblem {
  int64_t rows;
  int64_t width;
  int64_t terms;  // >= 1; TaylorFeatureCount(width, terms) must not be -1
};

// Bytes of scratch, which must be aligned to 64, for either function below.
int64_t TaylorFeaturesScratchBytes(const TaylorFeaturesProblem& problem, Isa isa);

// phi [rows, TaylorFeatureCount(width, terms)] of x [rows, width]. `isa` is EffectiveIsa(), or a
// smaller one in tests.
void TaylorFeatures(const TaylorFeaturesProblem& problem, ConstMatrix x, MutableMatrix phi,
                    void* scratch, Isa isa);

// dx [rows, width], overwritten, for the gradient dphi of phi.
void TaylorFeaturesBackward(const TaylorFeaturesProblem& problem, ConstMatrix x, ConstMatrix dphi,
                            MutableMatrix dx, void* scratch, Isa isa);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_FEATURES_H_
