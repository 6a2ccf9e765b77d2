// Plain loops, which the compiler vectorises.
#include "experiments/training/optimizer_loops_kernel.h"

#ifndef PLUMBLINE_KERNEL_ISA
#error "compile this source with kernel_library"
#endif

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

void Sgd(const SgdNumbers& numbers, const float* __restrict gradients, float* __restrict parameters, int64_t n) {
  const SgdNumbers k = numbers;
  for (int64_t i = 0; i < n; ++i) {
    const float g = k.scale * gradients[i] + k.decay * parameters[i];
    parameters[i] -= k.rate * g;
  }
}

void Momentum(const SgdNumbers& numbers, const float* __restrict gradients, float* __restrict velocity,
              float* __restrict parameters, int64_t n) {
  const SgdNumbers k = numbers;
  for (int64_t i = 0; i < n; ++i) {
    const float g = k.scale * gradients[i] + k.decay * parameters[i];
    velocity[i] = k.momentum * velocity[i] + g;
    parameters[i] -= k.rate * velocity[i];
  }
}

void Nesterov(const SgdNumbers& numbers, const float* __restrict gradients, float* __restrict velocity,
              float* __restrict parameters, int64_t n) {
  const SgdNumbers k = numbers;
  for (int64_t i = 0; i < n; ++i) {
    const float g = k.scale * gradients[i] + k.decay * parameters[i];
    velocity[i] = k.momentum * velocity[i] + g;
    parameters[i] -= k.rate * (g + k.momentum * velocity[i]);
  }
}

void Adam(const AdamNumbers& numbers, const float* __restrict gradients, float* __restrict first,
          float* __restrict second, float* __restrict parameters, int64_t n) {
  const AdamNumbers k = numbers;
  for (int64_t i = 0; i < n; ++i) {
    const float g = k.scale * gradients[i] + k.decay * parameters[i];
    first[i] += k.mean_share * (g - first[i]);
    second[i] = k.square_kept * second[i] + k.square_share * g * g;
    parameters[i] =
        k.shrink * parameters[i] - k.rate * first[i] / (__builtin_sqrtf(second[i]) / k.root + k.epsilon);
  }
}

}  // namespace

const OptimizerLoops kOptimizerLoops = {Sgd, Momentum, Nesterov, Adam};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
