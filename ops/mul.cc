// Product of two broadcast operands, element by element.
//   y = a b      da = g b, db = g a
// Counts 1 an element of the output.
#include <vector>

#include "ops/binary.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Mul {
  static constexpr char kName[] = "mul";
  static constexpr char kFormula[] = "y = a * b";
  static constexpr BinaryTraits kTraits = {PostOpKind::kMul, BinaryLoop::kMultiply, true, 1};

  static double Value(double a, double b) { return a * b; }
  static absl::Status Gradient(GradientContext& context) {
    for (const int i : {0, 1}) {
      if (!context.wanted(i)) continue;
      context.set_gradient(i,
                           context.Add("mul", {context.output_gradient(0), context.input(1 - i)}));
    }
    return context.status();
  }
};

}  // namespace

std::vector<OpDefinition> MulOps() { return {MakeBinary<Mul>()}; }

}  // namespace plumbline
