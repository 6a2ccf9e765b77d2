// The matrix product in registers on which the kernels stand: a tile of a few rows by a few vectors
// is accumulated over the whole depth and then handed to the caller's epilogue, which stores it,
// adds it to memory or goes on computing with it. Packing and blocking for the caches are the
// caller's. For kernel sources only (see vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_REGISTER_TILE_H_
#define PLUMBLINE_OPS_KERNELS_REGISTER_TILE_H_

#include <stdint.h>

#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// The widest tile in vectors, and how many rows fill the registers beside it.
constexpr int kMaxTileVecs = kRegisters == 32 ? 4 : 2;
constexpr int MaxTileRows(int vecs) {
  if (vecs == 1) return kRegisters == 32 ? 16 : 12;
  return (kRegisters == 32 ? 24 : 12) / vecs;
}

// Where x(row, k) lies, for a pointer x and a stride.
enum class Along {
  kDepth,  // x[row * stride + k]
  kRows,   // x[k * stride + row]
};

// tile[row][vec] = sum over k < depth, ascending, of x(row, k) y[k * y_stride + vec * kLanes +
// ...].
template <Along kAlong, int kRows, int kVecs>
PLUMBLINE_INLINE void MultiplyTile(int64_t depth, const float* x, int64_t x_stride, const float* y,
                                   int64_t y_stride, Vec (&tile)[kRows][kVecs]) {
#pragma GCC unroll 24
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
    for (int vec = 0; vec < kVecs; ++vec) tile[row][vec] = Vec{};
  }
  for (int64_t k = 0; k < depth; ++k) {
    Vec yk[kVecs];
#pragma GCC unroll 4
    for (int vec = 0; vec < kVecs; ++vec) yk[vec] = Load(y + vec * kLanes);
#pragma GCC unroll 24
    for (int row = 0; row < kRows; ++row) {
      const Vec xk = Broadcast(kAlong == Along::kDepth ? x[row * x_stride] : x[row]);
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) tile[row][vec] = Fma(xk, yk[vec], tile[row][vec]);
    }
    x += kAlong == Along::kDepth ? 1 : x_stride;
    y += y_stride;
  }
}

template <Along kAlong, int kRows, int kVecs, typename Epilogue>
PLUMBLINE_INLINE int64_t MultiplyRowsBy(int64_t row, int64_t rows, int64_t depth, const float* x,
                                        int64_t x_stride, const float* y, int64_t y_stride,
                                        Epilogue& epilogue) {
  for (; row + kRows <= rows; row += kRows) {
    Vec tile[kRows][kVecs];
    MultiplyTile<kAlong>(depth, kAlong == Along::kDepth ? x + row * x_stride : x + row, x_stride, y,
                         y_stride, tile);
    epilogue(row, tile);
  }
  return row;
}

// For every row < rows, in tiles of ascending rows, calls epilogue(first_row, tile) with a tile
// `Vec[kRows][kVecs]` of the product of x [rows, depth] and y [depth, kVecs * kLanes].
template <Along kAlong, int kVecs, typename Epilogue>
PLUMBLINE_INLINE void MultiplyRows(int64_t rows, int64_t depth, const float* x, int64_t x_stride,
                                   const float* y, int64_t y_stride, Epilogue epilogue) {
  int64_t row = 0;
  row = MultiplyRowsBy<kAlong, MaxTileRows(kVecs), kVecs>(row, rows, depth, x, x_stride, y,
                                                          y_stride, epilogue);
  row = MultiplyRowsBy<kAlong, 4, kVecs>(row, rows, depth, x, x_stride, y, y_stride, epilogue);
  row = MultiplyRowsBy<kAlong, 2, kVecs>(row, rows, depth, x, x_stride, y, y_stride, epilogue);
  MultiplyRowsBy<kAlong, 1, kVecs>(row, rows, depth, x, x_stride, y, y_stride, epilogue);
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_REGISTER_TILE_H_
