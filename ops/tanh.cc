// Hyperbolic tangent.
//   y = tanh x      dx = g (1 - y²)
// Counts 1 an element; the gradient 3.
#include <cmath>
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Tanh {
  static constexpr char kName[] = "tanh";
  static constexpr char kFormula[] = "y = tanh x";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes&) { return std::tanh(x); }
  static PostOpSpec Kernel(const Attributes&) { return {PostOpKind::kTanh, 0, 0}; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(
        0, context.Add("tanh_gradient", {context.output_gradient(0), context.output(0)}));
    return context.status();
  }
};

struct TanhGradient {
  static constexpr char kName[] = "tanh_gradient";
  static constexpr char kFormula[] = "dx = g (1 - y^2)";
  static constexpr int64_t kOperations = 3;

  static double Value(double g, double y, const Attributes&) { return g * (1 - y * y); }
  static dnnl::algorithm Algorithm(const Attributes&) {
    return dnnl::algorithm::eltwise_tanh_use_dst_for_bwd;
  }
};

}  // namespace

std::vector<OpDefinition> TanhOps() {
  return {MakeUnary<Tanh>(), MakeUnaryGradient<TanhGradient>()};
}

}  // namespace plumbline
