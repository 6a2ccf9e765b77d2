// A range of one axis, and its transpose:
//   slice: y = x[begin .. end-1] along the axis, 0 <= begin < end; always possible as a view
//   pad (internal): y = x between `before` and `after` zeros along the axis
// Gradients: each is the other's. Cost: no operations; a slice that is a view moves nothing.
#include <cstring>
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

constexpr const char* kSlice = "slice";
constexpr const char* kPad = "pad";

int AxisOf(const Attributes& attributes, int rank) {
  return *NormalizeAxis(attributes.integer("axis"), rank);
}

absl::StatusOr<std::vector<TensorType>> InferSlice(const InferContext& context) {
  TensorType y = context.inputs[0];
  const absl::StatusOr<int> axis = RequireAxis(context, kSlice, "axis", y.rank());
  if (!axis.ok()) return axis.status();
  const Size& size = y.shape[*axis];
  const Size& begin = context.attributes.size("begin");
  const Size& end = context.attributes.size("end");
  if (CertainlyLess(begin, Size(0), context.symbols)) {
    return AttributeError("begin", absl::StrCat(kSlice, ": begin must not be negative, but is ",
                                                context.Print(begin)));
  }
  if (CertainlyLess(size, end, context.symbols)) {
    return AttributeError(
        "end", absl::StrCat(kSlice, ": end (", context.Print(end), ") lies beyond axis ", *axis,
                            " of ", context.Print(0)));
  }
  if (CertainlyLess(end, begin + Size(1), context.symbols)) {
    return AttributeError(
        "end", absl::StrCat(kSlice, ": end (", context.Print(end), ") must be greater than begin (",
                            context.Print(begin), ")"));
  }
  y.shape[*axis] = end - begin;
  return std::vector<TensorType>{y};
}

absl::StatusOr<std::vector<TensorType>> InferPad(const InferContext& context) {
  TensorType y = context.inputs[0];
  const absl::StatusOr<int> axis = RequireAxis(context, kPad, "axis", y.rank());
  if (!axis.ok()) return axis.status();
  y.shape[*axis] += context.attributes.size("before") + context.attributes.size("after");
  return std::vector<TensorType>{y};
}

// Calls visit(position in the whole, position in the part) for every element of the part, which
// begins at `begin`.
template <typename Visitor>
void ForEachOfPart(const std::vector<int64_t>& whole, const std::vector<int64_t>& part, int axis,
                   int64_t begin, Visitor visit) {
  const std::vector<int64_t> strides = RowMajor(whole).strides;
  int64_t at = 0;
  ForEachIndex(part, [&](const std::vector<int64_t>& index) {
    int64_t from = begin * strides[axis];
    for (size_t i = 0; i < index.size(); ++i) from += index[i] * strides[i];
    visit(from, at++);
  });
}

absl::StatusOr<std::vector<Array>> EvaluateSlice(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  Array y(context.output_shapes[0]);
  const int axis = AxisOf(context.attributes, x.rank());
  if (context.attributes.integer("begin") < 0 ||
      context.attributes.integer("end") > x.shape[axis]) {
    return absl::InvalidArgumentError(
        absl::StrCat(kSlice, ": the range ", context.attributes.integer("begin"), " .. ",
                     context.attributes.integer("end"), " does not fit ", x.shape[axis]));
  }
  ForEachOfPart(x.shape, y.shape, axis, context.attributes.integer("begin"),
                [&](int64_t from, int64_t to) { y.data[to] = x.data[from]; });
  return std::vector<Array>{std::move(y)};
}

absl::StatusOr<std::vector<Array>> EvaluatePad(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  Array y(context.output_shapes[0]);
  ForEachOfPart(y.shape, x.shape, AxisOf(context.attributes, x.rank()),
                context.attributes.integer("before"),
                [&](int64_t to, int64_t from) { y.data[to] = x.data[from]; });
  return std::vector<Array>{std::move(y)};
}

absl::Status SliceGradient(GradientContext& context) {
  const TensorType x = context.input_type(0);
  const int axis = AxisOf(context.attributes(), x.rank());
  const Size after = x.shape[axis] - context.attributes().size("end");
  context.set_gradient(0, context.Add(kPad, {context.output_gradient(0)},
                                      {{"axis", Size(axis)},
                                       {"before", context.attributes().size("begin")},
                                       {"after", after}}));
  return context.status();
}

absl::Status PadGradient(GradientContext& context) {
  const TensorType x = context.input_type(0);
  const int axis = AxisOf(context.attributes(), x.rank());
  const Size& begin = context.attributes().size("before");
  context.set_gradient(
      0, context.Add(kSlice, {context.output_gradient(0)},
                     {{"axis", Size(axis)}, {"begin", begin}, {"end", begin + x.shape[axis]}}));
  return context.status();
}

std::optional<Layout> SliceView(const NodeView& node, const Layout& input) {
  Layout layout = input;
  const int axis = AxisOf(node.attributes(), node.input_type(0).rank());
  layout.offset += node.attributes().integer("begin") * input.strides[axis];
  return layout;
}

absl::Status LowerPad(LoweringContext& context) {
  const TensorType& y = context.node().output_type(0);
  const std::vector<int64_t>& strides = context.output_layout(0).strides;
  const int64_t bytes = ElementCount(context.output_shape(0)) * ByteSize(y.data_type);
  context.AddHost("zero", {context.Output(0)}, 0, [bytes](absl::Span<void* const> pointers) {
    std::memset(pointers[0], 0, static_cast<size_t>(bytes));
  });
  Operand destination = context.Output(0);
  destination.offset += context.attributes().integer("before") *
                        strides[AxisOf(context.attributes(), y.rank())] * ByteSize(y.data_type);
  AddCopy(context, y.data_type, context.input_shape(0), context.Input(0),
          context.input_layout(0).strides, destination, strides);
  return absl::OkStatus();
}

int Identity(const NodeView& node) {
  return node.input_type(0).shape == node.output_type(0).shape ? 0 : kNone;
}

bool AcceptsLayout(const NodeView&, int, const Layout&) { return true; }

bool SeparatesBatch(const NodeView& node) {
  return AxisOf(node.attributes(), node.input_type(0).rank()) != 0;
}

// A slice of something else along the positions' axis is one of their own values; of a table that begins with the first
// position, the row of this one.
absl::StatusOr<std::vector<ValueId>> StepSlice(StepContext& context) {
  const int axis = AxisOf(context.attributes(), context.whole().input_type(0).rank());
  if (context.position_axis(0) == axis) return absl::InvalidArgumentError("cuts the positions");
  if (context.output_position_axis() != axis) return StepAlone(context);
  if (context.attributes().size("begin") != Size(0)) {
    return absl::InvalidArgumentError("does not begin with the first position");
  }
  const absl::StatusOr<ValueId> row =
      context.Add("position_row", {context.input(0), context.Position()}, {{"axis", Size(axis)}});
  if (!row.ok()) return row.status();
  return std::vector<ValueId>{*row};
}

OpDefinition Slice() {
  OpDefinition op;
  op.name = kSlice;
  op.example = {{"B, 8"}, {{"axis", "1"}, {"begin", "2"}, {"end", "6"}}};
  op.formula = "y = x[begin .. end-1] along the axis";
  op.attributes = {{"axis", AttributeKind::kInteger, "", true, "the axis that shrinks"},
                   {"begin", AttributeKind::kSize, "", true, "first position that is kept, from 0"},
                   {"end", AttributeKind::kSize, "", true, "position after the last that is kept"}};
  op.infer = InferSlice;
  op.evaluate = EvaluateSlice;
  op.gradient = SliceGradient;
  op.view = SliceView;
  op.step = StepSlice;
  return op;
}

OpDefinition Pad() {
  OpDefinition op;
  op.name = kPad;
  op.formula = "y = x between zeros along the axis";
  op.attributes = {{"axis", AttributeKind::kInteger, "", true, "the axis that grows"},
                   {"before", AttributeKind::kSize, "", true, "zeros before x"},
                   {"after", AttributeKind::kSize, "", true, "zeros after x"}};
  op.internal = true;
  op.infer = InferPad;
  op.evaluate = EvaluatePad;
  op.gradient = PadGradient;
  op.lower = LowerPad;
  op.accepts_layout = AcceptsLayout;
  return op;
}

}  // namespace

std::vector<OpDefinition> SliceOps() {
  std::vector<OpDefinition> ops = {Slice(), Pad()};
  for (OpDefinition& op : ops) {
    op.inputs = {"x"};
    op.identity = Identity;
    op.separates_batch = SeparatesBatch;
  }
  return ops;
}

}  // namespace plumbline
