// Losses and a metric on integer labels; scores [..., classes], label [...] (S64), means over all N
// positions.
//   negative_log_likelihood: -mean log_probs[..., label]
//   cross_entropy: mean over the positions whose label is not ignore_label of
//     -(1 - e) log p[label] - e / classes · sum over c of log p[c],  p = softmax(logits), e =
//     label_smoothing
//   accuracy: the share of positions whose largest score (the first, among equals) is that of the
//   label
// Cost: N + 1; N (4·classes + 1), with smoothing N (classes + 2) more, + 1; N (classes + 1).
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kNll = "negative_log_likelihood";
constexpr const char* kCrossEntropy = "cross_entropy";
constexpr const char* kAccuracy = "accuracy";

// The scalar result, once scores and labels fit each other.
absl::StatusOr<std::vector<TensorType>> InferScalar(const InferContext& context, const char* op,
                                                    const char* scores) {
  const absl::Status status = FirstError({RequireType(context, op, 0, scores, DataType::kF32),
                                          RequireType(context, op, 1, "label", DataType::kS64)});
  if (!status.ok()) return status;
  Shape positions = context.inputs[0].shape;
  const Shape& label = context.inputs[1].shape;
  bool fits = !positions.empty();
  if (fits) {
    positions.pop_back();
    fits = positions.size() == label.size();
  }
  for (size_t axis = 0; fits && axis < label.size(); ++axis) {
    fits = !CertainlyUnequal(positions[axis], label[axis], context.symbols);
  }
  if (!fits) {
    return absl::InvalidArgumentError(
        absl::StrCat(op, ": label must have the shape of ", scores, " without its last axis; ",
                     scores, " is ", context.Print(0), ", label is ", context.Print(1)));
  }
  return std::vector<TensorType>{{DataType::kF32, {}}};
}

absl::StatusOr<std::vector<TensorType>> InferNll(const InferContext& context) {
  return InferScalar(context, kNll, "log_probs");
}

absl::StatusOr<std::vector<TensorType>> InferCrossEntropy(const InferContext& context) {
  const double smoothing = context.attributes.real("label_smoothing");
  if (!(smoothing >= 0 && smoothing < 1)) {
    return AttributeError(
        "label_smoothing",
        absl::StrCat(kCrossEntropy, ": label_smoothing must be at least 0 and less than 1, not ",
                     smoothing));
  }
  return InferScalar(context, kCrossEntropy, "logits");
}

absl::StatusOr<std::vector<TensorType>> InferAccuracy(const InferContext& context) {
  return InferScalar(context, kAccuracy, "scores");
}

Polynomial Positions(const NodeView& node) { return node.input_type(1).ElementCount(); }

Cost NllCost(const NodeView& node) {
  Cost cost;
  cost.operations = Positions(node) + Polynomial(1);
  return cost;
}

Cost CrossEntropyCost(const NodeView& node) {
  const Polynomial classes = node.input_type(0).shape.back();
  Polynomial per_position = Polynomial(4) * classes + Polynomial(1);
  if (node.attributes().real("label_smoothing") != 0) per_position += classes + Polynomial(2);
  Cost cost;
  cost.operations = Positions(node) * per_position + Polynomial(1);
  return cost;
}

Cost AccuracyCost(const NodeView& node) {
  Cost cost;
  cost.operations = Positions(node) * (node.input_type(0).shape.back() + Polynomial(1));
  return cost;
}

OpDefinition NegativeLogLikelihood() {
  OpDefinition op;
  op.name = kNll;
  op.example = {{"B, C", "S64 B"}, {}};
  op.formula = "-mean log_probs[..., label]";
  op.inputs = {"log_probs", "label"};
  op.is_loss = true;
  op.infer = InferNll;
  op.cost = NllCost;
  return op;
}

OpDefinition CrossEntropy() {
  OpDefinition op;
  op.name = kCrossEntropy;
  op.example = {{"B, C", "S64 B"}, {}};
  op.formula =
      "mean(-(1 - e)·log p[label] - e/classes·sum_c log p[c]), p = softmax(logits), e = "
      "label_smoothing";
  op.inputs = {"logits", "label"};
  op.attributes = {
      {"label_smoothing", AttributeKind::kReal, "0", false, "weight of the uniform distribution"},
      {"ignore_label", AttributeKind::kInteger, "", false, "positions of this label do not count"}};
  op.is_loss = true;
  op.infer = InferCrossEntropy;
  op.cost = CrossEntropyCost;
  return op;
}

OpDefinition Accuracy() {
  OpDefinition op;
  op.name = kAccuracy;
  op.example = {{"B, C", "S64 B"}, {}};
  op.formula = "share of positions where argmax scores = label";
  op.inputs = {"scores", "label"};
  op.is_metric = true;
  op.infer = InferAccuracy;
  op.cost = AccuracyCost;
  return op;
}

}  // namespace

std::vector<OpDefinition> LabelLossOps() {
  return {NegativeLogLikelihood(), CrossEntropy(), Accuracy()};
}

}  // namespace plumbline
