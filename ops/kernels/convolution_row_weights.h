// The gradient of a convolution's weights where there is one input channel: all taps of a kernel of
// three columns stay in registers while a whole image passes. For kernel sources only (see
// vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_CONVOLUTION_ROW_WEIGHTS_H_
#define PLUMBLINE_OPS_KERNELS_CONVOLUTION_ROW_WEIGHTS_H_

#include <stdint.h>

#include "ops/kernels/convolution_planes.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

constexpr int kRowTaps = 3;
constexpr int kMostRowRuns = 3;

PLUMBLINE_INLINE bool SumsByRows(const ConvolutionProblem& p) {
  return p.in_channels == 1 && p.dilation[1] == 1 && p.kernel[1] == kRowTaps &&
         p.kernel[0] <= kMostRowRuns && p.stride[1] <= 2;
}

// x[run][i] is input i of a row; two pixels at a time share what they load.
template <int kRuns, int kStride>
PLUMBLINE_INLINE void AddRowOfWeights(const float* x, int64_t step, int64_t columns,
                                      const float* dy, int64_t pixel,
                                      Vec (&sum)[kRuns][kRowTaps]) {
  int64_t column = 0;
  for (; column + 2 <= columns; column += 2, x += 2 * kStride, dy += 2 * pixel) {
    const Vec g[2] = {Load(dy), Load(dy + pixel)};
    const float* from = x;
#pragma GCC unroll 3
    for (int run = 0; run < kRuns; ++run, from += step) {
#pragma GCC unroll 8
      for (int i = 0; i < kRowTaps + kStride; ++i) {
        const Vec value = Broadcast(from[i]);
        if (i < kRowTaps) sum[run][i] = Fma(value, g[0], sum[run][i]);
        if (i >= kStride) sum[run][i - kStride] = Fma(value, g[1], sum[run][i - kStride]);
      }
    }
  }
  if (column == columns) return;
  const Vec g = Load(dy);
#pragma GCC unroll 3
  for (int run = 0; run < kRuns; ++run, x += step) {
#pragma GCC unroll 3
    for (int tap = 0; tap < kRowTaps; ++tap) {
      sum[run][tap] = Fma(Broadcast(x[tap]), g, sum[run][tap]);
    }
  }
}

template <int kRuns, int kStride>
void AddWeightsByRows(const ConvolutionProblem& p, const ConvolutionPlane& plane, const float* dy,
                      int64_t padded, float* dweight) {
  const int64_t step = kRuns > 1 ? plane.run_offset[1] - plane.run_offset[0] : 0;
  for (int64_t channel = 0; channel < padded; channel += kLanes) {
    Vec sum[kRuns][kRowTaps] = {};
    for (int64_t row = 0; row < p.out_size[0]; ++row) {
      const int64_t pixel = row * p.out_size[1];
      AddRowOfWeights<kRuns, kStride>(plane.data + plane.pixel_offset[pixel], step, p.out_size[1],
                                      dy + pixel * padded + channel, padded, sum);
    }
#pragma GCC unroll 3
    for (int run = 0; run < kRuns; ++run) {
#pragma GCC unroll 3
      for (int tap = 0; tap < kRowTaps; ++tap) {
        float* const to = dweight + (run * kRowTaps + tap) * padded + channel;
        Store(to, Load(to) + sum[run][tap]);
      }
    }
  }
}

// Adds one image's part to dweight [taps][padded] of a problem that SumsByRows; dy [output pixels]
// [padded].
static inline void AddImageByRows(const ConvolutionProblem& p, const ConvolutionPlane& plane,
                                  const float* dy, int64_t padded, float* dweight) {
  const bool wide = p.stride[1] == 2;
  switch (p.kernel[0]) {
    case 1:
      return wide ? AddWeightsByRows<1, 2>(p, plane, dy, padded, dweight)
                  : AddWeightsByRows<1, 1>(p, plane, dy, padded, dweight);
    case 2:
      return wide ? AddWeightsByRows<2, 2>(p, plane, dy, padded, dweight)
                  : AddWeightsByRows<2, 1>(p, plane, dy, padded, dweight);
    default:
      return wide ? AddWeightsByRows<3, 2>(p, plane, dy, padded, dweight)
                  : AddWeightsByRows<3, 1>(p, plane, dy, padded, dweight);
  }
}

// dweight [taps and input channels][padded] -> weight [out, in, rows, columns].
static inline void StoreWeights(const ConvolutionProblem& p, const float* packed, int64_t padded,
                                float* dweight) {
  const int64_t taps = p.kernel[0] * p.kernel[1];
  for (int64_t out = 0; out < p.out_channels; ++out) {
    for (int64_t channel = 0; channel < p.in_channels; ++channel) {
      const float* from = packed + channel * padded + out;
      for (int64_t tap = 0; tap < taps; ++tap, from += p.in_channels * padded) *dweight++ = *from;
    }
  }
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_CONVOLUTION_ROW_WEIGHTS_H_
