// Costs in symbols always; the plan and the profile when every size is known.
#include "tools/plumbline/explanation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/passes/build_graph.h"
#include "dsl/diagnostic.h"
#include "tools/plumbline/profile.h"

namespace plumbline {
namespace {

std::vector<std::string> InputSymbols(const Graph& graph) {
  std::vector<std::string> names;
  for (const SymbolTable::Symbol& symbol : graph.symbols().symbols()) {
    if (!symbol.derived) names.push_back(symbol.name);
  }
  return names;
}

absl::Status CheckSymbol(const Graph& graph, const std::string& flag, const std::string& symbol) {
  const std::vector<std::string> known = InputSymbols(graph);
  if (std::find(known.begin(), known.end(), symbol) != known.end()) return absl::OkStatus();
  const std::string hint = DidYouMean(symbol, known);
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": the model has no symbol '", EscapeForTerminal(symbol), "'",
                                                 hint.empty() ? "" : absl::StrCat("; ", hint)));
}

bool AllSizesGiven(const Graph& graph, const Bindings& sizes) {
  const std::vector<std::string> symbols = InputSymbols(graph);
  return std::all_of(symbols.begin(), symbols.end(),
                     [&](const std::string& symbol) { return sizes.count(symbol) > 0; });
}

absl::StatusOr<Growth> FindGrowth(const Graph& graph, const GraphCosts& costs, const std::string& symbol) {
  const absl::StatusOr<NodeCost> peak = PeakMemoryIn(costs, graph.symbols(), symbol);
  if (!peak.ok()) return peak.status();
  Growth growth;
  growth.symbol = symbol;
  growth.operations = graph.symbols().Degree(costs.operations, symbol);
  growth.bytes = graph.symbols().Degree(costs.bytes, symbol);
  growth.memory = graph.symbols().Degree(peak->memory, symbol);
  growth.memory_node = peak->name;
  growth.memory_polynomial = peak->memory;
  return growth;
}

// Whether every op that takes part can run.
bool CanLower(const Graph& graph) {
  const std::vector<NodeId> order = graph.Order();
  return std::all_of(order.begin(), order.end(), [&](NodeId id) { return IsAvailable(*graph.node(id).op); });
}

absl::StatusOr<PlanExplanation> FindPlan(const Model& model, const ExplainRequest& request,
                                         const CompileOptions& options) {
  const absl::StatusOr<CompiledModel> compiled = Compile(model, request.sizes, options);
  if (!compiled.ok()) return compiled.status();
  const Program& program = *compiled->program->full;
  PlanExplanation plan;
  plan.shard_reason = compiled->shard_reason;
  plan.shards = compiled->program->shard_count();
  plan.activation_bytes = program.activation_bytes;
  plan.scratch_bytes = program.scratch_bytes;
  plan.planned_bytes = compiled->planned_bytes;
  for (const auto& step : program.steps) plan.steps.push_back({step->info(), 0});
  if (!request.profile) return plan;
  const absl::StatusOr<Profile> profile = ProfileProgram(program);
  if (!profile.ok()) return profile.status();
  plan.profiled = true;
  plan.bare_gigaflops = profile->bare_gigaflops;
  for (size_t i = 0; i < plan.steps.size(); ++i) plan.steps[i].microseconds = profile->step_microseconds[i];
  return plan;
}

}  // namespace

absl::StatusOr<Explanation> Explain(const Model& model, const ExplainRequest& request) {
  CompileOptions options;
  const bool has_loss = std::any_of(model.graph.outputs().begin(), model.graph.outputs().end(),
                                    [](const GraphOutput& output) { return output.kind == OutputKind::kLoss; });
  if (request.gradients) options.gradients = has_loss ? Gradients::kParameters : Gradients::kAll;
  for (const auto& size : request.sizes) {
    const absl::Status status = CheckSymbol(model.graph, "at", size.first);
    if (!status.ok()) return status;
  }
  absl::StatusOr<Graph> graph = TransformGraph(model, options);
  if (!graph.ok()) return graph.status();
  absl::StatusOr<GraphCosts> costs = AnalyzeCosts(*graph, request.sizes);
  if (!costs.ok()) return costs.status();
  Explanation result{*std::move(graph), *std::move(costs), {}, {}, {}};
  if (!request.symbol.empty()) {
    const absl::Status status = CheckSymbol(model.graph, "in", request.symbol);
    if (!status.ok()) return status;
    const absl::StatusOr<Growth> growth = FindGrowth(result.graph, result.costs, request.symbol);
    if (!growth.ok()) return growth.status();
    result.growth = *growth;
  }
  if (!AllSizesGiven(model.graph, request.sizes)) {
    if (!request.profile) return result;
    return absl::InvalidArgumentError("--profile needs the size of every symbol: --at L=1024,B=8,...");
  }
  const absl::StatusOr<NodeCost> peak = PeakMemoryAt(result.costs, result.graph.symbols(), request.sizes);
  if (!peak.ok()) return peak.status();
  result.peak = *peak;
  if (!CanLower(result.graph) && !request.profile) return result;
  absl::StatusOr<PlanExplanation> plan = FindPlan(model, request, options);
  if (!plan.ok()) return plan.status();
  result.plan = *std::move(plan);
  return result;
}

}  // namespace plumbline
