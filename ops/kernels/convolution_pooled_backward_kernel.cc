// Gradients of a convolution whose result was max pooled. Of each window only the winner has a
// gradient, so the work is a patch of the input (its runs of taps on the lanes) for each window and
// channel: of a pool of 2 x 2 a quarter of what the dense gradient takes. Windows without a winner
// are given a gradient of zero, which costs less than a branch that is hard to predict.

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
  float* pixels;            // [windows][padded channels]: the gradient, zero without a winner
  float* dy;                // the same as [padded channels][windows]
  float* weight;            // by runs; or the gradient of the weights
  float* dbias;             // [padded channels]
  int64_t* window_offset;   // [windows]: in the plane, of position (0, 0) of the window
  int64_t* winner_offset;   // [256]: from there, by winner
  int64_t windows, padded;
};

Scratch CarveScratch(const ConvolutionProblem& p, const ConvolutionPool& pool, Carver* carver) {
  Scratch s;
  s.windows = pool.out_size[0] * pool.out_size[1];
  s.plane = CarvePlane(p, carver);
  s.padded = RoundUpToLanes(p.out_channels);
  s.pixels = Carve(carver, s.padded * s.windows);
  s.dy = Carve(carver, s.padded * s.windows);
  s.weight = Carve(carver, p.out_channels * RunRow(p));
  s.dbias = Carve(carver, s.padded);
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
  // A place inside of the image for windows without a winner.
  s.winner_offset[kNoWinner] = pool.window.padding[0] * row + pool.window.padding[1] * column;
  FillFloats(s.pixels, s.padded * s.windows, 0.0f);
  FillFloats(s.dbias, s.padded, 0.0f);
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

PLUMBLINE_INLINE int64_t PlaceOf(const Windows& w, int64_t window) {
  return w.window_offset[window] + w.winner_offset[w.winner[window * w.winner_pixel]];
}

PLUMBLINE_INLINE IntVec LoadWinners(const uint8_t* from) {
#if defined(__AVX512F__)
  return reinterpret_cast<IntVec>(_mm512_maskz_cvtepu8_epi32(
      0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#elif defined(__AVX2__)
  return reinterpret_cast<IntVec>(
      _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#else
  IntVec winners;
  for (int i = 0; i < kLanes; ++i) winners[i] = from[i];
  return winners;
#endif
}

PLUMBLINE_INLINE IntVec LoadSomeWinners(const uint8_t* from, int64_t count) {
  IntVec winners = {};
  for (int i = 0; i < count; ++i) winners[i] = from[i];
  return winners;
}

// Zero where there is no winner, in s.pixels. `channels` from `channel` on, at most a vector.
template <bool kWhole>
void CutGradient(const Scratch& s, const uint8_t* winner, int64_t winner_pixel, int64_t channel,
                 int64_t channels) {
  const IntVec none = IntVec{} + static_cast<int>(kNoWinner);
  Vec sum = {};
  for (int64_t window = 0; window < s.windows; ++window) {
    const uint8_t* const from = winner + window * winner_pixel + channel;
    const IntVec winners = kWhole ? LoadWinners(from) : LoadSomeWinners(from, channels);
    float* const pixel = s.pixels + window * s.padded + channel;
    const Vec value = Select(winners == none, Vec{}, Load(pixel));
    Store(pixel, value);
    sum += value;
  }
  Store(s.dbias + channel, Load(s.dbias + channel) + sum);
}

// Brings the gradient of one image to s.dy, and adds its sums to s.dbias.
void MoveGradientIn(const ConvolutionProblem& p, const PooledGradient& gradient,
                    int64_t winner_pixel, int64_t item, const Scratch& s) {
  const int64_t columns = gradient.pool.out_size[1];
  MoveImage(PlaneSize{gradient.pool.out_size[0], columns, p.out_channels},
            gradient.dy.data + item * gradient.dy.strides.batch, gradient.dy.strides, s.pixels,
            PlaneStrides(columns, s.padded));
  const uint8_t* const winner = gradient.winner + item * s.windows * winner_pixel;
  for (int64_t channel = 0; channel < p.out_channels; channel += kLanes) {
    const int64_t channels = Smaller(kLanes, p.out_channels - channel);
    if (channels == kLanes) {
      CutGradient<true>(s, winner, winner_pixel, channel, channels);
    } else {
      CutGradient<false>(s, winner, winner_pixel, channel, channels);
    }
  }
  Transpose(s.pixels, s.padded, s.windows, s.padded, s.dy, s.windows);
}

// Calls visit(channel, windows) for every channel of an image whose gradient is in s.dy.
template <typename Visit>
PLUMBLINE_INLINE void VisitChannels(const ConvolutionProblem& p, const PooledGradient& gradient,
                                    int64_t winner_pixel, int64_t item, const Scratch& s,
                                    Visit visit) {
  const uint8_t* const winner = gradient.winner + item * s.windows * winner_pixel;
  for (int64_t channel = 0; channel < p.out_channels; ++channel) {
    visit(channel, Windows{s.window_offset, s.winner_offset, s.dy + channel * s.windows,
                           winner + channel, winner_pixel, s.windows});
  }
}

// What a tile covers: kRuns runs, `step` floats apart, kVecs vectors of each, from `place` on.
template <int kRuns, int kVecs>
struct WeightTile {
  // So many windows at once that their sums do not wait for each other.
  static constexpr int kUnroll = kRuns * kVecs >= 6 ? 1 : kRuns * kVecs >= 3 ? 2 : 4;

  static void Run(const Windows& w, const float* x, int64_t step, float* dweight,
                  int64_t run_floats) {
    Vec sum[kUnroll][kRuns][kVecs] = {};
    int64_t window = 0;
    for (; window + kUnroll <= w.count; window += kUnroll) {
#pragma GCC unroll 4
      for (int u = 0; u < kUnroll; ++u) Add(w, window + u, x, step, sum[u]);
    }
    for (; window < w.count; ++window) Add(w, window, x, step, sum[0]);
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
  }

  PLUMBLINE_INLINE void Add(const Windows& w, int64_t window, const float* x, int64_t step,
                            Vec (&sum)[kRuns][kVecs]) {
    const Vec value = Broadcast(w.dy[window]);
    const float* from = x + PlaceOf(w, window);
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
  static void Run(const Windows& w, float* dx, int64_t step, const float* weight,
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
      Add(w, window, packed, dx, step);
      Add(w, half + window, packed, dx, step);
    }
    if (2 * half < w.count) Add(w, w.count - 1, packed, dx, step);
  }

  PLUMBLINE_INLINE void Add(const Windows& w, int64_t window, const Vec (&packed)[kRuns][kVecs],
                            float* dx, int64_t step) {
    const Vec value = Broadcast(w.dy[window]);
    float* to = dx + PlaceOf(w, window);
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
PLUMBLINE_INLINE void RunTile(int64_t vecs, const Windows& w, X* x, int64_t step, Weight* weight,
                              int64_t run_floats) {
  if (vecs == 1) return Tile<kRuns, 1>::Run(w, x, step, weight, run_floats);
  if (vecs == 2) return Tile<kRuns, 2>::Run(w, x, step, weight, run_floats);
  return Tile<kRuns, 3>::Run(w, x, step, weight, run_floats);
}

// The whole patch of one channel, tile by tile. Tiles of several runs need them evenly apart.
template <template <int, int> class Tile, typename X, typename Weight>
void RunTiles(const ConvolutionProblem& p, const Scratch& s, const Windows& w, X* x,
              Weight* weight) {
  const int64_t run_floats = RunFloats(p);
  const int64_t count = RunsOf(p).count;
  const int64_t* const offset = s.plane.run_offset;
  const int64_t most = p.dilation[1] == 1 ? kTileRuns : 1;
  for (int64_t run = 0; run < count;) {
    const int64_t runs = Smaller(most, count - run);
    const int64_t step = runs > 1 ? offset[run + 1] - offset[run] : 0;
    for (int64_t i = 0; i < run_floats; i += kTileVecs * kLanes) {
      const int64_t vecs = Smaller(kTileVecs, (run_floats - i) / kLanes);
      X* const from = x + offset[run] + i;
      Weight* const row = weight + run * run_floats + i;
      if (runs == 1) {
        RunTile<Tile, 1>(vecs, w, from, step, row, run_floats);
      } else if (runs == 2) {
        RunTile<Tile, 2>(vecs, w, from, step, row, run_floats);
      } else {
        RunTile<Tile, 3>(vecs, w, from, step, row, run_floats);
      }
    }
    run += runs;
  }
}

void Input(const ConvolutionProblem& p, const PooledGradient& gradient, int64_t winner_pixel,
           const float* weight, MutableImages dx, float* memory) {
  const Scratch s = Prepare(p, gradient.pool, memory);
  PackByRuns(p, weight, s.weight);
  for (int64_t item = 0; item < p.batch; ++item) {
    if (item > 0) FillFloats(s.plane.data, s.plane.floats, 0.0f);
    MoveGradientIn(p, gradient, winner_pixel, item, s);
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
  for (int64_t item = 0; item < p.batch; ++item) {
    MoveGradientIn(p, gradient, winner_pixel, item, s);
    if (dweight == nullptr) continue;
    MoveIntoPlane(p, x, item, s.plane);
    VisitChannels(p, gradient, winner_pixel, item, s, [&](int64_t channel, const Windows& w) {
      const float* const plane = s.plane.data;
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
