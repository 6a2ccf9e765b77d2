// Vectorised loops over plain arrays: what oneDNN leaves to reference kernels (reductions over
// leading axes, operands broadcast in odd ways, the softmax gradients below AVX-512). Arrays are
// dense and row-major; everything runs on the calling thread. Sums have a fixed order for a given
// instruction set, whatever the array's address.

#ifndef PLUMBLINE_OPS_LOOPS_LOOPS_H_
#define PLUMBLINE_OPS_LOOPS_LOOPS_H_

#include <stdint.h>

namespace plumbline {

// Of a row x: its largest element, and the sum of exp(x - largest).
struct ExponentialSum {
  float largest;
  double sum;
};

enum class BinaryLoop { kAdd, kSubtract, kMultiply, kDivide };

struct Loops {
  // y[i] = a[i a_step] op b[i b_step] for i < n; steps are 0 or 1. y may be a or b (of step 1).
  void (*binary)(BinaryLoop op, const float* a, int64_t a_step, const float* b, int64_t b_step,
                 float* y, int64_t n);
  // [outer, n, inner] -> [outer, inner]: y = factor times the sum over n, or the largest of n > 0.
  // The maximum of a row that contains a NaN is any of its elements.
  void (*sum)(const float* x, float* y, int64_t outer, int64_t n, int64_t inner, float factor);
  void (*max)(const float* x, float* y, int64_t outer, int64_t n, int64_t inner);
  // For each of `rows` rows of n: dx = (g - sum(g y)) y. dx may be g or y.
  void (*softmax_gradient)(const float* y, const float* g, float* dx, int64_t rows, int64_t n);
  // For each of `rows` rows of n: dx = g - exp(y) sum(g). dx may be g or y.
  void (*log_softmax_gradient)(const float* y, const float* g, float* dx, int64_t rows, int64_t n);
  // Of one row of n > 0. A NaN in the row makes the sum a NaN, and so does a row whose largest element is infinite.
  ExponentialSum (*exponential_sum)(const float* x, int64_t n);
  // y = scale exp(x - shift) + offset. y may be x.
  void (*scaled_exponentials)(const float* x, float shift, float scale, float offset, float* y,
                              int64_t n);
  // The sum of (a - b)^2.
  double (*squared_distance)(const float* a, const float* b, int64_t n);
  // y = factor (a - b). y may be a or b.
  void (*scaled_difference)(const float* a, const float* b, float factor, float* y, int64_t n);
};

// The loops for EffectiveIsa() (ops/kernels/isa.h).
const Loops& GetLoops();

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_LOOPS_LOOPS_H_
