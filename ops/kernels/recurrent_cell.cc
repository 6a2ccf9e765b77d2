// The choice among the variants of recurrent_cell_kernel.cc.
#include "ops/kernels/recurrent_cell.h"

#include "ops/kernels/isa.h"
#include "ops/kernels/recurrent_cell_kernels.h"

namespace plumbline {

const RecurrentCellKernels& GetRecurrentCellKernels() {
  return SelectForIsa(EffectiveIsa(), generic::kRecurrentCell, avx2::kRecurrentCell, avx512::kRecurrentCell);
}

}  // namespace plumbline
