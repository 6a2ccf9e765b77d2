// Difference of two broadcast operands.
//   y = a - b      da = g, db = -g
// Counts 1 an element of the output.
#include <vector>

#include "ops/binary.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Sub {
  static constexpr char kName[] = "sub";
  static constexpr char kFormula[] = "y = a - b";
  static constexpr BinaryTraits kTraits = {PostOpKind::kSub, BinaryLoop::kSubtract, false, 0};

  static double Value(double a, double b) { return a - b; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(0, context.output_gradient(0));
    if (context.wanted(1)) {
      context.set_gradient(1, context.Add("neg", {context.output_gradient(0)}));
    }
    return context.status();
  }
};

}  // namespace

std::vector<OpDefinition> SubOps() { return {MakeBinary<Sub>()}; }

}  // namespace plumbline
