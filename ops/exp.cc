// Exponential function.
//   y = e^x      dx = g y
// Counts 1 an element.
#include <cmath>
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Exp {
  static constexpr char kName[] = "exp";
  static constexpr char kFormula[] = "y = e^x";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes&) { return std::exp(x); }
  static PostOpSpec Kernel(const Attributes&) { return {PostOpKind::kExp, 0, 0}; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(0, context.Add("mul", {context.output_gradient(0), context.output(0)}));
    return context.status();
  }
};

}  // namespace

std::vector<OpDefinition> ExpOps() { return {MakeUnary<Exp>()}; }

}  // namespace plumbline
