// Types, and labels that are checked as they are read.
#include "ops/labels.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/ir/graph.h"
#include "compiler/runtime/step.h"
#include "ops/checks.h"

namespace plumbline {

absl::StatusOr<std::vector<TensorType>> InferLabelled(const InferContext& context, const char* op,
                                                      const char* scores) {
  const absl::Status status = FirstError({RequireType(context, op, 0, scores, DataType::kF32),
                                          RequireType(context, op, 1, "label", DataType::kS64)});
  if (!status.ok()) return status;
  Shape positions = context.inputs[0].shape;
  const Shape& label = context.inputs[1].shape;
  bool fits = !positions.empty();
  if (fits) {
    positions.pop_back();
    fits = positions.size() == label.size();
  }
  for (size_t axis = 0; fits && axis < label.size(); ++axis) {
    fits = !CertainlyUnequal(positions[axis], label[axis], context.symbols);
  }
  if (!fits) {
    return absl::InvalidArgumentError(
        absl::StrCat(op, ": label must have the shape of ", scores, " without its last axis; ",
                     scores, " is ", context.Print(0), ", label is ", context.Print(1)));
  }
  return std::vector<TensorType>{{DataType::kF32, {}}};
}

absl::StatusOr<std::vector<TensorType>> InferScoresGradient(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[1]};
}

Polynomial PositionCount(const NodeView& node) {
  return node.input_type(node.input_count() - 1).ElementCount();
}

LabelReader::LabelReader(std::vector<int64_t> shape, int64_t classes,
                         std::optional<int64_t> ignored)
    : shape_(std::move(shape)),
      positions_(ElementCount(shape_)),
      classes_(classes),
      ignored_(ignored) {}

void LabelReader::Refuse(int64_t position, int64_t label) const {
  std::vector<int64_t> index(shape_.size());
  for (size_t axis = shape_.size(); axis-- > 0; position /= shape_[axis]) {
    index[axis] = position % shape_[axis];
  }
  throw InputError(absl::StrCat("label[", absl::StrJoin(index, ", "), "] is ", label,
                                ", but labels are 0 to ", classes_ - 1,
                                ignored_ ? absl::StrCat(" or ", *ignored_) : ""));
}

absl::StatusOr<std::vector<int64_t>> LabelReader::ReadAll(const Array& labels) const {
  std::vector<int64_t> result(labels.data.begin(), labels.data.end());
  try {
    for (int64_t i = 0; i < positions_; ++i) result[i] = Read(result.data(), i);
  } catch (const InputError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return result;
}

}  // namespace plumbline
