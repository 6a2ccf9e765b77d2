// Logistic function.
//   y = 1 / (1 + exp(-x))      dx = g y (1 - y)
// Counts 4 an element (negate, exp, add, divide); the gradient 3.
#include <cmath>
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Sigmoid {
  static constexpr char kName[] = "sigmoid";
  static constexpr char kFormula[] = "y = 1 / (1 + exp(-x))";
  static constexpr int64_t kOperations = 4;

  static double Value(double x, const Attributes&) { return 1 / (1 + std::exp(-x)); }
  static PostOpSpec Kernel(const Attributes&) { return {PostOpKind::kSigmoid, 0, 0}; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(
        0, context.Add("sigmoid_gradient", {context.output_gradient(0), context.output(0)}));
    return context.status();
  }
};

struct SigmoidGradient {
  static constexpr char kName[] = "sigmoid_gradient";
  static constexpr char kFormula[] = "dx = g y (1 - y)";
  static constexpr int64_t kOperations = 3;

  static double Value(double g, double y, const Attributes&) { return g * y * (1 - y); }
  static dnnl::algorithm Algorithm(const Attributes&) {
    return dnnl::algorithm::eltwise_logistic_use_dst_for_bwd;
  }
};

}  // namespace

std::vector<OpDefinition> SigmoidOps() {
  return {MakeUnary<Sigmoid>(), MakeUnaryGradient<SigmoidGradient>()};
}

}  // namespace plumbline
