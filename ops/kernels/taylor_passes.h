// The three passes over the state of Taylor attention, each for one tile of rows: fold rows into a
// state, apply a state to rows, and the gradient of rows through a state. Forward and backward,
// causal or not, are these in different orders. For kernel sources only (see vector.h).
//
// Rows are transposed tiles (tile.h); the cursor says whose monomials are meant. The coefficients
// of the series are in the state (taylor_state.h); monomials are bare.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_PASSES_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_PASSES_H_

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/monomials.h"
#include "ops/kernels/taylor_narrow.h"
#include "ops/kernels/taylor_state.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// Monomials that exist at a time; a multiple of every kLanes. Their values (12 KB) and their part
// of the state share the first cache with the rows.
constexpr int64_t kTileMonomials = 48;

// Memory of the passes.
struct PassScratch {
  float* coefficients;  // [features], 1 / a! of each monomial
  float* values;        // [kTileMonomials][kTileRows]
  float* partial_sums;  // [kTileMonomials][kLanes]
  NarrowScratch narrow;
};

static inline PassScratch CarvePassScratch(Carver* carver, int64_t features) {
  PassScratch scratch;
  scratch.coefficients = Carve(carver, features);
  scratch.values = Carve(carver, kTileMonomials * kTileRows);
  scratch.partial_sums = Carve(carver, kTileMonomials * kLanes);
  scratch.narrow = CarveNarrowScratch(carver);
  return scratch;
}

// The coefficients are what the monomials of a vector of ones would be with them. Uses x
// [width][kTileRows].
static inline void SetCoefficients(MonomialCursor cursor, int64_t features, float* x,
                                   const PassScratch& scratch) {
  Fill(x, cursor.width * kTileRows / kLanes, 1.0f);
  StartAt(&cursor, Coefficient::kInverseFactorial, x, 1);
  for (int64_t first = 0; first < features; first += kTileMonomials) {
    const int64_t count = Smaller(kTileMonomials, features - first);
    VisitMonomials(&cursor, count, Build{scratch.values});
    for (int64_t i = 0; i < count; ++i) {
      scratch.coefficients[first + i] = scratch.values[i * kTileRows];
    }
  }
}

// state += coefficient times the sum over rows of the monomials times (y, weight); y
// [rows][y_stride], padded to a multiple of kLanes columns; weights [kTileRows], zero beyond the
// rows.
static inline void FoldRows(MonomialCursor cursor, int64_t rows, const float* y, int64_t y_stride,
                            const float* weights, const PassScratch& scratch, const State& state) {
  for (int64_t first = 0; first < state.features; first += kTileMonomials) {
    const int64_t count = Smaller(kTileMonomials, state.features - first);
    const float* coefficients = scratch.coefficients + first;
    VisitMonomials(&cursor, count, BuildAndSum{weights, scratch.values, scratch.partial_sums});
    for (int64_t i = 0; i < count; i += kLanes) {
      const LaneMask mask = FirstLanes(static_cast<int>(Smaller(kLanes, count - i)));
      float* sums = state.denominators + first + i;
      StoreMasked(sums,
                  Fma(LoadMasked(coefficients + i, mask),
                      SumsOfRows(scratch.partial_sums + i * kLanes), LoadMasked(sums, mask)),
                  mask);
    }
    MultiplyInto<Along::kDepth, Into::kAddScaled, kTileRows>(
        count, state.value_width, rows, scratch.values, 0, y, y_stride,
        state.numerators + first * state.value_width, state.value_width, coefficients);
  }
}

// The rows of a tile in memory.
struct RowsInMemory {
  const float* x;
  int64_t stride;
  int64_t count;
  float factor;  // of x, to be multiplied with it
};

// The whole of it for a tile of rows: loads them, transposed to x [width][kTileRows] where that is
// needed, and folds them.
static inline void LoadAndFold(MonomialCursor cursor, const RowsInMemory& rows, float* x,
                               const float* y, int64_t y_stride, const float* weights,
                               const PassScratch& scratch, const State& state) {
  if (CanFoldNarrow(cursor.width, state.value_width, cursor.terms)) {
    LoadNarrowRows(rows.x, rows.stride, rows.count, cursor.width, rows.factor, scratch.narrow);
    FoldNarrowRows(rows.count, cursor.width, y, y_stride, weights, scratch.coefficients,
                   scratch.narrow, state);
    return;
  }
  TransposeIn(rows.x, rows.stride, rows.count, cursor.width, rows.factor, x);
  StartAt(&cursor, Coefficient::kOne, x, rows.count);
  FoldRows(cursor, rows.count, y, y_stride, weights, scratch, state);
}

// z [value_width][kTileRows] += numerators^T monomials, sums [kTileRows] += denominators^T
// monomials.
static inline void ApplyState(MonomialCursor cursor, const ConstState& state,
                              const PassScratch& scratch, float* z, float* sums) {
  if (CanApplyNarrow(state.value_width)) {
    const int64_t vecs = cursor.vecs;
    cursor.vecs = 1;
    for (int64_t v = 0; v < vecs; ++v, cursor.x += kLanes) {
      ApplyNarrowState(cursor, state, z + v * kLanes, sums + v * kLanes);
    }
    return;
  }
  for (int64_t first = 0; first < state.features; first += kTileMonomials) {
    const int64_t count = Smaller(kTileMonomials, state.features - first);
    VisitMonomials(&cursor, count,
                   BuildAndApply{state.denominators + first, scratch.values, sums});
    Multiply<Along::kRows, true, 0>(state.value_width, cursor.vecs * kLanes, count,
                                    state.numerators + first * state.value_width,
                                    state.value_width, scratch.values, kTileRows, z, kTileRows);
  }
}

// x_gradient [width][kTileRows] += the gradient of the rows whose monomials were multiplied with
// the state and then with y [value_width][kTileRows] and weights [kTileRows].
static inline void ContractState(MonomialCursor cursor, const ConstState& state, const float* y,
                                 const float* weights, const PassScratch& scratch,
                                 float* x_gradient) {
  ClearPrefixGradients(cursor);
  for (int64_t first = 0; first < state.features; first += kTileMonomials) {
    const int64_t count = Smaller(kTileMonomials, state.features - first);
    Multiply<Along::kDepth, false, 0>(count, cursor.vecs * kLanes, state.value_width,
                                      state.numerators + first * state.value_width,
                                      state.value_width, y, kTileRows, scratch.values, kTileRows);
    ContractMonomials(&cursor, count, scratch.values, state.denominators + first, weights,
                      x_gradient);
  }
  LeavePrefixes(cursor, 1, x_gradient);
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_PASSES_H_
