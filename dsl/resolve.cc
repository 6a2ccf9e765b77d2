#include "dsl/resolve.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/body_resolver.h"
#include "dsl/call_graph.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

class ModelResolver {
 public:
  ModelResolver(const Source& source, const DeclaredModel& model, const Constants& constants,
                Diagnostics& diagnostics)
      : context_{source, model, constants, diagnostics, {}, {}}, model_(model),
        top_level_(context_, 0) {
    result_.declared = &model;
  }

  ResolvedModel Resolve() {
    DeclareFunctions();
    result_.bodies.push_back(top_level_.Resolve());
    for (int i = 1; i < static_cast<int>(model_.bodies.size()); ++i) {
      result_.bodies.push_back(BodyResolver(context_, i).Resolve());
    }
    for (ResolvedBody& body : result_.bodies) {
      body.first_node = result_.node_count;
      result_.node_count += static_cast<int>(body.nodes.size());
    }
    ResolveOutputs();
    ResolveLosses();
    ResolveBatch();
    if (model_.decode.has_value()) CheckDecode(*model_.decode);
    result_.can_expand = CheckCallGraph(context_.source, result_, context_.diagnostics);
    return std::move(result_);
  }

 private:
  void Report(SourceLocation location, std::string message, std::string hint) {
    context_.diagnostics.Add(
        Error(context_.source, location, std::move(message)).Hint(std::move(hint)));
  }

  void DeclareFunctions() {
    for (int i = 1; i < static_cast<int>(model_.bodies.size()); ++i) {
      const DeclaredName& name = model_.bodies[static_cast<size_t>(i)].function;
      if (!name.given()) continue;
      if (context_.functions.emplace(name.text, i).second) {
        context_.function_names.push_back(name.text);
      } else {
        Report(name.location, absl::StrCat("there are two functions ", Quoted(name.text)), "");
      }
    }
  }

  void ResolveOutputs() {
    absl::flat_hash_set<std::string> names;
    for (const DeclaredOutput& output : model_.outputs) {
      result_.outputs.push_back(top_level_.FindValue(output.value));
      if (output.name.given() && !names.insert(output.name.text).second) {
        Report(output.name.location, absl::StrCat("there are two outputs ", Quoted(output.name.text)),
               "");
      }
    }
  }

  void ResolveLosses() {
    absl::flat_hash_set<std::string> names;
    const auto resolve = [&](const DeclaredLoss& loss) {
      if (loss.name.given() && !names.insert(loss.name.text).second) {
        Report(loss.name.location,
               absl::StrCat("there are two losses or metrics ", Quoted(loss.name.text)), "");
      }
      top_level_.CheckConstant(loss.weight);
      top_level_.CheckAttributes(loss.node);
      std::vector<ValueTarget> values;
      for (const DeclaredName& input : loss.node.inputs) {
        values.push_back(top_level_.FindValue(input));
      }
      return values;
    };
    for (const DeclaredLoss& loss : model_.losses) result_.losses.push_back(resolve(loss));
    for (const DeclaredLoss& metric : model_.metrics) result_.metrics.push_back(resolve(metric));
  }

  bool IsSymbol(absl::string_view name) const {
    const std::vector<std::string>& symbols = top_level_.symbols();
    return std::find(symbols.begin(), symbols.end(), name) != symbols.end();
  }

  // Named, or the symbol that leads every input.
  void ResolveBatch() {
    if (model_.batch.given()) {
      if (IsSymbol(model_.batch.text)) {
        result_.batch = model_.batch.text;
      } else {
        Report(model_.batch.location,
               absl::StrCat("no input has the batch symbol ", Quoted(model_.batch.text)),
               DidYouMean(model_.batch.text, top_level_.symbols()));
      }
      return;
    }
    const auto leader = [](const DeclaredArgument& input) -> std::string {
      if (input.shape.sizes.empty()) return "";
      const Expression& first = input.shape.sizes[0].size;
      return first.kind() == Expression::Kind::kName ? first.name() : "";
    };
    const std::vector<DeclaredArgument>& inputs = model_.bodies[0].arguments;
    if (inputs.empty()) return;
    const std::string first = leader(inputs[0]);
    if (!IsSymbol(first)) return;
    for (const DeclaredArgument& input : inputs) {
      if (leader(input) != first) return;
    }
    result_.batch = first;
  }

  void CheckDecode(const DeclaredDecode& decode) {
    const DeclaredArgument* input = nullptr;
    std::vector<std::string> inputs;
    for (const DeclaredArgument& argument : model_.bodies[0].arguments) {
      inputs.push_back(argument.name.text);
      if (argument.name.text == decode.input.text) input = &argument;
    }
    if (decode.input.given() && input == nullptr) {
      Report(decode.input.location,
             absl::StrCat("there is no input ", Quoted(decode.input.text)),
             DidYouMean(decode.input.text, inputs));
    }
    if (decode.symbol.given() && input != nullptr && input->shape.valid &&
        decode.input.given() && !HasSymbol(*input, decode.symbol.text)) {
      Report(decode.symbol.location,
             absl::StrCat("input ", Quoted(decode.input.text), " has no size ",
                          Quoted(decode.symbol.text)),
             "a model generates along a symbol of the input that it generates");
    }
    std::vector<std::string> outputs;
    for (const DeclaredOutput& output : model_.outputs) outputs.push_back(output.name.text);
    const bool known = std::find(outputs.begin(), outputs.end(), decode.output.text) != outputs.end();
    if (decode.output.given() && !known) {
      Report(decode.output.location, absl::StrCat("there is no output ", Quoted(decode.output.text)),
             DidYouMean(decode.output.text, outputs));
    }
  }

  bool HasSymbol(const DeclaredArgument& input, const std::string& symbol) const {
    return IsSymbol(symbol) &&
           std::any_of(input.shape.sizes.begin(), input.shape.sizes.end(),
                       [&symbol](const DeclaredSize& size) {
                         return size.size.kind() == Expression::Kind::kName &&
                                size.size.name() == symbol;
                       });
  }

  ResolverContext context_;
  const DeclaredModel& model_;
  BodyResolver top_level_;
  ResolvedModel result_;
};

void WarnOfUnusedArguments(const Source& source, const ResolvedModel& model, int index,
                           Diagnostics& diagnostics) {
  const ResolvedBody& body = model.bodies[static_cast<size_t>(index)];
  std::vector<bool> used(body.declared->arguments.size(), false);
  const auto use = [&used](const ValueTarget& target) {
    if (target.kind == ValueTarget::Kind::kArgument) used[static_cast<size_t>(target.index)] = true;
  };
  use(body.output);
  for (const ResolvedNode& node : body.nodes) {
    for (const ValueTarget& input : node.inputs) use(input);
  }
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i]) continue;
    const DeclaredName& name = body.declared->arguments[i].name;
    diagnostics.Add(Warning(source, name.location,
                            absl::StrCat("argument ", Quoted(name.text), " is not used"))
                        .Calls(model.declared->example_calls.Chain(index - 1)));
  }
}

}  // namespace

ResolvedModel Resolve(const Source& source, const DeclaredModel& model, const Constants& constants,
                      Diagnostics& diagnostics) {
  return ModelResolver(source, model, constants, diagnostics).Resolve();
}

void WarnOfUnusedDeclarations(const Source& source, const ResolvedModel& model,
                              Diagnostics& diagnostics) {
  std::vector<bool> called(model.bodies.size(), false);
  for (const ResolvedBody& body : model.bodies) {
    for (const ResolvedNode& node : body.nodes) {
      if (node.callee >= 0) called[static_cast<size_t>(node.callee)] = true;
    }
  }
  for (size_t i = 1; i < model.bodies.size(); ++i) {
    if (!called[i]) {
      const DeclaredName& name = model.bodies[i].declared->function;
      diagnostics.Add(Warning(source, name.location,
                              absl::StrCat("function ", Quoted(name.text), " is never called")));
    }
    WarnOfUnusedArguments(source, model, static_cast<int>(i), diagnostics);
  }
}

}  // namespace plumbline
