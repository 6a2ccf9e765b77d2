// The state of Taylor attention: the sums over rows of each monomial's value, times its coefficient
// in the series, times (y, weight). For kernel sources only (see vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_TAYLOR_STATE_H_
#define PLUMBLINE_OPS_KERNELS_TAYLOR_STATE_H_

#include <stdint.h>

#ifndef PLUMBLINE_KERNEL_ISA
#error "compile this source with kernel_library"
#endif

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

struct State {
  int64_t features;
  int64_t value_width;
  float* numerators;    // [features][value_width]
  float* denominators;  // [features]
};

struct ConstState {
  int64_t features;
  int64_t value_width;
  const float* numerators;
  const float* denominators;
};

static inline State StateAt(float* floats, int64_t features, int64_t value_width) {
  return {features, value_width, floats, floats + features * value_width};
}

static inline ConstState AsConst(const State& state) {
  return {state.features, state.value_width, state.numerators, state.denominators};
}

static inline void ClearState(const State& state) {
  const int64_t floats = state.features * (state.value_width + 1);
  for (int64_t i = 0; i < floats; ++i) state.numerators[i] = 0.0f;
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_TAYLOR_STATE_H_
