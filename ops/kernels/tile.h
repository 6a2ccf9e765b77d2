// Tiles that stay in the cache: a few rows of a matrix copied or transposed next to each other, and
// products of tiles. For kernel sources only (see vector.h).
//
// A transposed tile holds kTileRows columns of floats per row, of which the caller uses the first
// few; what lies beyond the rows copied is zero up to the next multiple of kLanes.

#ifndef PLUMBLINE_OPS_KERNELS_TILE_H_
#define PLUMBLINE_OPS_KERNELS_TILE_H_

#include <stdint.h>

#include "ops/kernels/matrix.h"
#include "ops/kernels/register_tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// Rows of a matrix that are worked on together, and the row stride of a transposed tile.
constexpr int64_t kTileRows = 64;

PLUMBLINE_INLINE int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }
PLUMBLINE_INLINE int64_t VecsFor(int64_t count) { return (count + kLanes - 1) / kLanes; }
PLUMBLINE_INLINE int64_t RoundUpToLanes(int64_t count) { return VecsFor(count) * kLanes; }

// a0 b0 a1 b1 ... of the lower and of the upper halves.
#if defined(__AVX512F__)
PLUMBLINE_INLINE Vec InterleaveLow(Vec a, Vec b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
PLUMBLINE_INLINE Vec InterleaveHigh(Vec a, Vec b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                 31);
}
#elif defined(__AVX2__)
PLUMBLINE_INLINE Vec InterleaveLow(Vec a, Vec b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
PLUMBLINE_INLINE Vec InterleaveHigh(Vec a, Vec b) {
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
#else
PLUMBLINE_INLINE Vec InterleaveLow(Vec a, Vec b) {
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}
PLUMBLINE_INLINE Vec InterleaveHigh(Vec a, Vec b) {
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}
#endif

// One round of the transposition below: rows i and i + kLanes / 2 interleaved.
PLUMBLINE_INLINE void InterleaveRows(const Vec (&in)[kLanes], Vec (&out)[kLanes]) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes / 2; ++i) {
    out[2 * i] = InterleaveLow(in[i], in[i + kLanes / 2]);
    out[2 * i + 1] = InterleaveHigh(in[i], in[i + kLanes / 2]);
  }
}

// A square of kLanes x kLanes, in place: log2(kLanes) perfect shuffles of its rows.
PLUMBLINE_INLINE void TransposeSquare(Vec (&rows)[kLanes]) {
  Vec other[kLanes];
  InterleaveRows(rows, other);
  InterleaveRows(other, rows);
  if (kLanes == 4) return;
  InterleaveRows(rows, other);
  if (kLanes == 8) {
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i) rows[i] = other[i];
    return;
  }
  InterleaveRows(other, rows);
}

// The sums across each of kLanes vectors, in one vector.
PLUMBLINE_INLINE Vec SumsOfRows(const float* rows) {
  Vec sum[kLanes / 2];
#pragma GCC unroll 8
  for (int i = 0; i < kLanes / 2; ++i) {
    const Vec a = Load(rows + i * kLanes);
    const Vec b = Load(rows + (i + kLanes / 2) * kLanes);
    sum[i] = InterleaveLow(a, b) + InterleaveHigh(a, b);
  }
#pragma GCC unroll 4
  for (int half = kLanes / 4; half > 0; half /= 2) {
#pragma GCC unroll 4
    for (int i = 0; i < half; ++i) {
      sum[i] = InterleaveLow(sum[i], sum[i + half]) + InterleaveHigh(sum[i], sum[i + half]);
    }
  }
  return sum[0];
}

// transposed[column][row] = factor * matrix(first_row + row, column) for row < rows <= kStride, the
// row stride of `transposed`.
template <int64_t kStride>
static inline void TransposeInBy(const float* first, int64_t row_stride, int64_t rows,
                                 int64_t columns, float factor, float* transposed) {
  for (int64_t row = 0; row < rows; row += kLanes) {
    for (int64_t column = 0; column < columns; column += kLanes) {
      const int64_t width = Smaller(kLanes, columns - column);
      const LaneMask mask = FirstLanes(static_cast<int>(width));
      Vec square[kLanes];
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) {
        square[i] = Vec{};
        if (row + i < rows) {
          square[i] = Broadcast(factor) * LoadMasked(first + (row + i) * row_stride + column, mask);
        }
      }
      TransposeSquare(square);
      float* out = transposed + column * kStride + row;
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) {
        if (i < width) Store(out + i * kStride, square[i]);
      }
    }
  }
}

// matrix(first_row + row, column) = (kAdd: itself +) transposed[column][row] * row_factor[row].
template <bool kAdd, int64_t kStride>
static inline void TransposeOutBy(const float* transposed, const float* row_factor, int64_t rows,
                                  int64_t columns, float* first, int64_t row_stride) {
  for (int64_t row = 0; row < rows; row += kLanes) {
    const Vec factor = Load(row_factor + row);
    for (int64_t column = 0; column < columns; column += kLanes) {
      const int64_t width = Smaller(kLanes, columns - column);
      const LaneMask mask = FirstLanes(static_cast<int>(width));
      const float* in = transposed + column * kStride + row;
      Vec square[kLanes];
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) {
        square[i] = Vec{};
        if (i < width) square[i] = Load(in + i * kStride) * factor;
      }
      TransposeSquare(square);
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) {
        if (row + i >= rows) continue;
        float* out = first + (row + i) * row_stride + column;
        StoreMasked(out, kAdd ? LoadMasked(out, mask) + square[i] : square[i], mask);
      }
    }
  }
}

// The same for a tile of kTileRows.
PLUMBLINE_INLINE void TransposeIn(const float* first, int64_t row_stride, int64_t rows,
                                  int64_t columns, float factor, float* transposed) {
  TransposeInBy<kTileRows>(first, row_stride, rows, columns, factor, transposed);
}
template <bool kAdd>
PLUMBLINE_INLINE void TransposeOut(const float* transposed, const float* row_factor, int64_t rows,
                                   int64_t columns, float* first, int64_t row_stride) {
  TransposeOutBy<kAdd, kTileRows>(transposed, row_factor, rows, columns, first, row_stride);
}

// copy[row][column] = matrix(first_row + row, column), zero up to the next multiple of kLanes
// columns, which is the row stride of the copy.
static inline void CopyIn(const float* first, int64_t row_stride, int64_t rows, int64_t columns,
                          float* copy) {
  for (int64_t row = 0; row < rows; ++row) {
    const float* in = first + row * row_stride;
    for (int64_t column = 0; column < columns; column += kLanes) {
      const LaneMask mask = FirstLanes(static_cast<int>(Smaller(kLanes, columns - column)));
      Store(copy, LoadMasked(in + column, mask));
      copy += kLanes;
    }
  }
}

// What becomes of a product in registers.
enum class Into {
  kStore,      // z = it
  kAdd,        // z += it
  kAddScaled,  // row i of z += factors[i] * it
};

// Of the last vector only the lanes of `last` exist in the matrix, unless it is `whole`.
template <Into kInto>
struct StoreTile {
  float* z;
  int64_t z_stride;
  const float* factors;  // kAddScaled only
  bool whole;
  LaneMask last;

  template <int kRows, int kVecs>
  __attribute__((always_inline)) void operator()(int64_t first, Vec (&tile)[kRows][kVecs]) const {
#pragma GCC unroll 24
    for (int row = 0; row < kRows; ++row) {
      float* out = z + (first + row) * z_stride;
      const Vec factor = kInto == Into::kAddScaled ? Broadcast(factors[first + row]) : Vec{};
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec, out += kLanes) {
        const bool masked = vec + 1 == kVecs && !whole;
        Vec value = tile[row][vec];
        if (kInto != Into::kStore) {
          const Vec old = masked ? LoadMasked(out, last) : Load(out);
          value = kInto == Into::kAdd ? old + value : Fma(factor, value, old);
        }
        if (masked) {
          StoreMasked(out, value, last);
        } else {
          Store(out, value);
        }
      }
    }
  }
};

// The product of x [rows, depth] and y [depth, columns] into z [rows, columns]; the rows of y can
// be read up to the next multiple of kLanes. kXStride is the stride of x; 0: x_stride is.
template <Along kAlong, Into kInto, int64_t kXStride>
static void MultiplyInto(int64_t rows, int64_t columns, int64_t depth, const float* x,
                         int64_t x_stride, const float* y, int64_t y_stride, float* z,
                         int64_t z_stride, const float* factors) {
  const int64_t stride = kXStride == 0 ? x_stride : kXStride;
  int64_t vecs = VecsFor(columns);
  int64_t pieces = (vecs + kMaxTileVecs - 1) / kMaxTileVecs;
  for (; pieces > 0; --pieces) {
    const int64_t piece = (vecs + pieces - 1) / pieces;
    const int64_t rest = columns - (piece - 1) * kLanes;
    const StoreTile<kInto> store = {z, z_stride, factors, rest >= kLanes,
                                    FirstLanes(static_cast<int>(Smaller(rest, kLanes)))};
    if (piece == 1) MultiplyRows<kAlong, 1>(rows, depth, x, stride, y, y_stride, store);
    if (piece == 2) MultiplyRows<kAlong, 2>(rows, depth, x, stride, y, y_stride, store);
#if defined(__AVX512F__)
    if (piece == 3) MultiplyRows<kAlong, 3>(rows, depth, x, stride, y, y_stride, store);
    if (piece == 4) MultiplyRows<kAlong, 4>(rows, depth, x, stride, y, y_stride, store);
#endif
    vecs -= piece;
    columns -= piece * kLanes;
    y += piece * kLanes;
    z += piece * kLanes;
  }
}

template <Along kAlong, bool kAdd, int64_t kXStride>
PLUMBLINE_INLINE void Multiply(int64_t rows, int64_t columns, int64_t depth, const float* x,
                               int64_t x_stride, const float* y, int64_t y_stride, float* z,
                               int64_t z_stride) {
  MultiplyInto<kAlong, kAdd ? Into::kAdd : Into::kStore, kXStride>(
      rows, columns, depth, x, x_stride, y, y_stride, z, z_stride, nullptr);
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TILE_H_
