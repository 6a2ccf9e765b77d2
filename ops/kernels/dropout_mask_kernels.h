// The variants of the kernels, one for each instruction set, for the choice in dropout_mask.cc.

#ifndef PLUMBLINE_OPS_KERNELS_DROPOUT_MASK_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_DROPOUT_MASK_KERNELS_H_

#include "ops/kernels/dropout_mask.h"

namespace plumbline {

struct DropoutMaskKernels {
  void (*fill)(const DropoutMask& mask, int64_t first, int64_t count, float* result);
  void (*words)(uint64_t key, uint64_t step, uint64_t first, int64_t count, uint32_t* words);
};

namespace generic {
extern const DropoutMaskKernels kDropoutMask;
}
namespace avx2 {
extern const DropoutMaskKernels kDropoutMask;
}
namespace avx512 {
extern const DropoutMaskKernels kDropoutMask;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_DROPOUT_MASK_KERNELS_H_
