// Images are pooled one after another in scratch planes, channels on the lanes.

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/max_pool_plane.h"
#include "ops/kernels/planes.h"
#include "ops/kernels/pooling_kernels.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

struct Scratch {
  float* wide;    // [input pixels][padded channels]
  float* narrow;  // [output pixels][padded channels]
  int64_t pixel;  // padded channels
};

Scratch CarveScratch(const PoolProblem& p, Carver* carver) {
  Scratch scratch;
  scratch.pixel = RoundUpToLanes(p.channels);
  scratch.wide = Carve(carver, p.in_size[0] * p.in_size[1] * scratch.pixel);
  scratch.narrow = Carve(carver, p.out_size[0] * p.out_size[1] * scratch.pixel);
  return scratch;
}

Scratch Prepare(const PoolProblem& problem, float* memory) {
  Carver carver = {memory, 0};
  const Scratch scratch = CarveScratch(problem, &carver);
  FillFloats(memory, carver.used, 0.0f);  // the lanes beyond the channels
  return scratch;
}

int64_t ScratchFloats(const PoolProblem& problem) {
  Carver carver = {nullptr, 0};
  CarveScratch(problem, &carver);
  return carver.used;
}

PlaneSize InputPlane(const PoolProblem& p) { return {p.in_size[0], p.in_size[1], p.channels}; }
PlaneSize OutputPlane(const PoolProblem& p) { return {p.out_size[0], p.out_size[1], p.channels}; }

void MoveIn(const PlaneSize& size, ConstImages images, int64_t item, float* plane, int64_t pixel) {
  MoveImage(size, images.data + item * images.strides.batch, images.strides, plane,
            PlaneStrides(size.columns, pixel));
}
void MoveOut(const PlaneSize& size, const float* plane, int64_t pixel, MutableImages images,
             int64_t item) {
  MoveImage(size, plane, PlaneStrides(size.columns, pixel),
            images.data + item * images.strides.batch, images.strides);
}

template <bool kRelu, typename Winner>
void MaxPoolImages(const PoolProblem& p, ConstImages x, MutableImages y, Winner* winner,
                   float* memory) {
  const Scratch s = Prepare(p, memory);
  const int64_t row_pixels = p.out_size[1];
  for (int64_t item = 0; item < p.batch; ++item) {
    MoveIn(InputPlane(p), x, item, s.wide, s.pixel);
    for (int64_t row = 0; row < p.out_size[0]; ++row) {
      const int64_t first = (item * p.out_size[0] + row) * row_pixels * p.channels;
      MaxPoolRow<kRelu>(p.window, p.in_size, row_pixels, p.channels, row, s.wide, s.pixel,
                        s.narrow + row * row_pixels * s.pixel, s.pixel,
                        winner == nullptr ? nullptr : winner + first, p.channels);
    }
    MoveOut(OutputPlane(p), s.narrow, s.pixel, y, item);
  }
}

bool ByteWinners(const PoolProblem& p) {
  return p.window.kernel[0] * p.window.kernel[1] <= kMostBytePositions;
}

void Max(const PoolProblem& p, bool relu, ConstImages x, MutableImages y, void* winner,
         float* memory) {
  if (ByteWinners(p)) {
    uint8_t* const bytes = static_cast<uint8_t*>(winner);
    if (relu) return MaxPoolImages<true>(p, x, y, bytes, memory);
    return MaxPoolImages<false>(p, x, y, bytes, memory);
  }
  int64_t* const wide = static_cast<int64_t*>(winner);
  if (relu) return MaxPoolImages<true>(p, x, y, wide, memory);
  return MaxPoolImages<false>(p, x, y, wide, memory);
}

template <typename Winner>
IntVec LoadWinners(const Winner* from, int64_t count) {
  IntVec winner = {};
  for (int i = 0; i < count; ++i) winner[i] = static_cast<int>(from[i]);
  return winner;
}

// What a window gives back to its positions, for one vector of channels.
template <typename Winner>
struct ToWinner {
  const Winner* winner;  // of the plane
  int64_t channels;
  IntVec index;
  void Begin(int64_t pixel, int64_t channel) {
    index = LoadWinners(winner + pixel * channels + channel, Smaller(kLanes, channels - channel));
  }
  Vec Share(Vec gradient, int position) const {
    return Select(index == position, gradient, Vec{});
  }
};
struct ToAll {
  Vec factor;
  void Begin(int64_t, int64_t) {}
  Vec Share(Vec gradient, int) const { return gradient * factor; }
};

template <typename Shares>
void Spread(const PoolProblem& p, const Scratch& s, Shares shares) {
  FillFloats(s.wide, p.in_size[0] * p.in_size[1] * s.pixel, 0.0f);
  for (int64_t row = 0; row < p.out_size[0]; ++row) {
    const Span rows = SpanOf(p.window, 0, p.in_size[0], row);
    for (int64_t column = 0; column < p.out_size[1]; ++column) {
      const Span columns = SpanOf(p.window, 1, p.in_size[1], column);
      const int64_t pixel = row * p.out_size[1] + column;
      for (int64_t channel = 0; channel < s.pixel; channel += kLanes) {
        const Vec gradient = Load(s.narrow + pixel * s.pixel + channel);
        shares.Begin(pixel, channel);
        for (int64_t i = rows.first; i < rows.last; ++i) {
          float* const to =
              s.wide + ((rows.origin + i) * p.in_size[1] + columns.origin) * s.pixel + channel;
          for (int64_t j = columns.first; j < columns.last; ++j) {
            const int position = static_cast<int>(i * p.window.kernel[1] + j);
            Store(to + j * s.pixel, Load(to + j * s.pixel) + shares.Share(gradient, position));
          }
        }
      }
    }
  }
}

template <typename Winner>
void SpreadToWinners(const PoolProblem& p, ConstImages dy, const Winner* winner, MutableImages dx,
                     float* memory) {
  const Scratch s = Prepare(p, memory);
  for (int64_t item = 0; item < p.batch; ++item) {
    MoveIn(OutputPlane(p), dy, item, s.narrow, s.pixel);
    const int64_t first = item * p.out_size[0] * p.out_size[1] * p.channels;
    Spread(p, s, ToWinner<Winner>{winner + first, p.channels, IntVec{}});
    MoveOut(InputPlane(p), s.wide, s.pixel, dx, item);
  }
}

void MaxGradient(const PoolProblem& p, ConstImages dy, const void* winner, MutableImages dx,
                 float* memory) {
  if (ByteWinners(p)) {
    return SpreadToWinners(p, dy, static_cast<const uint8_t*>(winner), dx, memory);
  }
  return SpreadToWinners(p, dy, static_cast<const int64_t*>(winner), dx, memory);
}

float InverseSize(const PoolProblem& p) {
  return 1.0f / static_cast<float>(p.window.kernel[0] * p.window.kernel[1]);
}

void AverageRow(const PoolProblem& p, const Scratch& s, int64_t row) {
  const Span rows = SpanOf(p.window, 0, p.in_size[0], row);
  const Vec factor = Broadcast(InverseSize(p));
  for (int64_t column = 0; column < p.out_size[1]; ++column) {
    const Span columns = SpanOf(p.window, 1, p.in_size[1], column);
    for (int64_t channel = 0; channel < s.pixel; channel += kLanes) {
      Vec sum = {};
      for (int64_t i = rows.first; i < rows.last; ++i) {
        const float* const from =
            s.wide + ((rows.origin + i) * p.in_size[1] + columns.origin) * s.pixel + channel;
        for (int64_t j = columns.first; j < columns.last; ++j) sum += Load(from + j * s.pixel);
      }
      Store(s.narrow + (row * p.out_size[1] + column) * s.pixel + channel, sum * factor);
    }
  }
}

void Average(const PoolProblem& p, ConstImages x, MutableImages y, float* memory) {
  const Scratch s = Prepare(p, memory);
  for (int64_t item = 0; item < p.batch; ++item) {
    MoveIn(InputPlane(p), x, item, s.wide, s.pixel);
    for (int64_t row = 0; row < p.out_size[0]; ++row) AverageRow(p, s, row);
    MoveOut(OutputPlane(p), s.narrow, s.pixel, y, item);
  }
}

void AverageGradient(const PoolProblem& p, ConstImages dy, MutableImages dx, float* memory) {
  const Scratch s = Prepare(p, memory);
  for (int64_t item = 0; item < p.batch; ++item) {
    MoveIn(OutputPlane(p), dy, item, s.narrow, s.pixel);
    Spread(p, s, ToAll{Broadcast(InverseSize(p))});
    MoveOut(InputPlane(p), s.wide, s.pixel, dx, item);
  }
}

}  // namespace

extern const PoolingKernels kPooling;
const PoolingKernels kPooling = {ScratchFloats, Max, MaxGradient, Average, AverageGradient};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
