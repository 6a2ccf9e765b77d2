#include "experiments/training/tracer.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "reports/trace_text.h"

namespace plumbline {
namespace {

absl::string_view Bytes(const void* data, int64_t size) {
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

// The elements in row-major order of the logical axes.
void Collect(const float* values, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides, size_t axis,
             std::vector<float>& to) {
  if (axis == shape.size()) {
    to.push_back(*values);
    return;
  }
  for (int64_t i = 0; i < shape[axis]; ++i) Collect(values + i * strides[axis], shape, strides, axis + 1, to);
}

trace::Value GivenValue(const std::string& name, const char* kind, absl::string_view bytes) {
  trace::Value value;
  value.set_name(name);
  value.set_op(kind);
  value.set_digest(Sha256Hex(bytes));
  return value;
}

}  // namespace

StepTracer::StepTracer(const ShardedProgram& program, std::string values)
    : program_(program), wanted_(std::move(values)) {}

void StepTracer::Begin(const std::vector<const void*>& inputs, const float* parameters) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ExternalBuffer& input = program_.batch_inputs[i];
    const bool given = program_.inputs[i] == ShardInput::kSlice || program_.inputs[i] == ShardInput::kShared;
    if (given) *step_.add_value() = GivenValue(input.name, "input", Bytes(inputs[i], input.bytes()));
  }
  for (const ParameterSlot& slot : program_.full->parameters) {
    const int64_t bytes = ElementCount(slot.shape) * static_cast<int64_t>(sizeof(float));
    *step_.add_value() = GivenValue(slot.name, "parameter", Bytes(parameters + slot.offset, bytes));
  }
}

void StepTracer::Watch(int64_t shard, const NodeResult& result, const float* values) {
  const std::string name = ResultName(result.node, result.output);
  Traced*& traced = by_name_[name];
  if (traced == nullptr) {
    results_.push_back(std::make_unique<Traced>());
    traced = results_.back().get();
    const bool partial = program_.last != nullptr && shard + 1 == program_.shard_count();
    const Program& program = partial ? *program_.last : *program_.full;
    traced->value.set_name(name);
    traced->value.set_op(result.op);
    traced->value.set_implementation(program.steps[result.step]->info().implementation);
    for (const std::string& input : result.inputs) traced->value.add_input(input);
  }
  row_major_.clear();
  Collect(values, result.shape, result.strides, 0, row_major_);
  traced->digest.AddField(Bytes(row_major_.data(), static_cast<int64_t>(row_major_.size() * sizeof(float))));
  if (name == wanted_) kept_.insert(kept_.end(), row_major_.begin(), row_major_.end());
}

trace::Step StepTracer::Finish(int64_t step) {
  step_.set_step(step);
  for (const std::unique_ptr<Traced>& traced : results_) {
    traced->value.set_digest(traced->digest.Hex());
    *step_.add_value() = traced->value;
  }
  step_.set_root(TraceRoot(step_));
  return std::move(step_);
}

std::optional<FileArray> StepTracer::TakeValues() {
  if (kept_.empty()) return std::nullopt;
  return MakeArray({static_cast<int64_t>(kept_.size())}, kept_);
}

}  // namespace plumbline
