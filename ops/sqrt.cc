// Square root.
//   y = √x      dx = g / (2 y)
// Counts 1 an element; the gradient 2.
#include <cmath>
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Sqrt {
  static constexpr char kName[] = "sqrt";
  static constexpr char kFormula[] = "y = sqrt(x)";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes&) { return std::sqrt(x); }
  static PostOpSpec Kernel(const Attributes&) { return {PostOpKind::kSqrt, 0, 0}; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(
        0, context.Add("sqrt_gradient", {context.output_gradient(0), context.output(0)}));
    return context.status();
  }
};

struct SqrtGradient {
  static constexpr char kName[] = "sqrt_gradient";
  static constexpr char kFormula[] = "dx = g / (2 y)";
  static constexpr int64_t kOperations = 2;

  static double Value(double g, double y, const Attributes&) { return g / (2 * y); }
  static dnnl::algorithm Algorithm(const Attributes&) {
    return dnnl::algorithm::eltwise_sqrt_use_dst_for_bwd;
  }
};

}  // namespace

std::vector<OpDefinition> SqrtOps() {
  return {MakeUnary<Sqrt>(), MakeUnaryGradient<SqrtGradient>()};
}

}  // namespace plumbline
