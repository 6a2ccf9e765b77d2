#include "compiler/decode.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/step_context.h"
#include "compiler/ir/verify.h"
#include "compiler/passes/resolve_modes.h"

namespace plumbline {
namespace {

// Copies row sources[i] of `from` to row i of `to`.
void GatherRows(const std::vector<float>& from, int64_t row, absl::Span<const int> sources, std::vector<float>& to) {
  for (size_t i = 0; i < sources.size(); ++i) {
    std::copy_n(from.begin() + sources[i] * row, row, to.begin() + static_cast<int64_t>(i) * row);
  }
}

}  // namespace

absl::StatusOr<DecodingGraphs> TransformForDecoding(const Model& model, const CompileOptions& options) {
  const std::optional<ExpandedDecode>& decode = model.expanded.decode;
  if (!decode) {
    return absl::InvalidArgumentError(
        "the model does not say how it decodes; add decode { input: ... symbol: ... output: ... }");
  }
  Graph graph = model.graph;
  const absl::StatusOr<bool> resolved = ResolveModes(graph, {false, model.expanded.batch});
  if (!resolved.ok()) return resolved.status();
  absl::StatusOr<DecodingGraphs> graphs =
      DeriveDecoding(graph, {model.expanded.inputs[decode->input].name, decode->symbol,
                             model.expanded.outputs[decode->output].name, model.expanded.batch});
  if (!graphs.ok()) return graphs;
  for (Graph* part : {&graphs->prologue, &graphs->step}) {
    absl::Status status = Verify(*part);
    if (status.ok()) status = SimplifyGraph(options, *part);
    if (!status.ok()) return status;
  }
  return graphs;
}

absl::StatusOr<CompiledDecoding> CompileDecoding(const Model& model, const DecoderSizes& sizes,
                                                 const CompileOptions& options) {
  const absl::StatusOr<DecodingGraphs> graphs = TransformForDecoding(model, options);
  if (!graphs.ok()) return graphs.status();
  const std::string& batch = model.expanded.batch;
  absl::StatusOr<CompiledModel> prologue =
      CompileGraph(graphs->prologue, graphs->prologue, batch, sizes.symbols, options);
  if (!prologue.ok()) return prologue.status();
  Bindings rows = sizes.symbols;
  rows[batch] *= sizes.hypotheses;
  rows[model.expanded.decode->symbol] = sizes.capacity;
  absl::StatusOr<CompiledModel> step = CompileGraph(graphs->step, graphs->step, batch, rows, options);
  if (!step.ok()) return step.status();
  CompiledDecoding result{*std::move(prologue), *std::move(step), {}};
  for (const NodeId id : graphs->step.Sources(SourceKind::kInput)) {
    const Node& node = graphs->step.node(id);
    const Shape& shape = graphs->step.type(node.outputs[0]).shape;
    const bool all = std::any_of(shape.begin(), shape.end(), [&](const Size& s) { return s.Contains(model.expanded.decode->symbol); });
    if (all && absl::StartsWith(node.name, kStatePrefix)) result.caches.insert(node.name);
  }
  return result;
}

absl::StatusOr<std::unique_ptr<Decoder>> Decoder::Create(const Model& model, const DecoderSizes& sizes, int threads,
                                                         float* parameters) {
  const absl::StatusOr<CompiledDecoding> compiled = CompileDecoding(model, sizes, CompileOptions());
  if (!compiled.ok()) return compiled.status();
  std::unique_ptr<Decoder> decoder(new Decoder);
  decoder->items_ = sizes.symbols.at(model.expanded.batch);
  decoder->hypotheses_ = sizes.hypotheses;
  decoder->capacity_ = sizes.capacity;
  for (const auto& [program, executor] : {std::pair(compiled->prologue.program, &decoder->prologue_),
                                          std::pair(compiled->step.program, &decoder->step_)}) {
    absl::StatusOr<std::unique_ptr<Executor>> made = Executor::Create(program, threads, parameters);
    if (!made.ok()) return made.status();
    *executor = *std::move(made);
  }
  const absl::Status status = decoder->Connect(compiled->caches);
  if (!status.ok()) return status;
  return decoder;
}

// Gives every input and output of the step its buffer.
absl::Status Decoder::Connect(const std::set<std::string>& caches) {
  const ShardedProgram& before = prologue_->program();
  const ShardedProgram& step = step_->program();
  for (const ExternalBuffer& output : before.batch_outputs) kept_.emplace_back(ElementCount(output.shape));
  repeated_.resize(kept_.size());
  const auto index_of = [](const std::vector<ExternalBuffer>& buffers, const std::string& name) {
    const auto found =
        std::find_if(buffers.begin(), buffers.end(), [&](const ExternalBuffer& buffer) { return buffer.name == name; });
    return static_cast<int>(found - buffers.begin());
  };
  lengths_.resize(static_cast<size_t>(rows()));
  step_inputs_.resize(step.batch_inputs.size());
  step_outputs_.resize(step.batch_outputs.size());
  tokens_input_ = -1;
  for (size_t i = 0; i < step.batch_inputs.size(); ++i) {
    const ExternalBuffer& input = step.batch_inputs[i];
    if (input.name == kPositionInput) {
      step_inputs_[i] = &position_value_;
    } else if (input.name == kLengthsInput) {
      step_inputs_[i] = lengths_.data();
    } else if (absl::StartsWith(input.name, kKeptPrefix)) {
      const size_t output = static_cast<size_t>(index_of(before.batch_outputs, input.name));
      if (output == kept_.size()) return absl::InternalError(absl::StrCat("nothing computes '", input.name, "'"));
      const bool sliced = step.inputs[i] == ShardInput::kSlice && hypotheses_ > 1;
      if (sliced) repeated_[output].resize(kept_[output].size() * static_cast<size_t>(hypotheses_));
      step_inputs_[i] = sliced ? repeated_[output].data() : kept_[output].data();
    } else if (absl::StartsWith(input.name, kStatePrefix)) {
      State state;
      state.values.resize(static_cast<size_t>(ElementCount(input.shape)));
      state.row = ElementCount(input.shape) / rows();
      state.input = static_cast<int>(i);
      state.output = index_of(step.batch_outputs, input.name);
      state.in_place = caches.count(input.name) > 0;
      state.next.resize(state.values.size());
      states_.push_back(std::move(state));
    } else {
      tokens_input_ = static_cast<int>(i);
    }
  }
  if (tokens_input_ < 0) return absl::InternalError("the step takes no tokens");
  output_.resize(static_cast<size_t>(ElementCount(step.batch_outputs[0].shape)));
  width_ = static_cast<int64_t>(output_.size()) / rows();
  step_outputs_[0] = output_.data();
  return absl::OkStatus();
}

absl::Status Decoder::Start(const std::vector<const void*>& inputs) {
  std::vector<void*> outputs;
  for (std::vector<float>& value : kept_) outputs.push_back(value.data());
  const absl::Status status = prologue_->Run(inputs, outputs);
  if (!status.ok()) return status;
  std::vector<int> sources;
  for (int64_t row = 0; row < rows(); ++row) sources.push_back(static_cast<int>(row / hypotheses_));
  for (size_t i = 0; i < kept_.size(); ++i) {
    if (!repeated_[i].empty()) GatherRows(kept_[i], static_cast<int64_t>(kept_[i].size()) / items_, sources, repeated_[i]);
  }
  for (State& state : states_) std::fill(state.values.begin(), state.values.end(), 0.0f);
  position_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<const float*> Decoder::Step(absl::Span<const int64_t> tokens) {
  if (static_cast<int64_t>(tokens.size()) != rows()) return absl::InvalidArgumentError("a token a row is wanted");
  if (position_ == capacity_) {
    return absl::InvalidArgumentError(absl::StrCat("there is room for ", capacity_, " positions only"));
  }
  position_value_ = position_;
  std::fill(lengths_.begin(), lengths_.end(), position_ + 1);
  step_inputs_[tokens_input_] = tokens.data();
  for (State& state : states_) {
    step_inputs_[state.input] = state.values.data();
    step_outputs_[state.output] = state.in_place ? state.values.data() : state.next.data();
  }
  const absl::Status status = step_->Run(step_inputs_, step_outputs_);
  if (!status.ok()) return status;
  for (State& state : states_) {
    if (!state.in_place) state.values.swap(state.next);
  }
  ++position_;
  return output_.data();
}

void Decoder::Reorder(absl::Span<const int> sources) {
  for (State& state : states_) {
    GatherRows(state.values, state.row, sources, state.next);
    state.values.swap(state.next);
  }
}

}  // namespace plumbline
