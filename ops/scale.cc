// Multiplication by a number, and (made by gradients) division by a size of the model.
//   y = by x          dx = by g
//   y = x / size      dx = g / size
// Counts 1 an element.
#include <vector>

#include "ops/elementwise.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Scale {
  static constexpr char kName[] = "scale";
  static constexpr char kFormula[] = "y = by * x";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes& attributes) { return attributes.real("by") * x; }
  static PostOpSpec Kernel(const Attributes& attributes) {
    return {PostOpKind::kLinear, static_cast<float>(attributes.real("by")), 0};
  }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(0,
                         context.Add("scale", {context.output_gradient(0)}, context.attributes()));
    return context.status();
  }
};

struct DivideBySize {
  static constexpr char kName[] = "divide_by_size";
  static constexpr char kFormula[] = "y = x / size";
  static constexpr int64_t kOperations = 1;

  static double Value(double x, const Attributes& attributes) {
    return x / static_cast<double>(attributes.integer("size"));
  }
  static PostOpSpec Kernel(const Attributes& attributes) {
    const double size = static_cast<double>(attributes.integer("size"));
    return {PostOpKind::kLinear, static_cast<float>(1 / size), 0};
  }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(
        0, context.Add("divide_by_size", {context.output_gradient(0)}, context.attributes()));
    return context.status();
  }
};

int ScaleIdentity(const NodeView& node) { return node.attributes().real("by") == 1 ? 0 : kNone; }

int DivideIdentity(const NodeView& node) {
  return node.attributes().size("size") == Size(1) ? 0 : kNone;
}

}  // namespace

std::vector<OpDefinition> ScaleOps() {
  OpDefinition scale = MakeUnary<Scale>();
  scale.attributes = {{"by", AttributeKind::kReal, "", true, "the factor"}};
  scale.identity = ScaleIdentity;
  OpDefinition divide = MakeUnary<DivideBySize>();
  divide.attributes = {{"size", AttributeKind::kSize, "", true, "the divisor"}};
  divide.internal = true;
  divide.identity = DivideIdentity;
  return {scale, divide};
}

}  // namespace plumbline
