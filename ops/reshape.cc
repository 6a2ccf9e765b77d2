// The same elements in row-major order under another shape; views where the input's strides allow.
//   reshape: to `shape`, in which one size may be -1: what is left of the elements
//   flatten: axes from `from` on become one
// Gradient: the reshape back. Cost: no operations; nothing moves in a view.
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/step_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/op_list.h"
#include "ops/strided_copy.h"

namespace plumbline {
namespace {

constexpr const char* kReshape = "reshape";
constexpr const char* kFlatten = "flatten";

// The size that -1 stands for, if `known` elements are in the other axes.
absl::StatusOr<Size> Rest(const InferContext& context, const Polynomial& total,
                          const Polynomial& known) {
  const std::optional<Polynomial> exact = Polynomial::Divide(total, known);
  if (!exact) return context.symbols.Derive(DerivedKind::kFloorDiv, total, known);
  if (exact->AsInteger() || !exact->is_constant()) return *exact;
  return AttributeError(
      "shape",
      absl::StrCat(kReshape, ": the ", context.Print(total), " elements of ", context.Print(0),
                   " do not divide into groups of ", context.Print(known)));
}

absl::StatusOr<std::vector<TensorType>> InferReshape(const InferContext& context) {
  Shape shape = context.attributes.sizes("shape");
  Polynomial known(1);
  int rest = kNone;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == Size(-1)) {
      if (rest != kNone)
        return AttributeError("shape", absl::StrCat(kReshape, ": only one size can be -1"));
      rest = static_cast<int>(axis);
      continue;
    }
    if (CertainlyLess(shape[axis], Size(1), context.symbols)) {
      return AttributeError("shape", absl::StrCat(kReshape, ": sizes must be positive or -1, not ",
                                                  context.Print(shape[axis])));
    }
    known *= shape[axis];
  }
  const Polynomial total = context.inputs[0].ElementCount();
  if (rest != kNone) {
    absl::StatusOr<Size> size = Rest(context, total, known);
    if (!size.ok()) return size.status();
    shape[rest] = *std::move(size);
  } else if (CertainlyUnequal(known, total, context.symbols)) {
    return AttributeError(
        "shape",
        absl::StrCat(kReshape, ": ", context.Print(0), " has ", context.Print(total), " elements, ",
                     ToString(shape, context.symbols), " has ", context.Print(known)));
  }
  return std::vector<TensorType>{{context.inputs[0].data_type, shape}};
}

absl::StatusOr<std::vector<TensorType>> InferFlatten(const InferContext& context) {
  const absl::StatusOr<int> from = RequireAxis(context, kFlatten, "from", context.inputs[0].rank());
  if (!from.ok()) return from.status();
  const Shape& x = context.inputs[0].shape;
  Shape shape(x.begin(), x.begin() + *from);
  Polynomial rest(1);
  for (size_t axis = *from; axis < x.size(); ++axis) rest *= x[axis];
  shape.push_back(rest);
  return std::vector<TensorType>{{context.inputs[0].data_type, shape}};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  Array y(context.output_shapes[0]);
  if (y.size() != context.inputs[0]->size()) {
    return absl::InvalidArgumentError(absl::StrCat(kReshape, ": ", context.inputs[0]->size(),
                                                   " elements do not fit a shape of ", y.size()));
  }
  y.data = context.inputs[0]->data;
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(0, context.Add(kReshape, {context.output_gradient(0)},
                                      {{"shape", context.input_type(0).shape}}));
  return context.status();
}

int Identity(const NodeView& node) {
  return node.input_type(0).shape == node.output_type(0).shape ? 0 : kNone;
}

// Strides under which a buffer of shape `from` reads as shape `to`, if any. Groups of axes with
// equal products are matched; within a group the input must be evenly strided.
std::optional<Layout> Restride(const std::vector<int64_t>& from, const Layout& layout,
                               const std::vector<int64_t>& to) {
  std::vector<int64_t> sizes, strides;  // input axes longer than 1
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] == 1) continue;
    sizes.push_back(from[i]);
    strides.push_back(layout.strides[i]);
  }
  Layout result;
  result.offset = layout.offset;
  result.strides.assign(to.size(), 1);
  size_t in = sizes.size();
  int64_t available = 1,
          stride = 1;  // of the evenly strided run that output axes are cut from, innermost first
  for (size_t out = to.size(); out-- > 0;) {
    if (to[out] == 1) {
      result.strides[out] = stride * available;
      continue;
    }
    if (available == 1) {
      if (in == 0) return std::nullopt;
      --in;
      available = sizes[in];
      stride = strides[in];
    }
    while (available % to[out] != 0) {
      if (in == 0 || strides[in - 1] != stride * available) return std::nullopt;
      --in;
      available *= sizes[in];
    }
    result.strides[out] = stride;
    stride *= to[out];
    available /= to[out];
  }
  return result;
}

std::optional<Layout> View(const NodeView& node, const Layout& input) {
  return Restride(node.input_shape(0), input, node.output_shape(0));
}

absl::Status Lower(LoweringContext& context) {
  const std::vector<int64_t> shape = context.input_shape(0);
  AddCopy(context, context.node().output_type(0).data_type, shape, context.Input(0),
          context.input_layout(0).strides, context.Output(0), RowMajor(shape).strides);
  return absl::OkStatus();
}

bool AcceptsLayout(const NodeView&, int, const Layout&) { return true; }

bool SeparatesBatch(const NodeView& node) {
  const TensorType& x = node.input_type(0);
  const TensorType& y = node.output_type(0);
  return x.rank() > 0 && y.rank() > 0 && x.shape[0] == y.shape[0];
}

// Positions stay together: as many elements lie before their axis in x as in y.
absl::StatusOr<std::vector<ValueId>> AtOnePosition(StepContext& context) {
  const auto before = [](const TensorType& type, int axis) {
    Polynomial count(1);
    for (int i = 0; i < axis; ++i) count *= type.shape[i];
    return count;
  };
  const int from = context.position_axis(0), to = context.output_position_axis();
  if (from == kNone || to == kNone ||
      before(context.whole().input_type(0), from) != before(context.whole().output_type(0), to)) {
    return absl::InvalidArgumentError("does not keep the positions an axis of their own");
  }
  return StepAlone(context);
}

OpDefinition Restructuring(const char* name) {
  OpDefinition op;
  op.name = name;
  op.inputs = {"x"};
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.lower = Lower;
  op.identity = Identity;
  op.view = View;
  op.accepts_layout = AcceptsLayout;
  op.separates_batch = SeparatesBatch;
  op.step = AtOnePosition;
  return op;
}

OpDefinition Reshape() {
  OpDefinition op = Restructuring(kReshape);
  op.formula = "the same elements in row-major order as another shape";
  op.attributes = {
      {"shape", AttributeKind::kSizeList, "", true, "sizes of the axes; one may be -1, the rest"}};
  op.infer = InferReshape;
  return op;
}

OpDefinition Flatten() {
  OpDefinition op = Restructuring(kFlatten);
  op.formula = "axes from .. last become one";
  op.attributes = {
      {"from", AttributeKind::kInteger, "1", false, "first of the axes that are merged"}};
  op.infer = InferFlatten;
  return op;
}

}  // namespace

std::vector<OpDefinition> ReshapeOps() { return {Reshape(), Flatten()}; }

}  // namespace plumbline
