// The three passes over the state of Taylor attention, each for one tile of rows: fold rows into a
// state, apply a state to rows, and the gradient of rows through a state. Forward and backward,
// causal or not, are these in different orders. For kernel sources only (see vector.h).
//
// A state is numerators [features][value_width] and denominators [features]. Rows are transposed
// tiles (tile.h); the cursor says whose monomials are meant and with which coefficient.

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_PASSES_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_PASSES_H_

#include <stdint.h>

#include "ops/kernels/monomials.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// Monomials that exist at a time; a multiple of every kLanes. Their values (12 KB) and their part
// of the state share the first cache with the rows.
constexpr int64_t kTileMonomials = 48;

struct State {
  int64_t features;
  int64_t value_width;
  float* numerators;
  float* denominators;
};

struct ConstState {
  int64_t features;
  int64_t value_width;
  const float* numerators;
  const float* denominators;
};

// Memory of the passes.
struct PassScratch {
  float* values;        // [kTileMonomials][kTileRows]
  float* partial_sums;  // [kTileMonomials][kLanes]
};

static inline PassScratch CarvePassScratch(Carver* carver) {
  PassScratch scratch;
  scratch.values = Carve(carver, kTileMonomials * kTileRows);
  scratch.partial_sums = Carve(carver, kTileMonomials * 16);
  return scratch;
}

static inline State StateAt(float* floats, int64_t features, int64_t value_width) {
  return {features, value_width, floats, floats + features * value_width};
}

static inline ConstState AsConst(const State& state) {
  return {state.features, state.value_width, state.numerators, state.denominators};
}

static inline void ClearState(const State& state) {
  const int64_t floats = state.features * (state.value_width + 1);
  for (int64_t i = 0; i < floats; ++i) state.numerators[i] = 0.0f;
}

// state += the sum over rows of the monomials times (y, weight); y [rows][y_stride], padded to a
// multiple of kLanes columns; weights [kTileRows], zero beyond the rows.
static inline void FoldRows(MonomialCursor cursor, int64_t rows, const float* y, int64_t y_stride,
                     const float* weights, const PassScratch& scratch, const State& state) {
  for (int64_t first = 0; first < state.features; first += kTileMonomials) {
    const int64_t count = Smaller(kTileMonomials, state.features - first);
    const BuildAndSum build = {weights, scratch.values, scratch.partial_sums};
    VisitMonomials(&cursor, count, build);
    for (int64_t i = 0; i < count; i += kLanes) {
      const LaneMask mask = FirstLanes(static_cast<int>(Smaller(kLanes, count - i)));
      float* sums = state.denominators + first + i;
      StoreMasked(sums,
                  LoadMasked(sums, mask) + SumsOfRows(scratch.partial_sums + i * kLanes), mask);
    }
    Multiply<Along::kDepth, true, kTileRows>(count, state.value_width, rows, scratch.values, 0, y,
                                             y_stride,
                                             state.numerators + first * state.value_width,
                                             state.value_width);
  }
}

// z [value_width][kTileRows] += numerators^T monomials, sums [kTileRows] += denominators^T
// monomials.
static inline void ApplyState(MonomialCursor cursor, const ConstState& state, const PassScratch& scratch,
                       float* z, float* sums) {
  for (int64_t first = 0; first < state.features; first += kTileMonomials) {
    const int64_t count = Smaller(kTileMonomials, state.features - first);
    const BuildAndApply build = {state.denominators + first, scratch.values, sums};
    VisitMonomials(&cursor, count, build);
    Multiply<Along::kRows, true, 0>(state.value_width, cursor.vecs * kLanes, count,
                                    state.numerators + first * state.value_width,
                                    state.value_width, scratch.values, kTileRows, z, kTileRows);
  }
}

// x_gradient [width][kTileRows] += the gradient of the rows whose monomials were multiplied with
// the state and then with y [value_width][kTileRows] and weights [kTileRows].
static inline void ContractState(MonomialCursor cursor, const ConstState& state, const float* y,
                          const float* weights, const PassScratch& scratch, float* x_gradient) {
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
