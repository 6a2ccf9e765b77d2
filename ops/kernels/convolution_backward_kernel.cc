// Gradients of a convolution from the dense gradient of its result. The input's: a few pixels by
// the taps of a run (on the lanes) are multiplied out over all output channels and added to the
// padded plane. The weights': output channels on the lanes, a few taps beside them, summed over the
// pixels in registers.

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/convolution_kernels.h"
#include "ops/kernels/convolution_planes.h"
#include "ops/kernels/convolution_row_weights.h"
#include "ops/kernels/register_tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Pixels whose gradients and inputs stay in the nearest caches while all taps pass over them.
constexpr int64_t kPixelBlock = 128;

struct Scratch {
  ConvolutionPlane plane;
  float* dy;            // [output pixels][padded channels]
  float* relu_y;        // the same
  float* weight;        // by runs, for the input's gradient
  float* dweight;       // [taps and input channels][padded channels]
  float* dbias;         // [padded channels]
  int64_t* tap_offset;  // [taps and input channels]
  int64_t padded, depth, pixels;
};

Scratch CarveScratch(const ConvolutionProblem& p, Carver* carver) {
  Scratch s;
  s.padded = RoundUpToLanes(p.out_channels);
  s.depth = p.in_channels * p.kernel[0] * p.kernel[1];
  s.pixels = p.out_size[0] * p.out_size[1];
  s.plane = CarvePlane(p, carver);
  s.dy = Carve(carver, s.pixels * s.padded);
  s.relu_y = Carve(carver, s.pixels * s.padded);
  s.weight = Carve(carver, p.out_channels * RunRow(p));
  s.dweight = Carve(carver, s.depth * s.padded);
  s.dbias = Carve(carver, s.padded);
  s.tap_offset = CarveIntegers(carver, s.depth);
  return s;
}

int64_t ScratchFloats(const ConvolutionProblem& problem) {
  Carver carver = {nullptr, 0};
  CarveScratch(problem, &carver);
  return carver.used;
}

Scratch Prepare(const ConvolutionProblem& p, float* memory) {
  Carver carver = {memory, 0};
  const Scratch s = CarveScratch(p, &carver);
  PreparePlane(p, s.plane);
  FillFloats(s.dy, s.pixels * s.padded, 0.0f);
  FillFloats(s.relu_y, s.pixels * s.padded, 0.0f);
  return s;
}

// Whether images lie in memory as planes of results do.
bool LieAsPlanes(const ConvolutionProblem& p, const ImageStrides& strides, const Scratch& s) {
  const ImageStrides plane = PlaneStrides(p.out_size[1], s.padded);
  return s.padded == p.out_channels && strides.channel == 1 && strides.column == plane.column &&
         (strides.row == plane.row || p.out_size[0] == 1);
}

void CutByRelu(const float* dy, const float* relu_y, int64_t count, float* to) {
  for (int64_t i = 0; i < count; i += kLanes) {
    Store(to + i, Select(Load(relu_y + i) > Vec{}, Load(dy + i), Vec{}));
  }
}

// The gradient of one image, cut where the relu was.
void MoveGradientIn(const ConvolutionProblem& p, const ConvolutionGradient& gradient, int64_t item,
                    const Scratch& s) {
  const PlaneSize size = {p.out_size[0], p.out_size[1], p.out_channels};
  const ImageStrides strides = PlaneStrides(p.out_size[1], s.padded);
  const float* const dy = gradient.dy.data + item * gradient.dy.strides.batch;
  const bool cut = gradient.relu_y.data != nullptr;
  const float* const relu_y =
      cut ? gradient.relu_y.data + item * gradient.relu_y.strides.batch : nullptr;
  if (cut && LieAsPlanes(p, gradient.dy.strides, s) &&
      LieAsPlanes(p, gradient.relu_y.strides, s)) {
    return CutByRelu(dy, relu_y, s.pixels * s.padded, s.dy);
  }
  MoveImage(size, dy, gradient.dy.strides, s.dy, strides);
  if (!cut) return;
  MoveImage(size, relu_y, gradient.relu_y.strides, s.relu_y, strides);
  CutByRelu(s.dy, s.relu_y, s.pixels * s.padded, s.dy);
}

template <int kRows, int kVecs>
PLUMBLINE_INLINE void InputTile(const ConvolutionProblem& p, const Scratch& s, int64_t pixel,
                                const float* weight, int64_t place) {
  Vec sum[kRows][kVecs];
  MultiplyTile<Along::kDepth>(p.out_channels, s.dy + pixel * s.padded, s.padded, weight, RunRow(p),
                              sum);
#pragma GCC unroll 8
  for (int row = 0; row < kRows; ++row) {
    float* const to = s.plane.data + s.plane.pixel_offset[pixel + row] + place;
#pragma GCC unroll 2
    for (int vec = 0; vec < kVecs; ++vec) {
      Store(to + vec * kLanes, Load(to + vec * kLanes) + sum[row][vec]);
    }
  }
}

// All pixels for kVecs vectors of a run whose weights are at `weight`, `place` floats from a pixel.
template <int kVecs>
void InputBlock(const ConvolutionProblem& p, const Scratch& s, const float* weight,
                int64_t place) {
  constexpr int kRows = BlockRows(kVecs);
  int64_t pixel = 0;
  for (; pixel + kRows <= s.pixels; pixel += kRows) {
    InputTile<kRows, kVecs>(p, s, pixel, weight, place);
  }
  switch (s.pixels - pixel) {
    case 7: InputTile<7, kVecs>(p, s, pixel, weight, place); break;
    case 6: InputTile<6, kVecs>(p, s, pixel, weight, place); break;
    case 5: InputTile<5, kVecs>(p, s, pixel, weight, place); break;
    case 4: InputTile<4, kVecs>(p, s, pixel, weight, place); break;
    case 3: InputTile<3, kVecs>(p, s, pixel, weight, place); break;
    case 2: InputTile<2, kVecs>(p, s, pixel, weight, place); break;
    case 1: InputTile<1, kVecs>(p, s, pixel, weight, place); break;
    default: break;
  }
}

void InputOfImage(const ConvolutionProblem& p, const Scratch& s) {
  const Runs runs = RunsOf(p);
  const int64_t run_floats = RunFloats(p);
  for (int64_t run = 0; run < runs.count; ++run) {
    for (int64_t i = 0; i < run_floats; i += kBlockVecs * kLanes) {
      const float* const weight = s.weight + run * run_floats + i;
      const int64_t place = s.plane.run_offset[run] + i;
      if (run_floats - i == kLanes) {
        InputBlock<1>(p, s, weight, place);
      } else {
        InputBlock<2>(p, s, weight, place);
      }
    }
  }
}

void Input(const ConvolutionProblem& p, const ConvolutionGradient& gradient, const float* weight,
           MutableImages dx, float* memory) {
  const Scratch s = Prepare(p, memory);
  PackByRuns(p, weight, s.weight);
  for (int64_t item = 0; item < p.batch; ++item) {
    if (item > 0) FillFloats(s.plane.data, s.plane.floats, 0.0f);
    MoveGradientIn(p, gradient, item, s);
    InputOfImage(p, s);
    MoveOutOfPlane(p, s.plane, dx, item);
  }
}

// A range of the pixels of an image.
struct Pixels {
  int64_t first, last;
};

// dweight rows [first, first + kRows) of one block of channels, plus the part of these pixels.
template <int kRows, int kVecs>
void WeightTile(const Scratch& s, Pixels pixels, int64_t first, int64_t channel) {
  Vec sum[kRows][kVecs];
  const float* x[kRows];
  float* const out = s.dweight + first * s.padded + channel;
#pragma GCC unroll 8
  for (int row = 0; row < kRows; ++row) {
    x[row] = s.plane.data + s.tap_offset[first + row];
#pragma GCC unroll 2
    for (int vec = 0; vec < kVecs; ++vec) sum[row][vec] = Vec{};
  }
  const float* dy = s.dy + pixels.first * s.padded + channel;
  for (int64_t pixel = pixels.first; pixel < pixels.last; ++pixel, dy += s.padded) {
    const int64_t offset = s.plane.pixel_offset[pixel];
    Vec g[kVecs];
#pragma GCC unroll 2
    for (int vec = 0; vec < kVecs; ++vec) g[vec] = Load(dy + vec * kLanes);
#pragma GCC unroll 8
    for (int row = 0; row < kRows; ++row) {
      const Vec value = Broadcast(x[row][offset]);
#pragma GCC unroll 2
      for (int vec = 0; vec < kVecs; ++vec) sum[row][vec] = Fma(value, g[vec], sum[row][vec]);
    }
  }
#pragma GCC unroll 8
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int vec = 0; vec < kVecs; ++vec) {
      float* const to = out + row * s.padded + vec * kLanes;
      Store(to, Load(to) + sum[row][vec]);
    }
  }
}

// In pieces of nearly the same number of rows, because short ones wait for their own sums.
template <int kVecs>
void WeightBlock(const Scratch& s, Pixels pixels, int64_t channel) {
  constexpr int kRows = BlockRows(kVecs);
  int64_t row = 0;
  for (int64_t pieces = (s.depth + kRows - 1) / kRows; pieces > 0; --pieces) {
    const int64_t rows = (s.depth - row + pieces - 1) / pieces;
    switch (rows) {
      case 8: WeightTile<8, kVecs>(s, pixels, row, channel); break;
      case 7: WeightTile<7, kVecs>(s, pixels, row, channel); break;
      case 6: WeightTile<6, kVecs>(s, pixels, row, channel); break;
      case 5: WeightTile<5, kVecs>(s, pixels, row, channel); break;
      case 4: WeightTile<4, kVecs>(s, pixels, row, channel); break;
      case 3: WeightTile<3, kVecs>(s, pixels, row, channel); break;
      case 2: WeightTile<2, kVecs>(s, pixels, row, channel); break;
      default: WeightTile<1, kVecs>(s, pixels, row, channel); break;
    }
    row += rows;
  }
}

void AddBias(const Scratch& s) {
  for (int64_t channel = 0; channel < s.padded; channel += kLanes) {
    Vec sum[4] = {};
    int64_t pixel = 0;
    const float* dy = s.dy + channel;
    for (; pixel + 4 <= s.pixels; pixel += 4, dy += 4 * s.padded) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) sum[i] += Load(dy + i * s.padded);
    }
    for (; pixel < s.pixels; ++pixel, dy += s.padded) sum[0] += Load(dy);
    float* const to = s.dbias + channel;
    Store(to, Load(to) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
  }
}

void FillTapOffsets(const ConvolutionProblem& p, const Scratch& s) {
  int64_t* offset = s.tap_offset;
  for (int64_t i = 0; i < p.kernel[0]; ++i) {
    for (int64_t j = 0; j < p.kernel[1]; ++j) {
      const int64_t tap =
          (i * p.dilation[0] * s.plane.columns + j * p.dilation[1]) * p.in_channels;
      for (int64_t channel = 0; channel < p.in_channels; ++channel) *offset++ = tap + channel;
    }
  }
}

void WeightsOfImage(const ConvolutionProblem& p, const Scratch& s) {
  if (SumsByRows(p)) return AddImageByRows(p, s.plane, s.dy, s.padded, s.dweight);
  for (int64_t first = 0; first < s.pixels; first += kPixelBlock) {
    const Pixels pixels = {first, Smaller(first + kPixelBlock, s.pixels)};
    for (int64_t channel = 0; channel < s.padded; channel += kBlockVecs * kLanes) {
      if (s.padded - channel == kLanes) {
        WeightBlock<1>(s, pixels, channel);
      } else {
        WeightBlock<2>(s, pixels, channel);
      }
    }
  }
}

void Weights(const ConvolutionProblem& p, ConstImages x, const ConvolutionGradient& gradient,
             float* dweight, float* dbias, float* memory) {
  const Scratch s = Prepare(p, memory);
  FillTapOffsets(p, s);
  FillFloats(s.dweight, s.depth * s.padded, 0.0f);
  FillFloats(s.dbias, s.padded, 0.0f);
  for (int64_t item = 0; item < p.batch; ++item) {
    MoveGradientIn(p, gradient, item, s);
    if (dbias != nullptr) AddBias(s);
    if (dweight == nullptr) continue;
    MoveIntoPlane(p, x, item, s.plane);
    WeightsOfImage(p, s);
  }
  if (dweight != nullptr) StoreWeights(p, s.dweight, s.padded, dweight);
  if (dbias != nullptr) CopyFloats(s.dbias, p.out_channels, dbias);
}

}  // namespace

extern const ConvolutionBackwardKernel kConvolutionBackward;
const ConvolutionBackwardKernel kConvolutionBackward = {ScratchFloats, Input, Weights};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
