// Causal attention inside one tile of rows, where the linear form cannot separate what a query may
// see: the kernel p as a masked square of scores. For kernel sources only (see vector.h).
//
// Squares are [j][i], j a key and i a query of the tile, with row stride kTileRows. Of each row
// only the vectors from the one that holds i = j on are computed.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_SCORES_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_SCORES_H_

#include <stdint.h>

#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// p(s) = sum over n < terms of s^n / n!; 0 for terms = 0. reciprocals[n] = 1 / n.
PLUMBLINE_INLINE Vec TruncatedExp(Vec s, int64_t terms, const float* reciprocals) {
  Vec sum = terms > 0 ? Broadcast(1.0f) : Vec{};
  for (int64_t n = terms - 1; n > 0; --n) {
    sum = Fma(sum, s * Broadcast(reciprocals[n]), Broadcast(1.0f));
  }
  return sum;
}

// How p is evaluated: with three terms by itself, else by the loop above.
struct ThreeTerms {
  __attribute__((always_inline)) Vec Value(Vec s) const {
    return Fma(Fma(s, Broadcast(0.5f), Broadcast(1.0f)), s, Broadcast(1.0f));
  }
  __attribute__((always_inline)) Vec Slope(Vec s) const { return Broadcast(1.0f) + s; }
};
struct AnyTerms {
  int64_t terms;
  const float* reciprocals;
  __attribute__((always_inline)) Vec Value(Vec s) const {
    return TruncatedExp(s, terms, reciprocals);
  }
  __attribute__((always_inline)) Vec Slope(Vec s) const {
    return TruncatedExp(s, terms - 1, reciprocals);
  }
};

static inline void SetReciprocals(int64_t terms, float* reciprocals) {
  for (int64_t n = 1; n < terms; ++n) reciprocals[n] = 1.0f / static_cast<float>(n);
}

// products[j][i] = x_j . y_i; x [rows][width] in memory, y [width][kTileRows] transposed.
static inline void TriangleProducts(int64_t rows, int64_t width, const float* x, int64_t x_stride,
                                    const float* y, float* products) {
  const int64_t columns = RoundUpToLanes(rows);
  for (int64_t j = 0; j < rows; j += kLanes) {
    Multiply<Along::kDepth, false, 0>(Smaller(kLanes, rows - j), columns - j, width,
                                      x + j * x_stride, x_stride, y + j, kTileRows,
                                      products + j * kTileRows + j, kTileRows);
  }
}

// z [columns][kTileRows] += x^T weights; x [rows][x_stride].
static inline void ApplyTriangle(int64_t rows, int64_t columns, const float* x, int64_t x_stride,
                                 const float* weights, float* z) {
  for (int64_t i = 0; i < rows; i += kLanes) {
    Multiply<Along::kRows, true, 0>(columns, kLanes, Smaller(i + kLanes, rows), x, x_stride,
                                    weights + i, kTileRows, z + i, kTileRows);
  }
}

// z [rows][columns] = weights y; y [rows][y_stride].
static inline void FoldTriangle(int64_t rows, int64_t columns, const float* weights, const float* y,
                                int64_t y_stride, float* z, int64_t z_stride) {
  for (int64_t j = 0; j < rows; j += kLanes) {
    Multiply<Along::kDepth, false, kTileRows>(Smaller(kLanes, rows - j), columns, rows - j,
                                              weights + j * kTileRows + j, 0, y + j * y_stride,
                                              y_stride, z + j * z_stride, z_stride);
  }
}

// Scores become weights p(scale score), zero where j > i; sums[i] += the weights of column i.
template <typename Terms>
static void WeightsOfScores(Terms terms, int64_t rows, float scale, float* scores, float* sums) {
  for (int64_t i = 0; i < rows; i += kLanes) {
    Vec sum = Load(sums + i);
    float* at = scores + i;
    for (int64_t j = 0; j < i; ++j, at += kTileRows) {
      const Vec weight = terms.Value(Load(at) * Broadcast(scale));
      Store(at, weight);
      sum += weight;
    }
    const int64_t diagonal = Smaller(kLanes, rows - i);
    for (int64_t j = 0; j < diagonal; ++j, at += kTileRows) {
      const Vec weight = terms.Value(Load(at) * Broadcast(scale));
      const Vec masked = Select(LaneIndices() >= static_cast<int32_t>(j), weight, Vec{});
      Store(at, masked);
      sum += masked;
    }
    Store(sums + i, sum);
  }
}

// As WeightsOfScores without the sums, and in place of the gradients[j][i] of the weights, to which
// offsets[i] are added: those of the products behind the scores.
template <typename Terms>
static void WeightsAndGradients(Terms terms, int64_t rows, float scale, const float* offsets,
                                float* scores, float* gradients) {
  for (int64_t i = 0; i < rows; i += kLanes) {
    const Vec offset = Load(offsets + i);
    for (int64_t j = 0; j < Smaller(i + kLanes, rows); ++j) {
      const int64_t at = j * kTileRows + i;
      const IntVec seen = LaneIndices() >= static_cast<int32_t>(j - i);
      const Vec score = Load(scores + at) * Broadcast(scale);
      const Vec slope = terms.Slope(score) * Broadcast(scale);
      const Vec gradient = (Load(gradients + at) + offset) * slope;
      Store(scores + at, Select(seen, terms.Value(score), Vec{}));
      Store(gradients + at, Select(seen, gradient, Vec{}));
    }
  }
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_SCORES_H_
