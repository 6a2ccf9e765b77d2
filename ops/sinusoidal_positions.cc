// Sinusoidal positions added to x [batch, length, width] (Vaswani et al. 2017, with both halves side by side):
//   y[b, t, j]           = x[b, t, j] + sin(t · r_j)             r_j = max_timescale^(-j / (width/2 - 1))
//   y[b, t, width/2 + j] = x[b, t, width/2 + j] + cos(t · r_j)   j = 0 .. width/2 - 1
// The table is computed in double. Cost: one addition an element; the table is a constant of the program.
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/real_functions.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/loops/loops.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "sinusoidal_positions";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status =
      FirstError({RequireType(context, kName, 0, "x", DataType::kF32),
                  RequireRank(context, kName, 0, "x", "[batch, length, width]")});
  if (!status.ok()) return status;
  const std::optional<int64_t> width = context.inputs[0].shape[2].AsInteger();
  if (width && (*width < 4 || *width % 2 != 0)) {
    return absl::InvalidArgumentError(absl::StrCat(kName,
                                                   ": the width must be even and at least 4, not ",
                                                   *width, " as in ", context.Print(0)));
  }
  const double timescale = context.attributes.real("max_timescale");
  if (!(timescale > 0)) {
    return AttributeError("max_timescale",
                          absl::StrCat(kName, ": max_timescale must be positive, not ", timescale));
  }
  return std::vector<TensorType>{context.inputs[0]};
}

Cost PositionsCost(const NodeView& node) {
  Cost cost;
  cost.operations = node.output_type(0).ElementCount();
  return cost;
}

// What is added to positions 0, 1, ...: [length, width].
std::vector<double> Table(int64_t length, int64_t width, double max_timescale) {
  const int64_t half = width / 2;
  const double rate = Log(max_timescale) / static_cast<double>(half - 1);
  std::vector<double> table(static_cast<size_t>(length * width));
  for (int64_t j = 0; j < half; ++j) {
    const double frequency = Exp(-rate * static_cast<double>(j));
    for (int64_t t = 0; t < length; ++t) {
      table[t * width + j] = Sin(static_cast<double>(t) * frequency);
      table[t * width + half + j] = Cos(static_cast<double>(t) * frequency);
    }
  }
  return table;
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  Array y = *context.inputs[0];
  const std::vector<double> table = Table(y.dim(1), y.dim(2), context.attributes.real("max_timescale"));
  for (size_t i = 0; i < y.data.size(); ++i) y.data[i] += table[i % table.size()];
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(0, context.output_gradient(0));
  return context.status();
}

absl::Status Lower(LoweringContext& context) {
  const std::vector<int64_t> shape = context.input_shape(0);
  const std::vector<double> values = Table(shape[1], shape[2], context.attributes().real("max_timescale"));
  const auto table = std::make_shared<const std::vector<float>>(values.begin(), values.end());
  const int64_t batch = shape[0];
  context.AddHost("table_sum", {context.Input(0), context.Output(0)}, 0,
                  [table, batch](absl::Span<void* const> pointers) {
                    const int64_t size = static_cast<int64_t>(table->size());
                    const float* const x = static_cast<const float*>(pointers[0]);
                    float* const y = static_cast<float*>(pointers[1]);
                    for (int64_t b = 0; b < batch; ++b) {
                      GetLoops().binary(BinaryLoop::kAdd, x + b * size, 1, table->data(), 1, y + b * size, size);
                    }
                  });
  return absl::OkStatus();
}

bool InPlace(const NodeView&, int) { return true; }

}  // namespace

std::vector<OpDefinition> SinusoidalPositionsOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, S, 8"}, {}};
  op.formula =
      "y[b, t, :] = x[b, t, :] + (sin(t·r_j), cos(t·r_j)), r_j = max_timescale^(-j / (width/2 - "
      "1))";
  op.inputs = {"x"};
  op.attributes = {{"max_timescale", AttributeKind::kReal, "10000", false,
                    "the longest wave is 2·pi times this"}};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = PositionsCost;
  op.lower = Lower;
  op.in_place = InPlace;
  return {op};
}

}  // namespace plumbline
