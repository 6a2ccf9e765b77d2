// The three passes over the state of Taylor attention, each for one tile of rows: fold rows into a
// state, apply a state to rows, and the gradient of rows through a state. Forward and backward,
// causal or not, are these in different orders. For kernel sources only (see vector.h).
//
// A state is numerators [features][value_width] and denominators [features]. Rows are transposed
// tiles (tile.h); the cursor says whose monomials are meant. The coefficients of the series are in
// the state; monomials are bare.

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
  float* coefficients;  // [features], 1 / a! of each monomial
  float* values;        // [kTileMonomials][kTileRows]
  float* partial_sums;  // [kTileMonomials][kLanes]
};

static inline PassScratch CarvePassScratch(Carver* carver, int64_t features) {
  PassScratch scratch;
  scratch.coefficients = Carve(carver, features);
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

// ApplyState where the registers hold one vector of rows of the whole result, so that monomials
// need not be written: for narrow values their number counts.
constexpr int kNarrow = 16;
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

// z [value_width][kTileRows] += numerators^T monomials, sums [kTileRows] += denominators^T
// monomials.
static inline void ApplyState(MonomialCursor cursor, const ConstState& state,
                              const PassScratch& scratch, float* z, float* sums) {
  if (state.value_width == kNarrow && kRegisters == 32) {
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
