// The variants of the kernels of thin_product.h.
#ifndef PLUMBLINE_OPS_KERNELS_THIN_PRODUCT_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_THIN_PRODUCT_KERNELS_H_

#include <stdint.h>

namespace plumbline {

struct ThinProductKernels {
  void (*by_transposed)(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b,
                        const float* bias, bool relu, float* scratch, float* y);
  void (*few_rows)(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, float* y);
  void (*short_inner)(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, bool add,
                      float* y);
};

namespace generic {
extern const ThinProductKernels kThinProduct;
}
namespace avx2 {
extern const ThinProductKernels kThinProduct;
}
namespace avx512 {
extern const ThinProductKernels kThinProduct;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_THIN_PRODUCT_KERNELS_H_
