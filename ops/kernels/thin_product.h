// Products of matrices with few rows, or with a short inner axis: the linear layers of a small batch, forward, for the
// input's gradient and for the weight's. A general library packs operands for the caches, which costs as much as such a
// product; these kernels read each weight once, as it lies. All arrays are row-major with unit stride along a row.
#ifndef PLUMBLINE_OPS_KERNELS_THIN_PRODUCT_H_
#define PLUMBLINE_OPS_KERNELS_THIN_PRODUCT_H_

#include <stdint.h>

#include "ops/kernels/isa.h"

namespace plumbline {

// Up to this many rows (or this length of the inner axis) the kernels are the faster ones, for weights [320, 576] on
// AVX2 (Zen 3): at 8 they take 0.6 to 0.8 of oneDNN's time. With a transposed operand oneDNN is slower still (50 GFLOP/s
// at 32 rows, 75 at 64, of 85 for a large product; these kernels 65 to 70).
inline constexpr int64_t kMostThinRows = 16;
inline constexpr int64_t kMostThinRowsByTransposed = 32;

// y [rows, columns] = a [rows, inner] bᵀ, with b [columns, inner]; plus bias [columns] unless it is null; and relu on
// request. `scratch` has ThinProductScratchBytes(rows, inner), aligned to 64; its contents do not matter.
int64_t ThinProductScratchBytes(int64_t rows, int64_t inner);
void MultiplyByTransposed(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b,
                          const float* bias, bool relu, float* scratch, float* y, Isa isa);

// y [rows, columns] = a [rows, inner] b [inner, columns].
void MultiplyFewRows(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, float* y, Isa isa);

// y [rows, columns] = aᵀ b, with a [inner, rows] and b [inner, columns]; added to y on request. Any number of rows.
void MultiplyShortInner(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, bool add,
                        float* y, Isa isa);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_THIN_PRODUCT_H_
