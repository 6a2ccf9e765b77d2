// Nodes without inputs: a model's inputs, its parameters, and constants.
//   input: given at run time      parameter: a trained tensor      constant: one number, everywhere
#include <vector>

#include "compiler/ir/op_definition.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<TensorType>> InferFromShape(const InferContext& context) {
  return std::vector<TensorType>{{DataType::kF32, context.attributes.sizes("shape")}};
}

absl::StatusOr<std::vector<Array>> EvaluateConstant(const EvaluateContext& context) {
  return std::vector<Array>{Array(context.output_shapes[0], context.attributes.real("value"))};
}

OpDefinition Input() {
  OpDefinition op;
  op.name = "input";
  op.formula = "a value given at run time";
  op.internal = true;
  op.source = SourceKind::kInput;
  op.infer = InferFromShape;
  return op;
}

OpDefinition Parameter() {
  OpDefinition op;
  op.name = "parameter";
  op.formula = "a trained tensor of the node's own name";
  op.attributes = {{"shape", AttributeKind::kSizeList, "", true, "sizes of the axes"},
                   {"init", AttributeKind::kText, "", true, "uniform(a, b), normal(mean, std) or constant(c)"}};
  op.source = SourceKind::kParameter;
  op.infer = InferFromShape;
  return op;
}

OpDefinition Constant() {
  OpDefinition op;
  op.name = "constant";
  op.formula = "y = value everywhere";
  op.attributes = {{"value", AttributeKind::kReal, "", true, "the number"},
                   {"shape", AttributeKind::kSizeList, "", true, "sizes of the axes"}};
  op.internal = true;
  op.source = SourceKind::kConstant;
  op.infer = InferFromShape;
  op.evaluate = EvaluateConstant;
  return op;
}

}  // namespace

std::vector<OpDefinition> SourceOps() { return {Input(), Parameter(), Constant()}; }

}  // namespace plumbline
