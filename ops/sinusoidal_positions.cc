// Sinusoidal positions added to x [batch, length, width] (Vaswani et al. 2017, with both halves
// side by side):
//   y[b, t, j]             = x[b, t, j] + sin(t · r_j)              r_j = max_timescale^(-j /
//   (width/2 - 1)) y[b, t, width/2 + j]   = x[b, t, width/2 + j] + cos(t · r_j)    j = 0 .. width/2
//   - 1
// The table is computed in double. Cost: one addition an element; the table is a constant of the
// program.
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "ops/checks.h"
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
  op.cost = PositionsCost;
  return {op};
}

}  // namespace plumbline
