// Caches of a model that generates position by position (internal; see compiler/ir/step_context.h):
//   write_position: y = cache, but y[.., position, ..] = x along the axis; x has size 1 there
//   position_row:   y = x[.., position, ..] along the axis, which keeps size 1: a slice that begins where the step is
// `position` is S64 [1]. Cost: no operations; the row is moved. Where y lies in the cache's buffer, nothing else is.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

// A row-major array of `positions` along an axis.
struct Rows {
  int64_t outer, positions, inner;

  Rows(const std::vector<int64_t>& shape, int64_t axis) : outer(1), positions(shape[axis]), inner(1) {
    for (int64_t i = 0; i < axis; ++i) outer *= shape[i];
    for (size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  }
  // Throws InputError for a position that the array does not have.
  int64_t Checked(int64_t position) const {
    if (position >= 0 && position < positions) return position;
    throw InputError(absl::StrCat("position ", position, " is generated, but there is room for ", positions));
  }
  int64_t At(int64_t block, int64_t position) const { return (block * positions + position) * inner; }
};

absl::StatusOr<std::vector<TensorType>> InferWrite(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[0]};
}

absl::StatusOr<std::vector<TensorType>> InferRow(const InferContext& context) {
  TensorType type = context.inputs[0];
  type.shape[context.attributes.integer("axis")] = Size(1);
  return std::vector<TensorType>{type};
}

absl::StatusOr<int64_t> PositionOf(const Array& position, const Rows& rows) {
  try {
    return rows.Checked(static_cast<int64_t>(position.data[0]));
  } catch (const InputError& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

absl::StatusOr<std::vector<Array>> EvaluateWrite(const EvaluateContext& context) {
  Array y = *context.inputs[0];
  const Rows rows(y.shape, context.attributes.integer("axis"));
  const absl::StatusOr<int64_t> position = PositionOf(*context.inputs[2], rows);
  if (!position.ok()) return position.status();
  const std::vector<double>& x = context.inputs[1]->data;
  for (int64_t block = 0; block < rows.outer; ++block) {
    std::copy_n(x.begin() + block * rows.inner, rows.inner, y.data.begin() + rows.At(block, *position));
  }
  return std::vector<Array>{std::move(y)};
}

absl::StatusOr<std::vector<Array>> EvaluateRow(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  const Rows rows(x.shape, context.attributes.integer("axis"));
  const absl::StatusOr<int64_t> position = PositionOf(*context.inputs[1], rows);
  if (!position.ok()) return position.status();
  Array y(context.output_shapes[0]);
  for (int64_t block = 0; block < rows.outer; ++block) {
    std::copy_n(x.data.begin() + rows.At(block, *position), rows.inner, y.data.begin() + block * rows.inner);
  }
  return std::vector<Array>{std::move(y)};
}

Cost RowCost(const NodeView& node) {
  Cost cost;
  const bool writes = node.input_count() == 3;
  cost.bytes = Polynomial(2) * (writes ? node.input_type(1) : node.output_type(0)).Bytes();
  return cost;
}

absl::Status LowerWrite(LoweringContext& context) {
  const Rows rows(context.output_shape(0), context.attributes().integer("axis"));
  context.AddHost("row_write", {context.Input(0), context.Input(1), context.Input(2), context.Output(0)}, 0,
                  [rows](absl::Span<void* const> pointers) {
                    const float* const cache = static_cast<const float*>(pointers[0]);
                    const float* const x = static_cast<const float*>(pointers[1]);
                    const int64_t position = rows.Checked(*static_cast<const int64_t*>(pointers[2]));
                    float* const y = static_cast<float*>(pointers[3]);
                    if (y != cache) std::copy_n(cache, rows.outer * rows.positions * rows.inner, y);
                    for (int64_t block = 0; block < rows.outer; ++block) {
                      std::copy_n(x + block * rows.inner, rows.inner, y + rows.At(block, position));
                    }
                  });
  return absl::OkStatus();
}

absl::Status LowerRow(LoweringContext& context) {
  const Rows rows(context.input_shape(0), context.attributes().integer("axis"));
  context.AddHost("row_copy", {context.Input(0), context.Input(1), context.Output(0)}, 0,
                  [rows](absl::Span<void* const> pointers) {
                    const float* const x = static_cast<const float*>(pointers[0]);
                    const int64_t position = rows.Checked(*static_cast<const int64_t*>(pointers[1]));
                    float* const y = static_cast<float*>(pointers[2]);
                    for (int64_t block = 0; block < rows.outer; ++block) {
                      std::copy_n(x + rows.At(block, position), rows.inner, y + block * rows.inner);
                    }
                  });
  return absl::OkStatus();
}

bool InPlace(const NodeView&, int input) { return input == 0; }

OpDefinition Positional(const char* name, const char* formula, std::vector<std::string> inputs) {
  OpDefinition op;
  op.name = name;
  op.formula = formula;
  op.inputs = std::move(inputs);
  op.attributes = {{"axis", AttributeKind::kInteger, "", true, "the axis of the positions"}};
  op.internal = true;
  op.cost = RowCost;
  return op;
}

}  // namespace

std::vector<OpDefinition> WritePositionOps() {
  OpDefinition write = Positional("write_position", "the cache with x at a position", {"cache", "x", "position"});
  write.infer = InferWrite;
  write.evaluate = EvaluateWrite;
  write.lower = LowerWrite;
  write.in_place = InPlace;
  OpDefinition row = Positional("position_row", "what x holds at a position", {"x", "position"});
  row.infer = InferRow;
  row.evaluate = EvaluateRow;
  row.lower = LowerRow;
  return {write, row};
}

}  // namespace plumbline
