// The variants of the loops, one for each instruction set, for the choice in loops.cc.

#ifndef PLUMBLINE_OPS_LOOPS_LOOPS_KERNEL_H_
#define PLUMBLINE_OPS_LOOPS_LOOPS_KERNEL_H_

#include "ops/loops/loops.h"

namespace plumbline {

namespace generic {
extern const Loops kLoops;
}
namespace avx2 {
extern const Loops kLoops;
}
namespace avx512 {
extern const Loops kLoops;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_LOOPS_LOOPS_KERNEL_H_
