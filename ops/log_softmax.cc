// Logarithm of the normalised exponential.
//   y = x - max - log sum exp(x - max), along the axis      dx = g - exp(y) sum(g)
// Counts 5 an element (maximum, difference, exp, sum, division or difference); the gradient 4.
#include "ops/softmax.h"

#include "ops/op_list.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  return InferSoftmax(context, "log_softmax");
}
absl::Status Gradient(GradientContext& context) {
  return SoftmaxGradient(context, "log_softmax_gradient");
}

}  // namespace

std::vector<OpDefinition> LogSoftmaxOps() {
  return MakeSoftmax(
      {"log_softmax", "y = x - log sum exp(x), along the axis", true, Infer, Gradient});
}

}  // namespace plumbline
