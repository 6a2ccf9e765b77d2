// Concatenation of any number of inputs along one axis; all other axes must agree.
// Gradient: slices. Cost: no operations; every element is moved.
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

constexpr const char* kName = "concat";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  if (context.inputs.empty())
    return absl::InvalidArgumentError(absl::StrCat(kName, ": needs at least one input"));
  TensorType y = context.inputs[0];
  const absl::StatusOr<int> axis = RequireAxis(context, kName, "axis", y.rank());
  if (!axis.ok()) return axis.status();
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    const TensorType& x = context.inputs[i];
    bool fits = x.rank() == y.rank() && x.data_type == y.data_type;
    for (int other = 0; fits && other < y.rank(); ++other) {
      fits = other == *axis || !CertainlyUnequal(x.shape[other], y.shape[other], context.symbols);
    }
    if (!fits) {
      return absl::InvalidArgumentError(
          absl::StrCat(kName, ": inputs may differ in axis ", *axis, " only; input 0 is ",
                       ToString(context.inputs[0], context.symbols), ", input ", i, " is ",
                       ToString(x, context.symbols)));
    }
    y.shape[*axis] += x.shape[*axis];
  }
  return std::vector<TensorType>{y};
}

int AxisOf(const Attributes& attributes, int rank) {
  return *NormalizeAxis(attributes.integer("axis"), rank);
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  Array y(context.output_shapes[0]);
  const int axis = AxisOf(context.attributes, y.rank());
  const std::vector<int64_t> strides = RowMajor(y.shape).strides;
  int64_t begin = 0;
  for (const Array* x : context.inputs) {
    int64_t at = 0;
    ForEachIndex(x->shape, [&](const std::vector<int64_t>& index) {
      int64_t to = begin * strides[axis];
      for (size_t i = 0; i < index.size(); ++i) to += index[i] * strides[i];
      y.data[to] = x->data[at++];
    });
    begin += x->shape[axis];
  }
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  const int axis = AxisOf(context.attributes(), context.output_type(0).rank());
  Size begin;
  for (int i = 0; i < context.input_count(); ++i) {
    const Size end = begin + context.input_type(i).shape[axis];
    if (context.wanted(i)) {
      context.set_gradient(i, context.Add("slice", {context.output_gradient(0)},
                                          {{"axis", Size(axis)}, {"begin", begin}, {"end", end}}));
    }
    begin = end;
  }
  return context.status();
}

absl::Status Lower(LoweringContext& context) {
  const DataType type = context.node().output_type(0).data_type;
  const std::vector<int64_t>& strides = context.output_layout(0).strides;
  const int axis = AxisOf(context.attributes(), static_cast<int>(context.output_shape(0).size()));
  Operand place = context.Output(0);
  for (int i = 0; i < context.input_count(); ++i) {
    const std::vector<int64_t> shape = context.input_shape(i);
    AddCopy(context, type, shape, context.Input(i), context.input_layout(i).strides, place,
            strides);
    place.offset += shape[axis] * strides[axis] * ByteSize(type);
  }
  return absl::OkStatus();
}

int Identity(const NodeView& node) { return node.input_count() == 1 ? 0 : kNone; }

bool AcceptsLayout(const NodeView&, int, const Layout&) { return true; }

bool SeparatesBatch(const NodeView& node) {
  const int rank = node.output_type(0).rank();
  return AxisOf(node.attributes(), rank) != 0;
}

absl::StatusOr<std::vector<ValueId>> AtOnePosition(StepContext& context) {
  const absl::Status status = CheckStepsAcross(context, static_cast<int>(context.attributes().integer("axis")));
  if (!status.ok()) return status;
  return StepAlone(context);
}

}  // namespace

std::vector<OpDefinition> ConcatOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, C"}, {{"axis", "1"}}};
  op.formula = "the inputs one after another along the axis";
  op.inputs = {"x"};
  op.variadic = true;
  op.attributes = {{"axis", AttributeKind::kInteger, "", true, "the axis that grows"}};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.lower = Lower;
  op.identity = Identity;
  op.accepts_layout = AcceptsLayout;
  op.separates_batch = SeparatesBatch;
  op.step = AtOnePosition;
  return {op};
}

}  // namespace plumbline
