#include "experiments/run/program_options.h"

#include <utility>

#include "compiler/decode.h"

namespace plumbline {
namespace {

bool Decodes(absl::string_view program) { return program == kDecodePrologue || program == kDecodeStep; }

}  // namespace

CompileOptions OptionsOf(absl::string_view program) {
  CompileOptions options;
  if (program == kForwardBackward) options.gradients = Gradients::kAll;
  if (program == kTrainingStep) {
    options.gradients = Gradients::kParameters;
    options.training = true;
  }
  return options;
}

absl::StatusOr<Graph> GraphOf(absl::string_view program, const Model& model) {
  if (!Decodes(program)) return TransformGraph(model, OptionsOf(program));
  absl::StatusOr<DecodingGraphs> graphs = TransformForDecoding(model, OptionsOf(program));
  if (!graphs.ok()) return graphs.status();
  return std::move(program == kDecodeStep ? graphs->step : graphs->prologue);
}

absl::StatusOr<CompiledModel> CompileNamed(absl::string_view program, const Model& model, const Bindings& sizes,
                                           const CompileOptions& options) {
  if (!Decodes(program)) return Compile(model, sizes, options);
  const absl::StatusOr<Graph> graph = GraphOf(program, model);
  if (!graph.ok()) return graph.status();
  return CompileGraph(*graph, *graph, model.expanded.batch, sizes, options);
}

}  // namespace plumbline
