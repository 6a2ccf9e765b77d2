// The compiler from outside: a model file becomes a Model (typed graph in symbols), and a Model with sizes becomes a
// sharded program that an Executor runs. compile.cc is the story of the passes in between.
#ifndef PLUMBLINE_COMPILER_COMPILE_H_
#define PLUMBLINE_COMPILER_COMPILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"
#include "compiler/runtime/executor.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/load_model.h"

namespace plumbline {

// A checked model. The graph is the forward graph with losses and metrics, in symbols.
struct Model {
  ExpandedModel expanded;
  std::string canonical_text;
  std::string identity;  // SHA-256 of the canonical text
  Graph graph;
};

// Parse, expand, build the graph and infer types. Diagnostics of all stages; nothing if there were errors.
std::optional<Model> BuildModel(std::shared_ptr<const Source> source, const OpRegistry& registry,
                                const std::vector<ConstantOverride>& overrides, Diagnostics& diagnostics);

// What a program computes besides the model's outputs.
enum class Gradients {
  kNone,
  kParameters,  // of the loss (or, without one, of the outputs, seeded by inputs "grad/OUTPUT") for each parameter
  kAll,         // for float inputs as well
};

struct CompileOptions {
  Gradients gradients = Gradients::kNone;
  // The program adds the gradients of parameters to the parameters instead of giving them (passes/apply_updates), if it
  // sees the whole batch at once; ShardedProgram::full says whether it does.
  bool update_parameters = false;
  // A program of training: it drops out what the model says, by random numbers that follow from the input "$random"
  // (ShardInput::kRandom), which it has if it needs any. Otherwise dropout is the identity.
  bool training = false;
  // Leaves out losses and metrics, and with them inputs that only they read. Not with gradients of a loss.
  bool outputs_only = false;
  // Names of optional passes to leave out: see PassNames().
  std::set<std::string> disabled_passes;
  // Called after every pass that works on the graph, with the pass's name.
  std::function<void(absl::string_view pass, const Graph& graph)> after_pass;
  // Forces the number of items a shard has; 0: the cost model decides.
  int64_t shard_size = 0;
};

struct PassName {
  std::string name;
  bool optional = false;  // may be switched off
};
// In order of running.
const std::vector<PassName>& PassNames();

// The graph after the passes that work in symbols: made for its mode, differentiated and simplified. What `explain`
// analyses.
absl::StatusOr<Graph> TransformGraph(const Model& model, const CompileOptions& options);

// Everything from a graph in symbols to a program for these sizes: one program, one shard.
absl::StatusOr<Program> CompileProgram(Graph graph, const Bindings& sizes, const CompileOptions& options);

// The passes of TransformGraph that make a graph smaller and change none of its values.
absl::Status SimplifyGraph(const CompileOptions& options, Graph& graph);

struct CompiledModel {
  std::shared_ptr<const ShardedProgram> program;
  std::string shard_reason;   // why the batch is cut as it is, one sentence
  int64_t planned_bytes = 0;  // arena of one shard program, scratch memory included
};

// From a transformed graph to sharded programs for a batch, whose symbol is `batch` or empty. Whether the batch can be
// cut is seen from `forward`, the graph before differentiation. Errors: as Compile.
absl::StatusOr<CompiledModel> CompileGraph(const Graph& forward, const Graph& graph, const std::string& batch,
                                           const Bindings& sizes, const CompileOptions& options);

// The whole way from a model to sharded programs for a batch. `sizes` has every symbol of the model's inputs.
// Errors: a size out of range, shapes that do not fit, an op that is not available yet, more memory than the machine
// has (with the number of bytes, before anything is allocated).
absl::StatusOr<CompiledModel> Compile(const Model& model, const Bindings& sizes, const CompileOptions& options);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_COMPILE_H_
