// Layer normalisation over the last axis of x [..., n]:
//   y = (x - mean) / sqrt(variance + epsilon) · weight + bias, with the biased variance (division
//   by n).
// Parameters: weight [n] (ones) and bias [n] (zeros), as in PyTorch.
// Cost: 7 operations an element (sum; subtraction of the mean; square and its sum; the normalising
// product; weight; bias) and 5 a row (two divisions by n, epsilon, root, reciprocal).
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "layer_norm";

absl::Status Check(const InferContext& context) {
  absl::Status status = RequireType(context, kName, 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  if (context.inputs[0].rank() == 0) {
    return absl::InvalidArgumentError("layer_norm: a scalar has no last axis");
  }
  const Size& width = context.inputs[0].shape.back();
  if (width == Size(1)) {
    return absl::InvalidArgumentError(absl::StrCat("layer_norm: the last axis of ",
                                                   context.Print(0),
                                                   " has one element, whose variance is always 0"));
  }
  const double epsilon = context.attributes.real("epsilon");
  if (epsilon > 0) return absl::OkStatus();
  return AttributeError("epsilon",
                        absl::StrCat("layer_norm: epsilon must be positive, not ", epsilon));
}

absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::Status status = Check(context);
  if (!status.ok()) return status;
  const Shape width = {context.inputs[0].shape.back()};
  return std::vector<ParameterSpec>{{"weight", width, {Initializer::Kind::kConstant, 1, 0}},
                                    {"bias", width, {Initializer::Kind::kConstant, 0, 0}}};
}

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = Check(context);
  if (!status.ok()) return status;
  return std::vector<TensorType>{context.inputs[0]};
}

Cost LayerNormCost(const NodeView& node) {
  const TensorType& x = node.input_type(0);
  Polynomial rows(1);
  for (int axis = 0; axis + 1 < x.rank(); ++axis) rows *= x.shape[axis];
  Cost cost;
  cost.operations = Polynomial(7) * x.ElementCount() + Polynomial(5) * rows;
  return cost;
}

bool SeparatesBatch(const NodeView& node) { return node.input_type(0).rank() > 1; }

}  // namespace

std::vector<OpDefinition> LayerNormOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, L, 8"}, {}};
  op.formula = "y = (x - mean) / sqrt(variance + epsilon)·weight + bias, over the last axis";
  op.inputs = {"x"};
  op.attributes = {{"epsilon", AttributeKind::kReal, "1e-5", false, "added to the variance"}};
  op.parameters = Parameters;
  op.infer = Infer;
  op.cost = LayerNormCost;
  op.separates_batch = SeparatesBatch;
  return {op};
}

}  // namespace plumbline
