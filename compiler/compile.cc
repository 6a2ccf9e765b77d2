// The story of a model, from text to a program. Each step is a pass in compiler/passes; between two passes that change
// the graph, the verifier runs.
#include "compiler/compile.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/batch.h"
#include "compiler/ir/mode_context.h"
#include "compiler/ir/verify.h"
#include "compiler/op_catalog.h"
#include "compiler/passes/apply_updates.h"
#include "compiler/passes/assign_layouts.h"
#include "compiler/passes/bind_sizes.h"
#include "compiler/passes/build_graph.h"
#include "compiler/passes/differentiate.h"
#include "compiler/passes/eliminate_common.h"
#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/fold_constants.h"
#include "compiler/passes/fold_identities.h"
#include "compiler/passes/fuse_nodes.h"
#include "compiler/passes/fuse_post_ops.h"
#include "compiler/passes/legalize.h"
#include "compiler/passes/lower.h"
#include "compiler/passes/plan_memory.h"
#include "compiler/passes/resolve_modes.h"
#include "compiler/passes/schedule.h"
#include "compiler/runtime/worker.h"
#include "dsl/canonical.h"

namespace plumbline {
namespace {

using GraphPass = absl::StatusOr<bool> (*)(Graph&);

// Runs a pass unless it is switched off, checks its work, and shows the result to who asked for it.
absl::Status RunPass(absl::string_view name, GraphPass pass, const CompileOptions& options, Graph& graph) {
  if (options.disabled_passes.count(std::string(name)) == 0) {
    const absl::StatusOr<bool> changed = pass(graph);
    if (!changed.ok()) return changed.status();
    const absl::Status verified = Verify(graph);
    if (!verified.ok()) {
      return absl::Status(verified.code(), absl::StrCat("after ", name, ": ", verified.message()));
    }
  }
  if (options.after_pass) options.after_pass(name, graph);
  return absl::OkStatus();
}

struct NamedPass {
  const char* name;
  GraphPass pass;
};

absl::Status RunPasses(absl::Span<const NamedPass> passes, const CompileOptions& options, Graph& graph) {
  for (const NamedPass& pass : passes) {
    const absl::Status status = RunPass(pass.name, pass.pass, options, graph);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

DifferentiateRequest WantedGradients(const Graph& graph, Gradients gradients) {
  DifferentiateRequest request;
  for (const NodeId id : graph.Sources(SourceKind::kParameter)) request.sources.push_back(graph.node(id).name);
  if (gradients != Gradients::kAll) return request;
  for (const NodeId id : graph.Sources(SourceKind::kInput)) {
    const Node& node = graph.node(id);
    if (graph.type(node.outputs[0]).data_type == DataType::kF32) request.sources.push_back(node.name);
  }
  return request;
}

void KeepOutputsOnly(Graph& graph) {
  std::vector<GraphOutput>& outputs = graph.mutable_outputs();
  outputs.erase(std::remove_if(outputs.begin(), outputs.end(),
                               [](const GraphOutput& output) { return output.kind != OutputKind::kOutput; }),
                outputs.end());
}

// Bytes that programs may still take, or a number beyond all plans where the system does not say.
int64_t AvailableMemory() {
  std::ifstream file("/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    int64_t kibibytes = 0;
    if (words.size() >= 2 && words[0] == "MemAvailable:" && absl::SimpleAtoi(words[1], &kibibytes)) {
      return kibibytes * 1024;
    }
  }
  return int64_t{1} << 62;
}

absl::Status CheckMemory(const MemoryPlan& plan) {
  const int64_t needed = plan.activation_bytes + plan.constant_bytes + plan.parameter_floats * 4;
  const int64_t available = AvailableMemory();
  if (needed <= available) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the plan needs ", needed, " bytes of memory, but only ", available,
                                                   " are available; nothing was allocated"));
}

// Why the batch of this program cannot be cut, or nothing.
std::string ReasonAgainstShards(const Graph& forward, const Graph& transformed, const std::string& batch) {
  if (batch.empty()) return "the model has no batch symbol";
  const absl::Status separates = CheckBatchSeparates(forward, batch);
  if (!separates.ok()) return std::string(separates.message());
  for (const GraphOutput& output : transformed.outputs()) {
    if (output.kind != OutputKind::kGradient) continue;
    const ValueId source = transformed.FindSource(output.name.substr(std::string("grad/").size()));
    const bool input = source != kNone && transformed.producer(source).op->source == SourceKind::kInput;
    const Shape& shape = transformed.type(output.value).shape;
    if (input && (shape.empty() || !shape[0].Contains(batch))) {
      return absl::StrCat("'", output.name, "' belongs to an input that all items share");
    }
  }
  return "";
}

bool ContainsSymbol(const TensorType& type, const std::string& symbol) {
  return std::any_of(type.shape.begin(), type.shape.end(), [&](const Size& size) { return size.Contains(symbol); });
}

// What inputs and outputs of the program are to a shard, and their shapes for the whole batch.
absl::Status DescribeShards(const Graph& graph, const std::string& batch, const Bindings& sizes,
                            ShardedProgram& result) {
  const auto in_batch = [&](ExternalBuffer buffer, ValueId value) -> absl::StatusOr<ExternalBuffer> {
    for (size_t axis = 0; axis < buffer.shape.size(); ++axis) {
      const absl::StatusOr<int64_t> size = graph.symbols().Evaluate(graph.type(value).shape[axis], sizes);
      if (!size.ok()) return size.status();
      buffer.shape[axis] = *size;
    }
    return buffer;
  };
  for (const ExternalBuffer& input : result.full->inputs) {
    const ValueId value = graph.FindSource(input.name);
    const bool sliced = !batch.empty() && ContainsSymbol(graph.type(value), batch);
    result.inputs.push_back(input.name == "grad/loss"    ? ShardInput::kShare
                            : input.name == kRandomInput ? ShardInput::kRandom
                            : sliced                     ? ShardInput::kSlice
                                                         : ShardInput::kShared);
    absl::StatusOr<ExternalBuffer> whole = in_batch(input, value);
    if (!whole.ok()) return whole.status();
    // The executor adds a shard's first item to the seed and the step.
    if (result.inputs.back() == ShardInput::kRandom) whole->shape = {2};
    result.batch_inputs.push_back(*std::move(whole));
  }
  for (const ExternalBuffer& output : result.full->outputs) {
    const auto& all = graph.outputs();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const GraphOutput& other) { return other.name == output.name; });
    const bool mean = output.kind == OutputKind::kLoss || output.kind == OutputKind::kLossTerm ||
                      output.kind == OutputKind::kMetric;
    const bool sliced = !batch.empty() && ContainsSymbol(graph.type(found->value), batch);
    result.outputs.push_back(mean ? ShardJoin::kWeightedMean : sliced ? ShardJoin::kSlice : ShardJoin::kFirst);
    absl::StatusOr<ExternalBuffer> whole = in_batch(output, found->value);
    if (!whole.ok()) return whole.status();
    result.batch_outputs.push_back(*std::move(whole));
  }
  return absl::OkStatus();
}

// The number of items in a shard, with the reason in a sentence.
absl::StatusOr<int64_t> ChooseShardSize(const Graph& forward, const Graph& graph, const std::string& batch,
                                        const Bindings& sizes, const CompileOptions& options, std::string& reason) {
  const auto bound = sizes.find(batch);
  const int64_t items = bound == sizes.end() ? 1 : bound->second;
  const std::string against = ReasonAgainstShards(forward, graph, batch);
  if (!against.empty()) {
    reason = absl::StrCat("one shard: ", against);
    return items;
  }
  if (options.shard_size > 0) {
    reason = "the size of a shard was given";
    return std::min(options.shard_size, items);
  }
  const absl::StatusOr<ShardPlan> plan = PlanShards(graph, batch, sizes);
  if (!plan.ok()) return plan.status();
  reason = plan->reason;
  return plan->shard_size;
}

}  // namespace

const std::vector<PassName>& PassNames() {
  static const std::vector<PassName>* const names = new std::vector<PassName>{
      {"build_graph", false},     {"resolve_modes", false},    {"differentiate", false},  {"fold_constants", true},
      {"fold_identities", true},  {"eliminate_common", true},  {"eliminate_dead", false}, {"bind_sizes", false},
      {"apply_updates", false},   {"legalize", false},         {"fuse_nodes", true},      {"fuse_post_ops", true},
      {"assign_layouts", false},  {"schedule", false},         {"plan_memory", false},    {"lower", false}};
  return *names;
}

std::optional<Model> BuildModel(std::shared_ptr<const Source> source, const OpRegistry& registry,
                                const std::vector<ConstantOverride>& overrides, Diagnostics& diagnostics) {
  const RegistryCatalog catalog(registry);
  // The language: everything that can be said without shapes. Inputs become explicit, calls are expanded, constants
  // folded, and what remains is in canonical order, so that equal models give equal programs.
  std::optional<ExpandedModel> expanded = LoadModel(std::move(source), LoadOptions{&catalog, overrides}, diagnostics);
  if (!expanded) return std::nullopt;
  // The graph: parameters appear, and with the first shape that a function is given its symbols get their meaning.
  // Types are inferred node by node for that reason.
  std::optional<Graph> graph = BuildGraph(*expanded, registry, diagnostics);
  if (!graph) return std::nullopt;
  std::string text = CanonicalText(*expanded);
  std::string identity = Identity(*expanded);
  return Model{*std::move(expanded), std::move(text), std::move(identity), *std::move(graph)};
}

absl::StatusOr<Graph> TransformGraph(const Model& model, const CompileOptions& options) {
  Graph graph = model.graph;
  absl::Status status = Verify(graph);
  if (!status.ok()) return status;
  if (options.after_pass) options.after_pass("build_graph", graph);
  if (options.outputs_only) KeepOutputsOnly(graph);
  // The mode first: what a node does in training is made of nodes that have gradients.
  const absl::StatusOr<bool> resolved = ResolveModes(graph, {options.training, model.expanded.batch});
  if (!resolved.ok()) return resolved.status();
  status = Verify(graph);
  if (!status.ok()) return status;
  if (options.after_pass) options.after_pass("resolve_modes", graph);
  // Differentiation comes next, on the graph as it was written: gradients of what simplification or fusion would
  // leave behind need not exist.
  if (options.gradients != Gradients::kNone) {
    const absl::StatusOr<bool> changed = Differentiate(graph, WantedGradients(graph, options.gradients));
    if (!changed.ok()) return changed.status();
    status = Verify(graph);
    if (!status.ok()) return status;
    if (options.after_pass) options.after_pass("differentiate", graph);
  }
  status = SimplifyGraph(options, graph);
  if (!status.ok()) return status;
  return graph;
}

absl::Status SimplifyGraph(const CompileOptions& options, Graph& graph) {
  // Constants before identities, because a folded factor may turn out to be 1; common nodes after both, when equal
  // things look equal; dead nodes last.
  constexpr NamedPass kSimplify[] = {{"fold_constants", FoldConstants},
                                     {"fold_identities", FoldIdentities},
                                     {"eliminate_common", EliminateCommon},
                                     {"eliminate_dead", EliminateDead}};
  return RunPasses(kSimplify, options, graph);
}

absl::StatusOr<Program> CompileProgram(Graph graph, const Bindings& sizes, const CompileOptions& options) {
  const WorkerScope scope;
  // From here on sizes are numbers: what oneDNN does well depends on them.
  absl::Status status = BindSizes(graph, sizes);
  if (!status.ok()) return status;
  if (options.after_pass) options.after_pass("bind_sizes", graph);
  // Where the whole batch is at hand, gradients can go straight into the parameters.
  if (options.update_parameters) {
    status = RunPass("apply_updates", ApplyUpdates, options, graph);
    if (!status.ok()) return status;
  }
  // Shapes that oneDNN would run with reference kernels are rewritten before fusion, because fusion must see the
  // nodes that will really run. Fusion of whole nodes comes before post-ops, which would hide their patterns.
  constexpr NamedPass kPrepare[] = {{"legalize", Legalize},
                                    {"fuse_nodes", FuseNodes},
                                    {"fuse_post_ops", FusePostOps},
                                    {"eliminate_dead", EliminateDead}};
  status = RunPasses(kPrepare, options, graph);
  if (!status.ok()) return status;
  // Layouts decide what is a view and where a copy must stand, which the schedule and the plan count on.
  const absl::StatusOr<StorageTable> storage = AssignLayouts(graph);
  if (!storage.ok()) return storage.status();
  status = Verify(graph);
  if (!status.ok()) return status;
  if (options.after_pass) options.after_pass("assign_layouts", graph);
  // Lifetimes follow from the order, places from lifetimes.
  const std::vector<NodeId> schedule = Schedule(graph, *storage);
  absl::StatusOr<MemoryPlan> plan = PlanMemory(graph, *storage, schedule);
  if (!plan.ok()) return plan.status();
  status = CheckMemory(*plan);
  if (!status.ok()) return status;
  // Every primitive is made now, so that running is a loop.
  return Lower(graph, *storage, schedule, *std::move(plan));
}

absl::StatusOr<CompiledModel> Compile(const Model& model, const Bindings& sizes, const CompileOptions& options) {
  const absl::StatusOr<Graph> graph = TransformGraph(model, options);
  if (!graph.ok()) return graph.status();
  return CompileGraph(model.graph, *graph, model.expanded.batch, sizes, options);
}

absl::StatusOr<CompiledModel> CompileGraph(const Graph& forward, const Graph& graph, const std::string& batch,
                                           const Bindings& sizes, const CompileOptions& options) {
  CompiledModel result;
  const absl::StatusOr<int64_t> shard_size =
      ChooseShardSize(forward, graph, batch, sizes, options, result.shard_reason);
  if (!shard_size.ok()) return shard_size.status();
  auto sharded = std::make_shared<ShardedProgram>();
  const auto bound = sizes.find(batch);
  CompileOptions shard_options = options;
  if (bound != sizes.end() && *shard_size < bound->second) shard_options.update_parameters = false;
  const auto compile_for = [&](int64_t items, std::unique_ptr<Program>& program) {
    Bindings shard_sizes = sizes;
    if (!batch.empty()) shard_sizes[batch] = items;
    absl::StatusOr<Program> compiled = CompileProgram(graph, shard_sizes, shard_options);
    if (!compiled.ok()) return compiled.status();
    program = std::make_unique<Program>(*std::move(compiled));
    return absl::OkStatus();
  };
  if (bound != sizes.end()) {
    sharded->batch = bound->second;
    sharded->shard_size = *shard_size;
  }
  absl::Status status = compile_for(sharded->shard_size, sharded->full);
  const int64_t rest = sharded->batch % std::max<int64_t>(sharded->shard_size, 1);
  if (status.ok() && rest != 0) status = compile_for(rest, sharded->last);
  if (status.ok()) status = DescribeShards(graph, batch, sizes, *sharded);
  if (!status.ok()) return status;
  result.planned_bytes = sharded->full->arena_bytes();
  result.program = std::move(sharded);
  return result;
}

}  // namespace plumbline
