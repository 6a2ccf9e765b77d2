#include "dsl/expand.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "dsl/call_settings.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/folder.h"
#include "dsl/instance.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

using Kind = InstanceValue::Kind;

std::string Join(const std::string& path, const std::string& name) {
  if (path.empty() || name.empty()) return absl::StrCat(path, name);
  return absl::StrCat(path, ".", name);
}

class Expander {
 public:
  Expander(std::shared_ptr<const Source> source, const ResolvedModel& model, Constants& constants,
           Diagnostics& diagnostics)
      : source_(*source), resolved_(model), constants_(constants), diagnostics_(diagnostics) {
    const DeclaredModel& declared = *model.declared;
    result_.model.source = std::move(source);
    result_.model.name = declared.name;
    result_.model.batch = model.batch;
    result_.node_survives.resize(static_cast<size_t>(model.node_count));
    result_.node_used.resize(static_cast<size_t>(model.node_count));
    result_.input_used.resize(declared.bodies[0].arguments.size());
  }

  Expansion Expand() {
    result_.model.scopes.emplace_back();
    Instance top_level(source_, resolved_.bodies[0], constants_, constants_.top_level(),
                       CallsOf(0), diagnostics_);
    ExpandInputs(top_level);
    ExpandBody(top_level, ResultsOfModel());
    ExpandOutputs(top_level);
    ExpandLosses(top_level);
    return std::move(result_);
  }

 private:
  // Stays valid while the model grows.
  Folder::Calls CallsOf(int scope) {
    return [this, scope] { return CallChainOf(result_.model, scope); };
  }

  void ExpandInputs(Instance& top_level) {
    const DeclaredBody& declared = *top_level.body().declared;
    absl::flat_hash_map<std::string, int64_t> bounds;
    for (const DeclaredArgument& argument : declared.arguments) {
      ExpandedInput input;
      input.name = argument.name.text;
      input.dtype = argument.dtype.value_or(InputDType::kF32);
      input.shape = top_level.folder().InputShape(argument.shape);
      input.location = argument.name.location;
      for (const InputDimension& dimension : input.shape) {
        if (!dimension.bound.has_value() || dimension.size.is_literal()) continue;
        const auto [found, is_new] = bounds.emplace(dimension.size.name(), *dimension.bound);
        if (is_new || found->second == *dimension.bound) continue;
        diagnostics_.Add(Error(source_, dimension.location,
                               absl::StrCat("symbol ", Quoted(dimension.size.name()),
                                            " has two bounds, ", found->second, " and ",
                                            *dimension.bound)));
      }
      const ValueRef ref{ValueRef::Kind::kInput, static_cast<int>(result_.model.inputs.size())};
      top_level.arguments.push_back({Kind::kKnown, ref});
      result_.model.inputs.push_back(std::move(input));
    }
  }

  // What outputs, losses and metrics refer to.
  std::vector<ValueTarget> ResultsOfModel() const {
    std::vector<ValueTarget> results = resolved_.outputs;
    for (const auto* targets : {&resolved_.losses, &resolved_.metrics}) {
      for (const std::vector<ValueTarget>& values : *targets) {
        results.insert(results.end(), values.begin(), values.end());
      }
    }
    return results;
  }

  void ExpandBody(Instance& instance, const std::vector<ValueTarget>& results) {
    for (const int node : instance.Order(results)) {
      InstanceValue& value = instance.values[static_cast<size_t>(node)];
      if (!instance.survives(node)) {
        const ValueTarget stand_in = instance.StandIn(node);
        const bool has_stand_in = !instance.resolved(node).inputs.empty() &&
                                  (stand_in.kind != ValueTarget::Kind::kEarlier ||
                                   instance.NodeOf(stand_in) >= 0);
        value = has_stand_in ? Look(instance, stand_in) : InstanceValue{Kind::kNothing, value.ref};
        continue;
      }
      result_.node_survives[Number(instance, node)] = true;
      if (instance.declared(node).call.has_value()) {
        value = ExpandCall(instance, node);
      } else {
        value = ExpandNode(instance, node);
      }
    }
  }

  size_t Number(const Instance& instance, int node) const {
    return static_cast<size_t>(instance.body().first_node + node);
  }

  // The value of a target, which counts as used.
  InstanceValue Look(const Instance& instance, const ValueTarget& target) {
    if (target.kind == ValueTarget::Kind::kArgument) {
      const size_t index = static_cast<size_t>(target.index);
      if (instance.scope == 0) result_.input_used[index] = true;
      return instance.arguments[index];
    }
    const int node = instance.NodeOf(target);
    if (node < 0) return {};
    result_.node_used[Number(instance, node)] = true;
    return instance.values[static_cast<size_t>(node)];
  }

  // The value of an input; reports one that stands for nothing.
  InstanceValue LookAt(const Instance& instance, const ValueTarget& target,
                       SourceLocation location) {
    if (target.kind == ValueTarget::Kind::kEarlier && instance.NodeOf(target) < 0) {
      Report(instance, location, "no node before this one survives `when`", "name the input");
      return {};
    }
    const InstanceValue value = Look(instance, target);
    if (value.kind != Kind::kNothing) return value;
    Report(instance, location, "this is a node that `when` drops",
           "its name stands for its first input, and it has none");
    return {};
  }

  void Report(const Instance& instance, SourceLocation location, std::string message,
              std::string hint) {
    diagnostics_.Add(Error(source_, location, std::move(message))
                         .Hint(std::move(hint))
                         .Calls(instance.calls()));
  }

  // Values of a node's inputs and the places where they are named.
  std::vector<InstanceValue> LookAtInputs(const Instance& instance, const DeclaredNode& declared,
                                          const std::vector<ValueTarget>& targets,
                                          std::vector<SourceLocation>* locations) {
    std::vector<InstanceValue> values;
    for (size_t i = 0; i < targets.size(); ++i) {
      const bool named = i < declared.inputs.size();
      locations->push_back(named ? declared.inputs[i].location : declared.op_location);
      values.push_back(LookAt(instance, targets[i], locations->back()));
    }
    return values;
  }

  ExpandedNode MakeNode(Instance& instance, const DeclaredNode& declared,
                        const std::vector<ValueTarget>& targets) {
    ExpandedNode node;
    node.op = declared.op;
    node.scope = instance.scope;
    node.location = declared.op_location;
    for (const InstanceValue& value :
         LookAtInputs(instance, declared, targets, &node.input_locations)) {
      node.inputs.push_back(value.ref);
    }
    node.attributes = instance.folder().Attributes(declared);
    node.inits = instance.folder().Inits(declared);
    return node;
  }

  InstanceValue ExpandNode(Instance& instance, int index) {
    const DeclaredNode& declared = instance.declared(index);
    ExpandedNode node = MakeNode(instance, declared, instance.resolved(index).inputs);
    node.path = Join(instance.path, declared.name.text);
    if (!CheckPath(instance, node.path, declared.location)) return {};
    const int number = static_cast<int>(result_.model.nodes.size());
    if (declared.parameters_of.given()) {
      result_.sharing.push_back({number, number + 1, node.path, declared.parameters_of.text, false,
                                 -1, false, instance.scope,
                                 declared.parameters_of.location});
    }
    result_.model.nodes.push_back(std::move(node));
    return {Kind::kKnown, {ValueRef::Kind::kNode, number}};
  }

  bool CheckPath(const Instance& instance, const std::string& path, SourceLocation location) {
    if (path.size() <= kMaxPathLength) return true;
    Report(instance, location, absl::StrCat("the path of this node is ", path.size(), " bytes long"),
           absl::StrCat("the limit is ", kMaxPathLength));
    return false;
  }

  InstanceValue ExpandCall(Instance& caller, int index) {
    const DeclaredNode& declared = caller.declared(index);
    const ResolvedNode& resolved = caller.resolved(index);
    const DeclaredCall& call = *declared.call;
    std::vector<SourceLocation> locations;
    std::vector<InstanceValue> arguments =
        LookAtInputs(caller, declared, resolved.inputs, &locations);
    if (resolved.callee < 0) return {};
    const ResolvedBody& callee = resolved_.bodies[static_cast<size_t>(resolved.callee)];
    if (arguments.size() != callee.declared->arguments.size()) return {};
    const CallSettings settings = EvaluateSettings(call, resolved, constants_.OnlyIn(caller.environment()));
    for (const auto& [quote, error] : settings.errors) caller.folder().Report(quote, error);
    const Constants::Environment& environment =
        constants_.With(caller.environment(), settings.values);
    const std::optional<int64_t> repeat = Repeat(caller, call);
    const std::optional<bool> share = call.share_parameters.given
                                          ? caller.folder().Condition(call.share_parameters)
                                          : std::optional<bool>(false);
    if (!repeat.has_value() || !share.has_value()) return {};
    InstanceValue result;
    std::string first_path;
    for (int64_t i = 0; i < *repeat; ++i) {
      std::string name = declared.name.text;
      if (call.repeat.given) absl::StrAppend(&name, i);
      const std::string path = Join(caller.path, name);
      if (!CheckPath(caller, path, declared.location)) return {};
      const int begin = static_cast<int>(result_.model.nodes.size());
      result = ExpandInstance(caller, index, environment, path, arguments, locations);
      if (i == 0) first_path = path;
      RequestSharing(caller, index, begin, path,
                     *share && i > 0 ? first_path : std::string());
      if (!name.empty()) result_.instances.push_back({path, resolved.callee});
      if (!arguments.empty()) arguments[0] = result;
    }
    return result;
  }

  // How often a call is made; nothing when that was reported.
  std::optional<int64_t> Repeat(Instance& caller, const DeclaredCall& call) {
    if (!call.repeat.given) return 1;
    const std::optional<int64_t> repeat = caller.folder().Integer(call.repeat);
    if (!repeat.has_value() || *repeat >= 1) return repeat;
    caller.folder().Report(call.repeat.quote,
                           {call.repeat.expression.offset(), absl::StrCat("repeat is ", *repeat),
                            "it is at least 1; `when` drops a call altogether"});
    return std::nullopt;
  }

  // For the nodes from `begin` on; `first_path` is that of the instance to share with, or empty.
  void RequestSharing(const Instance& caller, int index, int begin, const std::string& path,
                      const std::string& first_path) {
    const DeclaredNode& declared = caller.declared(index);
    const int callee = caller.resolved(index).callee;
    const int end = static_cast<int>(result_.model.nodes.size());
    if (!first_path.empty()) {
      result_.sharing.push_back({begin, end, path, first_path, true, callee, true,
                                 caller.scope, declared.call->share_parameters.quote});
    } else if (declared.parameters_of.given() && !declared.call->repeat.given) {
      result_.sharing.push_back({begin, end, path, declared.parameters_of.text, true, callee,
                                 false, caller.scope, declared.parameters_of.location});
    }
  }

  InstanceValue ExpandInstance(const Instance& caller, int index,
                               const Constants::Environment& environment, const std::string& path,
                               const std::vector<InstanceValue>& arguments,
                               const std::vector<SourceLocation>& locations) {
    const DeclaredNode& call = caller.declared(index);
    const ResolvedBody& body =
        resolved_.bodies[static_cast<size_t>(caller.resolved(index).callee)];
    const int scope = static_cast<int>(result_.model.scopes.size());
    ExpandedScope expanded;
    expanded.parent = caller.scope;
    expanded.path = path;
    expanded.function = body.declared->function.text;
    expanded.location = call.op_location;
    expanded.is_named = !call.name.text.empty();
    result_.model.scopes.push_back(std::move(expanded));
    Instance instance(source_, body, constants_, environment, CallsOf(scope), diagnostics_);
    instance.scope = scope;
    instance.path = path;
    instance.arguments = arguments;
    result_.model.scopes.back().bindings = Bind(instance, locations);
    ExpandBody(instance, {body.output});
    if (body.output_node < 0) return OutputOf(instance, body.output);
    result_.node_used[Number(instance, body.output_node)] = true;
    return CheckOutput(instance, instance.values[static_cast<size_t>(body.output_node)]);
  }

  std::vector<ScopeBinding> Bind(Instance& instance, const std::vector<SourceLocation>& locations) {
    std::vector<ScopeBinding> bindings;
    const ResolvedBody& body = instance.body();
    for (size_t i = 0; i < body.declared->arguments.size(); ++i) {
      const DeclaredArgument& argument = body.declared->arguments[i];
      ScopeBinding binding;
      binding.argument = argument.name.text;
      binding.value = instance.arguments[i].ref;
      binding.has_pattern = argument.shape.given;
      binding.pattern = instance.folder().Pattern(argument.shape, body.shapes[i]);
      binding.location = argument.name.location;
      binding.value_location = locations[i];
      bindings.push_back(std::move(binding));
    }
    return bindings;
  }

  InstanceValue OutputOf(const Instance& instance, const ValueTarget& output) {
    return CheckOutput(instance, Look(instance, output));
  }

  InstanceValue CheckOutput(const Instance& instance, const InstanceValue& value) {
    if (value.kind != Kind::kNothing) return value;
    Report(instance, instance.body().declared->location,
           "the function's output is a node that `when` drops",
           "its name stands for its first input, and it has none");
    return {};
  }

  void ExpandOutputs(const Instance& top_level) {
    const std::vector<DeclaredOutput>& outputs = resolved_.declared->outputs;
    for (size_t i = 0; i < outputs.size(); ++i) {
      ExpandedOutput output;
      output.name = outputs[i].name.text;
      output.location = outputs[i].name.location;
      output.value = LookAt(top_level, resolved_.outputs[i], outputs[i].value.location).ref;
      result_.model.outputs.push_back(std::move(output));
    }
    const std::optional<DeclaredDecode>& declared = resolved_.declared->decode;
    if (!declared.has_value()) return;
    ExpandedDecode decode;
    decode.symbol = declared->symbol.text;
    decode.location = declared->input.location;
    for (size_t i = 0; i < result_.model.inputs.size(); ++i) {
      if (result_.model.inputs[i].name == declared->input.text) decode.input = static_cast<int>(i);
    }
    for (size_t i = 0; i < result_.model.outputs.size(); ++i) {
      if (result_.model.outputs[i].name == declared->output.text) {
        decode.output = static_cast<int>(i);
      }
    }
    result_.model.decode = decode;
  }

  void ExpandLosses(Instance& top_level) {
    const DeclaredModel& declared = *resolved_.declared;
    for (size_t i = 0; i < declared.losses.size(); ++i) {
      const DeclaredLoss& loss = declared.losses[i];
      ExpandedLoss expanded;
      expanded.name = loss.name.text;
      expanded.location = loss.name.location;
      if (loss.weight.given) expanded.weight = top_level.folder().Real(loss.weight).value_or(1);
      expanded.node = MakeNode(top_level, loss.node, resolved_.losses[i]);
      result_.model.losses.push_back(std::move(expanded));
    }
    for (size_t i = 0; i < declared.metrics.size(); ++i) {
      ExpandedMetric expanded;
      expanded.name = declared.metrics[i].name.text;
      expanded.location = declared.metrics[i].name.location;
      expanded.node = MakeNode(top_level, declared.metrics[i].node, resolved_.metrics[i]);
      result_.model.metrics.push_back(std::move(expanded));
    }
  }

  const Source& source_;
  const ResolvedModel& resolved_;
  Constants& constants_;
  Diagnostics& diagnostics_;
  Expansion result_;
};

}  // namespace

Expansion Expand(std::shared_ptr<const Source> source, const ResolvedModel& model,
                 Constants& constants, Diagnostics& diagnostics) {
  return Expander(std::move(source), model, constants, diagnostics).Expand();
}

}  // namespace plumbline
