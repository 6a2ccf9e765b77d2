// Quotient of two broadcast operands.
//   y = a / b      da = g / b, db = -(g / b) y
// Counts 1 an element of the output.
#include <vector>

#include "ops/binary.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Div {
  static constexpr char kName[] = "div";
  static constexpr char kFormula[] = "y = a / b";
  static constexpr BinaryTraits kTraits = {PostOpKind::kDiv, BinaryLoop::kDivide, false, 1};

  static double Value(double a, double b) { return a / b; }
  static absl::Status Gradient(GradientContext& context) {
    const ValueId quotient = context.Add("div", {context.output_gradient(0), context.input(1)});
    if (context.wanted(0)) context.set_gradient(0, quotient);
    if (context.wanted(1)) {
      const ValueId product = context.Add("mul", {quotient, context.output(0)});
      context.set_gradient(1, context.Add("neg", {product}));
    }
    return context.status();
  }
};

}  // namespace

std::vector<OpDefinition> DivOps() { return {MakeBinary<Div>()}; }

}  // namespace plumbline
