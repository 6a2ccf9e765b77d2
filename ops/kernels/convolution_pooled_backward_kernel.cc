// Gradients of a convolution whose result was max pooled. Of each window only the winner has a
// gradient, so the work is a patch of the input (its runs of taps on the lanes) for each window and
// channel: of a pool of 2 x 2 a quarter of what the dense gradient takes. Windows without a winner
// count as a gradient of zero, which costs less than a branch that is hard to predict.

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/convolution_kernels.h"
#include "ops/kernels/convolution_planes.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Runs and vectors of a run that are kept in registers together.
constexpr int kTileRuns = 3;
constexpr int kTileVecs = 3;

struct Scratch {
  ConvolutionPlane plane;
  float* dy;                // [channels][windows], as far as the images do not have that already
  float* weight;            // by runs; or the gradient of the weights
  float* dbias;             // [channels]
  int64_t* window_offset;   // [windows]: in the plane, of position (0, 0) of the window
  int64_t* winner_offset;   // [256]: from there, by winner
  int64_t windows;
};

Scratch CarveScratch(const ConvolutionProblem& p, const ConvolutionPool& pool, Carver* carver) {
  Scratch s;
  s.windows = pool.out_size[0] * pool.out_size[1];
  s.plane = CarvePlane(p, carver);
  s.dy = Carve(carver, p.out_channels * s.windows);
  s.weight = Carve(carver, p.out_channels * RunRow(p));
  s.dbias = Carve(carver, p.out_channels);
  s.window_offset = CarveIntegers(carver, s.windows);
  s.winner_offset = CarveIntegers(carver, kNoWinner + 1);
  return s;
}

int64_t ScratchFloats(const ConvolutionProblem& problem, const ConvolutionPool& pool) {
  Carver carver = {nullptr, 0};
  CarveScratch(problem, pool, &carver);
  return carver.used;
}

Scratch Prepare(const ConvolutionProblem& p, const ConvolutionPool& pool, float* memory) {
  Carver carver = {memory, 0};
  const Scratch s = CarveScratch(p, pool, &carver);
  PreparePlane(p, s.plane);
  const int64_t row = s.plane.columns * p.in_channels * p.stride[0];
  const int64_t column = p.in_channels * p.stride[1];
  int64_t* offset = s.window_offset;
  for (int64_t i = 0; i < pool.out_size[0]; ++i) {
    for (int64_t j = 0; j < pool.out_size[1]; ++j) {
      *offset++ = (i * pool.window.stride[0] - pool.window.padding[0]) * row +
                  (j * pool.window.stride[1] - pool.window.padding[1]) * column;
    }
  }
  for (int64_t i = 0; i <= kNoWinner; ++i) s.winner_offset[i] = 0;
  offset = s.winner_offset;
  for (int64_t i = 0; i < pool.window.kernel[0]; ++i) {
    for (int64_t j = 0; j < pool.window.kernel[1]; ++j) *offset++ = i * row + j * column;
  }
  return s;
}

// The gradients of one channel of one image.
struct Windows {
  const int64_t* window_offset;
  const int64_t* winner_offset;
  const float* dy;
  const uint8_t* winner;
  int64_t winner_pixel, count;
};

// The gradient of one window, and where in the plane its winner is; zero and a place that exists
// where there is none.
struct Share {
  int64_t place;
  float value;
};
PLUMBLINE_INLINE Share ShareOf(const Windows& w, int64_t window) {
  const int64_t winner = w.winner[window * w.winner_pixel];
  const int64_t keep = -static_cast<int64_t>(winner != kNoWinner);
  union {
    float real;
    int32_t bits;
  } value = {w.dy[window]};
  value.bits &= static_cast<int32_t>(keep);
  return Share{(w.window_offset[window] + w.winner_offset[winner]) & keep, value.real};
}

// dy as [channels][windows]: the image's own memory where that is its layout.
const float* GradientOfImage(const ConvolutionProblem& p, const PooledGradient& gradient,
                             int64_t item, const Scratch& s) {
  const ImageStrides& strides = gradient.dy.strides;
  const float* const dy = gradient.dy.data + item * strides.batch;
  const int64_t columns = gradient.pool.out_size[1];
  const bool dense = strides.column == 1 && strides.row == columns && strides.channel == s.windows;
  if (dense) return dy;
  MoveImage(PlaneSize{gradient.pool.out_size[0], columns, p.out_channels}, dy, strides, s.dy,
            ImageStrides{0, s.windows, columns, 1});
  return s.dy;
}

// Calls visit(channel, windows) for every channel of an image.
template <typename Visit>
PLUMBLINE_INLINE void VisitChannels(const ConvolutionProblem& p, const PooledGradient& gradient,
                                    int64_t winner_pixel, int64_t item, const Scratch& s,
                                    Visit visit) {
  const float* const dy = GradientOfImage(p, gradient, item, s);
  const uint8_t* const winner = gradient.winner + item * s.windows * winner_pixel;
  for (int64_t channel = 0; channel < p.out_channels; ++channel) {
    visit(channel, Windows{s.window_offset, s.winner_offset, dy + channel * s.windows,
                           winner + channel, winner_pixel, s.windows});
  }
}

// What a tile covers: kRuns runs, `step` floats apart, kVecs vectors of each, from `place` on.
template <int kRuns, int kVecs>
struct WeightTile {
  // So many windows at once that their sums do not wait for each other.
  static constexpr int kUnroll = kRuns * kVecs >= 6 ? 1 : kRuns * kVecs >= 3 ? 2 : 4;

  // Returns the sum of the gradients.
  static float Run(const Windows& w, const float* x, int64_t step, float* dweight,
                   int64_t run_floats) {
    Vec sum[kUnroll][kRuns][kVecs] = {};
    float shares[4] = {};
    int64_t window = 0;
    for (; window + kUnroll <= w.count; window += kUnroll) {
#pragma GCC unroll 4
      for (int u = 0; u < kUnroll; ++u) {
        const Share share = ShareOf(w, window + u);
        shares[u] += share.value;
        Add(share, x, step, sum[u]);
      }
    }
    for (; window < w.count; ++window) {
      const Share share = ShareOf(w, window);
      shares[0] += share.value;
      Add(share, x, step, sum[0]);
    }
#pragma GCC unroll 4
    for (int run = 0; run < kRuns; ++run) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        Vec total = sum[0][run][vec];
#pragma GCC unroll 4
        for (int u = 1; u < kUnroll; ++u) total += sum[u][run][vec];
        float* const to = dweight + run * run_floats + vec * kLanes;
        Store(to, Load(to) + total);
      }
    }
    return (shares[0] + shares[1]) + (shares[2] + shares[3]);
  }

  PLUMBLINE_INLINE void Add(Share share, const float* x, int64_t step, Vec (&sum)[kRuns][kVecs]) {
    const Vec value = Broadcast(share.value);
    const float* from = x + share.place;
#pragma GCC unroll 4
    for (int run = 0; run < kRuns; ++run, from += step) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        sum[run][vec] = Fma(value, Load(from + vec * kLanes), sum[run][vec]);
      }
    }
  }
};

template <int kRuns, int kVecs>
struct InputTile {
  // Returns nothing of use.
  static float Run(const Windows& w, float* dx, int64_t step, const float* weight,
                   int64_t run_floats) {
    Vec packed[kRuns][kVecs];
#pragma GCC unroll 4
    for (int run = 0; run < kRuns; ++run) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        packed[run][vec] = Load(weight + run * run_floats + vec * kLanes);
      }
    }
    // Patches of neighbouring windows overlap, and each would wait for the one before: windows from
    // both halves of the image take turns.
    const int64_t half = w.count / 2;
    for (int64_t window = 0; window < half; ++window) {
      Add(ShareOf(w, window), packed, dx, step);
      Add(ShareOf(w, half + window), packed, dx, step);
    }
    if (2 * half < w.count) Add(ShareOf(w, w.count - 1), packed, dx, step);
    return 0;
  }

  PLUMBLINE_INLINE void Add(Share share, const Vec (&packed)[kRuns][kVecs], float* dx,
                            int64_t step) {
    const Vec value = Broadcast(share.value);
    float* to = dx + share.place;
#pragma GCC unroll 4
    for (int run = 0; run < kRuns; ++run, to += step) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        Store(to + vec * kLanes, Fma(value, packed[run][vec], Load(to + vec * kLanes)));
      }
    }
  }
};

template <template <int, int> class Tile, int kRuns, typename X, typename Weight>
PLUMBLINE_INLINE float RunTile(int64_t vecs, const Windows& w, X* x, int64_t step, Weight* weight,
                              int64_t run_floats) {
  if (vecs == 1) return Tile<kRuns, 1>::Run(w, x, step, weight, run_floats);
  if (vecs == 2) return Tile<kRuns, 2>::Run(w, x, step, weight, run_floats);
  return Tile<kRuns, 3>::Run(w, x, step, weight, run_floats);
}

// The whole patch of one channel, tile by tile; returns what the first one does. Tiles of several
// runs need them evenly apart.
template <template <int, int> class Tile, typename X, typename Weight>
float RunTiles(const ConvolutionProblem& p, const Scratch& s, const Windows& w, X* x,
              Weight* weight) {
  const int64_t run_floats = RunFloats(p);
  const int64_t count = RunsOf(p).count;
  const int64_t* const offset = s.plane.run_offset;
  const int64_t most = p.dilation[1] == 1 ? kTileRuns : 1;
  float first = 0;
  for (int64_t run = 0; run < count;) {
    const int64_t runs = Smaller(most, count - run);
    const int64_t step = runs > 1 ? offset[run + 1] - offset[run] : 0;
    for (int64_t i = 0; i < run_floats; i += kTileVecs * kLanes) {
      const int64_t vecs = Smaller(kTileVecs, (run_floats - i) / kLanes);
      X* const from = x + offset[run] + i;
      Weight* const row = weight + run * run_floats + i;
      float result;
      if (runs == 1) {
        result = RunTile<Tile, 1>(vecs, w, from, step, row, run_floats);
      } else if (runs == 2) {
        result = RunTile<Tile, 2>(vecs, w, from, step, row, run_floats);
      } else {
        result = RunTile<Tile, 3>(vecs, w, from, step, row, run_floats);
      }
      if (run == 0 && i == 0) first = result;
    }
    run += runs;
  }
  return first;
}

float SumOfShares(const Windows& w) {
  float sum[4] = {};
  int64_t window = 0;
  for (; window + 4 <= w.count; window += 4) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) sum[u] += ShareOf(w, window + u).value;
  }
  for (; window < w.count; ++window) sum[0] += ShareOf(w, window).value;
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void Input(const ConvolutionProblem& p, const PooledGradient& gradient, int64_t winner_pixel,
           const float* weight, MutableImages dx, float* memory) {
  const Scratch s = Prepare(p, gradient.pool, memory);
  PackByRuns(p, weight, s.weight);
  for (int64_t item = 0; item < p.batch; ++item) {
    if (item > 0) FillFloats(s.plane.data, s.plane.floats, 0.0f);
    VisitChannels(p, gradient, winner_pixel, item, s, [&](int64_t channel, const Windows& w) {
      const float* const row = s.weight + channel * RunRow(p);
      RunTiles<InputTile>(p, s, w, s.plane.data, row);
    });
    MoveOutOfPlane(p, s.plane, dx, item);
  }
}

void Weights(const ConvolutionProblem& p, ConstImages x, const PooledGradient& gradient,
             int64_t winner_pixel, float* dweight, float* dbias, float* memory) {
  const Scratch s = Prepare(p, gradient.pool, memory);
  FillFloats(s.weight, p.out_channels * RunRow(p), 0.0f);
  FillFloats(s.dbias, p.out_channels, 0.0f);
  for (int64_t item = 0; item < p.batch; ++item) {
    if (dweight != nullptr) MoveIntoPlane(p, x, item, s.plane);
    VisitChannels(p, gradient, winner_pixel, item, s, [&](int64_t channel, const Windows& w) {
      if (dweight == nullptr) {
        s.dbias[channel] += SumOfShares(w);
        return;
      }
      const float* const plane = s.plane.data;
      s.dbias[channel] +=
          RunTiles<WeightTile>(p, s, w, plane, s.weight + channel * RunRow(p));
    });
  }
  if (dweight != nullptr) UnpackByRuns(p, s.weight, dweight);
  if (dbias != nullptr) CopyFloats(s.dbias, p.out_channels, dbias);
}

}  // namespace

extern const ConvolutionPooledBackwardKernel kConvolutionPooledBackward;
const ConvolutionPooledBackwardKernel kConvolutionPooledBackward = {ScratchFloats, Input, Weights};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
