// Folding and applying the state of Taylor attention for narrow heads, where the writing of
// monomials would take a fifth of the time: here they exist in registers only. For kernel sources
// only (see vector.h).
//
// With three terms the monomials of x are the products of two components of (1, x), each pair once,
// in the same order; that is what folding uses. Applying works for any number of terms.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_NARROW_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_NARROW_H_

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/monomials.h"
#include "ops/kernels/taylor_state.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// Values of one vector; the result for a vector of rows then fits the registers.
constexpr int kNarrow = 16;

PLUMBLINE_INLINE bool CanApplyNarrow(int64_t value_width) {
  return kLanes == kNarrow && value_width == kNarrow;
}
PLUMBLINE_INLINE bool CanFoldNarrow(int64_t width, int64_t value_width, int64_t terms) {
  return CanApplyNarrow(value_width) && width <= kNarrow && terms == 3;
}

// Rows as folding reads them: [kTileRows][kNarrowStride], 1 and then x from column kNarrowOne on,
// so that x is aligned; zeros behind it.
constexpr int64_t kNarrowStride = 2 * kNarrow;
constexpr int64_t kNarrowOne = kNarrow - 1;

constexpr int64_t kNarrowMonomials = (kNarrow + 1) * (kNarrow + 2) / 2;

struct NarrowScratch {
  float* rows;      // [kTileRows][kNarrowStride]
  float* products;  // [kNarrowMonomials]
};

static inline NarrowScratch CarveNarrowScratch(Carver* carver) {
  NarrowScratch scratch;
  scratch.rows = Carve(carver, kTileRows * kNarrowStride);
  scratch.products = Carve(carver, kNarrowMonomials);
  return scratch;
}

static inline void LoadNarrowRows(const float* x, int64_t x_stride, int64_t rows, int64_t width,
                                  float factor, const NarrowScratch& scratch) {
  const LaneMask mask = FirstLanes(static_cast<int>(width));
  float* to = scratch.rows;
  for (int64_t row = 0; row < rows; ++row, x += x_stride, to += kNarrowStride) {
    to[kNarrowOne] = 1.0f;
    Store(to + kNarrowOne + 1, Broadcast(factor) * LoadMasked(x, mask));
  }
}

// numerators[b] += coefficients[b] * the sum over rows of x[0] x[b] y, for b < kCount.
template <int kCount>
static inline void FoldNarrowRun(int64_t rows, const float* x, const float* y, int64_t y_stride,
                                 const float* coefficients, float* numerators) {
  constexpr int kChains = kCount < 4 ? 2 : 1;  // enough additions in flight
  Vec sum[kChains][kCount];
#pragma GCC unroll 2
  for (int chain = 0; chain < kChains; ++chain) {
#pragma GCC unroll 17
    for (int b = 0; b < kCount; ++b) sum[chain][b] = Vec{};
  }
  for (; rows >= kChains; rows -= kChains) {
#pragma GCC unroll 2
    for (int chain = 0; chain < kChains; ++chain, x += kNarrowStride, y += y_stride) {
      const Vec xy = Load(y) * Broadcast(x[0]);
#pragma GCC unroll 17
      for (int b = 0; b < kCount; ++b) sum[chain][b] = Fma(xy, Broadcast(x[b]), sum[chain][b]);
    }
  }
  if (rows > 0) {
    const Vec xy = Load(y) * Broadcast(x[0]);
#pragma GCC unroll 17
    for (int b = 0; b < kCount; ++b) sum[0][b] = Fma(xy, Broadcast(x[b]), sum[0][b]);
  }
#pragma GCC unroll 17
  for (int b = 0; b < kCount; ++b, numerators += kNarrow) {
    const Vec total = kChains == 1 ? sum[0][b] : sum[0][b] + sum[kChains - 1][b];
    Store(numerators, Fma(Broadcast(coefficients[b]), total, Load(numerators)));
  }
}

// All runs of at most kCount monomials; those longer than width + 1 do not exist.
template <int kCount>
static inline void FoldNarrowRuns(int64_t rows, int64_t width, const float* x, const float* y,
                                  int64_t y_stride, const float* coefficients, float* numerators) {
  if (kCount <= width + 1) {
    FoldNarrowRun<kCount>(rows, x, y, y_stride, coefficients, numerators);
    ++x;
    coefficients += kCount;
    numerators += kCount * kNarrow;
  }
  if constexpr (kCount > 1) {
    FoldNarrowRuns<kCount - 1>(rows, width, x, y, y_stride, coefficients, numerators);
  }
}

// products = the sums over rows of weight times each monomial.
static inline void SumNarrowProducts(int64_t rows, int64_t width, const float* weights,
                                     const NarrowScratch& scratch) {
  Vec sum[kNarrow + 1];
#pragma GCC unroll 17
  for (int a = 0; a <= kNarrow; ++a) sum[a] = Vec{};
  const float* x = scratch.rows + kNarrowOne + 1;
  float total = 0.0f;
  for (int64_t row = 0; row < rows; ++row, x += kNarrowStride) {
    const Vec weighted = Load(x) * Broadcast(weights[row]);
    total += weights[row];
    sum[0] += weighted;
#pragma GCC unroll 16
    for (int a = 0; a < kNarrow; ++a) sum[a + 1] = Fma(weighted, Broadcast(x[a]), sum[a + 1]);
  }
  // sum[a + 1] holds x_a x_b for b < width, of which b >= a belongs in place; what lies before is
  // overwritten by the smaller a.
  const LaneMask mask = FirstLanes(static_cast<int>(width));
  float* end = scratch.products + (width + 1) * (width + 2) / 2;
#pragma GCC unroll 16
  for (int a = kNarrow - 1; a >= 0; --a) {
    if (a >= width) continue;
    StoreMasked(end - width, sum[a + 1], mask);
    end -= width - a;
  }
  StoreMasked(end - width, sum[0], mask);
  scratch.products[0] = total;
}

// FoldRows of taylor_passes.h for the rows that were loaded.
static inline void FoldNarrowRows(int64_t rows, int64_t width, const float* y, int64_t y_stride,
                                  const float* weights, const float* coefficients,
                                  const NarrowScratch& scratch, const State& state) {
  SumNarrowProducts(rows, width, weights, scratch);
  FoldNarrowRuns<kNarrow + 1>(rows, width, scratch.rows + kNarrowOne, y, y_stride, coefficients,
                              state.numerators);
  for (int64_t m = 0; m < state.features; m += kLanes) {
    const LaneMask mask = FirstLanes(static_cast<int>(Smaller(kLanes, state.features - m)));
    const Vec products = LoadMasked(scratch.products + m, mask);
    float* sums = state.denominators + m;
    StoreMasked(sums, Fma(LoadMasked(coefficients + m, mask), products, LoadMasked(sums, mask)),
                mask);
  }
}

// ApplyState of taylor_passes.h for one vector of rows.
static inline void ApplyNarrowState(MonomialCursor cursor, const ConstState& state, float* z,
                                    float* sums) {
  const float* factors = state.denominators;
  const float* numerators = state.numerators;
  Vec sum = Load(sums);
  Vec tile[kNarrow];
#pragma GCC unroll 16
  for (int c = 0; c < kNarrow; ++c) tile[c] = Load(z + c * kTileRows);
  for (int64_t done = 0; done < state.features;) {
    if (cursor.next == cursor.width) EnterNextRun(&cursor, LevelThatChanges(cursor));
    const MonomialRun run = TakeRun(&cursor, state.features - done);
    const Vec product = Load(run.product);
    const float* x = run.x;
    for (int64_t i = 0; i < run.count; ++i, x += kTileRows, numerators += kNarrow, ++factors) {
      const Vec value = product * Load(x);
      sum = Fma(value, Broadcast(*factors), sum);
#pragma GCC unroll 16
      for (int c = 0; c < kNarrow; ++c) tile[c] = Fma(value, Broadcast(numerators[c]), tile[c]);
    }
    done += run.count;
  }
  Store(sums, sum);
#pragma GCC unroll 16
  for (int c = 0; c < kNarrow; ++c) Store(z + c * kTileRows, tile[c]);
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_NARROW_H_
