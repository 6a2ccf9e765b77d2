// Negation.
//   y = -x      dx = -g
// Counts 1 an element.
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Neg {
  static constexpr char kName[] = "neg";
  static constexpr char kFormula[] = "y = -x";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes&) { return -x; }
  static PostOpSpec Kernel(const Attributes&) { return {PostOpKind::kLinear, -1, 0}; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(0, context.Add("neg", {context.output_gradient(0)}));
    return context.status();
  }
};

}  // namespace

std::vector<OpDefinition> NegOps() { return {MakeUnary<Neg>()}; }

}  // namespace plumbline
