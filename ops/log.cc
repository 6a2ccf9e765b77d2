// Natural logarithm.
//   y = ln x      dx = g / x
// Counts 1 an element.
#include <cmath>
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Log {
  static constexpr char kName[] = "log";
  static constexpr char kFormula[] = "y = ln x";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes&) { return std::log(x); }
  static PostOpSpec Kernel(const Attributes&) { return {PostOpKind::kLog, 0, 0}; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(0, context.Add("div", {context.output_gradient(0), context.input(0)}));
    return context.status();
  }
};

}  // namespace

std::vector<OpDefinition> LogOps() { return {MakeUnary<Log>()}; }

}  // namespace plumbline
