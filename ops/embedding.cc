// Embedding: y[..., :] = weight[index[...], :] for indices (S64) of any shape in 0..vocab-1.
// Parameter: weight [vocab, features], normal(0, 1) as in PyTorch.
// Cost: no operations; the indices, one row an index, and the result are moved.
#include <vector>

#include "compiler/ir/graph.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "embedding";

absl::Status Check(const InferContext& context) {
  return FirstError({RequireType(context, kName, 0, "index", DataType::kS64),
                     RequireInteger(context, kName, "vocab", 1, kLargestAttribute),
                     RequireInteger(context, kName, "features", 1, kLargestAttribute)});
}

absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::Status status = Check(context);
  if (!status.ok()) return status;
  const Shape shape = {context.attributes.size("vocab"), context.attributes.size("features")};
  return std::vector<ParameterSpec>{{"weight", shape, {Initializer::Kind::kNormal, 0, 1}}};
}

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = Check(context);
  if (!status.ok()) return status;
  Shape shape = context.inputs[0].shape;
  shape.push_back(context.attributes.size("features"));
  return std::vector<TensorType>{{DataType::kF32, shape}};
}

Cost EmbeddingCost(const NodeView& node) {
  Cost cost;
  cost.bytes = node.input_type(0).Bytes() + Polynomial(2) * node.output_type(0).Bytes();
  return cost;
}

}  // namespace

std::vector<OpDefinition> EmbeddingOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"S64 B, S"}, {{"vocab", "35"}, {"features", "8"}}};
  op.formula = "y[..., :] = weight[index[...], :]";
  op.inputs = {"index"};
  op.attributes = {
      {"vocab", AttributeKind::kInteger, "", true, "number of rows; indices are 0..vocab-1"},
      {"features", AttributeKind::kInteger, "", true, "width of a row"}};
  op.parameters = Parameters;
  op.infer = Infer;
  op.cost = EmbeddingCost;
  return {op};
}

}  // namespace plumbline
