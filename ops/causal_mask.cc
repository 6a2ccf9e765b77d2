// Causal mask over the last two axes, rows i and columns j, which need not be equally many:
//   y[..., i, j] = x[..., i, j] for j <= i, else fill (-inf before a softmax, 0 on kernel weights)
// Gradient: the same mask with fill 0. Cost: no operations; every element is moved.
#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "causal_mask";

float Fill(const Attributes& attributes) {
  return attributes.text("fill") == "0" ? 0.0f : -std::numeric_limits<float>::infinity();
}

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = RequireType(context, kName, 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  if (context.inputs[0].rank() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(kName, ": input 'x' must have at least two axes, not ", context.Print(0)));
  }
  const std::string& fill = context.attributes.text("fill");
  if (fill != "-inf" && fill != "0") {
    return AttributeError(
        "fill", absl::StrCat(kName, ": fill must be \"-inf\" or \"0\", not \"", fill, "\""));
  }
  return std::vector<TensorType>{context.inputs[0]};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  Array y = *context.inputs[0];
  const int64_t columns = y.dim(-1);
  for (int64_t at = 0; at < y.size(); ++at) {
    if (at % columns > at / columns % y.dim(-2)) y.data[at] = Fill(context.attributes);
  }
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(
      0, context.Add(kName, {context.output_gradient(0)}, {{"fill", std::string("0")}}));
  return context.status();
}

absl::Status Lower(LoweringContext& context) {
  const std::vector<int64_t> shape = context.output_shape(0);
  const int64_t columns = shape.back();
  const int64_t rows = shape[shape.size() - 2];
  const int64_t all_rows = ElementCount(shape) / columns;
  const float fill = Fill(context.attributes());
  context.AddHost("causal_mask", {context.Input(0), context.Output(0)}, 0,
                  [=](absl::Span<void* const> pointers) {
                    const float* x = static_cast<const float*>(pointers[0]);
                    float* y = static_cast<float*>(pointers[1]);
                    for (int64_t row = 0; row < all_rows; ++row, x += columns, y += columns) {
                      const int64_t kept = std::min(columns, row % rows + 1);
                      if (x != y) std::copy(x, x + kept, y);
                      std::fill(y + kept, y + columns, fill);
                    }
                  });
  return absl::OkStatus();
}

bool InPlace(const NodeView&, int input) { return input == 0; }

// With two axes, axis 0 is the rows, whose number decides what they keep.
bool SeparatesBatch(const NodeView& node) { return node.input_type(0).rank() > 2; }

}  // namespace

std::vector<OpDefinition> CausalMaskOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, H, L, L"}, {{"fill", "0"}}};
  op.formula = "y[..., i, j] = x[..., i, j] for j <= i, else fill";
  op.inputs = {"x"};
  op.attributes = {{"fill", AttributeKind::kText, "-inf", false, "\"-inf\" or \"0\""}};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.lower = Lower;
  op.in_place = InPlace;
  op.separates_batch = SeparatesBatch;
  return {op};
}

}  // namespace plumbline
