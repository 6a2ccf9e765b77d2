// Builds node by node. A node waits until its inputs are typed and the symbols its attributes name are bound; since
// the model's order is topological but for symbols, a few rounds over what waits are enough.
#include "compiler/passes/build_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/passes/evaluate_attributes.h"
#include "compiler/passes/size_expression.h"
#include "dsl/string_location.h"

namespace plumbline {
namespace {

DataType ToDataType(InputDType type) {
  switch (type) {
    case InputDType::kS64: return DataType::kS64;
    case InputDType::kU8: return DataType::kU8;
    case InputDType::kF32: break;
  }
  return DataType::kF32;
}

Initializer ToInitializer(const InitializerSpec& spec) {
  Initializer initializer;
  switch (spec.kind) {
    case InitializerSpec::Kind::kUniform: initializer.kind = Initializer::Kind::kUniform; break;
    case InitializerSpec::Kind::kNormal: initializer.kind = Initializer::Kind::kNormal; break;
    case InitializerSpec::Kind::kConstant: initializer.kind = Initializer::Kind::kConstant; break;
  }
  initializer.first = spec.a;
  initializer.second = spec.b;
  return initializer;
}

// A value that an error left without a type; what depends on it is silently left out.
constexpr ValueId kFailed = -2;

enum class Progress { kDone, kWait };

class Builder {
 public:
  Builder(const ExpandedModel& model, const OpRegistry& registry, Diagnostics& diagnostics)
      : model_(model), diagnostics_(diagnostics), graph_(&registry), registry_(registry) {}

  std::optional<Graph> Run() {
    const int errors_before = diagnostics_.error_count();
    environments_.resize(model_.scopes.size());
    bound_.resize(model_.scopes.size());
    for (size_t scope = 0; scope < model_.scopes.size(); ++scope) {
      bound_[scope].resize(model_.scopes[scope].bindings.size(), false);
    }
    AddInputs();
    AddNodes();
    CheckPatterns();
    AddOutputs();
    AddLosses();
    AddMetrics();
    if (diagnostics_.error_count() > errors_before) return std::nullopt;
    return std::move(graph_);
  }

 private:
  void Report(const ExpandedNode& node, SourceLocation location, std::string message, std::string hint) {
    diagnostics_.Add(Error(*model_.source, location.known() ? location : node.location, std::move(message))
                         .Hint(std::move(hint))
                         .Calls(CallChainOf(model_, node.scope)));
  }

  SourceLocation Within(SourceLocation string_location, size_t offset) const {
    return LocateInString(*model_.source, string_location, offset);
  }

  // --- inputs ---

  void AddInputs() {
    for (const ExpandedInput& input : model_.inputs) {
      for (const InputDimension& dimension : input.shape) {
        if (dimension.size.kind() != Expression::Kind::kName) continue;
        graph_.symbols().Declare(dimension.size.name(), dimension.bound);
        environments_[0][dimension.size.name()] = Size::Symbol(dimension.size.name());
      }
    }
    for (const ExpandedInput& input : model_.inputs) {
      Shape shape;
      bool failed = false;
      for (const InputDimension& dimension : input.shape) {
        const ExpressionOr<Size> size = ToSize(dimension.size, environments_[0], graph_.symbols());
        if (size.ok() && size->AsInteger().value_or(1) >= 1) {
          shape.push_back(*size);
          continue;
        }
        failed = true;
        diagnostics_.Add(Error(*model_.source, dimension.location,
                               size.ok() ? "a size must be at least 1" : size.error().message));
      }
      if (!failed && TensorType{ToDataType(input.dtype), shape}.Bytes().overflowed()) {
        failed = true;
        diagnostics_.Add(Error(*model_.source, input.location,
                               absl::StrCat("input '", input.name, "' has more than 2^63 bytes")));
      }
      inputs_.push_back(failed ? kFailed : graph_.AddInput(input.name, TensorType{ToDataType(input.dtype), shape}));
    }
  }

  // --- nodes ---

  ValueId Get(const ValueRef& reference) const {
    return reference.kind == ValueRef::Kind::kInput ? inputs_[reference.index] : nodes_[reference.index];
  }

  void AddNodes() {
    nodes_.assign(model_.nodes.size(), kNone);
    std::vector<int> waiting;
    for (size_t i = 0; i < model_.nodes.size(); ++i) {
      paths_[model_.nodes[i].path] = static_cast<int>(i);
      waiting.push_back(static_cast<int>(i));
    }
    while (!waiting.empty()) {
      std::vector<int> still;
      for (const int index : waiting) {
        if (AddNode(index) == Progress::kWait) still.push_back(index);
      }
      if (still.size() == waiting.size()) {
        // What remains waits for symbols: those of a failed argument, or ones that nothing binds.
        for (const int index : still) ReportUnbound(model_.nodes[index]);
        for (const int index : still) nodes_[index] = kFailed;
        return;
      }
      waiting = std::move(still);
    }
  }

  void ReportUnbound(const ExpandedNode& node) {
    if (diagnostics_.has_errors()) return;
    for (const std::string& name : UnboundNames(node)) {
      Report(node, node.location, absl::StrCat("symbol '", name, "' has no value here"), "");
    }
  }

  std::vector<std::string> UnboundNames(const ExpandedNode& node) const {
    std::vector<std::string> names;
    for (const ExpandedAttribute& attribute : node.attributes) {
      for (const Expression& value : attribute.values) {
        for (const auto& name : NamesIn(value)) {
          if (environments_[node.scope].count(name.first) == 0) names.push_back(name.first);
        }
      }
    }
    return names;
  }

  Progress AddNode(int index) {
    const ExpandedNode& node = model_.nodes[index];
    std::vector<ValueId> inputs;
    for (const ValueRef& reference : node.inputs) {
      inputs.push_back(Get(reference));
      if (inputs.back() == kNone) return Progress::kWait;
    }
    int shared = kNone;
    if (!node.parameters_of.empty()) {
      shared = paths_.at(node.parameters_of);
      if (nodes_[shared] == kNone) return Progress::kWait;
    }
    BindScope(node.scope);
    if (!UnboundNames(node).empty()) return Progress::kWait;
    const bool failed = std::count(inputs.begin(), inputs.end(), kFailed) > 0 ||
                        (shared != kNone && nodes_[shared] == kFailed);
    nodes_[index] = failed ? kFailed : Build(node, inputs, shared);
    return Progress::kDone;
  }

  // The value of the node, or kFailed with diagnostics.
  ValueId Build(const ExpandedNode& node, std::vector<ValueId> inputs, int shared) {
    const OpDefinition* op = registry_.Find(node.op);
    if (op == nullptr || op->internal) {
      Report(node, node.location, absl::StrCat("op '", node.op, "' is not known to the compiler"), "");
      return kFailed;
    }
    AttributeProblem problem;
    std::optional<Attributes> attributes =
        EvaluateAttributes(*op, node, environments_[node.scope], graph_.symbols(), problem);
    if (!attributes) {
      const SourceLocation location = problem.attribute == nullptr
                                          ? node.location
                                          : Within(problem.attribute->location, problem.offset);
      Report(node, location, std::move(problem.message), std::move(problem.hint));
      return kFailed;
    }
    if (op->source == SourceKind::kParameter) return BuildBareParameter(node, *attributes, shared);
    if (!AddParameters(*op, node, *attributes, shared, inputs)) return kFailed;
    const absl::StatusOr<NodeId> id = graph_.AddNode(*op, node.path, std::move(inputs), *std::move(attributes));
    if (!id.ok()) {
      ReportStatus(node, id.status());
      return kFailed;
    }
    if (!CheckSizes(node, *id)) return kFailed;
    NoteIfUnavailable(*op, node);
    return graph_.node(*id).outputs[0];
  }

  void ReportStatus(const ExpandedNode& node, const absl::Status& status) {
    const std::optional<std::string> name = AttributeOfError(status);
    SourceLocation location = node.location;
    for (const ExpandedAttribute& attribute : node.attributes) {
      if (name && attribute.name == *name) location = attribute.location;
    }
    Report(node, location, std::string(status.message()), "");
  }

  bool CheckSizes(const ExpandedNode& node, NodeId id) {
    for (const ValueId output : graph_.node(id).outputs) {
      const TensorType& type = graph_.type(output);
      const bool empty = std::any_of(type.shape.begin(), type.shape.end(),
                                     [](const Size& size) { return size.AsInteger().value_or(1) < 1; });
      if (!empty && !type.Bytes().overflowed()) continue;
      Report(node, node.location,
             absl::StrCat("its result would have shape ", ToString(type.shape, graph_.symbols())),
             empty ? "every size must be at least 1" : "that is more than 2^63 bytes");
      return false;
    }
    return true;
  }

  void NoteIfUnavailable(const OpDefinition& op, const ExpandedNode& node) {
    if (IsAvailable(op) || !noted_.insert(op.name).second) return;
    diagnostics_.Add(Note(*model_.source, node.location, absl::StrCat(op.name, ": not available yet")));
  }

  // --- parameters ---

  ValueId BuildBareParameter(const ExpandedNode& node, const Attributes& attributes, int shared) {
    const Shape& shape = attributes.sizes("shape");
    if (shared != kNone) {
      const TensorType& type = graph_.type(nodes_[shared]);
      if (type.shape == shape) return nodes_[shared];
      Report(node, node.parameters_of_location,
             absl::StrCat("'", node.parameters_of, "' has shape ", ToString(type.shape, graph_.symbols()),
                          ", but this parameter has ", ToString(shape, graph_.symbols())), "");
      return kFailed;
    }
    Initializer initializer;
    for (const ExpandedAttribute& attribute : node.attributes) {
      if (attribute.initializer) initializer = ToInitializer(*attribute.initializer);
    }
    if (!CheckParameterShape(node, shape)) return kFailed;
    return graph_.AddParameter(node.path, shape, initializer);
  }

  // Parameters are part of a model, so their sizes cannot depend on its inputs' symbols.
  bool CheckParameterShape(const ExpandedNode& node, const Shape& shape) {
    for (const Size& size : shape) {
      if (size.AsInteger().value_or(0) >= 1) continue;
      Report(node, node.location,
             absl::StrCat("its parameter would have shape ", ToString(shape, graph_.symbols())),
             "sizes of parameters must be positive numbers; here one depends on a symbol or is not positive");
      return false;
    }
    if (!TensorType{DataType::kF32, shape}.Bytes().overflowed()) return true;
    Report(node, node.location,
           absl::StrCat("its parameter would have shape ", ToString(shape, graph_.symbols())),
           "that is more than 2^63 bytes");
    return false;
  }

  // Appends the values of the op's own or shared parameters to `inputs`.
  bool AddParameters(const OpDefinition& op, const ExpandedNode& node, const Attributes& attributes, int shared,
                     std::vector<ValueId>& inputs) {
    std::vector<TensorType> types;
    for (const ValueId input : inputs) types.push_back(graph_.type(input));
    std::vector<ParameterSpec> specs;
    if (op.parameters != nullptr) {
      absl::StatusOr<std::vector<ParameterSpec>> result =
          op.parameters(InferContext{attributes, types, graph_.symbols()});
      if (!result.ok()) {
        ReportStatus(node, result.status());
        return false;
      }
      specs = *std::move(result);
    }
    for (ParameterSpec& spec : specs) {
      if (!CheckParameterShape(node, spec.shape)) return false;
    }
    if (!ApplyInits(node, specs)) return false;
    std::vector<std::pair<std::string, ValueId>>& own = parameters_[node.path];
    if (shared != kNone) return ShareParameters(node, specs, own, inputs);
    for (const ParameterSpec& spec : specs) {
      const ValueId value = graph_.AddParameter(absl::StrCat(node.path, ".", spec.name), spec.shape, spec.initializer);
      own.emplace_back(spec.name, value);
      inputs.push_back(value);
    }
    return true;
  }

  bool ApplyInits(const ExpandedNode& node, std::vector<ParameterSpec>& specs) {
    bool ok = true;
    for (const ExpandedInit& init : node.inits) {
      const auto spec = std::find_if(specs.begin(), specs.end(),
                                     [&](const ParameterSpec& candidate) { return candidate.name == init.parameter; });
      if (spec != specs.end()) {
        spec->initializer = ToInitializer(init.initializer);
        continue;
      }
      std::vector<std::string> names;
      for (const ParameterSpec& candidate : specs) names.push_back(candidate.name);
      Report(node, init.location, absl::StrCat(node.op, " has no parameter '", init.parameter, "' here"),
             DidYouMean(init.parameter, names));
      ok = false;
    }
    return ok;
  }

  bool ShareParameters(const ExpandedNode& node, const std::vector<ParameterSpec>& specs,
                       std::vector<std::pair<std::string, ValueId>>& own, std::vector<ValueId>& inputs) {
    const auto& theirs = parameters_[node.parameters_of];
    if (specs.empty() && node.shares_as_part) return true;
    bool equal = specs.size() == theirs.size() && !specs.empty();
    for (size_t i = 0; equal && i < specs.size(); ++i) {
      equal = specs[i].name == theirs[i].first && specs[i].shape == graph_.type(theirs[i].second).shape;
    }
    if (!equal) {
      Report(node, node.parameters_of_location,
             absl::StrCat("cannot use the parameters of '", node.parameters_of, "': it has ", Describe(theirs),
                          ", this node needs ", Describe(specs)), "");
      return false;
    }
    own = theirs;
    for (const auto& parameter : own) inputs.push_back(parameter.second);
    return true;
  }

  std::string Describe(const std::vector<std::pair<std::string, ValueId>>& parameters) const {
    std::string text;
    for (const auto& [name, value] : parameters) {
      absl::StrAppend(&text, text.empty() ? "" : ", ", name, " ",
                      ToString(graph_.type(value).shape, graph_.symbols()));
    }
    return text.empty() ? "none" : text;
  }

  std::string Describe(const std::vector<ParameterSpec>& specs) const {
    std::string text;
    for (const ParameterSpec& spec : specs) {
      absl::StrAppend(&text, text.empty() ? "" : ", ", spec.name, " ", ToString(spec.shape, graph_.symbols()));
    }
    return text.empty() ? "none" : text;
  }

  // --- symbols of functions ---

  // Binds what the shapes of already typed arguments say. A symbol that is bound twice must stand for one size.
  void BindScope(int scope) {
    const ExpandedScope& expanded = model_.scopes[scope];
    for (size_t i = 0; i < expanded.bindings.size(); ++i) {
      const ScopeBinding& binding = expanded.bindings[i];
      const ValueId value = Get(binding.value);
      if (bound_[scope][i] || value == kNone) continue;
      bound_[scope][i] = true;
      if (value == kFailed || !binding.has_pattern) continue;
      const Shape& shape = graph_.type(value).shape;
      if (shape.size() != binding.pattern.size()) {
        ReportBinding(scope, binding, absl::StrCat("argument '", binding.argument, "' has ", binding.pattern.size(),
                                                   " axes, but is given ", ToString(shape, graph_.symbols())));
        continue;
      }
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        if (binding.pattern[axis].binds) BindSymbol(scope, binding, binding.pattern[axis].name, shape[axis]);
      }
    }
  }

  void BindSymbol(int scope, const ScopeBinding& binding, const std::string& name, const Size& size) {
    const auto [entry, inserted] = environments_[scope].emplace(name, size);
    if (inserted || entry->second == size) return;
    ReportBinding(scope, binding,
                  absl::StrCat("'", name, "' is ", graph_.symbols().ToString(size), " in argument '",
                               binding.argument, "', but ", graph_.symbols().ToString(entry->second),
                               " in an earlier argument"));
  }

  void CheckPatterns() {
    for (size_t scope = 0; scope < model_.scopes.size(); ++scope) {
      BindScope(static_cast<int>(scope));
      for (const ScopeBinding& binding : model_.scopes[scope].bindings) {
        const ValueId value = Get(binding.value);
        if (value < 0 || !binding.has_pattern) continue;
        const Shape shape = graph_.type(value).shape;
        if (shape.size() != binding.pattern.size()) continue;
        for (size_t axis = 0; axis < shape.size(); ++axis) {
          const PatternEntry& entry = binding.pattern[axis];
          if (entry.binds) continue;
          const ExpressionOr<Size> size = ToSize(entry.check, environments_[scope], graph_.symbols());
          if (size.ok() && *size == shape[axis]) continue;
          const std::string expected = size.ok() ? graph_.symbols().ToString(*size) : size.error().message;
          ReportBinding(static_cast<int>(scope), binding,
                        absl::StrCat("argument '", binding.argument, "' is given ", ToString(shape, graph_.symbols()),
                                     ", but axis ", axis, " must be ", expected));
        }
      }
    }
  }

  void ReportBinding(int scope, const ScopeBinding& binding, std::string message) {
    const int parent = std::max(model_.scopes[scope].parent, 0);
    const SourceLocation location =
        binding.value_location.known() ? binding.value_location : model_.scopes[scope].location;
    diagnostics_.Add(Error(*model_.source, location, std::move(message))
                         .Hint(absl::StrCat("in a call of '", model_.scopes[scope].function, "'"))
                         .Calls(CallChainOf(model_, parent)));
  }

  // --- outputs ---

  void AddOutputs() {
    for (const ExpandedOutput& output : model_.outputs) {
      const ValueId value = Get(output.value);
      if (value >= 0) graph_.mutable_outputs().push_back({output.name, value, OutputKind::kOutput});
    }
  }

  // A loss or metric node; kFailed if an input is, or after an error.
  ValueId BuildScalar(const ExpandedNode& node) {
    std::vector<ValueId> inputs;
    for (const ValueRef& reference : node.inputs) inputs.push_back(Get(reference));
    if (std::any_of(inputs.begin(), inputs.end(), [](ValueId value) { return value < 0; })) return kFailed;
    return Build(node, std::move(inputs), kNone);
  }

  void AddLosses() {
    std::vector<ValueId> terms;
    for (const ExpandedLoss& loss : model_.losses) {
      ExpandedNode node = loss.node;
      node.path = absl::StrCat("loss/", loss.name);
      const ValueId value = BuildScalar(node);
      if (value < 0) return;
      if (model_.losses.size() > 1) {
        graph_.mutable_outputs().push_back({absl::StrCat("loss/", loss.name), value, OutputKind::kLossTerm});
      }
      const absl::StatusOr<ValueId> weighted =
          loss.weight == 1 ? value : graph_.Add("scale", {value}, {{"by", loss.weight}});
      if (!weighted.ok()) return ReportStatus(node, weighted.status());
      terms.push_back(*weighted);
    }
    if (terms.empty()) return;
    const absl::StatusOr<ValueId> sum = terms.size() == 1 ? terms[0] : graph_.Add("add_n", terms, {});
    if (!sum.ok()) return ReportStatus(model_.losses[0].node, sum.status());
    graph_.mutable_outputs().push_back({"loss", *sum, OutputKind::kLoss});
  }

  void AddMetrics() {
    for (const ExpandedMetric& metric : model_.metrics) {
      ExpandedNode node = metric.node;
      node.path = absl::StrCat("metric/", metric.name);
      const ValueId value = BuildScalar(node);
      if (value < 0) continue;
      graph_.mutable_outputs().push_back({absl::StrCat("metric/", metric.name), value, OutputKind::kMetric});
    }
  }

  const ExpandedModel& model_;
  Diagnostics& diagnostics_;
  Graph graph_;
  const OpRegistry& registry_;
  std::vector<ValueId> inputs_;                  // by model input
  std::vector<ValueId> nodes_;                   // by model node; kNone while it waits
  std::map<std::string, int> paths_;             // node by path
  std::vector<SizeEnvironment> environments_;    // symbols by scope
  std::vector<std::vector<bool>> bound_;         // which bindings of a scope have been read
  std::map<std::string, std::vector<std::pair<std::string, ValueId>>> parameters_;  // by node path
  std::set<std::string> noted_;
};

}  // namespace

bool IsAvailable(const OpDefinition& op) {
  return op.lower != nullptr || op.view != nullptr || op.resolve_mode != nullptr || op.source != SourceKind::kNone;
}

std::optional<Graph> BuildGraph(const ExpandedModel& model, const OpRegistry& registry, Diagnostics& diagnostics) {
  return Builder(model, registry, diagnostics).Run();
}

}  // namespace plumbline
