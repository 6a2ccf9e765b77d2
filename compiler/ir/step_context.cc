#include "compiler/ir/step_context.h"

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

// Attributes at one position.
AttributeValue AtOnePosition(const AttributeValue& value, const std::string& symbol) {
  if (const Size* size = std::get_if<Size>(&value)) return size->Substitute(symbol, Size(1));
  const auto* sizes = std::get_if<std::vector<Size>>(&value);
  if (sizes == nullptr) return value;
  std::vector<Size> result;
  for (const Size& size : *sizes) result.push_back(size.Substitute(symbol, Size(1)));
  return result;
}

}  // namespace

int StepContext::PositionAxis(const TensorType& type) const {
  for (int axis = 0; axis < type.rank(); ++axis) {
    if (type.shape[axis] == Size::Symbol(symbol_)) return axis;
  }
  return kNone;
}

absl::StatusOr<std::vector<ValueId>> StepContext::Again(std::vector<ValueId> inputs, Attributes attributes) {
  for (auto& [name, value] : attributes.mutable_values()) value = AtOnePosition(value, symbol_);
  const absl::StatusOr<NodeId> id = step_.AddNode(*node_.op, node_.name, std::move(inputs), std::move(attributes));
  if (!id.ok()) return id.status();
  return step_.node(*id).outputs;
}

absl::StatusOr<ValueId> StepContext::Add(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes) {
  return step_.AddFor(node_.name, op, std::move(inputs), std::move(attributes));
}

ValueId StepContext::Source(absl::string_view name, TensorType type) {
  const ValueId found = step_.FindSource(name);
  return found != kNone ? found : step_.AddInput(name, std::move(type));
}

ValueId StepContext::Position() { return Source(kPositionInput, {DataType::kS64, {Size(1)}}); }

ValueId StepContext::Lengths() { return Source(kLengthsInput, {DataType::kS64, {batch()}}); }

std::string StepContext::StateName(absl::string_view name) const {
  return absl::StrCat(kStatePrefix, node_.name, name.empty() ? "" : ".", name);
}

ValueId StepContext::AddState(absl::string_view name, Shape shape) {
  return step_.AddInput(StateName(name), {DataType::kF32, std::move(shape)});
}

void StepContext::SetState(absl::string_view name, ValueId value) {
  step_.mutable_outputs().push_back({StateName(name), value, OutputKind::kOutput});
}

absl::StatusOr<std::vector<ValueId>> StepAlone(StepContext& context) {
  std::vector<ValueId> inputs;
  for (int i = 0; i < context.input_count(); ++i) inputs.push_back(context.input(i));
  return context.Again(std::move(inputs), context.attributes());
}

absl::Status CheckStepsAcross(const StepContext& context, int axis) {
  const int rank = context.whole().input_type(0).rank();
  if (context.position_axis(0) == kNone || context.position_axis(0) != (axis < 0 ? axis + rank : axis)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("looks along the positions, later ones included");
}

}  // namespace plumbline
