// Rectified linear unit.
//   y = max(x, 0)      dx = g where y > 0, else 0
// Counts 1 an element (a comparison); the gradient 1.
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Relu {
  static constexpr char kName[] = "relu";
  static constexpr char kFormula[] = "y = max(x, 0)";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes&) { return x > 0 ? x : 0; }
  static PostOpSpec Kernel(const Attributes&) { return {PostOpKind::kRelu, 0, 0}; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(
        0, context.Add("relu_gradient", {context.output_gradient(0), context.output(0)}));
    return context.status();
  }
};

struct ReluGradient {
  static constexpr char kName[] = "relu_gradient";
  static constexpr char kFormula[] = "dx = g where y > 0, else 0";
  static constexpr int64_t kOperations = 1;

  static double Value(double g, double y, const Attributes&) { return y > 0 ? g : 0; }
  static dnnl::algorithm Algorithm(const Attributes&) {
    return dnnl::algorithm::eltwise_relu_use_dst_for_bwd;
  }
};

}  // namespace

std::vector<OpDefinition> ReluOps() {
  return {MakeUnary<Relu>(), MakeUnaryGradient<ReluGradient>()};
}

}  // namespace plumbline
