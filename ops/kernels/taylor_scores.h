// Causal attention inside one tile of rows, where the linear form cannot separate what a query may
// see: the kernel p as a masked square of scores. For kernel sources only (see vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_SCORES_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_SCORES_H_

#include <stdint.h>

#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// p(s) = sum over n < terms of s^n / n!; 0 for terms = 0.
PLUMBLINE_INLINE Vec TruncatedExp(Vec s, int64_t terms) {
  Vec sum = terms > 0 ? Broadcast(1.0f) : Vec{};
  for (int64_t n = terms - 1; n > 0; --n) {
    sum = Fma(sum, s * Broadcast(1.0f / static_cast<float>(n)), Broadcast(1.0f));
  }
  return sum;
}

// products[j][i] = x_j . y_i for i >= j at least, j and i < rows; x [rows][width] in memory, y
// [width][kTileRows] transposed.
static inline void TriangleProducts(int64_t rows, int64_t width, const float* x, int64_t x_stride,
                                    const float* y, float* products) {
  const int64_t columns = RoundUpToLanes(rows);
  for (int64_t j = 0; j < rows; j += kLanes) {
    Multiply<Along::kDepth, false, 0>(Smaller(kLanes, rows - j), columns - j, width,
                                      x + j * x_stride, x_stride, y + j, kTileRows,
                                      products + j * kTileRows + j, kTileRows);
  }
}

// The steps in which the columns of a triangle are visited: within one, all rows up to its end.
constexpr int64_t kTriangleStep = 2 * kLanes < kTileRows ? 2 * kLanes : kTileRows;

// z [columns][kTileRows] += x^T weights, for weights[j][i] that are zero for i < j;
// x [rows][x_stride].
static inline void ApplyTriangle(int64_t rows, int64_t columns, const float* x, int64_t x_stride,
                                 const float* weights, float* z) {
  const int64_t end = RoundUpToLanes(rows);
  for (int64_t i = 0; i < end; i += kTriangleStep) {
    const int64_t step = Smaller(kTriangleStep, end - i);
    Multiply<Along::kRows, true, 0>(columns, step, Smaller(i + step, rows), x, x_stride,
                                    weights + i, kTileRows, z + i, kTileRows);
  }
}

// z [rows][columns] = weights y, for weights[j][i] that are zero for i < j; y [rows][y_stride].
static inline void FoldTriangle(int64_t rows, int64_t columns, const float* weights, const float* y,
                                int64_t y_stride, float* z, int64_t z_stride) {
  for (int64_t j = 0; j < rows; j += kTriangleStep) {
    Multiply<Along::kDepth, false, kTileRows>(Smaller(kTriangleStep, rows - j), columns, rows - j,
                                              weights + j * kTileRows + j, 0, y + j * y_stride,
                                              y_stride, z + j * z_stride, z_stride);
  }
}

// In place of the scores[j][i]: weights p(scale score), and zero for i < j up to the step of
// kTriangleStep columns that holds j. sums[i] += the weights of column i.
static inline void WeightsOfScores(int64_t rows, int64_t terms, float scale, float* scores,
                                   float* sums) {
  const int64_t end = RoundUpToLanes(rows);
  for (int64_t j = 0; j < rows; ++j) {
    const int64_t begin = j - j % kTriangleStep;
    for (int64_t i = begin; i < end; i += kLanes) {
      float* at = scores + j * kTileRows + i;
      const IntVec seen = LaneIndices() >= static_cast<int32_t>(j - i);
      const Vec weight = TruncatedExp(Load(at) * Broadcast(scale), terms);
      const Vec masked = Select(seen, weight, Vec{});
      Store(at, masked);
      Store(sums + i, Load(sums + i) + masked);
    }
  }
}

// As WeightsOfScores without the sums, and in place of the gradients[j][i] of the weights, to which
// offsets[i] are added: those of the products behind the scores.
static inline void WeightsAndGradients(int64_t rows, int64_t terms, float scale,
                                       const float* offsets, float* scores, float* gradients) {
  const int64_t end = RoundUpToLanes(rows);
  for (int64_t j = 0; j < rows; ++j) {
    const int64_t begin = j - j % kTriangleStep;
    for (int64_t i = begin; i < end; i += kLanes) {
      const int64_t at = j * kTileRows + i;
      const IntVec seen = LaneIndices() >= static_cast<int32_t>(j - i);
      const Vec score = Load(scores + at) * Broadcast(scale);
      const Vec slope = TruncatedExp(score, terms - 1) * Broadcast(scale);
      const Vec gradient = (Load(gradients + at) + Load(offsets + i)) * slope;
      Store(scores + at, Select(seen, TruncatedExp(score, terms), Vec{}));
      Store(gradients + at, Select(seen, gradient, Vec{}));
    }
  }
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_SCORES_H_
