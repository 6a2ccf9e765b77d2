// The variants of the loops, one for each instruction set, for the choice in optimizer_loops.cc.

#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_LOOPS_KERNEL_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_LOOPS_KERNEL_H_

#include "experiments/training/optimizer_loops.h"

namespace plumbline {

namespace generic {
extern const OptimizerLoops kOptimizerLoops;
}
namespace avx2 {
extern const OptimizerLoops kOptimizerLoops;
}
namespace avx512 {
extern const OptimizerLoops kOptimizerLoops;
}

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_LOOPS_KERNEL_H_
