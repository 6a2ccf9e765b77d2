// From the compiler's and the machine's words to those of records.
#include "experiments/run/record_parts.h"

#include <gnu/libc-version.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "compiler/costs.h"
#include "compiler/engine_info.h"
#include "experiments/engine_version.h"
#include "experiments/load_sweep.h"
#include "experiments/machine.h"
#include "experiments/random.h"
#include "experiments/run/program_options.h"
#include "experiments/run/repository.h"
#include "experiments/training/settings.h"
#include "reports/canonical_text.h"
#include "reports/digest.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

constexpr int kSchemaVersion = 1;

std::vector<std::string> ModelNames(const LoadedExperiment& experiment, const ExperimentRun& run) {
  if (!run.model.empty()) return {run.model};
  return ModelsOf(experiment.sweeps[run.sweep]);
}

// Of a training or a data summary; null for other studies.
const std::string* DataUsed(const LoadedSweep& sweep) {
  if (const auto* training = std::get_if<TrainingStudy>(&sweep.study)) return &training->data;
  if (const auto* summary = std::get_if<DataSummaryStudy>(&sweep.study)) return &summary->data;
  return nullptr;
}

// The part of the key that says what a run studies, and on what.
absl::Status AddStudy(const LoadedExperiment& experiment, const ExperimentRun& run, Sha256& digest) {
  experiment::Sweep study = experiment.message.sweep(run.sweep);
  study.clear_axis();
  study.clear_seeds();
  study.clear_doc();
  if (run.training) {
    study.clear_fixed();
    // An empty message of its kind stays: the numbers follow.
    study.mutable_training()->Clear();
  }
  const absl::StatusOr<std::string> text = CanonicalText(study);
  if (!text.ok()) return text.status();
  digest.AddField(*text);
  if (run.training) digest.AddField(ToString(*run.training));
  const std::string* data = DataUsed(experiment.sweeps[run.sweep]);
  if (data == nullptr) {
    for (const experiment::InputData& input : experiment.message.input()) {
      digest.AddField(input.name()).AddField(input.value());
    }
    return absl::OkStatus();
  }
  const auto content = experiment.data_digests.find(*data);
  if (content == experiment.data_digests.end()) {
    return absl::FailedPreconditionError(absl::StrCat("the data set '", *data, "' is not loaded"));
  }
  digest.AddField(content->second);
  return absl::OkStatus();
}

record::Environment ObserveEnvironment(int threads) {
  record::Environment environment;
  const RepositoryState repository = ObserveRepository();
  environment.set_commit(repository.commit);
  environment.set_dirty(repository.dirty);
  environment.set_program(ProgramDigest());
  environment.set_cpu_model(CpuModel());
  const EngineInfo engine = GetEngineInfo();
  environment.set_effective_isa(engine.effective_isa);
  environment.set_threads(threads);
  environment.set_onednn_version(engine.onednn_version);
  environment.set_compiler(absl::StrCat("gcc ", __VERSION__));
  environment.set_libm(absl::StrCat("glibc ", gnu_get_libc_version()));
  if (const std::optional<double> load = LoadAverage()) environment.set_load_average(*load);
  if (const std::optional<double> pressure = CpuPressure()) environment.set_cpu_pressure(*pressure);
  return environment;
}

void FillTerms(const Polynomial& polynomial, const SymbolTable& symbols, record::Cost& cost) {
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
}

absl::Status AddCost(const std::string& model, const std::string& program, record::Cost::Quantity quantity,
                     const Polynomial& polynomial, const SymbolTable& symbols, const Bindings& sizes,
                     record::Record& record) {
  const absl::StatusOr<double> value = symbols.EvaluateReal(polynomial, sizes);
  if (!value.ok()) return value.status();
  record::Cost& cost = *record.add_cost();
  cost.set_model(model);
  cost.set_program(program);
  cost.set_quantity(quantity);
  cost.set_text(symbols.ToString(polynomial));
  FillTerms(polynomial, symbols, cost);
  cost.set_value(static_cast<int64_t>(std::llround(*value)));
  return absl::OkStatus();
}

}  // namespace

std::string ProgramValue(const std::string& program, const std::string& value) {
  return absl::StrCat(program, "/", value);
}

absl::StatusOr<std::shared_ptr<const Model>> ModelOf(const LoadedExperiment& experiment, const ExperimentRun& run,
                                                     const std::string& model) {
  Diagnostics diagnostics;
  std::shared_ptr<const Model> built =
      experiment.models->Build(model, experiment.ConstantsOf(model, run), diagnostics);
  if (built == nullptr) return absl::InternalError(diagnostics.Render());
  return built;
}

absl::StatusOr<std::string> RunKey(const LoadedExperiment& experiment, const ExperimentRun& run) {
  Sha256 digest;
  digest.AddField(kEngineVersion).AddField(kRandomGenerator).AddField(experiment.name);
  const absl::Status status = AddStudy(experiment, run, digest);
  if (!status.ok()) return status;
  for (const std::string& name : ModelNames(experiment, run)) {
    const absl::StatusOr<std::shared_ptr<const Model>> model = ModelOf(experiment, run, name);
    if (!model.ok()) return model.status();
    digest.AddField(name).AddField((*model)->canonical_text);
  }
  for (const auto& [symbol, size] : run.sizes) digest.AddField(absl::StrCat(symbol, "=", size));
  for (const auto& [constant, value] : run.constants) digest.AddField(absl::StrCat(constant, "=", value));
  for (const AxisSetting& setting : run.point) digest.AddField(absl::StrCat(setting.axis, "=", setting.value));
  digest.AddField(absl::StrCat(run.seed));
  if (GetEngineInfo().portable) digest.AddField("portable");  // other bits than those of the native run
  return digest.Hex();
}

record::Fingerprint CurrentFingerprint() {
  return FingerprintOf(ObserveEnvironment(1), kEngineVersion,
                       GetEngineInfo().portable ? record::Fingerprint::PORTABLE : record::Fingerprint::NATIVE);
}

absl::StatusOr<record::Record> StartRecord(const LoadedExperiment& experiment, const ExperimentRun& run, int threads) {
  record::Record record;
  const absl::StatusOr<std::string> key = RunKey(experiment, run);
  if (!key.ok()) return key.status();
  record.set_schema_version(kSchemaVersion);
  record.set_key(*key);
  record.set_experiment(experiment.name);
  record::AxisValue& sweep = *record.add_point();
  sweep.set_axis("sweep");
  sweep.set_value(experiment.sweeps[run.sweep].name);
  for (const AxisSetting& setting : run.point) {
    record::AxisValue& value = *record.add_point();
    value.set_axis(setting.axis);
    value.set_value(setting.value);
  }
  record.set_seed(run.seed);
  for (const std::string& name : ModelNames(experiment, run)) {
    const absl::StatusOr<std::shared_ptr<const Model>> model = ModelOf(experiment, run, name);
    if (!model.ok()) return model.status();
    record::ModelText& entry = *record.add_model();
    entry.set_name(name);
    entry.set_identity((*model)->identity);
    entry.set_text((*model)->canonical_text);
  }
  const std::string* data = DataUsed(experiment.sweeps[run.sweep]);
  if (data != nullptr) {
    record::DataDigest& entry = *record.add_data();
    entry.set_name(*data);
    entry.set_sha256(experiment.data_digests.at(*data));
  }
  const absl::StatusOr<std::string> resolved = CanonicalText(experiment.message.sweep(run.sweep));
  if (!resolved.ok()) return resolved.status();
  record.set_resolved_experiment(*resolved);
  *record.mutable_environment() = ObserveEnvironment(threads);
  *record.mutable_fingerprint() =
      FingerprintOf(record.environment(), kEngineVersion, GetEngineInfo().portable ? record::Fingerprint::PORTABLE : record::Fingerprint::NATIVE);
  return record;
}

record::Plan PlanOf(const std::string& model, const std::string& program, const CompiledModel& compiled) {
  record::Plan plan;
  plan.set_model(model);
  plan.set_program(program);
  Sha256 digest;
  for (const auto& step : compiled.program->full->steps) {
    const StepInfo& info = step->info();
    record::PlanStep& entry = *plan.add_step();
    entry.set_name(info.node);
    entry.set_implementation(info.implementation);
    entry.set_operations(static_cast<int64_t>(std::llround(info.operations)));
    entry.set_bytes(static_cast<int64_t>(std::llround(info.bytes)));
    digest.AddField(info.node).AddField(info.implementation);
  }
  plan.set_planned_bytes(compiled.planned_bytes);
  digest.AddField(absl::StrCat(compiled.planned_bytes));
  plan.set_digest(digest.Hex());
  return plan;
}

absl::Status AddCosts(const std::string& name, const std::string& program, const Model& model, const Bindings& sizes,
                      record::Record& record) {
  const absl::StatusOr<Graph> graph = GraphOf(program, model);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(*graph, sizes);
  if (!costs.ok()) return costs.status();
  const absl::StatusOr<NodeCost> peak = PeakMemoryAt(*costs, graph->symbols(), sizes);
  if (!peak.ok()) return peak.status();
  const SymbolTable& symbols = graph->symbols();
  absl::Status status =
      AddCost(name, program, record::Cost::OPERATIONS, costs->operations, symbols, sizes, record);
  if (status.ok()) status = AddCost(name, program, record::Cost::BYTES, costs->bytes, symbols, sizes, record);
  if (status.ok()) status = AddCost(name, program, record::Cost::MEMORY, peak->memory, symbols, sizes, record);
  if (status.ok()) status = AddCost(name, program, record::Cost::DEPTH, costs->depth, symbols, sizes, record);
  return status;
}

}  // namespace plumbline
