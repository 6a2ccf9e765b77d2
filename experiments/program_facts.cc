#include "experiments/program_facts.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "compiler/costs.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

absl::StatusOr<record::Cost> CostOf(const Polynomial& polynomial, record::Cost::Quantity quantity,
                                    const SymbolTable& symbols, const Bindings& sizes) {
  record::Cost cost;
  cost.set_quantity(quantity);
  cost.set_text(symbols.ToString(polynomial));
  for (const auto& [monomial, coefficient] : polynomial.terms()) {
    record::CostTerm& term = *cost.add_term();
    term.set_numerator(coefficient.numerator());
    term.set_denominator(coefficient.denominator());
    for (const auto& [symbol, exponent] : monomial) {
      record::Power& power = *term.add_factor();
      power.set_symbol(symbol);
      power.set_exponent(exponent);
    }
  }
  for (const std::string& name : polynomial.Symbols()) {
    const SymbolTable::Symbol* symbol = symbols.Find(name);
    if (symbol == nullptr || !symbol->derived) continue;
    record::DerivedSymbol& derived = *cost.add_derived();
    derived.set_symbol(name);
    derived.set_definition(name);
  }
  const absl::StatusOr<double> value = symbols.EvaluateReal(polynomial, sizes);
  if (!value.ok()) return value.status();
  if (!(std::abs(*value) < 0x1p62)) {
    return absl::OutOfRangeError(absl::StrCat("a cost of ", *value, " is beyond 64 bits"));
  }
  cost.set_value(std::llround(*value));
  return cost;
}

}  // namespace

CompileOptions OptionsFor(absl::string_view program) {
  CompileOptions options;
  if (program == "forward") {
    options.outputs_only = true;
  } else {
    options.gradients = Gradients::kAll;
  }
  return options;
}

absl::StatusOr<std::vector<record::Cost>> CostsOf(const Model& model, absl::string_view program,
                                                  const Bindings& sizes) {
  const absl::StatusOr<Graph> graph = TransformGraph(model, OptionsFor(program));
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(*graph, sizes);
  if (!costs.ok()) return costs.status();
  const absl::StatusOr<NodeCost> peak = PeakMemoryAt(*costs, graph->symbols(), sizes);
  if (!peak.ok()) return peak.status();
  std::vector<record::Cost> result;
  const auto add = [&](const Polynomial& polynomial, record::Cost::Quantity quantity) {
    absl::StatusOr<record::Cost> cost = CostOf(polynomial, quantity, graph->symbols(), sizes);
    if (cost.ok()) result.push_back(*std::move(cost));
    return cost.status();
  };
  absl::Status status = add(costs->operations, record::Cost::OPERATIONS);
  if (status.ok()) status = add(costs->bytes, record::Cost::BYTES);
  if (status.ok()) status = add(peak->memory, record::Cost::MEMORY);
  if (!status.ok()) return status;
  return result;
}

record::Plan PlanOf(const CompiledModel& compiled, absl::string_view model_name, absl::string_view program) {
  record::Plan plan;
  plan.set_model(std::string(model_name));
  plan.set_program(std::string(program));
  Sha256 digest;
  for (const auto& step : compiled.program->full->steps) {
    const StepInfo& info = step->info();
    record::PlanStep& kept = *plan.add_step();
    kept.set_name(info.node);
    kept.set_implementation(info.implementation);
    kept.set_operations(std::llround(info.operations));
    kept.set_bytes(std::llround(info.bytes));
    digest.AddField(info.node).AddField(info.op).AddField(info.implementation);
  }
  plan.set_planned_bytes(compiled.planned_bytes);
  digest.AddField(absl::StrCat(compiled.planned_bytes));
  plan.set_digest(digest.Hex());
  return plan;
}

}  // namespace plumbline
