// Pooling of images, channel by channel: the maximum with the place where it was found, the mean,
// and their gradients. Windows lie at p * stride - padding; positions outside of the image never
// win and count as zeros in a mean.
//
// One thread; no allocation; results depend on the numbers and the Isa alone.

#ifndef PLUMBLINE_OPS_KERNELS_POOLING_H_
#define PLUMBLINE_OPS_KERNELS_POOLING_H_

#include <cstdint>

#include "ops/kernels/images.h"
#include "ops/kernels/isa.h"

namespace plumbline {

// Rows, then columns. Every window has a position inside the image.
struct PoolWindow {
  int64_t kernel[2], stride[2], padding[2];
};

struct PoolProblem {
  int64_t batch, channels;
  int64_t in_size[2], out_size[2];
  PoolWindow window;
};

// The winner of a window is row * kernel columns + column of its first maximum, as an unsigned byte
// if the kernel has fewer than 256 positions and as int64_t otherwise: [batch, rows, columns,
// channels], dense. A window whose maximum a relu cut has none.
constexpr int64_t kMostBytePositions = 255;
constexpr int64_t kNoWinner = 255;         // in a byte
constexpr int64_t kNoWideWinner = -1;      // in 64 bits

// Bytes of scratch, which must be aligned to 64, for any of the functions below.
int64_t PoolScratchBytes(const PoolProblem& problem, Isa isa);

// y = max of each window of x, or of relu(x) where `relu`; NaN wins where it is not cut. `winner`
// null: not wanted. `isa` is EffectiveIsa(), or a smaller one in tests.
void MaxPool(const PoolProblem& problem, bool relu, ConstImages x, MutableImages y, void* winner,
             void* scratch, Isa isa);
// dx, overwritten, for the gradient dy of y.
void MaxPoolGradient(const PoolProblem& problem, ConstImages dy, const void* winner,
                     MutableImages dx, void* scratch, Isa isa);
void AveragePool(const PoolProblem& problem, ConstImages x, MutableImages y, void* scratch,
                 Isa isa);
void AveragePoolGradient(const PoolProblem& problem, ConstImages dy, MutableImages dx,
                         void* scratch, Isa isa);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_POOLING_H_
