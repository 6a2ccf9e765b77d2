// The share of positions whose largest score is that of the label, for scores [..., classes] and label [...] (S64).
// Among equal scores the first counts; a NaN counts as larger than every number, as in PyTorch's argmax.
// Cost: N (classes + 1) for N positions.
#include <cmath>
#include <optional>
#include <vector>

#include "compiler/onednn/lowering_context.h"
#include "ops/labels.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "accuracy";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  return InferLabelled(context, kName, "scores");
}

template <typename Real>
int64_t FirstLargest(const Real* row, int64_t classes) {
  int64_t at = 0;
  for (int64_t c = 1; c < classes && !std::isnan(row[at]); ++c) {
    if (row[c] > row[at] || std::isnan(row[c])) at = c;
  }
  return at;
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& scores = *context.inputs[0];
  const LabelReader reader(context.inputs[1]->shape, scores.dim(-1), std::nullopt);
  const absl::StatusOr<std::vector<int64_t>> labels = reader.ReadAll(*context.inputs[1]);
  if (!labels.ok()) return labels.status();
  double right = 0;
  for (int64_t i = 0; i < reader.positions(); ++i) {
    right += FirstLargest(scores.data.data() + i * reader.classes(), reader.classes()) == (*labels)[i];
  }
  return std::vector<Array>{Array({}, right / static_cast<double>(reader.positions()))};
}

Cost CostOf(const NodeView& node) {
  Cost cost;
  cost.operations = PositionCount(node) * (node.input_type(0).shape.back() + Polynomial(1));
  return cost;
}

absl::Status Lower(LoweringContext& context) {
  const LabelReader reader(context.input_shape(1), context.input_shape(0).back(), std::nullopt);
  context.AddHost("label_loop", {context.Input(0), context.Input(1), context.Output(0)}, 0,
                  [reader](absl::Span<void* const> pointers) {
                    const float* row = static_cast<const float*>(pointers[0]);
                    const int64_t* labels = static_cast<const int64_t*>(pointers[1]);
                    int64_t right = 0;
                    for (int64_t i = 0; i < reader.positions(); ++i, row += reader.classes()) {
                      right += FirstLargest(row, reader.classes()) == reader.Read(labels, i);
                    }
                    *static_cast<float*>(pointers[2]) =
                        static_cast<float>(static_cast<double>(right) / static_cast<double>(reader.positions()));
                  });
  return absl::OkStatus();
}

}  // namespace

std::vector<OpDefinition> AccuracyOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, C", "S64 B"}, {}};
  op.formula = "share of positions where argmax scores = label";
  op.inputs = {"scores", "label"};
  op.is_metric = true;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.cost = CostOf;
  op.lower = Lower;
  return {op};
}

}  // namespace plumbline
