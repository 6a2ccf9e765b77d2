// Max pooling of one plane (planes.h), a vector of channels at a time. For kernel sources only (see
// vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_MAX_POOL_PLANE_H_
#define PLUMBLINE_OPS_KERNELS_MAX_POOL_PLANE_H_

#include <stdint.h>

#include "ops/kernels/planes.h"
#include "ops/kernels/pooling.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// The positions of a window along one axis that lie inside of the image: [first, last) of the
// kernel, whose position 0 is at `origin`.
struct Span {
  int64_t origin, first, last;
};
PLUMBLINE_INLINE Span SpanOf(const PoolWindow& window, int axis, int64_t size, int64_t index) {
  const int64_t origin = index * window.stride[axis] - window.padding[axis];
  return Span{origin, origin < 0 ? -origin : 0, Smaller(window.kernel[axis], size - origin)};
}

PLUMBLINE_INLINE void StoreWinners(IntVec winner, int64_t count, int64_t* to) {
  for (int i = 0; i < count; ++i) to[i] = winner[i];
}
PLUMBLINE_INLINE void StoreWinners(IntVec winner, int64_t count, uint8_t* to) {
#if defined(__AVX512F__)
  if (count == kLanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                     _mm512_maskz_cvtepi32_epi8(0xffff, reinterpret_cast<__m512i>(winner)));
    return;
  }
#elif defined(__AVX2__)
  if (count == kLanes) {
    const __m256i w = reinterpret_cast<__m256i>(winner);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(w), _mm256_extracti128_si256(w, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(words, words));
    return;
  }
#endif
  for (int i = 0; i < count; ++i) to[i] = static_cast<uint8_t>(winner[i]);
}

// The maximum of one window for one vector of channels. x is at the window's origin, which may lie
// outside of the plane; `none` is what a window has whose maximum relu cut.
template <bool kRelu>
PLUMBLINE_INLINE Vec MaxOfWindow(Span rows, Span columns, int64_t kernel_columns, const float* x,
                                 int64_t row_stride, int64_t pixel_stride, int none,
                                 IntVec* winner) {
  const int first = static_cast<int>(rows.first * kernel_columns + columns.first);
  Vec best = kRelu ? Vec{} : Load(x + rows.first * row_stride + columns.first * pixel_stride);
  IntVec index = IntVec{} + (kRelu ? none : first);
  for (int64_t i = rows.first; i < rows.last; ++i) {
    for (int64_t j = columns.first; j < columns.last; ++j) {
      const Vec value = Load(x + i * row_stride + j * pixel_stride);
      // After a relu no NaN is left.
      const IntVec wins = kRelu ? value > best : (value > best) | (value != value);
      best = Select(wins, value, best);
      index = wins ? IntVec{} + static_cast<int>(i * kernel_columns + j) : index;
    }
  }
  *winner = index;
  return best;
}

// Windows of kSide x kSide that lie inside of the plane, unrolled: one row of them, from the first
// one's origin on, `step` floats apart.
template <bool kRelu, int kSide, typename Winner>
__attribute__((noinline)) static void MaxPoolSquares(const float* x, int64_t row_stride,
                                                     int64_t pixel_stride, int64_t step,
                                                     int64_t count, int64_t channels, float* y,
                                                     int64_t y_pixel, int none, Winner* winner,
                                                     int64_t winner_pixel) {
  for (int64_t i = 0; i < count; ++i, x += step, y += y_pixel) {
    for (int64_t channel = 0; channel < channels; channel += kLanes) {
      Vec best = kRelu ? Vec{} : Load(x + channel);
      IntVec index = IntVec{} + (kRelu ? none : 0);
#pragma GCC unroll 3
      for (int row = 0; row < kSide; ++row) {
#pragma GCC unroll 3
        for (int column = 0; column < kSide; ++column) {
          if (!kRelu && row + column == 0) continue;
          const Vec value = Load(x + row * row_stride + column * pixel_stride + channel);
          const IntVec wins = kRelu ? value > best : (value > best) | (value != value);
          best = Select(wins, value, best);
          index = wins ? IntVec{} + (row * kSide + column) : index;
        }
      }
      Store(y + channel, best);
      if (winner != nullptr) {
        StoreWinners(index, Smaller(kLanes, channels - channel),
                     winner + i * winner_pixel + channel);
      }
    }
  }
}

// Row `row` of the pooled plane from x, whose pixels are x_pixel floats apart, a multiple of kLanes
// that covers `channels`; y likewise. The winners of a pixel are winner_pixel after those of
// the one before; null: not wanted.
template <bool kRelu, typename Winner>
static inline void MaxPoolRow(const PoolWindow& window, const int64_t in_size[2],
                              int64_t out_columns, int64_t channels, int64_t row, const float* x,
                              int64_t x_pixel, float* y, int64_t y_pixel, Winner* winner,
                              int64_t winner_pixel) {
  const Span rows = SpanOf(window, 0, in_size[0], row);
  const int64_t x_row = in_size[1] * x_pixel;
  const int none = static_cast<int>(sizeof(Winner) == 1 ? kNoWinner : kNoWideWinner);
  const int64_t side = window.kernel[0];
  const bool inside = window.padding[0] == 0 && window.padding[1] == 0;
  if (inside && side == window.kernel[1] && (side == 2 || side == 3)) {
    const auto squares =
        side == 2 ? MaxPoolSquares<kRelu, 2, Winner> : MaxPoolSquares<kRelu, 3, Winner>;
    return squares(x + rows.origin * x_row, x_row, x_pixel, window.stride[1] * x_pixel,
                   out_columns, channels, y, y_pixel, none, winner, winner_pixel);
  }
  for (int64_t column = 0; column < out_columns; ++column) {
    const Span columns = SpanOf(window, 1, in_size[1], column);
    const float* const origin = x + rows.origin * x_row + columns.origin * x_pixel;
    for (int64_t channel = 0; channel < channels; channel += kLanes) {
      IntVec index;
      const Vec best = MaxOfWindow<kRelu>(rows, columns, window.kernel[1], origin + channel, x_row,
                                          x_pixel, none, &index);
      Store(y + column * y_pixel + channel, best);
      if (winner != nullptr) {
        StoreWinners(index, Smaller(kLanes, channels - channel),
                     winner + column * winner_pixel + channel);
      }
    }
  }
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_MAX_POOL_PLANE_H_
