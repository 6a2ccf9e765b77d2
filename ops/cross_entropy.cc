// Cross entropy between labels and softmax(logits), for logits [..., classes] and label [...] (S64), as PyTorch's:
//   y = 1/M Σ over the M positions whose label is not ignore_label of
//       -(1 - e) log p[label] - e/classes Σ_c log p[c],      p = softmax(logits), e = label_smoothing
//   d logits[c] = g/M (p[c] - (1 - e) [c = label] - e/classes); 0 where the label is ignore_label
// Without any position that counts y is 0/0, not a number, and the gradient 0, as in PyTorch.
// Cost, N being all positions: N (4·classes + 1), with smoothing N (classes + 2) more, + 1; the gradient
// N (6·classes + 1) + 1 (largest, difference, exp, sum, factor, offset; the label).
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/real_functions.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/labels.h"
#include "ops/loops/loops.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "cross_entropy";
constexpr const char* kGradientName = "cross_entropy_gradient";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const double smoothing = context.attributes.real("label_smoothing");
  if (!(smoothing >= 0 && smoothing < 1)) {
    return AttributeError(
        "label_smoothing",
        absl::StrCat(kName, ": label_smoothing must be at least 0 and less than 1, not ", smoothing));
  }
  return InferLabelled(context, kName, "logits");
}

LabelReader ReaderOf(const Attributes& attributes, const std::vector<int64_t>& label_shape, int64_t classes) {
  std::optional<int64_t> ignored;
  if (attributes.Has("ignore_label")) ignored = attributes.integer("ignore_label");
  return LabelReader(label_shape, classes, ignored);
}

// log(Σ exp(row)) of a row of doubles.
double LogSum(const double* row, int64_t classes) {
  double largest = row[0], sum = 0;
  for (int64_t c = 1; c < classes; ++c) largest = std::fmax(largest, row[c]);
  for (int64_t c = 0; c < classes; ++c) sum += std::exp(row[c] - largest);
  return largest + std::log(sum);
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& logits = *context.inputs[0];
  const double smoothing = context.attributes.real("label_smoothing");
  const LabelReader reader = ReaderOf(context.attributes, context.inputs[1]->shape, logits.dim(-1));
  const absl::StatusOr<std::vector<int64_t>> labels = reader.ReadAll(*context.inputs[1]);
  if (!labels.ok()) return labels.status();
  double sum = 0, count = 0;
  for (int64_t i = 0; i < reader.positions(); ++i) {
    if ((*labels)[i] == LabelReader::kIgnored) continue;
    const double* row = logits.data.data() + i * reader.classes();
    const double log_sum = LogSum(row, reader.classes());
    sum -= (1 - smoothing) * (row[(*labels)[i]] - log_sum);
    for (int64_t c = 0; smoothing != 0 && c < reader.classes(); ++c) {
      sum -= smoothing / static_cast<double>(reader.classes()) * (row[c] - log_sum);
    }
    ++count;
  }
  return std::vector<Array>{Array({}, sum / count)};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(
      0, context.Add(kGradientName, {context.output_gradient(0), context.input(0), context.input(1)},
                     context.attributes()));
  return context.status();
}

Cost CostOf(const NodeView& node) {
  const Polynomial classes = node.input_type(0).shape.back();
  Polynomial per_position = Polynomial(4) * classes + Polynomial(1);
  if (node.attributes().real("label_smoothing") != 0) per_position += classes + Polynomial(2);
  Cost cost;
  cost.operations = PositionCount(node) * per_position + Polynomial(1);
  return cost;
}

absl::Status Lower(LoweringContext& context) {
  const double smoothing = context.attributes().real("label_smoothing");
  const LabelReader reader = ReaderOf(context.attributes(), context.input_shape(1), context.input_shape(0).back());
  context.AddHost("cross_entropy_loop", {context.Input(0), context.Input(1), context.Output(0)}, 0,
                  [reader, smoothing](absl::Span<void* const> pointers) {
                    const Loops& loops = GetLoops();
                    const int64_t classes = reader.classes();
                    const float* row = static_cast<const float*>(pointers[0]);
                    const int64_t* labels = static_cast<const int64_t*>(pointers[1]);
                    double sum = 0;
                    int64_t count = 0;
                    for (int64_t i = 0; i < reader.positions(); ++i, row += classes) {
                      const int64_t label = reader.Read(labels, i);
                      if (label == LabelReader::kIgnored) continue;
                      const ExponentialSum exponentials = loops.exponential_sum(row, classes);
                      sum += exponentials.largest + Log(exponentials.sum) - (1 - smoothing) * row[label];
                      if (smoothing != 0) {
                        float mean = 0;
                        loops.sum(row, &mean, 1, classes, 1, static_cast<float>(1.0 / static_cast<double>(classes)));
                        sum -= smoothing * mean;
                      }
                      ++count;
                    }
                    *static_cast<float*>(pointers[2]) = static_cast<float>(sum / static_cast<double>(count));
                  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  Array result = *context.inputs[1];
  const double smoothing = context.attributes.real("label_smoothing");
  const LabelReader reader = ReaderOf(context.attributes, context.inputs[2]->shape, result.dim(-1));
  const absl::StatusOr<std::vector<int64_t>> labels = reader.ReadAll(*context.inputs[2]);
  if (!labels.ok()) return labels.status();
  double count = 0;
  for (const int64_t label : *labels) count += label != LabelReader::kIgnored;
  for (int64_t i = 0; i < reader.positions(); ++i) {
    double* row = result.data.data() + i * reader.classes();
    const int64_t label = (*labels)[i];
    const double log_sum = LogSum(row, reader.classes());
    for (int64_t c = 0; c < reader.classes(); ++c) {
      const double target = (c == label ? 1 - smoothing : 0) + smoothing / static_cast<double>(reader.classes());
      row[c] = label == LabelReader::kIgnored
                   ? 0
                   : context.inputs[0]->data[0] / count * (std::exp(row[c] - log_sum) - target);
    }
  }
  return std::vector<Array>{std::move(result)};
}

Cost GradientCost(const NodeView& node) {
  const Polynomial classes = node.input_type(1).shape.back();
  Cost cost;
  cost.operations = PositionCount(node) * (Polynomial(6) * classes + Polynomial(1)) + Polynomial(1);
  return cost;
}

// Rows of `logits` become rows of `result`, which may be the same memory.
void ComputeGradient(const LabelReader& reader, double smoothing, double g, const float* logits,
                     const int64_t* labels, float* result) {
  const Loops& loops = GetLoops();
  const int64_t classes = reader.classes();
  int64_t count = 0;
  for (int64_t i = 0; i < reader.positions(); ++i) count += reader.Read(labels, i) != LabelReader::kIgnored;
  const double share = g / static_cast<double>(count);
  const float uniform = static_cast<float>(-share * smoothing / static_cast<double>(classes));
  for (int64_t i = 0; i < reader.positions(); ++i, logits += classes, result += classes) {
    const int64_t label = reader.Read(labels, i);
    if (label == LabelReader::kIgnored) {
      for (int64_t c = 0; c < classes; ++c) result[c] = 0;
      continue;
    }
    const ExponentialSum exponentials = loops.exponential_sum(logits, classes);
    loops.scaled_exponentials(logits, exponentials.largest, static_cast<float>(share / exponentials.sum), uniform,
                              result, classes);
    result[label] -= static_cast<float>(share * (1 - smoothing));
  }
}

absl::Status LowerGradient(LoweringContext& context) {
  const double smoothing = context.attributes().real("label_smoothing");
  const LabelReader reader = ReaderOf(context.attributes(), context.input_shape(2), context.input_shape(1).back());
  context.AddHost("cross_entropy_loop",
                  {context.Input(0), context.Input(1), context.Input(2), context.Output(0)}, 0,
                  [reader, smoothing](absl::Span<void* const> pointers) {
                    ComputeGradient(reader, smoothing, *static_cast<const float*>(pointers[0]),
                                    static_cast<const float*>(pointers[1]), static_cast<const int64_t*>(pointers[2]),
                                    static_cast<float*>(pointers[3]));
                  });
  return absl::OkStatus();
}

bool InPlace(const NodeView&, int input) { return input == 1; }

// Shards may have different numbers of positions that count: their means cannot be weighted by their items.
bool SeparatesBatch(const NodeView& node) { return !node.attributes().Has("ignore_label"); }

}  // namespace

std::vector<OpDefinition> CrossEntropyOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, C", "S64 B"}, {}};
  op.formula =
      "mean(-(1 - e)·log p[label] - e/classes·sum_c log p[c]), p = softmax(logits), e = "
      "label_smoothing";
  op.inputs = {"logits", "label"};
  op.attributes = {
      {"label_smoothing", AttributeKind::kReal, "0", false, "weight of the uniform distribution"},
      {"ignore_label", AttributeKind::kInteger, "", false, "positions of this label do not count"}};
  op.is_loss = true;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  op.separates_batch = SeparatesBatch;
  OpDefinition gradient;
  gradient.name = kGradientName;
  gradient.formula = "g/M·(p - (1 - e)·[label] - e/classes)";
  gradient.inputs = {"gradient", "logits", "label"};
  gradient.attributes = op.attributes;
  gradient.internal = true;
  gradient.infer = InferScoresGradient;
  gradient.evaluate = EvaluateGradient;
  gradient.cost = GradientCost;
  gradient.lower = LowerGradient;
  gradient.in_place = InPlace;
  return {op, gradient};
}

}  // namespace plumbline
