// plumbline exec: a model on given arrays.
#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/ir/evaluate.h"
#include "experiments/arrays/array_file.h"
#include "experiments/arrays/parameter_file.h"
#include "experiments/training/optimizer.h"
#include "experiments/training/optimizer_config.h"
#include "experiments/training/training_step.h"
#include "ops/all_ops.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

constexpr int64_t kMostSteps = 1000000000;
constexpr int64_t kMostThreads = 1024;

struct Request {
  std::string weights, inputs, outputs;
  bool gradients = false;
  int64_t threads = 1;
  int64_t steps = 0;
  OptimizerSpec optimizer;
};

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

std::string Print(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

// One buffer of the batch, of the element size its type has.
using Buffer = std::vector<char>;

absl::StatusOr<Buffer> Convert(const std::string& name, const FileArray& array, DataType type) {
  const auto copy = [](const auto& values) {
    Buffer buffer(values.size() * sizeof(values[0]));
    if (!buffer.empty()) std::memcpy(buffer.data(), values.data(), buffer.size());
    return buffer;
  };
  if (type == DataType::kF32) {
    if (array.type != ElementType::kF32 && array.type != ElementType::kF64) {
      return Invalid(absl::StrCat("input '", name, "' must be f32 (or f64), but its array is ", Name(array.type)));
    }
    return copy(ToFloats(array));
  }
  const absl::StatusOr<std::vector<int64_t>> integers = ToIntegers(array);
  if (!integers.ok()) return Invalid(absl::StrCat("input '", name, "': ", integers.status().message()));
  if (type == DataType::kS64) return copy(*integers);
  Buffer bytes;
  for (const int64_t value : *integers) {
    if (value < 0 || value > 255) return Invalid(absl::StrCat("input '", name, "': ", value, " is no u8"));
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

// Inputs that the outputs alone need.
std::set<std::string> InputsOfOutputs(const Graph& graph) {
  Graph pruned = graph;
  auto& outputs = pruned.mutable_outputs();
  outputs.erase(std::remove_if(outputs.begin(), outputs.end(),
                               [](const GraphOutput& output) { return output.kind != OutputKind::kOutput; }),
                outputs.end());
  std::set<std::string> names;
  const std::vector<int> uses = pruned.UseCounts();
  for (const NodeId id : pruned.Sources(SourceKind::kInput)) {
    if (uses[pruned.node(id).outputs[0]] > 0) names.insert(pruned.node(id).name);
  }
  return names;
}

bool HasLoss(const Graph& graph) {
  return std::any_of(graph.outputs().begin(), graph.outputs().end(),
                     [](const GraphOutput& output) { return output.kind == OutputKind::kLoss; });
}

class Execution {
 public:
  Execution(const Model& model, const Request& request) : model_(model), request_(request) {}

  absl::StatusOr<NamedArrays> Run(std::string& notes) {
    absl::StatusOr<NamedArrays> arrays = ReadArrays(UserPath(request_.inputs));
    if (!arrays.ok()) return arrays.status();
    arrays_ = *std::move(arrays);
    absl::Status status = Choose();
    if (status.ok()) status = CompileForArrays();
    if (status.ok()) status = FillInputs(notes);
    if (status.ok()) status = FillWeights();
    if (status.ok()) status = request_.steps > 0 ? Train() : RunOnce();
    if (!status.ok()) return status;
    return std::move(results_);
  }

 private:
  // Whether the losses take part: they need inputs that prediction does without.
  absl::Status Choose() {
    const std::set<std::string> needed = InputsOfOutputs(model_.graph);
    std::vector<std::string> missing;
    for (const NodeId id : model_.graph.Sources(SourceKind::kInput)) {
      const std::string& name = model_.graph.node(id).name;
      if (arrays_.count(name) == 0) missing.push_back(name);
    }
    const bool essential = std::any_of(missing.begin(), missing.end(),
                                       [&](const std::string& name) { return needed.count(name) > 0; });
    const bool training = HasLoss(model_.graph) && (request_.gradients || request_.steps > 0);
    if (request_.steps > 0 && !HasLoss(model_.graph)) return Invalid("--steps needs a model with a loss");
    if (essential || (training && !missing.empty())) {
      return Invalid(absl::StrCat(request_.inputs, ": error: no array for input '", absl::StrJoin(missing, "', '"), "'"));
    }
    options_.outputs_only = !missing.empty();
    if (request_.gradients) options_.gradients = HasLoss(model_.graph) ? Gradients::kParameters : Gradients::kAll;
    if (request_.steps > 0) options_ = TrainingStep::Options(request_.optimizer, 0);
    return absl::OkStatus();
  }

  absl::Status CompileForArrays() {
    std::map<std::string, std::vector<int64_t>> shapes;
    for (const NodeId id : model_.graph.Sources(SourceKind::kInput)) {
      const std::string& name = model_.graph.node(id).name;
      const auto array = arrays_.find(name);
      if (array != arrays_.end()) shapes[name] = array->second.shape;
    }
    const absl::StatusOr<Bindings> sizes = BindFromShapes(model_.graph, shapes);
    if (!sizes.ok()) return sizes.status();
    Bindings all = *sizes;
    // Symbols of absent inputs are not used by what runs.
    for (const SymbolTable::Symbol& symbol : model_.graph.symbols().symbols()) {
      if (!symbol.derived) all.emplace(symbol.name, 1);
    }
    absl::StatusOr<CompiledModel> compiled = Compile(model_, all, options_);
    if (!compiled.ok()) return compiled.status();
    absl::StatusOr<std::unique_ptr<Executor>> executor =
        Executor::Create(compiled->program, static_cast<int>(request_.threads));
    if (!executor.ok()) return executor.status();
    executor_ = *std::move(executor);
    return absl::OkStatus();
  }

  absl::Status FillInputs(std::string& notes) {
    const ShardedProgram& program = executor_->program();
    std::set<std::string> used;
    for (const ExternalBuffer& input : program.batch_inputs) {
      const auto array = arrays_.find(input.name);
      used.insert(input.name);
      if (array != arrays_.end() && input.name != "grad/loss") {
        if (array->second.shape != input.shape) {
          return Invalid(absl::StrCat("input '", input.name, "' has shape ", Print(array->second.shape),
                                      ", expected ", Print(input.shape)));
        }
        absl::StatusOr<Buffer> buffer = Convert(input.name, array->second, input.data_type);
        if (!buffer.ok()) return buffer.status();
        inputs_.push_back(*std::move(buffer));
        continue;
      }
      // Only seeds may be absent here; upstream gradients are then ones.
      Buffer ones(static_cast<size_t>(input.bytes()), 0);
      if (input.data_type == DataType::kF32) {
        float* values = reinterpret_cast<float*>(ones.data());
        std::fill(values, values + ElementCount(input.shape), 1.0f);
      }
      inputs_.push_back(std::move(ones));
    }
    for (const auto& entry : arrays_) {
      if (used.count(entry.first) == 0) absl::StrAppend(&notes, "note: array '", entry.first, "' is not used\n");
    }
    for (const ExternalBuffer& output : program.batch_outputs) {
      outputs_.emplace_back(static_cast<size_t>(output.bytes()));
    }
    return absl::OkStatus();
  }

  absl::Status FillWeights() {
    const std::vector<ParameterSlot>& slots = executor_->program().full->parameters;
    if (request_.weights.empty()) {
      if (slots.empty()) return absl::OkStatus();
      return Invalid(absl::StrCat("the model has ", slots.size(), " parameters; give them with --weights"));
    }
    ParameterShapes shapes;
    for (const ParameterSlot& slot : slots) shapes[slot.name] = slot.shape;
    const absl::StatusOr<ParameterValues> weights = ReadParameters(UserPath(request_.weights), request_.weights, shapes);
    if (!weights.ok()) return weights.status();
    for (const ParameterSlot& slot : slots) {
      const std::vector<float>& values = weights->at(slot.name);
      std::copy(values.begin(), values.end(), executor_->parameters() + slot.offset);
    }
    return absl::OkStatus();
  }

  std::vector<const void*> Inputs() const {
    std::vector<const void*> inputs;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const bool share = executor_->program().inputs[i] == ShardInput::kShare;
      inputs.push_back(share ? nullptr : inputs_[i].data());
    }
    return inputs;
  }

  std::vector<void*> Outputs() {
    std::vector<void*> outputs;
    for (Buffer& buffer : outputs_) outputs.push_back(buffer.data());
    return outputs;
  }

  std::vector<float> Slot(const float* flat, const ParameterSlot& slot) const {
    return std::vector<float>(flat + slot.offset, flat + slot.offset + ElementCount(slot.shape));
  }

  absl::Status RunOnce() {
    const absl::Status status = executor_->Run(Inputs(), Outputs());
    if (!status.ok()) return status;
    const ShardedProgram& program = executor_->program();
    for (size_t i = 0; i < outputs_.size(); ++i) {
      const ExternalBuffer& output = program.batch_outputs[i];
      std::vector<float> values(static_cast<size_t>(ElementCount(output.shape)));
      std::memcpy(values.data(), outputs_[i].data(), outputs_[i].size());
      results_[output.name] = MakeArray(output.shape, values);
    }
    if (request_.gradients) {
      for (const ParameterSlot& slot : program.full->parameters) {
        results_["grad/" + slot.name] = MakeArray(slot.shape, Slot(executor_->gradients(), slot));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Train() {
    const ShardedProgram& program = executor_->program();
    const auto& outputs = program.batch_outputs;
    const size_t loss = std::find_if(outputs.begin(), outputs.end(), [](const ExternalBuffer& output) {
                          return output.kind == OutputKind::kLoss;
                        }) - outputs.begin();
    TrainingStep descent(request_.optimizer, 0, program.full->parameter_floats);
    std::vector<double> losses;
    for (int64_t step = 0; step < request_.steps; ++step) {
      const absl::Status status = descent.Run(*executor_, Inputs(), Outputs(), request_.optimizer.learning_rate);
      if (!status.ok()) return status;
      losses.push_back(executor_->mean(static_cast<int>(loss)));
    }
    results_["losses"] = MakeArray({request_.steps}, losses);
    for (const ParameterSlot& slot : program.full->parameters) {
      results_[slot.name] = MakeArray(slot.shape, Slot(executor_->parameters(), slot));
    }
    return absl::OkStatus();
  }

  const Model& model_;
  const Request& request_;
  CompileOptions options_;
  NamedArrays arrays_;
  std::unique_ptr<Executor> executor_;
  std::vector<Buffer> inputs_;
  std::vector<Buffer> outputs_;
  NamedArrays results_;
};

absl::StatusOr<Request> ParseRequest(const Arguments& arguments) {
  Request request;
  request.weights = arguments.Get("weights", "");
  request.inputs = arguments.Get("inputs", "");
  request.outputs = arguments.Get("outputs", "");
  request.gradients = arguments.Has("gradients");
  if (request.inputs.empty()) return Invalid("--inputs is missing");
  if (request.outputs.empty()) return Invalid("--outputs is missing");
  if (!absl::EndsWith(request.outputs, ".npz")) return Invalid("--outputs must end in .npz");
  const auto threads = arguments.Integer("threads", 1, 1, kMostThreads);
  if (!threads.ok()) return threads.status();
  request.threads = *threads;
  const auto steps = arguments.Integer("steps", 0, 1, kMostSteps);
  if (!steps.ok()) return steps.status();
  request.steps = *steps;
  if (request.steps > 0 && request.gradients) return Invalid("--steps and --gradients exclude each other");
  if (request.steps == 0 && arguments.Has("optimizer")) return Invalid("--optimizer needs --steps");
  if (request.steps > 0 && !arguments.Has("optimizer")) {
    return Invalid("--steps needs --optimizer, for instance --optimizer 'sgd { learning_rate: \"0.1\" }'");
  }
  if (request.steps > 0) {
    const auto optimizer = ParseOptimizer(arguments.Get("optimizer", ""));
    if (!optimizer.ok()) return optimizer.status();
    request.optimizer = *optimizer;
  }
  return request;
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words,
                                          {{"weights"},
                                           {"inputs"},
                                           {"outputs"},
                                           {"set", true, true},
                                           {"gradients", false},
                                           {"threads"},
                                           {"steps"},
                                           {"optimizer"}},
                                          1, 1);
  if (!arguments.ok()) return UsageError("exec", arguments.status());
  const absl::StatusOr<Request> request = ParseRequest(*arguments);
  if (!request.ok()) return UsageError("exec", request.status());
  Outcome outcome;
  const std::optional<Model> model = LoadModelForUser(arguments->positional()[0], arguments->All("set"), outcome);
  if (!model) return outcome;
  const absl::StatusOr<NamedArrays> results = Execution(*model, *request).Run(outcome.errors);
  absl::Status status = results.status();
  if (status.ok()) status = WriteNpz(UserPath(request->outputs), *results);
  if (!status.ok()) {
    const Outcome failed = Failed(status);
    outcome.exit_code = failed.exit_code;
    outcome.errors += failed.errors;
    return outcome;
  }
  for (const auto& [name, array] : *results) {
    absl::StrAppend(&outcome.output, name, " ", Name(array.type), " ", Print(array.shape), "\n");
  }
  return outcome;
}

}  // namespace

Command ExecCommand() {
  return {"exec",
          "MODEL --inputs I.npz --outputs O.npz [--weights W] [--set NAME=VALUE]... [--gradients] [--threads N]\n"
          "       [--steps N --optimizer 'adamw { learning_rate: \"0.001\" }']",
          "run a model on given arrays",
          R"(The arrays of --inputs have the names of the model's inputs; the symbols of the
shapes take their values from them. Inputs that only losses and metrics read may be
absent. Results are written to --outputs, a .npz file, whole or not at all:

  the outputs by name, `loss` and `metric/NAME` when the labels are given
  with --gradients  `grad/PARAMETER` of the loss. A model without a loss takes
                    upstream gradients from inputs named `grad/OUTPUT` (ones where
                    absent) and gives `grad/INPUT` of its float inputs as well
  with --steps N    `losses` before each of N optimizer steps on this batch, in f64,
                    and the parameters after them by name

  --weights W        .npz or .safetensors with exactly the model's parameters
  --optimizer TEXT   sgd, adam or adamw with PyTorch's defaults, for instance
                     'sgd { learning_rate: "0.1" momentum: "0.9" }'
  --threads N        workers; results have the same bits for every number
  --set NAME=VALUE   another value for a constant of the model

stdout lists what was written.
)",
          Run};
}

}  // namespace plumbline
