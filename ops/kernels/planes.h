// One image in scratch memory as a plane of pixels, the channels of a pixel next to each other, and
// the copies between that and images of any strides. For kernel sources only (see vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_PLANES_H_
#define PLUMBLINE_OPS_KERNELS_PLANES_H_

#include <stdint.h>

#include "ops/kernels/images.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// Floats that vectors may reach beyond the last element of a plane.
constexpr int64_t kSlack = 2 * kLanes;

struct PlaneSize {
  int64_t rows, columns, channels;
};

PLUMBLINE_INLINE void CopyFloats(const float* from, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(to + i, Load(from + i));
  if (i == count) return;
  const LaneMask mask = FirstLanes(static_cast<int>(count - i));
  StoreMasked(to + i, LoadMasked(from + i, mask), mask);
}

PLUMBLINE_INLINE void FillFloats(float* to, int64_t count, float value) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(to + i, Broadcast(value));
  for (; i < count; ++i) to[i] = value;
}

// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns.
static inline void Transpose(const float* from, int64_t from_stride, int64_t rows, int64_t columns,
                             float* to, int64_t to_stride) {
  for (int64_t row = 0; row < rows; row += kLanes) {
    const int64_t height = Smaller(kLanes, rows - row);
    const LaneMask row_mask = FirstLanes(static_cast<int>(height));
    for (int64_t column = 0; column < columns; column += kLanes) {
      const int64_t width = Smaller(kLanes, columns - column);
      const LaneMask column_mask = FirstLanes(static_cast<int>(width));
      const float* in = from + row * from_stride + column;
      float* out = to + column * to_stride + row;
      Vec square[kLanes];
      if (height == kLanes && width == kLanes) {
#pragma GCC unroll 16
        for (int i = 0; i < kLanes; ++i) square[i] = Load(in + i * from_stride);
        TransposeSquare(square);
#pragma GCC unroll 16
        for (int i = 0; i < kLanes; ++i) Store(out + i * to_stride, square[i]);
        continue;
      }
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) {
        square[i] = i < height ? LoadMasked(in + i * from_stride, column_mask) : Vec{};
      }
      TransposeSquare(square);
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) {
        if (i < width) StoreMasked(out + i * to_stride, square[i], row_mask);
      }
    }
  }
}

// Copies the elements of one image from one set of strides to another; `batch` does not matter.
static inline void MoveImage(PlaneSize size, const float* from, ImageStrides in, float* to,
                             ImageStrides out) {
  const bool single = size.channels == 1;
  if (in.row == size.columns * in.column && out.row == size.columns * out.column) {
    size = PlaneSize{1, size.rows * size.columns, size.channels};  // rows run on
  }
  for (int64_t row = 0; row < size.rows; ++row, from += in.row, to += out.row) {
    if (single && in.column == 1 && out.column == 1) {
      CopyFloats(from, size.columns, to);
    } else if ((in.channel == 1 || single) && (out.channel == 1 || single)) {
      if (in.column == size.channels && out.column == size.channels) {
        CopyFloats(from, size.columns * size.channels, to);
        continue;
      }
      for (int64_t column = 0; column < size.columns; ++column) {
        CopyFloats(from + column * in.column, size.channels, to + column * out.column);
      }
    } else if (in.column == 1 && out.channel == 1) {
      Transpose(from, in.channel, size.channels, size.columns, to, out.column);
    } else if (in.channel == 1 && out.column == 1) {
      Transpose(from, in.column, size.columns, size.channels, to, out.channel);
    } else {
      for (int64_t column = 0; column < size.columns; ++column) {
        for (int64_t channel = 0; channel < size.channels; ++channel) {
          to[column * out.column + channel * out.channel] =
              from[column * in.column + channel * in.channel];
        }
      }
    }
  }
}

// The strides of a plane whose pixels are `pixel` floats apart.
PLUMBLINE_INLINE ImageStrides PlaneStrides(int64_t columns, int64_t pixel) {
  return ImageStrides{0, 1, columns * pixel, pixel};
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_PLANES_H_
