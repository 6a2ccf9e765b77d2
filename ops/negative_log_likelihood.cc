// Negative log likelihood of labels, given logarithms of probabilities log_probs [..., classes] and label [...] (S64)
// at N positions:
//   y = -1/N Σ log_probs[..., label]      d log_probs[..., label] = -g / N, all others 0
// Cost: N + 1; the gradient 1 division.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/ir/gradient_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/labels.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "negative_log_likelihood";
constexpr const char* kGradientName = "negative_log_likelihood_gradient";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  return InferLabelled(context, kName, "log_probs");
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& log_probs = *context.inputs[0];
  const LabelReader reader(context.inputs[1]->shape, log_probs.dim(-1), std::nullopt);
  const absl::StatusOr<std::vector<int64_t>> labels = reader.ReadAll(*context.inputs[1]);
  if (!labels.ok()) return labels.status();
  double sum = 0;
  for (int64_t i = 0; i < reader.positions(); ++i) {
    sum += log_probs.data[i * reader.classes() + (*labels)[i]];
  }
  return std::vector<Array>{Array({}, -sum / static_cast<double>(reader.positions()))};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(
      0, context.Add(kGradientName, {context.output_gradient(0), context.input(0), context.input(1)}));
  return context.status();
}

Cost CostOf(const NodeView& node) {
  Cost cost;
  cost.operations = PositionCount(node) + Polynomial(1);
  cost.bytes = node.input_type(1).Bytes() + Polynomial(4) * PositionCount(node) + Polynomial(4);
  return cost;
}

absl::Status Lower(LoweringContext& context) {
  const LabelReader reader(context.input_shape(1), context.input_shape(0).back(), std::nullopt);
  context.AddHost("label_loop", {context.Input(0), context.Input(1), context.Output(0)}, 0,
                  [reader](absl::Span<void* const> pointers) {
                    const float* row = static_cast<const float*>(pointers[0]);
                    const int64_t* labels = static_cast<const int64_t*>(pointers[1]);
                    double sum = 0;
                    for (int64_t i = 0; i < reader.positions(); ++i, row += reader.classes()) {
                      sum += row[reader.Read(labels, i)];
                    }
                    *static_cast<float*>(pointers[2]) =
                        static_cast<float>(-sum / static_cast<double>(reader.positions()));
                  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  Array result(context.inputs[1]->shape);
  const LabelReader reader(context.inputs[2]->shape, result.dim(-1), std::nullopt);
  const absl::StatusOr<std::vector<int64_t>> labels = reader.ReadAll(*context.inputs[2]);
  if (!labels.ok()) return labels.status();
  for (int64_t i = 0; i < reader.positions(); ++i) {
    result.data[i * reader.classes() + (*labels)[i]] =
        -context.inputs[0]->data[0] / static_cast<double>(reader.positions());
  }
  return std::vector<Array>{std::move(result)};
}

// The values of log_probs are not read.
Cost GradientCost(const NodeView& node) {
  Cost cost;
  cost.operations = Polynomial(1);
  cost.bytes = node.input_type(2).Bytes() + node.output_type(0).Bytes() + Polynomial(4);
  return cost;
}

absl::Status LowerGradient(LoweringContext& context) {
  const LabelReader reader(context.input_shape(2), context.input_shape(1).back(), std::nullopt);
  context.AddHost("label_loop", {context.Input(0), context.Input(2), context.Output(0)}, 0,
                  [reader](absl::Span<void* const> pointers) {
                    const double g = *static_cast<const float*>(pointers[0]);
                    const int64_t* labels = static_cast<const int64_t*>(pointers[1]);
                    float* row = static_cast<float*>(pointers[2]);
                    const float share = static_cast<float>(-g / static_cast<double>(reader.positions()));
                    std::fill(row, row + reader.positions() * reader.classes(), 0.0f);
                    for (int64_t i = 0; i < reader.positions(); ++i, row += reader.classes()) {
                      row[reader.Read(labels, i)] = share;
                    }
                  });
  return absl::OkStatus();
}

}  // namespace

std::vector<OpDefinition> NegativeLogLikelihoodOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, C", "S64 B"}, {}};
  op.formula = "-mean log_probs[..., label]";
  op.inputs = {"log_probs", "label"};
  op.is_loss = true;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  OpDefinition gradient;
  gradient.name = kGradientName;
  gradient.formula = "-g/N at the labels, else 0";
  gradient.inputs = {"gradient", "log_probs", "label"};
  gradient.internal = true;
  gradient.infer = InferScoresGradient;
  gradient.evaluate = EvaluateGradient;
  gradient.cost = GradientCost;
  gradient.lower = LowerGradient;
  return {op, gradient};
}

}  // namespace plumbline
