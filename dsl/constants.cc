#include "dsl/constants.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/load_options.h"
#include "dsl/source.h"
#include "dsl/string_location.h"

namespace plumbline {

class Constants::Environment {
 public:
  int id = 0;
  const Environment* outer = nullptr;
  std::vector<Setting> settings;
  mutable absl::flat_hash_map<int, ExpressionOr<Number>> computed;  // looked up, never iterated
};

struct Constants::Definition {
  Expression expression;
  bool valid = false;
  std::vector<int> parts;     // constants it is made of
  SourceLocation quote;       // unknown for an override
  SourceLocation name_place;
  std::string origin;         // of an override
};

Constants::Constants(const Source& source, const std::vector<DeclaredConstant>& declared,
                     const std::vector<ConstantOverride>& overrides, Diagnostics& diagnostics)
    : source_(source), diagnostics_(diagnostics) {
  environments_.push_back(std::make_unique<Environment>());
  Declare(declared);
  Override(overrides);
  for (Definition& definition : definitions_) CheckNames(definition);
  CheckCycles();
  for (int i = 0; i < static_cast<int>(definitions_.size()); ++i) {
    const ExpressionOr<Number> value = Value(i, top_level());
    if (value.ok() || value.error().message.empty()) continue;
    Report(definitions_[static_cast<size_t>(i)], value.error());
    environments_[0]->computed.insert_or_assign(i, ExpressionError{});
  }
}

Constants::~Constants() = default;

int Constants::Find(absl::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? -1 : found->second;
}

int Constants::IdOf(const Environment& environment) { return environment.id; }

void Constants::Declare(const std::vector<DeclaredConstant>& declared) {
  for (const DeclaredConstant& constant : declared) {
    if (!constant.name.given()) continue;
    const auto [found, is_new] =
        index_.emplace(constant.name.text, static_cast<int>(definitions_.size()));
    if (!is_new) {
      const SourceLocation first = definitions_[static_cast<size_t>(found->second)].name_place;
      diagnostics_.Add(Error(source_, constant.name.location,
                             absl::StrCat("there are two constants ", Quoted(constant.name.text)))
                           .Hint(absl::StrCat("the first is in line ", first.line)));
      continue;
    }
    names_.push_back(constant.name.text);
    Definition definition;
    definition.expression = constant.value.expression;
    definition.valid = constant.value.valid;
    definition.quote = constant.value.quote;
    definition.name_place = constant.name.location;
    definitions_.push_back(std::move(definition));
  }
}

void Constants::Override(const std::vector<ConstantOverride>& overrides) {
  for (const ConstantOverride& override : overrides) {
    const int constant = Find(override.name);
    if (constant < 0) {
      diagnostics_.Add(FileError(source_.name(), absl::StrCat(override.origin,
                                                              ": the model has no constant ",
                                                              Quoted(override.name)))
                           .Hint(DidYouMean(override.name, names_)));
      continue;
    }
    Definition& definition = definitions_[static_cast<size_t>(constant)];
    definition.quote = {};
    definition.origin = override.origin;
    const ExpressionOr<Expression> parsed = ParseExpression(override.value);
    definition.valid = parsed.ok();
    if (parsed.ok()) {
      definition.expression = *parsed;
    } else {
      Report(definition, parsed.error());
    }
  }
}

void Constants::Report(const Definition& definition, const ExpressionError& error) {
  if (definition.quote.known()) {
    diagnostics_.Add(ErrorInString(source_, definition.quote, error));
  } else {
    diagnostics_.Add(
        FileError(source_.name(), absl::StrCat(definition.origin, ": ", error.message))
            .Hint(error.hint));
  }
}

void Constants::CheckNames(Definition& definition) {
  if (!definition.valid) return;
  for (const auto& [name, offset] : NamesIn(definition.expression)) {
    const int part = Find(name);
    if (part >= 0) {
      definition.parts.push_back(part);
      continue;
    }
    std::string hint = DidYouMean(name, names_);
    if (hint.empty()) hint = "a constant is made of numbers and other constants";
    Report(definition, {offset, absl::StrCat("there is no constant ", Quoted(name)), hint});
    definition.valid = false;
  }
}

// Depth-first with a stack of its own. Also bounds how deep constants are made of others, so that they can be computed
// by recursion.
void Constants::CheckCycles() {
  enum class State { kNew, kOpen, kDone };
  const size_t count = definitions_.size();
  std::vector<State> states(count, State::kNew);
  std::vector<int> depths(count, 0);
  std::vector<std::pair<size_t, size_t>> stack;  // constant, next part
  for (size_t root = 0; root < count; ++root) {
    if (states[root] == State::kNew) stack.emplace_back(root, 0);
    while (!stack.empty()) {
      const size_t constant = stack.back().first;
      Definition& definition = definitions_[constant];
      states[constant] = State::kOpen;
      if (!definition.valid || stack.back().second == definition.parts.size()) {
        for (const int part : definition.parts) {
          depths[constant] = std::max(depths[constant], depths[static_cast<size_t>(part)] + 1);
        }
        if (definition.valid && depths[constant] > kMaxConstantDepth) {
          Report(definition, {0, "the constant is made of constants that are made of constants ...",
                              absl::StrCat("the limit is ", kMaxConstantDepth, " levels")});
          definition.valid = false;
          depths[constant] = 0;
        }
        states[constant] = State::kDone;
        stack.pop_back();
        continue;
      }
      const size_t part = static_cast<size_t>(definition.parts[stack.back().second++]);
      if (states[part] == State::kNew) stack.emplace_back(part, 0);
      if (states[part] == State::kOpen) {
        Report(definition, {0, absl::StrCat("constant ", Quoted(names_[constant]),
                                            " is made of itself"),
                            part == constant ? "" : absl::StrCat("through ", Quoted(names_[part]))});
        definition.valid = false;
      }
    }
  }
}

const Constants::Environment& Constants::With(const Environment& outer,
                                              std::vector<Setting> settings) {
  if (settings.empty()) return outer;
  std::sort(settings.begin(), settings.end());
  const auto [found, is_new] = known_.try_emplace({outer.id, settings}, nullptr);
  if (is_new) {
    auto environment = std::make_unique<Environment>();
    environment->id = static_cast<int>(environments_.size());
    environment->outer = &outer;
    environment->settings = std::move(settings);
    found->second = environment.get();
    environments_.push_back(std::move(environment));
  }
  return *found->second;
}

NameLookup Constants::In(const Environment& environment) const {
  return [this, &environment](const std::string& name) -> ExpressionOr<std::optional<Number>> {
    const int constant = Find(name);
    if (constant < 0) return std::optional<Number>();
    const ExpressionOr<Number> value = Value(constant, environment);
    if (!value.ok()) return value.error();
    return std::optional<Number>(*value);
  };
}

NameLookup Constants::OnlyIn(const Environment& environment) const {
  const NameLookup lookup = In(environment);
  return [lookup](const std::string& name) {
    ExpressionOr<std::optional<Number>> found = lookup(name);
    if (found.ok() && !found->has_value()) return ExpressionOr<std::optional<Number>>(ExpressionError{});
    return found;
  };
}

ExpressionOr<Number> Constants::Value(int constant, const Environment& environment) const {
  for (const Environment* place = &environment; place != nullptr; place = place->outer) {
    for (const Setting& setting : place->settings) {
      if (setting.first == constant) return setting.second;
    }
  }
  const Definition& definition = definitions_[static_cast<size_t>(constant)];
  if (!definition.valid) return ExpressionError{};
  const Environment& owner = definition.parts.empty() ? top_level() : environment;
  const auto found = owner.computed.find(constant);
  if (found != owner.computed.end()) return found->second;
  const ExpressionOr<Number> value = Compute(constant, owner);
  owner.computed.emplace(constant, value);
  return value;
}

ExpressionOr<Number> Constants::Compute(int constant, const Environment& environment) const {
  const bool is_update = &environment != &top_level();
  if (is_update && ++updates_ > kMaxConstantUpdates) {
    return ExpressionError{0, "too many constants have to be computed anew for `set`",
                           absl::StrCat("the limit is ", kMaxConstantUpdates, " values")};
  }
  const size_t index = static_cast<size_t>(constant);
  ExpressionOr<Number> value =
      EvaluateNumber(definitions_[index].expression, In(environment));
  if (value.ok() || !is_update || value.error().message.empty()) return value;
  return ExpressionError{
      0, absl::StrCat("constant ", Quoted(names_[index]), " has no value here: ",
                      value.error().message),
      value.error().hint};
}

}  // namespace plumbline
