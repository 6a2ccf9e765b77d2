// Transposition: axis i of y is axis permutation[i] of x. Always possible as a view.
// Gradient: the inverse permutation. Cost: no operations; nothing moves in a view.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/step_context.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "transpose";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const std::vector<int64_t> permutation = context.attributes.integers("permutation");
  const TensorType& x = context.inputs[0];
  std::vector<bool> seen(x.rank(), false);
  bool valid = static_cast<int>(permutation.size()) == x.rank();
  TensorType y{x.data_type, {}};
  for (size_t i = 0; valid && i < permutation.size(); ++i) {
    valid = permutation[i] >= 0 && permutation[i] < x.rank() && !seen[permutation[i]];
    if (!valid) break;
    seen[permutation[i]] = true;
    y.shape.push_back(x.shape[permutation[i]]);
  }
  if (valid) return std::vector<TensorType>{y};
  return AttributeError(
      "permutation",
      absl::StrCat(kName, ": permutation must hold each of the axes 0 .. ", x.rank() - 1, " of ",
                   context.Print(0), " once, not \"", absl::StrJoin(permutation, ", "), "\""));
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const std::vector<int64_t> permutation = context.attributes.integers("permutation");
  const Array& x = *context.inputs[0];
  const std::vector<int64_t> strides = RowMajor(x.shape).strides;
  Array y(context.output_shapes[0]);
  int64_t at = 0;
  ForEachIndex(y.shape, [&](const std::vector<int64_t>& index) {
    int64_t from = 0;
    for (size_t i = 0; i < index.size(); ++i) from += index[i] * strides[permutation[i]];
    y.data[at++] = x.data[from];
  });
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  const std::vector<int64_t> permutation = context.attributes().integers("permutation");
  std::vector<Size> inverse(permutation.size());
  for (size_t i = 0; i < permutation.size(); ++i)
    inverse[permutation[i]] = Size(static_cast<int64_t>(i));
  context.set_gradient(
      0, context.Add(kName, {context.output_gradient(0)}, {{"permutation", inverse}}));
  return context.status();
}

std::optional<Layout> View(const NodeView& node, const Layout& input) {
  Layout layout;
  layout.offset = input.offset;
  for (const int64_t axis : node.attributes().integers("permutation"))
    layout.strides.push_back(input.strides[axis]);
  return layout;
}

int Identity(const NodeView& node) {
  const std::vector<int64_t> permutation = node.attributes().integers("permutation");
  for (size_t i = 0; i < permutation.size(); ++i) {
    if (permutation[i] != static_cast<int64_t>(i)) return kNone;
  }
  return 0;
}

bool SeparatesBatch(const NodeView& node) {
  const std::vector<int64_t> permutation = node.attributes().integers("permutation");
  return !permutation.empty() && permutation[0] == 0;
}

}  // namespace

std::vector<OpDefinition> TransposeOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, L, C"}, {{"permutation", "0, 2, 1"}}};
  op.formula = "axis i of y is axis permutation[i] of x";
  op.inputs = {"x"};
  op.attributes = {{"permutation", AttributeKind::kIntegerList, "", true, "every axis of x once"}};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.identity = Identity;
  op.view = View;
  op.separates_batch = SeparatesBatch;
  op.step = StepAlone;
  return {op};
}

}  // namespace plumbline
