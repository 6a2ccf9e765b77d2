#include "experiments/prepared_program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "experiments/program_facts.h"

namespace plumbline {
namespace {

absl::Status CheckF32(const ExternalBuffer& buffer) {
  if (buffer.data_type == DataType::kF32) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("'", buffer.name, "' is ", Name(buffer.data_type), ", and experiments draw F32 numbers only"));
}

}  // namespace

PreparedProgram::PreparedProgram(CompiledModel compiled) : compiled_(std::move(compiled)) {
  bound_bytes_ = compiled_.planned_bytes;
  for (const ExternalBuffer& output : compiled_.program->batch_outputs) bound_bytes_ += output.bytes();
}

absl::StatusOr<std::unique_ptr<PreparedProgram>> PreparedProgram::Create(const Model& model, absl::string_view program,
                                                                         const Bindings& sizes,
                                                                         const InputSource& inputs) {
  absl::StatusOr<CompiledModel> compiled = Compile(model, sizes, OptionsFor(program));
  if (!compiled.ok()) return compiled.status();
  std::unique_ptr<PreparedProgram> prepared(new PreparedProgram(*std::move(compiled)));
  const ShardedProgram& sharded = *prepared->compiled_.program;
  for (size_t i = 0; i < sharded.batch_inputs.size(); ++i) {
    if (sharded.inputs[i] == ShardInput::kShare) {
      prepared->inputs_.push_back(nullptr);
      continue;
    }
    const ExternalBuffer& input = sharded.batch_inputs[i];
    absl::Status status = CheckF32(input);
    if (!status.ok()) return status;
    const absl::StatusOr<const std::vector<float>*> values = inputs(input.name, input.shape);
    if (!values.ok()) return values.status();
    prepared->inputs_.push_back((*values)->data());
  }
  for (const ExternalBuffer& output : sharded.batch_outputs) {
    absl::Status status = CheckF32(output);
    if (!status.ok()) return status;
  }
  return prepared;
}

std::unique_ptr<PreparedProgram> PreparedProgram::Twin() const {
  std::unique_ptr<PreparedProgram> twin(new PreparedProgram(compiled_));
  twin->inputs_ = inputs_;
  return twin;
}

absl::Status PreparedProgram::Bind(int threads) {
  absl::StatusOr<std::unique_ptr<Executor>> executor = Executor::Create(compiled_.program, threads);
  if (!executor.ok()) return executor.status();
  outputs_.clear();
  output_pointers_.clear();
  for (const ExternalBuffer& output : compiled_.program->batch_outputs) {
    outputs_.emplace_back(static_cast<size_t>(ElementCount(output.shape)));
  }
  for (std::vector<float>& output : outputs_) output_pointers_.push_back(output.data());
  executor_ = *std::move(executor);
  return absl::OkStatus();
}

void PreparedProgram::Release() {
  executor_.reset();
  output_pointers_.clear();
  outputs_.clear();
  outputs_.shrink_to_fit();
}

absl::Status PreparedProgram::Run() { return executor_->Run(inputs_, output_pointers_); }

std::vector<std::string> PreparedProgram::output_names() const {
  std::vector<std::string> names;
  for (const ExternalBuffer& output : compiled_.program->batch_outputs) names.push_back(output.name);
  return names;
}

int PreparedProgram::OutputIndex(absl::string_view name) const {
  const std::vector<ExternalBuffer>& all = compiled_.program->batch_outputs;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

const std::vector<float>& PreparedProgram::output(absl::string_view name) const {
  return outputs_.at(OutputIndex(name));
}

const std::vector<int64_t>& PreparedProgram::output_shape(absl::string_view name) const {
  return compiled_.program->batch_outputs.at(OutputIndex(name)).shape;
}

}  // namespace plumbline
