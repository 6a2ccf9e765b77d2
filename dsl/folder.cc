#include "dsl/folder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/initializer.h"
#include "dsl/resolve.h"
#include "dsl/source.h"
#include "dsl/string_location.h"

namespace plumbline {

Folder::Folder(const Source& source, const Constants& constants,
               const Constants::Environment& environment, Diagnostics& diagnostics)
    : source_(source), lookup_(constants.In(environment)),
      constants_(constants.OnlyIn(environment)), diagnostics_(diagnostics) {}

void Folder::Report(SourceLocation quote, const ExpressionError& error) {
  if (error.message.empty()) return;
  diagnostics_.Add(
      ErrorInString(source_, quote, error).Calls(calls_ ? calls_() : CallChain()));
}

std::optional<bool> Folder::Condition(const DeclaredExpression& expression) {
  if (!expression.valid) return std::nullopt;
  const ExpressionOr<Number> value = EvaluateNumber(expression.expression, constants_);
  if (value.ok()) return IsTrue(*value);
  Report(expression.quote, value.error());
  return std::nullopt;
}

std::optional<int64_t> Folder::Integer(const DeclaredExpression& expression) {
  if (!expression.valid) return std::nullopt;
  const ExpressionOr<int64_t> value = EvaluateInteger(expression.expression, constants_);
  if (value.ok()) return *value;
  Report(expression.quote, value.error());
  return std::nullopt;
}

std::optional<double> Folder::Real(const DeclaredExpression& expression) {
  if (!expression.valid) return std::nullopt;
  const ExpressionOr<double> value = EvaluateReal(expression.expression, constants_);
  if (value.ok()) return *value;
  Report(expression.quote, value.error());
  return std::nullopt;
}

std::optional<InitializerSpec> Folder::Initializer(const std::string& text, SourceLocation quote) {
  const ExpressionOr<InitializerSpec> parsed = ParseInitializer(text, constants_);
  if (parsed.ok()) return *parsed;
  Report(quote, parsed.error());
  return std::nullopt;
}

std::vector<ExpandedAttribute> Folder::Attributes(const DeclaredNode& node) {
  std::vector<ExpandedAttribute> attributes;
  for (const DeclaredAttribute& declared : node.attributes) {
    if (!declared.valid) continue;
    ExpandedAttribute attribute;
    attribute.name = declared.name;
    attribute.kind = declared.kind;
    attribute.text = declared.text;
    attribute.location = declared.quote;
    if (declared.kind == ExpandedAttribute::Kind::kInitializer) {
      attribute.initializer = Initializer(declared.text, declared.quote);
    }
    for (const Expression& value : declared.values) {
      const ExpressionOr<Expression> folded = Fold(value, lookup_);
      if (folded.ok()) {
        attribute.values.push_back(*folded);
      } else {
        Report(declared.quote, folded.error());
      }
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

std::vector<ExpandedInit> Folder::Inits(const DeclaredNode& node) {
  std::vector<ExpandedInit> inits;
  for (const DeclaredInit& declared : node.inits) {
    const std::optional<InitializerSpec> initializer = Initializer(declared.text, declared.quote);
    if (!initializer.has_value()) continue;
    inits.push_back({declared.parameter.text, *initializer, declared.parameter.location});
  }
  std::sort(inits.begin(), inits.end(), [](const ExpandedInit& a, const ExpandedInit& b) {
    return a.parameter < b.parameter;
  });
  return inits;
}

// A size without symbols becomes a positive literal.
std::optional<Expression> Folder::Size(const Expression& size, absl::string_view what,
                                       SourceLocation quote) {
  const ExpressionOr<Expression> folded = Fold(size, lookup_);
  if (!folded.ok()) {
    Report(quote, folded.error());
    return std::nullopt;
  }
  if (!NamesIn(*folded).empty()) return *folded;
  const ExpressionOr<int64_t> value = EvaluateInteger(*folded, lookup_);
  if (!value.ok()) {
    Report(quote, value.error());
    return std::nullopt;
  }
  if (*value < 1) {
    Report(quote, {size.offset(), absl::StrCat("the ", what, " is ", *value),
                   absl::StrCat("a ", what, " is at least 1")});
    return std::nullopt;
  }
  return Expression::Integer(*value, size.offset());
}

std::vector<PatternEntry> Folder::Pattern(const DeclaredShape& shape,
                                          const std::vector<ResolvedSize>& sizes) {
  std::vector<PatternEntry> pattern;
  for (size_t i = 0; i < shape.sizes.size(); ++i) {
    const Expression& size = shape.sizes[i].size;
    PatternEntry entry;
    entry.location = LocateInString(source_, shape.quote, size.offset());
    entry.binds = sizes[i].binds;
    if (entry.binds) {
      entry.name = size.name();
    } else if (const std::optional<Expression> check = Size(size, "size", shape.quote)) {
      entry.check = *check;
    }
    pattern.push_back(std::move(entry));
  }
  return pattern;
}

std::vector<InputDimension> Folder::InputShape(const DeclaredShape& shape) {
  std::vector<InputDimension> dimensions;
  for (const DeclaredSize& declared : shape.sizes) {
    InputDimension dimension;
    dimension.location = LocateInString(source_, shape.quote, declared.size.offset());
    if (const std::optional<Expression> size = Size(declared.size, "size", shape.quote)) {
      dimension.size = *size;
    }
    if (declared.bound.has_value()) {
      const std::optional<Expression> bound = Size(*declared.bound, "bound", shape.quote);
      if (bound.has_value() && bound->is_literal()) dimension.bound = bound->integer();
      if (declared.size.kind() == Expression::Kind::kName && dimension.size.is_literal()) {
        Report(shape.quote, {declared.size.offset(),
                             absl::StrCat(Quoted(declared.size.name()),
                                          " is a constant; only a symbol has a bound"),
                             ""});
      }
    }
    dimensions.push_back(std::move(dimension));
  }
  return dimensions;
}

}  // namespace plumbline
