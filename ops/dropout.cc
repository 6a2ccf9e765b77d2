// Dropout: in training y = x · mask / (1 - rate), where each element of the mask is 0 with
// probability `rate` and 1 otherwise; in every other mode y = x. Cost: one multiplication an
// element, in training.
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = RequireType(context, "dropout", 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  const double rate = context.attributes.real("rate");
  if (!(rate >= 0 && rate < 1)) {
    return AttributeError(
        "rate", absl::StrCat("dropout: rate must be at least 0 and less than 1, not ", rate));
  }
  return std::vector<TensorType>{context.inputs[0]};
}

Cost DropoutCost(const NodeView& node) {
  Cost cost;
  cost.operations = node.output_type(0).ElementCount();
  return cost;
}

}  // namespace

std::vector<OpDefinition> DropoutOps() {
  OpDefinition op;
  op.name = "dropout";
  op.example = {{"B, C"}, {{"rate", "0.5"}}};
  op.formula = "training: y = x·mask / (1 - rate); otherwise y = x";
  op.inputs = {"x"};
  op.attributes = {
      {"rate", AttributeKind::kReal, "", true, "probability that an element becomes 0"}};
  op.infer = Infer;
  op.cost = DropoutCost;
  return {op};
}

}  // namespace plumbline
