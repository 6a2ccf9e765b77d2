// Tiles in registers over operands as they lie in memory. Products with a transposed operand are dot products, whose
// lanes are folded together pairwise; the others run along the columns.
#include <stdint.h>

#include <utility>

#include "ops/kernels/register_tile.h"
#include "ops/kernels/thin_product_kernels.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Index of lane `lane` in the pair (a, b), for folding blocks of 2 kDistance lanes: the first half of a block comes from
// a, the second from b; `upper` takes what is to be added to it.
constexpr int FoldSource(int lane, int distance, bool upper) {
  const bool of_a = lane % (2 * distance) < distance;
  if (of_a) return upper ? lane + distance : lane;
  return kLanes + (upper ? lane : lane - distance);
}

template <int kDistance, int... kLane>
PLUMBLINE_INLINE Vec FoldLanes(Vec a, Vec b, std::integer_sequence<int, kLane...>) {
  const IntVec lower = {FoldSource(kLane, kDistance, false)...};
  const IntVec upper = {FoldSource(kLane, kDistance, true)...};
  return __builtin_shuffle(a, b, lower) + __builtin_shuffle(a, b, upper);
}

// Halves the lanes over which a and b still have to be summed, and joins them in one vector.
template <int kDistance>
PLUMBLINE_INLINE Vec Fold(Vec a, Vec b) {
  return FoldLanes<kDistance>(a, b, std::make_integer_sequence<int, kLanes>());
}

// The sums of the lanes of kCount vectors (a power of two up to kLanes), which are overwritten. Sum i is in the lanes
// that LaneOfSum tells.
template <int kCount, int kDistance>
PLUMBLINE_INLINE Vec FoldAll(Vec* v) {
  if constexpr (kDistance == 0) {
    return v[0];
  } else if constexpr (kCount == 1) {
    v[0] = Fold<kDistance>(v[0], v[0]);
    return FoldAll<1, kDistance / 2>(v);
  } else {
#pragma GCC unroll 8
    for (int i = 0; i < kCount / 2; ++i) v[i] = Fold<kDistance>(v[2 * i], v[2 * i + 1]);
    return FoldAll<kCount / 2, kDistance / 2>(v);
  }
}

// Bit j of i decides at distance kLanes >> (j + 1).
PLUMBLINE_INLINE int LaneOfSum(int i) {
  int lane = 0;
  for (int distance = kLanes / 2; i != 0; i >>= 1, distance >>= 1) lane += (i & 1) * distance;
  return lane;
}

constexpr int kDotRows = 4;
constexpr int kDotColumns = kRegisters == 32 ? 4 : 2;

struct Epilogue {
  const float* bias;
  bool relu;
};

// y[r][c] for kRows rows of a and kColumns rows of b, whose strides are both `inner`.
template <int kRows, int kColumns>
PLUMBLINE_INLINE void DotTile(int64_t inner, const float* a, const float* b, const Epilogue& epilogue, float* y,
                              int64_t y_stride) {
  Vec sums[kRows * kColumns];
#pragma GCC unroll 16
  for (int i = 0; i < kRows * kColumns; ++i) sums[i] = Vec{};
  int64_t k = 0;
  for (; k + kLanes <= inner; k += kLanes) {
    Vec bk[kColumns];
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) bk[c] = Load(b + c * inner + k);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Vec ak = Load(a + r * inner + k);
#pragma GCC unroll 4
      for (int c = 0; c < kColumns; ++c) sums[r * kColumns + c] = Fma(ak, bk[c], sums[r * kColumns + c]);
    }
  }
  if (k < inner) {
    const LaneMask mask = FirstLanes(static_cast<int>(inner - k));
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Vec ak = LoadMasked(a + r * inner + k, mask);
#pragma GCC unroll 4
      for (int c = 0; c < kColumns; ++c) {
        sums[r * kColumns + c] = Fma(ak, LoadMasked(b + c * inner + k, mask), sums[r * kColumns + c]);
      }
    }
  }
  constexpr int kAtOnce = kRows * kColumns < kLanes ? kRows * kColumns : kLanes;
  float results[kRows * kColumns];
#pragma GCC unroll 4
  for (int first = 0; first < kRows * kColumns; first += kAtOnce) {
    float lanes[kLanes];
    Store(lanes, FoldAll<kAtOnce, kLanes / 2>(sums + first));
#pragma GCC unroll 16
    for (int i = 0; i < kAtOnce; ++i) results[first + i] = lanes[LaneOfSum(i)];
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) {
      float value = results[r * kColumns + c];
      if (epilogue.bias != nullptr) value += epilogue.bias[c];
      if (epilogue.relu && !(value > 0)) value = value != value ? value : 0;
      y[r * y_stride + c] = value;
    }
  }
}

template <int kColumns>
PLUMBLINE_INLINE void DotColumns(int64_t rows, int64_t inner, const float* a, const float* b, const Epilogue& epilogue,
                                 float* y, int64_t y_stride) {
  int64_t row = 0;
  for (; row + kDotRows <= rows; row += kDotRows) {
    DotTile<kDotRows, kColumns>(inner, a + row * inner, b, epilogue, y + row * y_stride, y_stride);
  }
  for (; row < rows; ++row) DotTile<1, kColumns>(inner, a + row * inner, b, epilogue, y + row * y_stride, y_stride);
}

void ByDotProducts(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, const float* bias,
                   bool relu, float* y) {
  int64_t column = 0;
  const auto epilogue = [&] { return Epilogue{bias == nullptr ? nullptr : bias + column, relu}; };
  for (; column + kDotColumns <= columns; column += kDotColumns) {
    DotColumns<kDotColumns>(rows, inner, a, b + column * inner, epilogue(), y + column, columns);
  }
  for (; column < columns; ++column) {
    DotColumns<1>(rows, inner, a, b + column * inner, epilogue(), y + column, columns);
  }
}

// Columns of a tile whose lanes are the rows of a.
constexpr int kLaneColumns = kRegisters == 32 ? 24 : 12;

// kColumns columns of y for up to kLanes rows, which stand in the lanes of `packed` [inner][kLanes].
template <int kColumns>
PLUMBLINE_INLINE void LaneTile(int64_t rows, int64_t inner, const float* packed, const float* b,
                               const Epilogue& epilogue, float* y, int64_t y_stride) {
  Vec sums[kColumns];
#pragma GCC unroll 24
  for (int c = 0; c < kColumns; ++c) sums[c] = Broadcast(epilogue.bias == nullptr ? 0.0f : epilogue.bias[c]);
  for (int64_t k = 0; k < inner; ++k) {
    const Vec ak = Load(packed + k * kLanes);
#pragma GCC unroll 24
    for (int c = 0; c < kColumns; ++c) sums[c] = Fma(Broadcast(b[c * inner + k]), ak, sums[c]);
  }
#pragma GCC unroll 24
  for (int c = 0; c < kColumns; ++c) {
    float lanes[kLanes];
    Store(lanes, epilogue.relu ? (sums[c] < Vec{} ? Vec{} : sums[c]) : sums[c]);
    for (int64_t row = 0; row < rows; ++row) y[row * y_stride + c] = lanes[row];
  }
}

// kColumns columns for all rows: the rows of b they take stay in the nearest cache from one block of rows to the next.
template <int kColumns>
PLUMBLINE_INLINE void LaneColumns(int64_t rows, int64_t inner, const float* packed, const float* b,
                                  const Epilogue& epilogue, float* y, int64_t y_stride) {
  for (int64_t row = 0; row < rows; row += kLanes) {
    const int64_t count = rows - row < kLanes ? rows - row : kLanes;
    LaneTile<kColumns>(count, inner, packed + row * inner, b, epilogue, y + row * y_stride, y_stride);
  }
}

void ByLanes(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, const float* bias, bool relu,
             float* packed, float* y) {
  for (int64_t block = 0; block < rows; block += kLanes) {
    float* const lanes = packed + block * inner;
    for (int64_t k = 0; k < inner; ++k) {
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        const int64_t row = block + lane;
        lanes[k * kLanes + lane] = row < rows ? a[row * inner + k] : 0.0f;
      }
    }
  }
  int64_t column = 0;
  const auto epilogue = [&] { return Epilogue{bias == nullptr ? nullptr : bias + column, relu}; };
  for (; column + kLaneColumns <= columns; column += kLaneColumns) {
    LaneColumns<kLaneColumns>(rows, inner, packed, b + column * inner, epilogue(), y + column, columns);
  }
  for (; column + 4 <= columns; column += 4) {
    LaneColumns<4>(rows, inner, packed, b + column * inner, epilogue(), y + column, columns);
  }
  for (; column < columns; ++column) {
    LaneColumns<1>(rows, inner, packed, b + column * inner, epilogue(), y + column, columns);
  }
}

void ByTransposed(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, const float* bias,
                  bool relu, float* scratch, float* y) {
  // A block of rows that would leave half of the lanes idle is better served by dot products.
  const int64_t rest = rows % kLanes;
  const int64_t in_lanes = 2 * rest > kLanes ? rows : rows - rest;
  if (in_lanes > 0) ByLanes(in_lanes, inner, columns, a, b, bias, relu, scratch, y);
  if (in_lanes == rows) return;
  ByDotProducts(rows - in_lanes, inner, columns, a + in_lanes * inner, b, bias, relu, y + in_lanes * columns);
}

// The last columns, fewer than a vector has lanes.
template <Along kAlong, bool kAdd>
PLUMBLINE_INLINE void LastColumns(int64_t rows, int64_t inner, int64_t count, const float* a, int64_t a_stride,
                                  const float* b, int64_t b_stride, float* y, int64_t y_stride) {
  const LaneMask mask = FirstLanes(static_cast<int>(count));
  for (int64_t row = 0; row < rows; ++row) {
    Vec sum = Vec{};
    for (int64_t k = 0; k < inner; ++k) {
      const float ak = kAlong == Along::kDepth ? a[row * a_stride + k] : a[k * a_stride + row];
      sum = Fma(Broadcast(ak), LoadMasked(b + k * b_stride, mask), sum);
    }
    float* const place = y + row * y_stride;
    StoreMasked(place, kAdd ? LoadMasked(place, mask) + sum : sum, mask);
  }
}

template <Along kAlong, bool kAdd, int kVecs>
PLUMBLINE_INLINE int64_t Columns(int64_t column, int64_t rows, int64_t inner, int64_t columns, const float* a,
                                 int64_t a_stride, const float* b, float* y) {
  for (; column + kVecs * kLanes <= columns; column += kVecs * kLanes) {
    float* const block = y + column;
    MultiplyRows<kAlong, kVecs>(rows, inner, a, a_stride, b + column, columns, [=](int64_t row, auto& tile) {
      constexpr int kRows = sizeof(tile) / sizeof(tile[0]);
#pragma GCC unroll 24
      for (int r = 0; r < kRows; ++r) {
        float* const place = block + (row + r) * columns;
#pragma GCC unroll 4
        for (int v = 0; v < kVecs; ++v) {
          Store(place + v * kLanes, kAdd ? Load(place + v * kLanes) + tile[r][v] : tile[r][v]);
        }
      }
    });
  }
  return column;
}

// a is [rows, inner] along kDepth, [inner, rows] along kRows.
template <Along kAlong, bool kAdd>
void AlongColumns(int64_t rows, int64_t inner, int64_t columns, const float* a, int64_t a_stride, const float* b,
                  float* y) {
  int64_t column = Columns<kAlong, kAdd, kMaxTileVecs>(0, rows, inner, columns, a, a_stride, b, y);
  column = Columns<kAlong, kAdd, 1>(column, rows, inner, columns, a, a_stride, b, y);
  if (column == columns) return;
  LastColumns<kAlong, kAdd>(rows, inner, columns - column, a, a_stride, b + column, columns, y + column, columns);
}

// Tiles of 4 rows and 3 vectors: enough sums at once for the latency of a multiply-add, and 8 rows are two tiles.
constexpr int kRowTile = 4;
constexpr int kVecTile = 3;

template <int kRows, int kVecs>
PLUMBLINE_INLINE void RowTile(int64_t inner, int64_t columns, const float* a, const float* b, float* y) {
  Vec tile[kRows][kVecs];
  MultiplyTile<Along::kDepth>(inner, a, inner, b, columns, tile);
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) Store(y + r * columns + v * kLanes, tile[r][v]);
  }
}

template <int kVecs>
PLUMBLINE_INLINE int64_t RowTiles(int64_t column, int64_t rows, int64_t inner, int64_t columns, const float* a,
                                  const float* b, float* y) {
  for (; column + kVecs * kLanes <= columns; column += kVecs * kLanes) {
    int64_t row = 0;
    for (; row + kRowTile <= rows; row += kRowTile) {
      RowTile<kRowTile, kVecs>(inner, columns, a + row * inner, b + column, y + row * columns + column);
    }
    for (; row < rows; ++row) {
      RowTile<1, kVecs>(inner, columns, a + row * inner, b + column, y + row * columns + column);
    }
  }
  return column;
}

void FewRows(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, float* y) {
  int64_t column = RowTiles<kVecTile>(0, rows, inner, columns, a, b, y);
  column = RowTiles<1>(column, rows, inner, columns, a, b, y);
  if (column == columns) return;
  LastColumns<Along::kDepth, false>(rows, inner, columns - column, a, inner, b + column, columns, y + column, columns);
}

void ShortInner(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, bool add, float* y) {
  if (add) {
    AlongColumns<Along::kRows, true>(rows, inner, columns, a, rows, b, y);
  } else {
    AlongColumns<Along::kRows, false>(rows, inner, columns, a, rows, b, y);
  }
}

}  // namespace

const ThinProductKernels kThinProduct = {ByTransposed, FewRows, ShortInner};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
