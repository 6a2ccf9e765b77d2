// Direct convolution: output channels on the lanes, a few pixels beside them in registers, weights
// packed by blocks of channels so that the innermost loop reads them in order.

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/convolution_kernels.h"
#include "ops/kernels/convolution_planes.h"
#include "ops/kernels/max_pool_plane.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Pixels whose inputs stay in the nearest caches while all blocks of channels pass over them.
constexpr int64_t kPixelBlock = 96;

struct Scratch {
  ConvolutionPlane plane;
  float* weight;        // by blocks of channels: [taps and input channels][block's channels]
  float* bias;          // [padded channels]
  float* y;             // [output pixels][padded channels]
  float* pooled;        // [pooled pixels][padded channels]
  int64_t padded;       // channels
  int64_t depth;        // taps times input channels
};

int64_t PooledPixels(const ConvolutionPool* pool) {
  return pool == nullptr ? 0 : pool->out_size[0] * pool->out_size[1];
}

Scratch CarveScratch(const ConvolutionProblem& p, const ConvolutionPool* pool, Carver* carver) {
  Scratch s;
  s.padded = RoundUpToLanes(p.out_channels);
  s.depth = p.in_channels * p.kernel[0] * p.kernel[1];
  s.plane = CarvePlane(p, carver);
  s.weight = Carve(carver, s.depth * s.padded);
  s.bias = Carve(carver, s.padded);
  s.y = Carve(carver, p.out_size[0] * p.out_size[1] * s.padded);
  s.pooled = Carve(carver, PooledPixels(pool) * s.padded);
  return s;
}

int64_t ScratchFloats(const ConvolutionProblem& problem, const ConvolutionPool* pool) {
  Carver carver = {nullptr, 0};
  CarveScratch(problem, pool, &carver);
  return carver.used;
}

PLUMBLINE_INLINE int64_t BlockVecs(int64_t padded, int64_t channel) {
  return Smaller(kBlockVecs, (padded - channel) / kLanes);
}

void PackWeights(const ConvolutionProblem& p, const float* weight, const Scratch& s) {
  const int64_t taps = p.kernel[0] * p.kernel[1];
  FillFloats(s.weight, s.depth * s.padded, 0.0f);
  for (int64_t out = 0; out < p.out_channels; ++out) {
    const int64_t first = out / (kBlockVecs * kLanes) * (kBlockVecs * kLanes);
    const int64_t width = BlockVecs(s.padded, first) * kLanes;
    float* const packed = s.weight + first * s.depth + (out - first);
    for (int64_t channel = 0; channel < p.in_channels; ++channel) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        packed[(tap * p.in_channels + channel) * width] = *weight++;
      }
    }
  }
}

// What all tiles of a call have in common.
struct Tiles {
  Runs runs;
  const int64_t* run_offset;
  const int64_t* pixel_offset;
  const float* x;  // the plane
  bool relu;
  int64_t padded;
  float* y;
};

template <int kRows, int kVecs>
PLUMBLINE_INLINE void ForwardTile(const Tiles& t, int64_t pixel, int64_t channel,
                                  const float* weight, const float* bias) {
  Vec sum[kRows][kVecs];
  const float* x[kRows];
#pragma GCC unroll 8
  for (int row = 0; row < kRows; ++row) {
    x[row] = t.x + t.pixel_offset[pixel + row];
#pragma GCC unroll 2
    for (int vec = 0; vec < kVecs; ++vec) sum[row][vec] = Load(bias + vec * kLanes);
  }
  for (int64_t run = 0; run < t.runs.count; ++run) {
    const int64_t first = t.run_offset[run];
    for (int64_t i = first; i < first + t.runs.length; ++i, weight += kVecs * kLanes) {
      Vec w[kVecs];
#pragma GCC unroll 2
      for (int vec = 0; vec < kVecs; ++vec) w[vec] = Load(weight + vec * kLanes);
#pragma GCC unroll 8
      for (int row = 0; row < kRows; ++row) {
        const Vec value = Broadcast(x[row][i]);
#pragma GCC unroll 2
        for (int vec = 0; vec < kVecs; ++vec) sum[row][vec] = Fma(value, w[vec], sum[row][vec]);
      }
    }
  }
  float* y = t.y + pixel * t.padded + channel;
#pragma GCC unroll 8
  for (int row = 0; row < kRows; ++row, y += t.padded) {
#pragma GCC unroll 2
    for (int vec = 0; vec < kVecs; ++vec) {
      Store(y + vec * kLanes, t.relu ? Max(sum[row][vec], Vec{}) : sum[row][vec]);
    }
  }
}

template <int kVecs>
void ForwardBlock(const Tiles& t, int64_t pixel, int64_t last, int64_t channel,
                  const float* weight, const float* bias) {
  constexpr int kRows = BlockRows(kVecs);
  for (; pixel + kRows <= last; pixel += kRows) {
    ForwardTile<kRows, kVecs>(t, pixel, channel, weight, bias);
  }
  switch (last - pixel) {
    case 7: ForwardTile<7, kVecs>(t, pixel, channel, weight, bias); break;
    case 6: ForwardTile<6, kVecs>(t, pixel, channel, weight, bias); break;
    case 5: ForwardTile<5, kVecs>(t, pixel, channel, weight, bias); break;
    case 4: ForwardTile<4, kVecs>(t, pixel, channel, weight, bias); break;
    case 3: ForwardTile<3, kVecs>(t, pixel, channel, weight, bias); break;
    case 2: ForwardTile<2, kVecs>(t, pixel, channel, weight, bias); break;
    case 1: ForwardTile<1, kVecs>(t, pixel, channel, weight, bias); break;
    default: break;
  }
}

// With one input channel a run is as short as a kernel row, and neighbouring pixels read the same
// inputs: kColumns pixels of a row are worked on together, and each input is loaded once for all of
// them. Weights of a tap are weight_step apart.
template <int kTaps, int kStride, int kColumns>
PLUMBLINE_INLINE void RowTile(const Tiles& t, const float* x, const float* weight,
                              int64_t weight_step, Vec bias, float* y) {
  Vec sum[kColumns];
#pragma GCC unroll 8
  for (int column = 0; column < kColumns; ++column) sum[column] = bias;
  for (int64_t run = 0; run < t.runs.count; ++run) {
    Vec w[kTaps];
#pragma GCC unroll 5
    for (int tap = 0; tap < kTaps; ++tap, weight += weight_step) w[tap] = Load(weight);
    const float* const from = x + t.run_offset[run];
#pragma GCC unroll 24
    for (int i = 0; i < (kColumns - 1) * kStride + kTaps; ++i) {
      const Vec value = Broadcast(from[i]);
#pragma GCC unroll 5
      for (int tap = 0; tap < kTaps; ++tap) {
        const int column = (i - tap) / kStride;
        if (i < tap || (i - tap) % kStride != 0 || column >= kColumns) continue;
        sum[column] = Fma(value, w[tap], sum[column]);
      }
    }
  }
#pragma GCC unroll 8
  for (int column = 0; column < kColumns; ++column, y += t.padded) {
    Store(y, t.relu ? Max(sum[column], Vec{}) : sum[column]);
  }
}

constexpr int kMostColumns = 8;

template <int kTaps, int kStride>
void RowTiles(const Tiles& t, int64_t columns, const float* x, const float* weight,
              int64_t weight_step, Vec bias, float* y) {
  for (int64_t pieces = (columns + kMostColumns - 1) / kMostColumns; pieces > 0; --pieces) {
    const int64_t width = (columns + pieces - 1) / pieces;
    switch (width) {
      case 8: RowTile<kTaps, kStride, 8>(t, x, weight, weight_step, bias, y); break;
      case 7: RowTile<kTaps, kStride, 7>(t, x, weight, weight_step, bias, y); break;
      case 6: RowTile<kTaps, kStride, 6>(t, x, weight, weight_step, bias, y); break;
      case 5: RowTile<kTaps, kStride, 5>(t, x, weight, weight_step, bias, y); break;
      case 4: RowTile<kTaps, kStride, 4>(t, x, weight, weight_step, bias, y); break;
      case 3: RowTile<kTaps, kStride, 3>(t, x, weight, weight_step, bias, y); break;
      case 2: RowTile<kTaps, kStride, 2>(t, x, weight, weight_step, bias, y); break;
      default: RowTile<kTaps, kStride, 1>(t, x, weight, weight_step, bias, y); break;
    }
    columns -= width;
    x += width * kStride;
    y += width * t.padded;
  }
}

using RowFunction = void (*)(const Tiles& t, int64_t columns, const float* x, const float* weight,
                             int64_t weight_step, Vec bias, float* y);

// The function for rows of this problem; null: there is none, take ConvolvePixels.
RowFunction RowFunctionFor(const ConvolutionProblem& p) {
  if (p.in_channels != 1 || p.dilation[1] != 1) return nullptr;
  if (p.kernel[1] == 3 && p.stride[1] == 1) return RowTiles<3, 1>;
  if (p.kernel[1] == 3 && p.stride[1] == 2) return RowTiles<3, 2>;
  if (p.kernel[1] == 5 && p.stride[1] == 1) return RowTiles<5, 1>;
  if (p.kernel[1] == 5 && p.stride[1] == 2) return RowTiles<5, 2>;
  return nullptr;
}

// Output rows [first, last) of a problem with one input channel, into s.y.
void ConvolveRows(RowFunction row_function, const Tiles& t, const Scratch& s, int64_t columns,
                  int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const float* const x = t.x + t.pixel_offset[row * columns];
    float* const y = t.y + row * columns * s.padded;
    for (int64_t channel = 0; channel < s.padded; channel += kLanes) {
      const int64_t block = channel / (kBlockVecs * kLanes) * (kBlockVecs * kLanes);
      const float* const weight = s.weight + block * s.depth + (channel - block);
      row_function(t, columns, x, weight, BlockVecs(s.padded, block) * kLanes,
                   Load(s.bias + channel), y + channel);
    }
  }
}

// The plane's convolution for output pixels [first, last), into s.y.
void ConvolvePixels(const Tiles& t, const Scratch& s, int64_t first, int64_t last) {
  for (int64_t pixel = first; pixel < last; pixel += kPixelBlock) {
    const int64_t end = Smaller(last, pixel + kPixelBlock);
    for (int64_t channel = 0; channel < s.padded; channel += kBlockVecs * kLanes) {
      const float* const weight = s.weight + channel * s.depth;
      if (BlockVecs(s.padded, channel) == 1) {
        ForwardBlock<1>(t, pixel, end, channel, weight, s.bias + channel);
      } else {
        ForwardBlock<2>(t, pixel, end, channel, weight, s.bias + channel);
      }
    }
  }
}

// Output rows [first, last), into s.y.
void Convolve(const ConvolutionProblem& p, const Tiles& t, const Scratch& s, int64_t first,
              int64_t last) {
  const RowFunction row_function = RowFunctionFor(p);
  if (row_function != nullptr) {
    ConvolveRows(row_function, t, s, p.out_size[1], first, last);
  } else {
    ConvolvePixels(t, s, first * p.out_size[1], last * p.out_size[1]);
  }
}

// Rows of the result are pooled as soon as they are there, while they are in the cache.
void ConvolveAndPool(const ConvolutionProblem& p, const ConvolutionPool& pool, bool relu,
                     const Tiles& t, const Scratch& s, uint8_t* winner, int64_t winner_pixel) {
  int64_t done = 0;
  for (int64_t row = 0; row < pool.out_size[0]; ++row) {
    const Span rows = SpanOf(pool.window, 0, p.out_size[0], row);
    const int64_t needed = rows.origin + rows.last;
    if (needed > done) Convolve(p, t, s, done, needed);
    done = needed > done ? needed : done;
    float* const y = s.pooled + row * pool.out_size[1] * s.padded;
    uint8_t* const to =
        winner == nullptr ? nullptr : winner + row * pool.out_size[1] * winner_pixel;
    if (relu) {
      MaxPoolRow<true>(pool.window, p.out_size, pool.out_size[1], p.out_channels, row, s.y,
                       s.padded, y, s.padded, to, winner_pixel);
    } else {
      MaxPoolRow<false>(pool.window, p.out_size, pool.out_size[1], p.out_channels, row, s.y,
                        s.padded, y, s.padded, to, winner_pixel);
    }
  }
}

// Whether the images lie as the plane of results does, so that they are written at once.
bool InPlace(const ConvolutionProblem& p, const MutableImages& y, const Scratch& s) {
  const ImageStrides plane = PlaneStrides(p.out_size[1], s.padded);
  return s.padded == p.out_channels && y.strides.channel == 1 && y.strides.column == plane.column &&
         (y.strides.row == plane.row || p.out_size[0] == 1);
}

void Run(const ConvolutionProblem& p, const ConvolutionPool* pool, bool relu, ConstImages x,
         const float* weight, const float* bias, MutableImages y, uint8_t* winner,
         int64_t winner_pixel, float* memory) {
  Carver carver = {memory, 0};
  const Scratch s = CarveScratch(p, pool, &carver);
  PreparePlane(p, s.plane);
  PackWeights(p, weight, s);
  FillFloats(s.bias, s.padded, 0.0f);
  if (bias != nullptr) CopyFloats(bias, p.out_channels, s.bias);
  Tiles tiles = {RunsOf(p),    s.plane.run_offset,      s.plane.pixel_offset,
                       s.plane.data, relu && pool == nullptr, s.padded,
                       s.y};
  for (int64_t item = 0; item < p.batch; ++item) {
    MoveIntoPlane(p, x, item, s.plane);
    float* const out = y.data + item * y.strides.batch;
    if (pool == nullptr && InPlace(p, y, s)) {
      tiles.y = out;
      Convolve(p, tiles, s, 0, p.out_size[0]);
      continue;
    }
    if (pool == nullptr) {
      Convolve(p, tiles, s, 0, p.out_size[0]);
      MoveImage(PlaneSize{p.out_size[0], p.out_size[1], p.out_channels}, s.y,
                PlaneStrides(p.out_size[1], s.padded), out, y.strides);
      continue;
    }
    uint8_t* const to =
        winner == nullptr ? nullptr : winner + item * PooledPixels(pool) * winner_pixel;
    ConvolveAndPool(p, *pool, relu, tiles, s, to, winner_pixel);
    MoveImage(PlaneSize{pool->out_size[0], pool->out_size[1], p.out_channels}, s.pooled,
              PlaneStrides(pool->out_size[1], s.padded), out, y.strides);
  }
}

}  // namespace

extern const ConvolutionForwardKernel kConvolutionForward;
const ConvolutionForwardKernel kConvolutionForward = {ScratchFloats, Run};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
