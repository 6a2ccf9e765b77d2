#include "ops/kernels/pooling.h"

#include "ops/kernels/pooling_kernels.h"

namespace plumbline {
namespace {

const PoolingKernels& Kernels(Isa isa) {
  return SelectForIsa(isa, generic::kPooling, avx2::kPooling, avx512::kPooling);
}

}  // namespace

int64_t PoolScratchBytes(const PoolProblem& problem, Isa isa) {
  return Kernels(isa).scratch_floats(problem) * static_cast<int64_t>(sizeof(float));
}

void MaxPool(const PoolProblem& problem, bool relu, ConstImages x, MutableImages y, void* winner,
             void* scratch, Isa isa) {
  Kernels(isa).max(problem, relu, x, y, winner, static_cast<float*>(scratch));
}

void MaxPoolGradient(const PoolProblem& problem, ConstImages dy, const void* winner,
                     MutableImages dx, void* scratch, Isa isa) {
  Kernels(isa).max_gradient(problem, dy, winner, dx, static_cast<float*>(scratch));
}

void AveragePool(const PoolProblem& problem, ConstImages x, MutableImages y, void* scratch,
                 Isa isa) {
  Kernels(isa).average(problem, x, y, static_cast<float*>(scratch));
}

void AveragePoolGradient(const PoolProblem& problem, ConstImages dy, MutableImages dx,
                         void* scratch, Isa isa) {
  Kernels(isa).average_gradient(problem, dy, dx, static_cast<float*>(scratch));
}

}  // namespace plumbline
