// Panels: some rows of a matrix, stored transposed so that the lanes of a vector are rows, or copied
// next to each other. A product with a transposed panel broadcasts the elements of the other matrix
// as they lie in memory and wastes no lane on any width. For kernel sources only (see vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_PANEL_H_
#define PLUMBLINE_OPS_KERNELS_PANEL_H_

#include <stdint.h>

#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

typedef float Vec4 __attribute__((vector_size(16)));
typedef float UnalignedVec4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t IntVec4 __attribute__((vector_size(16)));

PLUMBLINE_INLINE int64_t RoundUp(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }
PLUMBLINE_INLINE int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// rows[i][j] <-> rows[j][i].
PLUMBLINE_INLINE void Transpose4(Vec4 (&rows)[4]) {
  const Vec4 a = __builtin_shuffle(rows[0], rows[1], IntVec4{0, 4, 1, 5});
  const Vec4 b = __builtin_shuffle(rows[2], rows[3], IntVec4{0, 4, 1, 5});
  const Vec4 c = __builtin_shuffle(rows[0], rows[1], IntVec4{2, 6, 3, 7});
  const Vec4 d = __builtin_shuffle(rows[2], rows[3], IntVec4{2, 6, 3, 7});
  rows[0] = __builtin_shuffle(a, b, IntVec4{0, 1, 4, 5});
  rows[1] = __builtin_shuffle(a, b, IntVec4{2, 3, 6, 7});
  rows[2] = __builtin_shuffle(c, d, IntVec4{0, 1, 4, 5});
  rows[3] = __builtin_shuffle(c, d, IntVec4{2, 3, 6, 7});
}

// to[c * to_stride + r] = from[r * from_stride + c] for r < rows, c < columns.
static inline void TransposeInto(const float* from, int64_t from_stride, int64_t rows,
                                 int64_t columns, float* to, int64_t to_stride) {
  const int64_t whole_rows = rows - rows % 4;
  const int64_t whole_columns = columns - columns % 4;
  for (int64_t r = 0; r < whole_rows; r += 4) {
    for (int64_t c = 0; c < whole_columns; c += 4) {
      Vec4 block[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        block[i] = *reinterpret_cast<const UnalignedVec4*>(from + (r + i) * from_stride + c);
      }
      Transpose4(block);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        *reinterpret_cast<UnalignedVec4*>(to + (c + i) * to_stride + r) = block[i];
      }
    }
    for (int64_t c = whole_columns; c < columns; ++c) {
      for (int64_t i = r; i < r + 4; ++i) to[c * to_stride + i] = from[i * from_stride + c];
    }
  }
  for (int64_t r = whole_rows; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) to[c * to_stride + r] = from[r * from_stride + c];
  }
}

// to[r * to_stride + c] = from[r * from_stride + c] for r < rows, c < columns, and zero from there
// to the next multiple of kLanes, which to_stride must hold.
static inline void CopyRows(const float* from, int64_t from_stride, int64_t rows, int64_t columns,
                            float* to, int64_t to_stride) {
  const int64_t whole = columns - columns % kLanes;
  const LaneMask tail = FirstLanes(static_cast<int>(columns - whole));
  for (int64_t r = 0; r < rows; ++r, from += from_stride, to += to_stride) {
    for (int64_t c = 0; c < whole; c += kLanes) Store(to + c, Load(from + c));
    if (whole < columns) Store(to + whole, LoadMasked(from + whole, tail));
  }
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_PANEL_H_
