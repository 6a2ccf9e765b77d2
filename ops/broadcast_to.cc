// Repeats an array along axes where it has size 1, or that it does not have (made by the gradients
// of reductions).
//   y[i, j, ...] = x[i, 0, ...]      dx: the driver sums g over the repeated axes
// Always a view, whose repeated axes have stride 0.
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const Shape& target = context.attributes.sizes("shape");
  const Shape& source = context.inputs[0].shape;
  bool fits = source.size() <= target.size();
  for (size_t i = 0; fits && i < source.size(); ++i) {
    fits = source[i] == Size(1) || source[i] == target[target.size() - source.size() + i];
  }
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("broadcast_to: ", context.Print(0),
                                                   " does not broadcast to ",
                                                   ToString(target, context.symbols)));
  }
  return std::vector<TensorType>{{context.inputs[0].data_type, target}};
}

Layout Repeat(const std::vector<int64_t>& source, const Layout& layout,
              const std::vector<int64_t>& target) {
  Layout result;
  result.offset = layout.offset;
  result.strides.assign(target.size(), 0);
  const size_t leading = target.size() - source.size();
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == target[leading + i]) result.strides[leading + i] = layout.strides[i];
  }
  return result;
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  Array y(context.output_shapes[0]);
  const Layout layout = Repeat(x.shape, RowMajor(x.shape), y.shape);
  size_t i = 0;
  ForEachIndex(y.shape, [&](const std::vector<int64_t>& index) {
    int64_t position = 0;
    for (size_t axis = 0; axis < index.size(); ++axis) {
      position += index[axis] * layout.strides[axis];
    }
    y.data[i++] = x.data[position];
  });
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(0, context.output_gradient(0));
  return absl::OkStatus();
}

int Identity(const NodeView& node) { return node.input_type(0) == node.output_type(0) ? 0 : kNone; }

std::optional<Layout> View(const NodeView& node, const Layout& input) {
  return Repeat(node.input_shape(0), input, node.output_shape(0));
}

}  // namespace

std::vector<OpDefinition> BroadcastToOps() {
  OpDefinition op;
  op.name = "broadcast_to";
  op.formula = "y = x, repeated to the shape";
  op.inputs = {"x"};
  op.attributes = {{"shape", AttributeKind::kSizeList, "", true, "sizes of the axes"}};
  op.internal = true;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = [](const NodeView&) { return Cost{Polynomial(), Polynomial(), Polynomial()}; };
  op.identity = Identity;
  op.view = View;
  return {op};
}

}  // namespace plumbline
