// Embedding: y[..., :] = weight[index[...], :] for indices (S64) of any shape in 0..vocab-1.
// Parameter: weight [vocab, features], normal(0, 1) as in PyTorch.
// Gradient: dweight[index[i], :] += g[i, :] for the positions i in their order, so the sums have one order.
// Cost: no operations; the indices, one row an index, and the result are moved. The gradient: one addition an element.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "embedding";
constexpr const char* kGradientName = "embedding_gradient";

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

// Rows of a table by indices that come from outside.
struct Rows {
  int64_t count = 0;  // positions
  int64_t vocab = 0;
  int64_t width = 0;

  // Throws InputError for an index that is no row.
  int64_t At(const int64_t* indices, int64_t position) const {
    const int64_t index = indices[position];
    if (index >= 0 && index < vocab) return index;
    throw InputError(absl::StrCat("index ", position, " is ", index, ", but the table has the rows 0 to ", vocab - 1));
  }
};

Rows RowsOf(const std::vector<int64_t>& indices, const std::vector<int64_t>& table) {
  return {ElementCount(indices), table[0], table[1]};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array &indices = *context.inputs[0], &table = *context.inputs[1];
  const Rows rows = RowsOf(indices.shape, table.shape);
  Array y(context.output_shapes[0], 0);
  for (int64_t i = 0; i < rows.count; ++i) {
    const double index = indices.data[i];
    if (!(index >= 0 && index < static_cast<double>(rows.vocab))) {
      return absl::InvalidArgumentError(absl::StrCat("index ", i, " is ", index, ", but the table has the rows 0 to ",
                                                     rows.vocab - 1));
    }
    const auto row = table.data.begin() + static_cast<int64_t>(index) * rows.width;
    std::copy(row, row + rows.width, y.data.begin() + i * rows.width);
  }
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  context.set_gradient(1, context.Add(kGradientName, {context.output_gradient(0), context.input(0)},
                                      context.attributes()));
  return context.status();
}

absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{
      {DataType::kF32, {context.attributes.size("vocab"), context.attributes.size("features")}}};
}

absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  const Array &g = *context.inputs[0], &indices = *context.inputs[1];
  const Rows rows = RowsOf(indices.shape, context.output_shapes[0]);
  Array dweight(context.output_shapes[0], 0);
  for (int64_t i = 0; i < rows.count; ++i) {
    const int64_t first = static_cast<int64_t>(indices.data[i]) * rows.width;
    for (int64_t j = 0; j < rows.width; ++j) dweight.data[first + j] += g.data[i * rows.width + j];
  }
  return std::vector<Array>{std::move(dweight)};
}

Cost GradientCost(const NodeView& node) {
  Cost cost;
  cost.operations = node.input_type(0).ElementCount();
  return cost;
}

absl::Status Lower(LoweringContext& context) {
  const Rows rows = RowsOf(context.input_shape(0), context.input_shape(1));
  context.AddHost("row_copies", {context.Input(0), context.Input(1), context.Output(0)}, 0,
                  [rows](absl::Span<void* const> pointers) {
                    const int64_t* const indices = static_cast<const int64_t*>(pointers[0]);
                    const float* const table = static_cast<const float*>(pointers[1]);
                    float* y = static_cast<float*>(pointers[2]);
                    for (int64_t i = 0; i < rows.count; ++i, y += rows.width) {
                      std::copy_n(table + rows.At(indices, i) * rows.width, rows.width, y);
                    }
                  });
  return absl::OkStatus();
}

absl::Status LowerGradient(LoweringContext& context) {
  const Rows rows = RowsOf(context.input_shape(1), context.output_shape(0));
  context.AddHost("row_sums", {context.Input(0), context.Input(1), context.Output(0)}, 0,
                  [rows](absl::Span<void* const> pointers) {
                    const float* g = static_cast<const float*>(pointers[0]);
                    const int64_t* const indices = static_cast<const int64_t*>(pointers[1]);
                    float* const dweight = static_cast<float*>(pointers[2]);
                    std::fill_n(dweight, rows.vocab * rows.width, 0.0f);
                    for (int64_t i = 0; i < rows.count; ++i, g += rows.width) {
                      float* const row = dweight + rows.At(indices, i) * rows.width;
                      for (int64_t j = 0; j < rows.width; ++j) row[j] += g[j];
                    }
                  });
  return absl::OkStatus();
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
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = EmbeddingCost;
  op.lower = Lower;
  OpDefinition gradient;
  gradient.name = kGradientName;
  gradient.formula = "dweight[index[...], :] = the sum of g[..., :]";
  gradient.internal = true;
  gradient.inputs = {"g", "index"};
  gradient.attributes = op.attributes;
  gradient.infer = InferGradient;
  gradient.evaluate = EvaluateGradient;
  gradient.cost = GradientCost;
  gradient.lower = LowerGradient;
  return {op, gradient};
}

}  // namespace plumbline
