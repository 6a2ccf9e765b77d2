// Shapes with one axis less, or with that axis as 1.
#include "ops/reduction.h"

#include "absl/strings/str_cat.h"
#include "compiler/ir/step_context.h"
#include "ops/checks.h"

namespace plumbline {
namespace {

int NormalAxis(const TensorType& type, const Attributes& attributes) {
  return *NormalizeAxis(attributes.integer("axis"), type.rank());
}

int Identity(const NodeView& node) {
  const TensorType& input = node.input_type(0);
  return input == node.output_type(0) && ReducedSize(input, node.attributes()) == Size(1) ? 0
                                                                                          : kNone;
}

bool SeparatesBatch(const NodeView& node) {
  return NormalAxis(node.input_type(0), node.attributes()) != 0;
}

}  // namespace

ReductionSizes SplitAtAxis(const std::vector<int64_t>& shape, int64_t axis) {
  const int middle = *NormalizeAxis(axis, static_cast<int>(shape.size()));
  ReductionSizes sizes;
  for (int i = 0; i < static_cast<int>(shape.size()); ++i) {
    (i < middle ? sizes.outer : i == middle ? sizes.n : sizes.inner) *= shape[i];
  }
  return sizes;
}

absl::StatusOr<std::vector<TensorType>> InferReduction(const InferContext& context,
                                                       absl::string_view op) {
  const absl::Status status = RequireType(context, op, 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  const absl::StatusOr<int> axis = RequireAxis(context, op, "axis", context.inputs[0].rank());
  if (!axis.ok()) return axis.status();
  Shape shape = context.inputs[0].shape;
  if (context.attributes.boolean("keep_dims")) {
    shape[*axis] = Size(1);
  } else {
    shape.erase(shape.begin() + *axis);
  }
  return std::vector<TensorType>{{DataType::kF32, std::move(shape)}};
}

Array EvaluateReduction(const EvaluateContext& context, double (*combine)(double, double)) {
  const Array& x = *context.inputs[0];
  const ReductionSizes sizes = SplitAtAxis(x.shape, context.attributes.integer("axis"));
  Array y(context.output_shapes[0]);
  for (int64_t o = 0; o < sizes.outer; ++o) {
    for (int64_t j = 0; j < sizes.inner; ++j) {
      const double* const row = &x.data[o * sizes.n * sizes.inner + j];
      double value = row[0];
      for (int64_t i = 1; i < sizes.n; ++i) value = combine(value, row[i * sizes.inner]);
      y.data[o * sizes.inner + j] = value;
    }
  }
  return y;
}

Size ReducedSize(const TensorType& input, const Attributes& attributes) {
  return input.shape[NormalAxis(input, attributes)];
}

ValueId KeepAxis(GradientContext& context, ValueId value) {
  if (context.attributes().boolean("keep_dims")) return value;
  Shape shape = context.input_type(0).shape;
  shape[NormalAxis(context.input_type(0), context.attributes())] = Size(1);
  return context.Add("reshape", {value}, {{"shape", shape}});
}

ValueId RepeatAlongAxis(GradientContext& context, ValueId value) {
  return context.Add("broadcast_to", {KeepAxis(context, value)},
                     {{"shape", context.input_type(0).shape}});
}

absl::StatusOr<std::vector<ValueId>> StepReduction(StepContext& context) {
  const absl::Status status = CheckStepsAcross(context, static_cast<int>(context.attributes().integer("axis")));
  if (!status.ok()) return status;
  return StepAlone(context);
}

OpDefinition MakeReduction() {
  OpDefinition op;
  op.inputs = {"x"};
  op.attributes = {
      {"axis", AttributeKind::kInteger, "-1", false, "the axis; negative counts from the last"},
      {"keep_dims", AttributeKind::kBool, "0", false, "keep the axis, with size 1"}};
  op.identity = Identity;
  op.separates_batch = SeparatesBatch;
  op.step = StepReduction;
  return op;
}

}  // namespace plumbline
