// The choice among the variants of optimizer_loops_kernel.cc.
#include "experiments/training/optimizer_loops.h"

#include "experiments/training/optimizer_loops_kernel.h"
#include "ops/kernels/isa.h"

namespace plumbline {

const OptimizerLoops& GetOptimizerLoops() {
  return SelectForIsa(EffectiveIsa(), generic::kOptimizerLoops, avx2::kOptimizerLoops, avx512::kOptimizerLoops);
}

}  // namespace plumbline
