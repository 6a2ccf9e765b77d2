// The variants of the pooling kernels, one for each instruction set, for the dispatch in
// pooling.cc. Contracts are in pooling.h.

#ifndef PLUMBLINE_OPS_KERNELS_POOLING_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_POOLING_KERNELS_H_

#include <stdint.h>

#include "ops/kernels/images.h"
#include "ops/kernels/pooling.h"

namespace plumbline {

struct PoolingKernels {
  int64_t (*scratch_floats)(const PoolProblem& problem);
  void (*max)(const PoolProblem& problem, bool relu, ConstImages x, MutableImages y, void* winner,
              float* scratch);
  void (*max_gradient)(const PoolProblem& problem, ConstImages dy, const void* winner,
                       MutableImages dx, float* scratch);
  void (*average)(const PoolProblem& problem, ConstImages x, MutableImages y, float* scratch);
  void (*average_gradient)(const PoolProblem& problem, ConstImages dy, MutableImages dx,
                           float* scratch);
};

namespace generic {
extern const PoolingKernels kPooling;
}  // namespace generic
namespace avx2 {
extern const PoolingKernels kPooling;
}  // namespace avx2
namespace avx512 {
extern const PoolingKernels kPooling;
}  // namespace avx512

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_POOLING_KERNELS_H_
