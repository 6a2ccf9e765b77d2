// Layer normalisation of the rows of a dense matrix, forward and backward; formulas in ops/layer_norm.cc. Everything
// runs on the calling thread; sums have a fixed order for a given instruction set.
#ifndef PLUMBLINE_OPS_KERNELS_LAYER_NORM_H_
#define PLUMBLINE_OPS_KERNELS_LAYER_NORM_H_

#include <stdint.h>

namespace plumbline {

struct LayerNormProblem {
  int64_t rows = 0;
  int64_t width = 0;  // elements of a row
  float epsilon = 0;
};

// y = (x - mean) / sqrt(variance + epsilon) · weight + bias. x and y [rows, width]; y may be x.
void LayerNormForward(const LayerNormProblem& problem, const float* x, const float* weight, const float* bias,
                      float* y);

// What the backward kernel needs as scratch memory.
int64_t LayerNormBackwardScratchBytes(const LayerNormProblem& problem);
// Gradients for the gradient g [rows, width] of y: dx [rows, width], dweight and dbias [width]; each may be null. dx may
// be g or x. The statistics of a row are computed again.
void LayerNormBackward(const LayerNormProblem& problem, const float* g, const float* x, const float* weight, float* dx,
                       float* dweight, float* dbias, float* scratch);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_LAYER_NORM_H_
