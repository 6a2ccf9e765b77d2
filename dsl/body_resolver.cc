#include "dsl/body_resolver.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/initializer.h"
#include "dsl/op_catalog.h"
#include "dsl/resolve.h"
#include "dsl/source.h"
#include "dsl/string_location.h"

namespace plumbline {
namespace {

std::string Count(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

// "2 inputs", "at least 1 input", "3 or 4 inputs", with the names where they are known.
std::string WantedInputs(const OpSignature& op) {
  std::string text;
  if (op.max_inputs < 0) {
    text = absl::StrCat("at least ", Count(op.min_inputs, "input"));
  } else if (op.min_inputs == op.max_inputs) {
    text = op.min_inputs == 0 ? "no inputs" : Count(op.min_inputs, "input");
  } else {
    text = absl::StrCat(op.min_inputs, " to ", Count(op.max_inputs, "input"));
  }
  for (size_t i = 0; i < op.input_names.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? ": " : ", ", op.input_names[i]);
  }
  return text;
}

bool IsBareSymbol(const Expression& size, const Constants& constants) {
  return size.kind() == Expression::Kind::kName && constants.Find(size.name()) < 0;
}

}  // namespace

BodyResolver::BodyResolver(ResolverContext& context, int index)
    : context_(context), index_(index),
      body_(context.model.bodies[static_cast<size_t>(index)]) {}

ResolvedBody BodyResolver::Resolve() {
  result_.declared = &body_;
  result_.nodes.resize(body_.nodes.size());
  FindGaps();
  BindArguments();
  CheckShapes();
  GroupNodes();
  for (int i = 0; i < static_cast<int>(body_.nodes.size()); ++i) ResolveNode(i);
  if (index_ > 0) ResolveOutput();
  return result_;
}

void BodyResolver::Report(SourceLocation location, std::string message, std::string hint) {
  context_.diagnostics.Add(Error(context_.source, location, std::move(message))
                               .Hint(std::move(hint))
                               .Calls(context_.model.example_calls.Chain(index_ - 1)));
}

std::string BodyResolver::BodyName() const {
  return index_ == 0 ? "the model" : absl::StrCat("function ", Quoted(body_.function.text));
}

void BodyResolver::FindGaps() {
  values_missing_ = body_.damaged;
  for (const DeclaredArgument& argument : body_.arguments) {
    if (!argument.name.given()) values_missing_ = true;
    const bool lost = index_ == 0 && !argument.shape.given;
    if (lost || (argument.shape.given && !argument.shape.valid)) symbols_missing_ = true;
  }
  for (const DeclaredNode& node : body_.nodes) {
    const bool anonymous = node.call.has_value() && !node.name.location.known();
    if (!node.name.given() && !anonymous) values_missing_ = true;
  }
  for (const DeclaredConstant& constant : context_.model.constants) {
    if (!constant.name.given()) symbols_missing_ = true;
  }
}

void BodyResolver::BindArguments() {
  const absl::string_view what = index_ == 0 ? "inputs" : "arguments";
  for (int i = 0; i < static_cast<int>(body_.arguments.size()); ++i) {
    const DeclaredArgument& argument = body_.arguments[static_cast<size_t>(i)];
    std::vector<ResolvedSize> sizes;
    BindShape(argument, &sizes);
    result_.shapes.push_back(std::move(sizes));
    if (!argument.name.given()) continue;
    const ValueTarget target{ValueTarget::Kind::kArgument, i};
    if (values_.emplace(argument.name.text, target).second) {
      value_names_.push_back(argument.name.text);
    } else {
      Report(argument.name.location,
             absl::StrCat("there are two ", what, " ", Quoted(argument.name.text)), "");
    }
  }
}

void BodyResolver::BindShape(const DeclaredArgument& argument, std::vector<ResolvedSize>* sizes) {
  for (const DeclaredSize& size : argument.shape.sizes) {
    ResolvedSize resolved;
    if (IsBareSymbol(size.size, context_.constants)) {
      resolved.binds = symbols_.insert(size.size.name()).second;
      if (resolved.binds) symbol_names_.push_back(size.size.name());
    }
    sizes->push_back(resolved);
  }
}

void BodyResolver::CheckShapes() {
  for (const DeclaredArgument& argument : body_.arguments) {
    for (const DeclaredSize& size : argument.shape.sizes) {
      CheckNames(size.size, argument.shape.quote, Allowed::kConstantsAndSymbols);
      if (size.bound.has_value()) {
        CheckNames(*size.bound, argument.shape.quote, Allowed::kConstants);
      }
    }
  }
}

void BodyResolver::GroupNodes() {
  for (int i = 0; i < static_cast<int>(body_.nodes.size()); ++i) {
    const DeclaredName& name = body_.nodes[static_cast<size_t>(i)].name;
    if (!name.given()) continue;
    const ValueTarget group{ValueTarget::Kind::kGroup, static_cast<int>(result_.groups.size())};
    const auto [found, is_new] = values_.emplace(name.text, group);
    if (is_new) {
      result_.groups.emplace_back();
      value_names_.push_back(name.text);
    } else if (found->second.kind == ValueTarget::Kind::kArgument) {
      Report(name.location,
             absl::StrCat("node ", Quoted(name.text), " has the name of an ",
                          index_ == 0 ? "input" : "argument"),
             "");
      continue;
    }
    result_.groups[static_cast<size_t>(found->second.index)].push_back(i);
    result_.nodes[static_cast<size_t>(i)].group = found->second.index;
  }
}

void BodyResolver::ResolveNode(int index) {
  const DeclaredNode& node = body_.nodes[static_cast<size_t>(index)];
  ResolvedNode& resolved = result_.nodes[static_cast<size_t>(index)];
  if (node.call.has_value()) ResolveCall(node, &resolved);
  ResolveInputs(node, index, &resolved);
  CheckConstant(node.when);
  CheckAttributes(node);
  for (const DeclaredInit& init : node.inits) CheckInitializer(init.text, init.quote);
  if (node.inits.empty()) return;
  if (node.call.has_value()) {
    Report(node.inits[0].parameter.location, "a call has no parameters of its own",
           "write the init at the node inside the function");
  } else if (node.parameters_of.given()) {
    Report(node.inits[0].parameter.location, "a node that shares parameters does not initialise them",
           absl::StrCat("write the init at ", Quoted(node.parameters_of.text)));
  }
}

void BodyResolver::ResolveInputs(const DeclaredNode& node, int index, ResolvedNode* resolved) {
  for (const DeclaredName& input : node.inputs) resolved->inputs.push_back(FindValue(input));
  OpSignature op;  // of a call: that of the function
  if (resolved->callee >= 0) {
    const DeclaredBody& callee = context_.model.bodies[static_cast<size_t>(resolved->callee)];
    op.name = callee.function.text;
    op.min_inputs = op.max_inputs = static_cast<int>(callee.arguments.size());
    for (const DeclaredArgument& argument : callee.arguments) {
      op.input_names.push_back(argument.name.text);
    }
  } else if (node.signature != nullptr) {
    op = *node.signature;
  } else {
    return;
  }
  const int given = static_cast<int>(node.inputs.size());
  if (given == 0 && op.min_inputs == 1 && op.max_inputs == 1) {
    resolved->inputs.push_back({ValueTarget::Kind::kEarlier, index});
    if (index > 0) return;
    resolved->inputs.back().kind = ValueTarget::Kind::kUnknown;
    Report(node.op_location, absl::StrCat("the first node of ", BodyName(), " names its input"),
           "an input that is not named is the nearest node before");
    return;
  }
  if (given >= op.min_inputs && (op.max_inputs < 0 || given <= op.max_inputs)) return;
  const std::string taken = given == 0 ? "none is named" : absl::StrCat("found ", given);
  Report(node.op_location, absl::StrCat(op.name, " takes ", WantedInputs(op), "; ", taken), "");
}

void BodyResolver::ResolveCall(const DeclaredNode& node, ResolvedNode* resolved) {
  const DeclaredCall& call = *node.call;
  if (call.function.given()) {
    const auto found = context_.functions.find(call.function.text);
    if (found != context_.functions.end()) {
      resolved->callee = found->second;
    } else {
      Report(call.function.location,
             absl::StrCat("there is no function ", Quoted(call.function.text)),
             DidYouMean(call.function.text, context_.function_names));
    }
  }
  CheckConstant(call.repeat);
  CheckConstant(call.share_parameters);
  if (call.repeat.given && !node.name.given() && !node.name.location.known()) {
    Report(call.repeat.quote, "a repeated call needs a name", "its instances are NAME0, NAME1, ...");
  }
  if (call.repeat.given && resolved->callee >= 0 &&
      context_.model.bodies[static_cast<size_t>(resolved->callee)].arguments.empty()) {
    Report(call.repeat.quote, "a repeated function takes at least one argument",
           "the result of each instance is the first argument of the next");
  }
  if (call.share_parameters.given && !call.repeat.given) {
    Report(call.share_parameters.quote, "only a repeated call shares parameters among its instances",
           "parameters_of shares those of another node or call");
  }
  if (call.repeat.given && node.parameters_of.given()) {
    Report(node.parameters_of.location, "a repeated call has no parameters_of",
           "call the function once for each instance");
  }
  for (const DeclaredSet& set : call.sets) {
    CheckConstant(set.value);
    const int constant = set.constant.given() ? context_.constants.Find(set.constant.text) : -1;
    resolved->set_constants.push_back(constant);
    if (constant >= 0 || !set.constant.given()) continue;
    Report(set.constant.location, absl::StrCat("there is no constant ", Quoted(set.constant.text)),
           DidYouMean(set.constant.text, context_.constants.names()));
  }
}

void BodyResolver::ResolveOutput() {
  if (body_.output.given()) {
    result_.output = FindValue(body_.output);
  } else if (!body_.nodes.empty() && !body_.output.location.known()) {
    const ResolvedNode& last = result_.nodes.back();
    if (last.group >= 0) {
      result_.output = {ValueTarget::Kind::kGroup, last.group};
    } else {
      result_.output_node = static_cast<int>(body_.nodes.size()) - 1;
    }
  }
}

ValueTarget BodyResolver::FindValue(const DeclaredName& name) {
  if (!name.given()) return {};
  const auto found = values_.find(name.text);
  if (found != values_.end()) return found->second;
  if (values_missing_ && NearestName(name.text, value_names_).empty()) return {};
  Report(name.location, absl::StrCat("there is no value ", Quoted(name.text), " in ", BodyName()),
         context_.diagnostics.full() ? "" : UnknownValueHint(name.text));
  return {};
}

std::string BodyResolver::UnknownValueHint(absl::string_view name) const {
  std::string nearest = DidYouMean(name, value_names_);
  if (!nearest.empty()) return nearest;
  if (index_ > 0) {
    return "a function sees its arguments, its own nodes, its symbols and the constants, nothing else";
  }
  const size_t dot = name.rfind('.');
  if (dot != absl::string_view::npos && values_.contains(name.substr(0, name.find('.')))) {
    return "the nodes inside a call cannot be named from outside";
  }
  return "";
}

void BodyResolver::CheckAttributes(const DeclaredNode& node) {
  for (const DeclaredAttribute& attribute : node.attributes) {
    if (attribute.kind == ExpandedAttribute::Kind::kInitializer) {
      CheckInitializer(attribute.text, attribute.quote);
    }
    for (const Expression& value : attribute.values) {
      CheckNames(value, attribute.quote, Allowed::kConstantsAndSymbols);
    }
  }
}

void BodyResolver::CheckConstant(const DeclaredExpression& expression) {
  if (expression.valid) CheckNames(expression.expression, expression.quote, Allowed::kConstants);
}

void BodyResolver::CheckNames(const Expression& expression, SourceLocation quote,
                              Allowed allowed) {
  for (const auto& [name, offset] : NamesIn(expression)) {
    if (context_.constants.Find(name) >= 0) continue;
    const bool is_symbol = symbols_.contains(name);
    if (is_symbol && allowed == Allowed::kConstantsAndSymbols) continue;
    const SourceLocation place = LocateInString(context_.source, quote, offset);
    if (is_symbol) {
      Report(place, absl::StrCat(Quoted(name), " is a symbol; a constant is wanted here"),
             "symbols get their sizes when the model is run");
      continue;
    }
    std::string hint;
    if (!context_.diagnostics.full()) {
      std::vector<std::string> known = context_.constants.names();
      if (allowed == Allowed::kConstantsAndSymbols) {
        known.insert(known.end(), symbol_names_.begin(), symbol_names_.end());
      }
      hint = DidYouMean(name, known);
      if (name == "inf" || name == "nan" || name == "infinity") hint = "numbers must be finite";
      if (name == "true" || name == "false") hint = "conditions are numbers: write 1 or 0";
    }
    const bool symbols = allowed == Allowed::kConstantsAndSymbols;
    if (symbols_missing_ && hint.empty()) continue;
    Report(place,
           absl::StrCat("there is no constant ", symbols ? "or symbol " : "", Quoted(name), " in ",
                        BodyName()),
           hint);
  }
}

// Names and form; numbers that depend on constants are checked where those have their values.
void BodyResolver::CheckInitializer(const std::string& text, SourceLocation quote) {
  const NameLookup lookup = [&](const std::string& name) -> ExpressionOr<std::optional<Number>> {
    if (context_.constants.Find(name) >= 0) return ExpressionError{};
    return ExpressionError{0, absl::StrCat("there is no constant ", Quoted(name)),
                           DidYouMean(name, context_.constants.names())};
  };
  const ExpressionOr<InitializerSpec> parsed = ParseInitializer(text, lookup);
  if (parsed.ok() || parsed.error().message.empty()) return;
  ExpressionError error = parsed.error();
  context_.diagnostics.Add(ErrorInString(context_.source, quote, error)
                               .Calls(context_.model.example_calls.Chain(index_ - 1)));
}

}  // namespace plumbline
