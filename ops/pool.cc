// Pooling over two axes, channel by channel:
//   max_pool2d: y[b, c, p] = max over k of x[b, c, p·stride + k - padding]   (padding never wins)
//   avg_pool2d: y[b, c, p] = mean over k of the same, padding counted as zeros (PyTorch's default)
// Cost: for n taps, n - 1 comparisons, or n - 1 additions and one division.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "ops/checks.h"
#include "ops/op_list.h"
#include "ops/window.h"

namespace plumbline {
namespace {

constexpr const char* kMax = "max_pool2d";
constexpr const char* kAverage = "avg_pool2d";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context, const char* op) {
  const absl::Status status =
      FirstError({RequireType(context, op, 0, "x", DataType::kF32),
                  RequireRank(context, op, 0, "x", "[batch, channels, height, width]")});
  if (!status.ok()) return status;
  const absl::StatusOr<Window> window = ReadWindow(context.attributes, op, 2);
  if (!window.ok()) return window.status();
  for (int i = 0; i < 2; ++i) {
    if (2 * window->padding[i] <= window->kernel[i]) continue;
    return AttributeError(
        "padding",
        absl::StrCat(op, ": padding ", window->padding[i], " is more than half of kernel ",
                     window->kernel[i], ", so that a window could lie in the padding alone"));
  }
  absl::StatusOr<Shape> spatial = WindowOutput(context, op, *window);
  if (!spatial.ok()) return spatial.status();
  const Shape& x = context.inputs[0].shape;
  return std::vector<TensorType>{{DataType::kF32, {x[0], x[1], (*spatial)[0], (*spatial)[1]}}};
}

absl::StatusOr<std::vector<TensorType>> InferMax(const InferContext& context) {
  return Infer(context, kMax);
}
absl::StatusOr<std::vector<TensorType>> InferAverage(const InferContext& context) {
  return Infer(context, kAverage);
}

Polynomial TotalTaps(const NodeView& node) {
  const absl::StatusOr<Window> window = ReadWindow(node.attributes(), node.node.op->name, 2);
  return node.output_type(0).ElementCount() * Polynomial(window->KernelSize());
}

Cost MaxCost(const NodeView& node) {
  Cost cost;
  cost.operations = TotalTaps(node) - node.output_type(0).ElementCount();
  return cost;
}

Cost AverageCost(const NodeView& node) {
  Cost cost;
  cost.operations = TotalTaps(node);
  return cost;
}

OpDefinition Pool(const char* name) {
  OpDefinition op;
  op.name = name;
  op.example = {{"B, C, H, W"}, {{"kernel", "2"}}};
  op.inputs = {"x"};
  op.attributes = {{"kernel", AttributeKind::kIntegerList, "", true,
                    "size of the window, one number or one for each axis"},
                   {"stride", AttributeKind::kIntegerList, "", false,
                    "step of the window, one number or two; default: kernel"},
                   {"padding", AttributeKind::kIntegerList, "0", false,
                    "positions added on both sides, one number or two"}};
  return op;
}

OpDefinition MaxPool() {
  OpDefinition op = Pool(kMax);
  op.formula = "y[b, c, p] = max_k x[b, c, p·stride + k - padding]";
  op.infer = InferMax;
  op.cost = MaxCost;
  return op;
}

OpDefinition AveragePool() {
  OpDefinition op = Pool(kAverage);
  op.formula = "y[b, c, p] = mean_k x[b, c, p·stride + k - padding], padding counted as zeros";
  op.infer = InferAverage;
  op.cost = AverageCost;
  return op;
}

}  // namespace

std::vector<OpDefinition> PoolOps() { return {MaxPool(), AveragePool()}; }

}  // namespace plumbline
