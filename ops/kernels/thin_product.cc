// The choice among the variants.
#include "ops/kernels/thin_product.h"

#include "ops/kernels/thin_product_kernels.h"

namespace plumbline {
namespace {

const ThinProductKernels& Kernels(Isa isa) {
  return SelectForIsa(isa, generic::kThinProduct, avx2::kThinProduct, avx512::kThinProduct);
}

}  // namespace

int64_t ThinProductScratchBytes(int64_t rows, int64_t inner) {
  constexpr int64_t kMostLanes = 16;  // of a vector, on any processor
  return (rows + kMostLanes - 1) / kMostLanes * kMostLanes * inner * static_cast<int64_t>(sizeof(float));
}

void MultiplyByTransposed(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b,
                          const float* bias, bool relu, float* scratch, float* y, Isa isa) {
  Kernels(isa).by_transposed(rows, inner, columns, a, b, bias, relu, scratch, y);
}

void MultiplyFewRows(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, float* y, Isa isa) {
  Kernels(isa).few_rows(rows, inner, columns, a, b, y);
}

void MultiplyShortInner(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, bool add,
                        float* y, Isa isa) {
  Kernels(isa).short_inner(rows, inner, columns, a, b, add, y);
}

}  // namespace plumbline
