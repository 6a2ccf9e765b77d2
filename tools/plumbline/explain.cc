// plumbline explain: costs as polynomials, their growth, the compiled plan, and a profile of it.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "compiler/passes/build_graph.h"
#include "dsl/diagnostic.h"
#include "nlohmann/json.hpp"
#include "tools/plumbline/command.h"
#include "tools/plumbline/explanation.h"

namespace plumbline {
namespace {

std::string SizesText(const Bindings& sizes) {
  return absl::StrJoin(sizes, ", ", [](std::string* out, const auto& size) {
    absl::StrAppend(out, size.first, "=", size.second);
  });
}

// An exact count as an integer, without rounding below 2^53.
std::string Count(const Explanation& explanation, const Polynomial& polynomial, const Bindings& sizes) {
  const absl::StatusOr<int64_t> exact = explanation.graph.symbols().Evaluate(polynomial, sizes);
  if (exact.ok()) return absl::StrCat(*exact);
  const absl::StatusOr<double> value = explanation.graph.symbols().EvaluateReal(polynomial, sizes);
  return value.ok() ? absl::StrFormat("%.6g", *value) : std::string("?");
}

std::string NodeTable(const Explanation& explanation) {
  const SymbolTable& symbols = explanation.graph.symbols();
  std::string text;
  for (const NodeCost& cost : explanation.costs.nodes) {
    absl::StrAppend(&text, "  ", cost.name, " (", cost.op, cost.view ? ", view" : "", ")");
    if (cost.node != kNone) {
      const Node& node = explanation.graph.node(cost.node);
      absl::StrAppend(&text, " ", ToString(explanation.graph.type(node.outputs[0]).shape, symbols));
    }
    absl::StrAppend(&text, "\n");
    if (cost.view) continue;
    absl::StrAppend(&text, "    operations ", symbols.ToString(cost.operations), "\n    bytes      ",
                    symbols.ToString(cost.bytes), "\n    memory     ", symbols.ToString(cost.memory), "\n");
  }
  return text;
}

std::string PlanText(const PlanExplanation& plan) {
  std::string text = absl::StrCat("plan of one of ", plan.shards, plan.shards == 1 ? " shard (" : " shards (",
                                  plan.shard_reason, ")\n");
  size_t width = 4;
  for (const StepRow& row : plan.steps) width = std::max(width, row.info.node.size());
  double total = 0;
  for (const StepRow& row : plan.steps) {
    absl::StrAppendFormat(&text, "  %-*s  %-28s", static_cast<int>(width), row.info.node, row.info.implementation);
    absl::StrAppendFormat(&text, "  %12.6g operations  %12.6g bytes", row.info.operations, row.info.bytes);
    if (plan.profiled) {
      const double rate = row.info.operations / row.microseconds * 1e-3;
      absl::StrAppendFormat(&text, "  %10.1f us  %7.1f GFLOP/s  %5.1f %% of bare", row.microseconds, rate,
                            100 * rate / plan.bare_gigaflops);
    }
    if (row.info.parts > 1) absl::StrAppend(&text, "  in ", row.info.parts, " parts");
    absl::StrAppend(&text, row.info.reference ? "  slow reference kernel\n" : "\n");
    total += row.microseconds;
  }
  absl::StrAppend(&text, "  planned bytes ", plan.planned_bytes, " (activations ", plan.activation_bytes,
                  ", scratch ", plan.scratch_bytes, ")\n");
  if (plan.profiled) {
    absl::StrAppendFormat(&text, "  steps take %.1f us (measured, medians); bare matmul 1024^3 %.1f GFLOP/s\n", total,
                          plan.bare_gigaflops);
  }
  return text;
}

std::string ToText(const Model& model, const ExplainRequest& request, const Explanation& explanation) {
  const SymbolTable& symbols = explanation.graph.symbols();
  std::string text = absl::StrCat("model ", model.expanded.name, ", identity ", model.identity, "\n");
  absl::StrAppend(&text, request.gradients ? "forward and backward\n" : "forward\n");
  for (const SymbolTable::Symbol& symbol : symbols.symbols()) {
    if (symbol.derived || symbol.bound) {
      absl::StrAppend(&text, "symbol ", symbol.name,
                      symbol.bound ? absl::StrCat(", at most ", *symbol.bound) : std::string(", derived"), "\n");
    }
  }
  absl::StrAppend(&text, "nodes in order of running (memory: activations live while the node runs)\n",
                  NodeTable(explanation), "total\n  operations ", symbols.ToString(explanation.costs.operations),
                  "\n  bytes      ", symbols.ToString(explanation.costs.bytes),
                  "\nlongest chain of dependent operations: ", symbols.ToString(explanation.costs.depth), "\n");
  if (explanation.peak) {
    absl::StrAppend(&text, "at ", SizesText(request.sizes), "\n  operations ",
                    Count(explanation, explanation.costs.operations, request.sizes), "\n  bytes      ",
                    Count(explanation, explanation.costs.bytes, request.sizes), "\n  memory     ",
                    Count(explanation, explanation.peak->memory, request.sizes), " at ", explanation.peak->name,
                    "\n  chain      ", Count(explanation, explanation.costs.depth, request.sizes), "\n");
  }
  if (explanation.plan) text += PlanText(*explanation.plan);
  if (const std::optional<Growth>& growth = explanation.growth) {
    absl::StrAppend(&text, "peak memory for large ", growth->symbol, ": ", symbols.ToString(growth->memory_polynomial),
                    " at ", growth->memory_node, "\n", "degree in ", growth->symbol, ": operations ",
                    growth->operations, ", bytes ", growth->bytes, ", memory ", growth->memory, "\n");
  }
  return text;
}

nlohmann::ordered_json PlanJson(const PlanExplanation& plan) {
  nlohmann::ordered_json json;
  json["shards"] = plan.shards;
  json["shard_reason"] = plan.shard_reason;
  json["planned_bytes"] = plan.planned_bytes;
  json["activation_bytes"] = plan.activation_bytes;
  json["scratch_bytes"] = plan.scratch_bytes;
  if (plan.profiled) json["bare_gigaflops"] = plan.bare_gigaflops;
  json["steps"] = nlohmann::ordered_json::array();
  for (const StepRow& row : plan.steps) {
    nlohmann::ordered_json step = {{"node", row.info.node},
                                   {"op", row.info.op},
                                   {"implementation", row.info.implementation},
                                   {"reference", row.info.reference},
                                   {"operations", row.info.operations},
                                   {"bytes", row.info.bytes},
                                   {"parts", row.info.parts}};
    if (plan.profiled) step["microseconds"] = row.microseconds;
    json["steps"].push_back(step);
  }
  return json;
}

std::string ToJson(const Model& model, const ExplainRequest& request, const Explanation& explanation) {
  const SymbolTable& symbols = explanation.graph.symbols();
  nlohmann::ordered_json json;
  json["model"] = model.expanded.name;
  json["identity"] = model.identity;
  json["gradients"] = request.gradients;
  json["nodes"] = nlohmann::ordered_json::array();
  for (const NodeCost& cost : explanation.costs.nodes) {
    json["nodes"].push_back({{"name", cost.name},
                             {"op", cost.op},
                             {"view", cost.view},
                             {"operations", symbols.ToString(cost.operations)},
                             {"bytes", symbols.ToString(cost.bytes)},
                             {"memory", symbols.ToString(cost.memory)},
                             {"depth", symbols.ToString(cost.depth)},
                             {"chain", symbols.ToString(cost.chain)}});
  }
  json["operations"] = symbols.ToString(explanation.costs.operations);
  json["bytes"] = symbols.ToString(explanation.costs.bytes);
  json["longest_chain"] = symbols.ToString(explanation.costs.depth);
  if (explanation.peak) {
    json["at"] = request.sizes;
    json["operations_at"] = Count(explanation, explanation.costs.operations, request.sizes);
    json["bytes_at"] = Count(explanation, explanation.costs.bytes, request.sizes);
    json["memory_at"] = Count(explanation, explanation.peak->memory, request.sizes);
    json["longest_chain_at"] = Count(explanation, explanation.costs.depth, request.sizes);
  }
  if (explanation.plan) json["plan"] = PlanJson(*explanation.plan);
  if (const std::optional<Growth>& growth = explanation.growth) {
    json["growth"] = {{"symbol", growth->symbol},
                      {"operations", growth->operations},
                      {"bytes", growth->bytes},
                      {"memory", growth->memory},
                      {"memory_polynomial", symbols.ToString(growth->memory_polynomial)}};
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// The graph as it is after a pass.
absl::StatusOr<std::string> DumpAfter(const Model& model, const ExplainRequest& request, const std::string& pass) {
  std::vector<std::string> names;
  for (const PassName& known : PassNames()) names.push_back(known.name);
  if (std::find(names.begin(), names.end(), pass) == names.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--after=", EscapeForTerminal(pass), ": the passes are ", absl::StrJoin(names, ", ")));
  }
  std::optional<std::string> dump;
  CompileOptions options;
  if (request.gradients) options.gradients = Gradients::kAll;
  options.after_pass = [&](absl::string_view name, const Graph& graph) {
    if (name == pass) dump = graph.ToString();
  };
  const absl::StatusOr<Graph> graph = TransformGraph(model, options);
  if (!graph.ok()) return graph.status();
  if (dump) return *dump;
  const absl::StatusOr<Program> program = CompileProgram(*graph, request.sizes, options);
  if (dump) return *dump;
  if (!program.ok()) return program.status();
  return absl::InvalidArgumentError(
      absl::StrCat("--after=", pass, ": this pass ", pass == "differentiate" ? "needs --gradients" : "leaves no graph"));
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words,
                                          {{"set", true, true},
                                           {"at"},
                                           {"in"},
                                           {"after"},
                                           {"gradients", false},
                                           {"profile", false},
                                           {"format"}},
                                          1, 1);
  if (!arguments.ok()) return UsageError("explain", arguments.status());
  const auto format = arguments->Choice("format", {"text", "json"});
  if (!format.ok()) return UsageError("explain", format.status());
  const auto sizes = ParseSizes("at", arguments->Get("at", ""));
  if (!sizes.ok()) return UsageError("explain", sizes.status());
  ExplainRequest request;
  request.sizes = *sizes;
  request.symbol = arguments->Get("in", "");
  request.gradients = arguments->Has("gradients");
  request.profile = arguments->Has("profile");
  Outcome outcome;
  const std::optional<Model> model = LoadModelForUser(arguments->positional()[0], arguments->All("set"), outcome);
  if (!model) return outcome;
  absl::Status status;
  if (arguments->Has("after")) {
    const absl::StatusOr<std::string> dump = DumpAfter(*model, request, arguments->Get("after", ""));
    status = dump.status();
    if (status.ok()) outcome.output = *dump;
  } else {
    const absl::StatusOr<Explanation> explanation = Explain(*model, request);
    status = explanation.status();
    if (status.ok()) {
      outcome.output = *format == "json" ? ToJson(*model, request, *explanation) : ToText(*model, request, *explanation);
    }
  }
  if (status.ok()) return outcome;
  const Outcome failed = Failed(status);
  outcome.exit_code = failed.exit_code;
  outcome.errors += failed.errors;
  return outcome;
}

}  // namespace

Command ExplainCommand() {
  return {"explain",
          "MODEL [--set NAME=VALUE]... [--at L=1024,B=8] [--in L] [--gradients] [--after=PASS]\n"
          "       [--profile] [--format=text|json]",
          "costs as polynomials, their growth, the compiled plan, a profile",
          R"(For every node: operations, bytes moved and live activation memory, as polynomials in
the symbols of the model's shapes; then the totals, and the longest chain of operations
that need one another's results, which more processors cannot shorten.

  --at L=1024,B=8    values of symbols. With all of them: the counts as numbers, and the
                     plan of the compiled program (steps, implementations, memory; steps
                     "in 16 parts" use workers that have no shard of their own)
  --in L             how the costs grow in a symbol; the last line is
                     `degree in L: operations 2, bytes 2, memory 2`
  --gradients        the program with its backward pass
  --after=PASS       print the graph as it is after a pass instead; passes that come
                     after sizes are bound need --at
  --profile          run the plan (on random inputs, one thread) and show time and rate of
                     every step beside the bare oneDNN matmul; needs all sizes
  --format=json      the same as JSON
  --set NAME=VALUE   another value for a constant of the model
)",
          Run};
}

}  // namespace plumbline
