// Convolutions (cross-correlations) of images and their gradients, for any kernel, stride, padding,
// dilation and number of groups:
//   y[b, o, p] = bias[o] + sum over c, k of x[b, c, p·stride + k·dilation - padding] weight[o, c, k]
// with weight [out_channels, in_channels / groups, rows, columns]; positions in the padding are 0.
// Made for few channels, where libraries that pad channels to 16 waste most of their work; wide
// convolutions run at the rate of a matrix product too.
//
// A relu on y and a max pooling after it are part of the same call: the pooled forms keep only what
// the gradient needs, the winner of each window (pooling.h), and their gradients visit winners only.
//
// One thread; no allocation; sums have a fixed order for a given Isa.

#ifndef PLUMBLINE_OPS_KERNELS_CONVOLUTION_H_
#define PLUMBLINE_OPS_KERNELS_CONVOLUTION_H_

#include <cstdint>

#include "ops/kernels/images.h"
#include "ops/kernels/isa.h"
#include "ops/kernels/pooling.h"

namespace plumbline {

// Rows, then columns, where there are two of a kind.
struct ConvolutionProblem {
  int64_t batch, groups;
  int64_t in_channels, out_channels;  // of all groups together
  int64_t in_size[2], out_size[2];
  int64_t kernel[2], stride[2], padding[2], dilation[2];
};

// Max pooling of the convolution's result; kernels of at most kMostBytePositions.
struct ConvolutionPool {
  PoolWindow window;
  int64_t out_size[2];
};

// The gradient of y, and optionally (data null: not there) the relu's result, whose zeros cut it.
struct ConvolutionGradient {
  ConstImages dy;
  ConstImages relu_y;
};

// The gradient of the pooled y, and the winners.
struct PooledGradient {
  ConvolutionPool pool;
  ConstImages dy;
  const uint8_t* winner;
};

// Bytes of scratch, which must be aligned to 64, for any function below. `pool` null: for the forms
// without pooling.
int64_t ConvolutionScratchBytes(const ConvolutionProblem& problem, const ConvolutionPool* pool,
                                Isa isa);

// `bias` null: none. `isa` is EffectiveIsa(), or a smaller one in tests.
void ConvolutionForward(const ConvolutionProblem& problem, bool relu, ConstImages x,
                        const float* weight, const float* bias, MutableImages y, void* scratch,
                        Isa isa);
// y is the pooled result; winner [batch, rows, columns, channels] of it, null: not wanted.
void ConvolutionPooledForward(const ConvolutionProblem& problem, const ConvolutionPool& pool,
                              bool relu, ConstImages x, const float* weight, const float* bias,
                              MutableImages y, uint8_t* winner, void* scratch, Isa isa);

// dx, overwritten.
void ConvolutionInputGradient(const ConvolutionProblem& problem,
                              const ConvolutionGradient& gradient, const float* weight,
                              MutableImages dx, void* scratch, Isa isa);
void ConvolutionPooledInputGradient(const ConvolutionProblem& problem,
                                    const PooledGradient& gradient, const float* weight,
                                    MutableImages dx, void* scratch, Isa isa);

// dweight and dbias, overwritten; null: not wanted.
void ConvolutionWeightGradient(const ConvolutionProblem& problem, ConstImages x,
                               const ConvolutionGradient& gradient, float* dweight, float* dbias,
                               void* scratch, Isa isa);
void ConvolutionPooledWeightGradient(const ConvolutionProblem& problem, ConstImages x,
                                     const PooledGradient& gradient, float* dweight, float* dbias,
                                     void* scratch, Isa isa);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_CONVOLUTION_H_
