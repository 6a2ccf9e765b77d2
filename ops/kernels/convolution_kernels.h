// The variants of the convolution kernels, one for each instruction set, for the dispatch in
// convolution.cc. Contracts are in convolution.h; problems have one group here, and strides and
// weights are those of the group's channels.

#ifndef PLUMBLINE_OPS_KERNELS_CONVOLUTION_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_CONVOLUTION_KERNELS_H_

#include <stdint.h>

#include "ops/kernels/convolution.h"
#include "ops/kernels/images.h"

namespace plumbline {

// `pool` null: no pooling; then `winner` is not looked at.
struct ConvolutionForwardKernel {
  int64_t (*scratch_floats)(const ConvolutionProblem& problem, const ConvolutionPool* pool);
  // `winner_pixel` bytes lie between the winners of a channel.
  void (*run)(const ConvolutionProblem& problem, const ConvolutionPool* pool, bool relu,
              ConstImages x, const float* weight, const float* bias, MutableImages y,
              uint8_t* winner, int64_t winner_pixel, float* scratch);
};

struct ConvolutionBackwardKernel {
  int64_t (*scratch_floats)(const ConvolutionProblem& problem);
  void (*input)(const ConvolutionProblem& problem, const ConvolutionGradient& gradient,
                const float* weight, MutableImages dx, float* scratch);
  void (*weights)(const ConvolutionProblem& problem, ConstImages x,
                  const ConvolutionGradient& gradient, float* dweight, float* dbias,
                  float* scratch);
};

struct ConvolutionPooledBackwardKernel {
  int64_t (*scratch_floats)(const ConvolutionProblem& problem, const ConvolutionPool& pool);
  void (*input)(const ConvolutionProblem& problem, const PooledGradient& gradient,
                int64_t winner_pixel, const float* weight, MutableImages dx, float* scratch);
  void (*weights)(const ConvolutionProblem& problem, ConstImages x, const PooledGradient& gradient,
                  int64_t winner_pixel, float* dweight, float* dbias, float* scratch);
};

namespace generic {
extern const ConvolutionForwardKernel kConvolutionForward;
extern const ConvolutionBackwardKernel kConvolutionBackward;
extern const ConvolutionPooledBackwardKernel kConvolutionPooledBackward;
}  // namespace generic
namespace avx2 {
extern const ConvolutionForwardKernel kConvolutionForward;
extern const ConvolutionBackwardKernel kConvolutionBackward;
extern const ConvolutionPooledBackwardKernel kConvolutionPooledBackward;
}  // namespace avx2
namespace avx512 {
extern const ConvolutionForwardKernel kConvolutionForward;
extern const ConvolutionBackwardKernel kConvolutionBackward;
extern const ConvolutionPooledBackwardKernel kConvolutionPooledBackward;
}  // namespace avx512

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_CONVOLUTION_KERNELS_H_
