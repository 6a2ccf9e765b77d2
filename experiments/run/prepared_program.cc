// Everything is allocated here, so that Run only computes.
#include "experiments/run/prepared_program.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "experiments/input_data.h"

namespace plumbline {

CompileOptions OptionsOf(absl::string_view program) {
  CompileOptions options;
  if (program == "forward_backward") options.gradients = Gradients::kAll;
  return options;
}

absl::StatusOr<std::unique_ptr<PreparedProgram>> PreparedProgram::Make(const LoadedExperiment& experiment,
                                                                       const ExperimentRun& run, const Model& model,
                                                                       absl::string_view program, int threads) {
  std::unique_ptr<PreparedProgram> prepared(new PreparedProgram);
  absl::StatusOr<CompiledModel> compiled = Compile(model, run.sizes, OptionsOf(program));
  if (!compiled.ok()) return compiled.status();
  prepared->compiled_ = *std::move(compiled);
  auto executor = Executor::Create(prepared->compiled_.program, threads);
  if (!executor.ok()) return executor.status();
  prepared->executor_ = *std::move(executor);
  for (const ExternalBuffer& input : prepared->compiled_.program->batch_inputs) {
    if (input.data_type != DataType::kF32) {
      return absl::UnimplementedError(absl::StrCat("input '", input.name, "' is not f32"));
    }
    std::vector<float>& values = prepared->input_values_[input.name];
    if (absl::StartsWith(input.name, "grad/")) {
      values.assign(static_cast<size_t>(ElementCount(input.shape)), 1.0f);
    } else {
      absl::StatusOr<std::vector<float>> drawn = DrawInput(experiment, run, input.name, input.shape);
      if (!drawn.ok()) return drawn.status();
      values = *std::move(drawn);
    }
    prepared->inputs_.push_back(values.data());
  }
  for (const ExternalBuffer& output : prepared->compiled_.program->batch_outputs) {
    std::vector<float>& values = prepared->output_values_[output.name];
    values.resize(static_cast<size_t>(ElementCount(output.shape)));
    prepared->outputs_.push_back(values.data());
  }
  return prepared;
}

}  // namespace plumbline
