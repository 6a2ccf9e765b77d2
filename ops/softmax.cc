// Normalised exponential.
//   y = exp(x - max) / sum exp(x - max), along the axis      dx = (g - sum(g y)) y
// Counts 5 an element (maximum, difference, exp, sum, division or difference); the gradient 4.
#include "ops/softmax.h"

#include "ops/op_list.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  return InferSoftmax(context, "softmax");
}
absl::Status Gradient(GradientContext& context) {
  return SoftmaxGradient(context, "softmax_gradient");
}

}  // namespace

std::vector<OpDefinition> SoftmaxOps() {
  return MakeSoftmax(
      {"softmax", "y = exp(x) / sum exp(x), along the axis", false, Infer, Gradient});
}

}  // namespace plumbline
