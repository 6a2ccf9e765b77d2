// The choice among the variants of loops_kernel.cc.
#include "ops/loops/loops.h"

#include "ops/kernels/isa.h"
#include "ops/loops/loops_kernel.h"

namespace plumbline {

const Loops& GetLoops() {
  return SelectForIsa(EffectiveIsa(), generic::kLoops, avx2::kLoops, avx512::kLoops);
}

}  // namespace plumbline
