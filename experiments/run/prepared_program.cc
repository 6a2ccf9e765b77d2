// Everything is allocated here, so that Run only computes.
#include "experiments/run/prepared_program.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/step_context.h"
#include "experiments/input_data.h"
#include "experiments/run/program_options.h"
#include "experiments/training/initialize.h"

namespace plumbline {
namespace {

constexpr double kNoClipping = 0;

}  // namespace

absl::StatusOr<std::unique_ptr<PreparedProgram>> PreparedProgram::Make(const LoadedExperiment& experiment,
                                                                       const ExperimentRun& run, const Model& model,
                                                                       absl::string_view program, int threads) {
  std::unique_ptr<PreparedProgram> prepared(new PreparedProgram);
  CompileOptions options = OptionsOf(program);
  if (program == kTrainingStep) {
    if (!run.optimizer) return absl::InternalError("a training step without an optimizer");
    options.update_parameters = TrainingStep::Options(*run.optimizer, kNoClipping).update_parameters;
  }
  absl::StatusOr<CompiledModel> compiled = CompileNamed(program, model, run.sizes, options);
  if (!compiled.ok()) return compiled.status();
  prepared->compiled_ = *std::move(compiled);
  auto executor = Executor::Create(prepared->compiled_.program, threads);
  if (!executor.ok()) return executor.status();
  prepared->executor_ = *std::move(executor);
  const ShardedProgram& sharded = *prepared->compiled_.program;
  InitializeParameters(sharded.full->parameters, run.seed,
                       absl::MakeSpan(prepared->executor_->parameters(), sharded.full->parameter_floats));
  if (program == kTrainingStep) {
    prepared->descent_ = std::make_unique<TrainingStep>(*run.optimizer, kNoClipping, sharded.full->parameter_floats);
    prepared->learning_rate_ = run.optimizer->learning_rate;
  }
  for (size_t i = 0; i < sharded.batch_inputs.size(); ++i) {
    const absl::Status status = prepared->AddInput(experiment, run, model, sharded.batch_inputs[i], sharded.inputs[i]);
    if (!status.ok()) return status;
  }
  for (const ExternalBuffer& output : sharded.batch_outputs) {
    if (absl::StartsWith(output.name, kStatePrefix)) {  // in place of what it was
      prepared->outputs_.push_back(prepared->input_values_.at(output.name).data());
      continue;
    }
    std::vector<float>& values = prepared->output_values_[output.name];
    values.resize(static_cast<size_t>(ElementCount(output.shape)));
    prepared->outputs_.push_back(values.data());
  }
  return prepared;
}

absl::Status PreparedProgram::AddInput(const LoadedExperiment& experiment, const ExperimentRun& run,
                                       const Model& model, const ExternalBuffer& input, ShardInput kind) {
  if (kind == ShardInput::kShare) {
    inputs_.push_back(nullptr);
  } else if (kind == ShardInput::kRandom) {
    inputs_.push_back(random_);
  } else if (input.name == kPositionInput || input.name == kLengthsInput) {
    // The last position that there is room for, which takes longest.
    const int64_t capacity = run.sizes.at(model.expanded.decode->symbol);
    const int64_t value = input.name == kPositionInput ? capacity - 1 : capacity;
    label_values_[input.name].assign(static_cast<size_t>(ElementCount(input.shape)), value);
    inputs_.push_back(label_values_[input.name].data());
  } else if (input.data_type == DataType::kS64) {
    absl::StatusOr<std::vector<int64_t>> drawn = DrawLabels(experiment, run, input.name, input.shape);
    if (!drawn.ok()) return drawn.status();
    label_values_[input.name] = *std::move(drawn);
    inputs_.push_back(label_values_[input.name].data());
  } else if (input.data_type != DataType::kF32) {
    return absl::UnimplementedError(absl::StrCat("input '", input.name, "' is neither f32 nor S64"));
  } else {
    std::vector<float>& values = input_values_[input.name];
    if (absl::StartsWith(input.name, "grad/")) {
      values.assign(static_cast<size_t>(ElementCount(input.shape)), 1.0f);
    } else {
      absl::StatusOr<std::vector<float>> drawn = DrawInput(experiment, run, input.name, input.shape);
      if (!drawn.ok()) return drawn.status();
      values = *std::move(drawn);
    }
    inputs_.push_back(values.data());
  }
  return absl::OkStatus();
}

absl::Status PreparedProgram::TimeSteps(std::vector<double>& seconds) {
  seconds.resize(compiled_.program->full->steps.size());
  return executor_->TimeFirstShard(inputs_, outputs_, absl::MakeSpan(seconds));
}

absl::Status PreparedProgram::Run() {
  if (descent_ == nullptr) return executor_->Run(inputs_, outputs_);
  return descent_->Run(*executor_, inputs_, outputs_, learning_rate_);
}

}  // namespace plumbline
