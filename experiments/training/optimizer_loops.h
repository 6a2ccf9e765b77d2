// The updates of the optimizers, elementwise over n floats: compiled for each instruction set, with the same bits on
// all of them, because no operation rounds otherwise than IEEE 754 says and none is fused.

#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_LOOPS_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_LOOPS_H_

#include <stdint.h>

namespace plumbline {

// One step's numbers. Gradients are g = scale · gradient + decay · parameter.
struct SgdNumbers {
  float scale, decay, rate, momentum;
};
struct AdamNumbers {
  float scale, decay;
  float shrink;                   // what parameters are multiplied by first
  float mean_share;               // 1 - beta1
  float square_kept, square_share;  // beta2, 1 - beta2
  float rate;                     // learning rate / (1 - beta1^step)
  float root;                     // sqrt(1 - beta2^step)
  float epsilon;
};

struct OptimizerLoops {
  // p -= rate g.
  void (*sgd)(const SgdNumbers& numbers, const float* gradients, float* parameters, int64_t n);
  // v = momentum v + g; p -= rate v, or rate (g + momentum v).
  void (*momentum)(const SgdNumbers& numbers, const float* gradients, float* velocity, float* parameters, int64_t n);
  void (*nesterov)(const SgdNumbers& numbers, const float* gradients, float* velocity, float* parameters, int64_t n);
  // m += mean_share (g - m); v = square_kept v + square_share g²;
  // p = shrink p - rate m / (sqrt(v) / root + epsilon).
  void (*adam)(const AdamNumbers& numbers, const float* gradients, float* first, float* second, float* parameters,
               int64_t n);
};

// The loops for EffectiveIsa() (ops/kernels/isa.h). The arrays of a call do not overlap.
const OptimizerLoops& GetOptimizerLoops();

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_LOOPS_H_
