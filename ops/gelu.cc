// Gaussian error linear unit.
//   y = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2            dx = g (Φ(x) + x φ(x)), φ(x) =
//   exp(-x²/2)/√(2π) tanh: y = x (1 + tanh u) / 2, u = √(2/π) (x + 0.044715 x³)
//                                                     dx = g ((1 + t)/2 + x (1 - t²) u'(x) / 2), t
//                                                     = tanh u
// Counts 5 an element with erf (scale, erf, add, halve, multiply), 9 with tanh (5 for u, tanh, add,
// halve, multiply). Gradients: 11 (4 for Φ, 4 for φ, x φ, sum, product with g) and 18 (5 for u,
// tanh, 2 for (1 + t)/2, 3 for u', 2 for 1 - t², 3 products, sum, product with g).
#include <cmath>
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSqrtTwoOverPi = 0.79788456080286535588;
constexpr double kCubic = 0.044715;

bool UsesTanh(const Attributes& attributes) { return attributes.boolean("tanh"); }

struct Gelu {
  static constexpr char kName[] = "gelu";
  static constexpr char kFormula[] =
      "y = x (1 + erf(x / sqrt 2)) / 2, or its approximation by tanh";
  static constexpr int64_t kOperations = 5;

  static double Value(double x, const Attributes& attributes) {
    if (!UsesTanh(attributes)) return 0.5 * x * (1 + std::erf(x * kSqrtHalf));
    return 0.5 * x * (1 + std::tanh(kSqrtTwoOverPi * (x + kCubic * x * x * x)));
  }
  static PostOpSpec Kernel(const Attributes& attributes) {
    return {UsesTanh(attributes) ? PostOpKind::kGeluTanh : PostOpKind::kGeluErf, 0, 0};
  }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(
        0, context.Add("gelu_gradient", {context.output_gradient(0), context.input(0)},
                       context.attributes()));
    return context.status();
  }
};

struct GeluGradient {
  static constexpr char kName[] = "gelu_gradient";
  static constexpr char kFormula[] = "dx = g d gelu(x) / dx";
  static constexpr int64_t kOperations = 11;

  static double Value(double g, double x, const Attributes& attributes) {
    if (!UsesTanh(attributes)) {
      const double density = 0.5 * kSqrtTwoOverPi * std::exp(-0.5 * x * x);
      return g * (0.5 * (1 + std::erf(x * kSqrtHalf)) + x * density);
    }
    const double t = std::tanh(kSqrtTwoOverPi * (x + kCubic * x * x * x));
    const double slope = kSqrtTwoOverPi * (1 + 3 * kCubic * x * x);
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope);
  }
  static dnnl::algorithm Algorithm(const Attributes& attributes) {
    return UsesTanh(attributes) ? dnnl::algorithm::eltwise_gelu_tanh
                                : dnnl::algorithm::eltwise_gelu_erf;
  }
};

template <int64_t kErf, int64_t kTanh>
Cost CostOf(const NodeView& node) {
  const int64_t operations = UsesTanh(node.attributes()) ? kTanh : kErf;
  return {Polynomial(operations) * node.output_type(0).ElementCount(), {}, {}};
}

}  // namespace

std::vector<OpDefinition> GeluOps() {
  OpDefinition gelu = MakeUnary<Gelu>();
  gelu.attributes = {{"tanh", AttributeKind::kBool, "0", false, "the approximation by tanh"}};
  gelu.cost = CostOf<5, 9>;
  OpDefinition gradient = MakeUnaryGradient<GeluGradient>();
  gradient.attributes = {{"tanh", AttributeKind::kBool, "0", false, "as the gelu's"}};
  gradient.cost = CostOf<11, 18>;
  return {gelu, gradient};
}

}  // namespace plumbline
