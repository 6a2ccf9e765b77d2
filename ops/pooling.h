// What the ops around max pooling share: the window as the kernels take it, and the definitions in
// double. Winners are what ops/kernels/pooling.h says, in arrays [batch, rows, columns, channels].
#ifndef PLUMBLINE_OPS_POOLING_H_
#define PLUMBLINE_OPS_POOLING_H_

#include <cstdint>
#include <vector>

#include "compiler/ir/array.h"
#include "compiler/ir/op_definition.h"
#include "ops/kernels/pooling.h"
#include "ops/window.h"

namespace plumbline {

// `window` over two axes, without dilation.
PoolWindow PoolWindowOf(const Window& window);
// The problem of a pool whose attributes were checked. Shapes [batch, channels, rows, columns].
PoolProblem PoolProblemOf(const PoolWindow& window, const std::vector<int64_t>& x,
                          const std::vector<int64_t>& y);

// The type of the winners of a pooled value of type `y`.
TensorType WinnerType(const TensorType& y, const Window& window);

// y and winner of the maximum over x, or over relu(x).
std::vector<Array> EvaluateMaxPool(const PoolProblem& problem, bool relu, const Array& x);
Array EvaluateMaxPoolGradient(const PoolProblem& problem, const Array& dy, const Array& winner);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_POOLING_H_
