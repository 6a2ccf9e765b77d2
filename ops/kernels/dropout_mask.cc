// The choice among the variants of dropout_mask_kernel.cc.
#include "ops/kernels/dropout_mask.h"

#include "ops/kernels/dropout_mask_kernels.h"
#include "ops/kernels/isa.h"

namespace plumbline {
namespace {

const DropoutMaskKernels& Kernels() {
  return SelectForIsa(EffectiveIsa(), generic::kDropoutMask, avx2::kDropoutMask, avx512::kDropoutMask);
}

}  // namespace

void FillDropoutMask(const DropoutMask& mask, int64_t first, int64_t count, float* result) {
  Kernels().fill(mask, first, count, result);
}

void FillPhiloxWords(uint64_t key, uint64_t step, uint64_t first, int64_t count, uint32_t* words) {
  Kernels().words(key, step, first, count, words);
}

}  // namespace plumbline
