// One case per AttributeKind.
#include "compiler/passes/evaluate_attributes.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

using AttributeOr = ExpressionOr<AttributeValue>;

ExpressionOr<std::optional<Number>> NoSymbols(const std::string& name) {
  return ExpressionError{0, absl::StrCat("'", name, "' is a symbol; this attribute must be known before shapes are"), ""};
}

AttributeOr EvaluateList(const std::vector<Expression>& expressions, const SizeEnvironment& environment,
                         SymbolTable& symbols, bool integers) {
  std::vector<Size> sizes;
  for (const Expression& expression : expressions) {
    if (integers) {
      const ExpressionOr<int64_t> value = EvaluateInteger(expression, NoSymbols);
      if (!value.ok()) return value.error();
      sizes.push_back(Size(*value));
      continue;
    }
    const ExpressionOr<Size> size = ToSize(expression, environment, symbols);
    if (!size.ok()) return size.error();
    sizes.push_back(*size);
  }
  return AttributeValue(std::move(sizes));
}

AttributeOr EvaluateOne(AttributeKind kind, const Expression& expression, const SizeEnvironment& environment,
                        SymbolTable& symbols) {
  if (kind == AttributeKind::kSize) {
    const ExpressionOr<Size> size = ToSize(expression, environment, symbols);
    if (!size.ok()) return size.error();
    return AttributeValue(*size);
  }
  if (kind == AttributeKind::kReal) {
    const ExpressionOr<double> value = EvaluateReal(expression, NoSymbols);
    if (!value.ok()) return value.error();
    return AttributeValue(*value);
  }
  if (kind == AttributeKind::kBool) {
    const ExpressionOr<Number> value = EvaluateNumber(expression, NoSymbols);
    if (!value.ok()) return value.error();
    return AttributeValue(IsTrue(*value));
  }
  const ExpressionOr<int64_t> value = EvaluateInteger(expression, NoSymbols);
  if (!value.ok()) return value.error();
  return AttributeValue(Size(*value));
}

AttributeOr EvaluateSpec(const AttributeSpec& spec, const std::vector<Expression>& expressions,
                         const SizeEnvironment& environment, SymbolTable& symbols) {
  if (spec.kind == AttributeKind::kIntegerList || spec.kind == AttributeKind::kSizeList) {
    return EvaluateList(expressions, environment, symbols, spec.kind == AttributeKind::kIntegerList);
  }
  if (expressions.size() != 1) {
    return ExpressionError{0, absl::StrCat("'", spec.name, "' takes one value, not ", expressions.size()), ""};
  }
  return EvaluateOne(spec.kind, expressions[0], environment, symbols);
}

const ExpandedAttribute* Find(const ExpandedNode& node, const std::string& name) {
  for (const ExpandedAttribute& attribute : node.attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

// A default is written in the op's definition, so it parses.
AttributeOr EvaluateDefault(const AttributeSpec& spec, SymbolTable& symbols) {
  if (spec.kind == AttributeKind::kText) return AttributeValue(spec.default_text);
  const ExpressionOr<std::vector<Expression>> parsed = ParseExpressionList(spec.default_text);
  if (!parsed.ok()) return parsed.error();
  return EvaluateSpec(spec, *parsed, {}, symbols);
}

}  // namespace

std::optional<Attributes> EvaluateAttributes(const OpDefinition& op, const ExpandedNode& node,
                                             const SizeEnvironment& environment, SymbolTable& symbols,
                                             AttributeProblem& problem) {
  Attributes result;
  for (const AttributeSpec& spec : op.attributes) {
    const ExpandedAttribute* given = Find(node, spec.name);
    if (given == nullptr && spec.required) {
      problem = {nullptr, 0, absl::StrCat(op.name, " needs '", spec.name, "'"), spec.doc};
      return std::nullopt;
    }
    if (given == nullptr && spec.default_text.empty()) continue;
    const AttributeOr value =
        given == nullptr ? EvaluateDefault(spec, symbols)
        : spec.kind == AttributeKind::kText ? AttributeOr(AttributeValue(given->text))
                                            : EvaluateSpec(spec, given->values, environment, symbols);
    if (!value.ok()) {
      problem = {given, value.error().offset, value.error().message, value.error().hint};
      return std::nullopt;
    }
    result.Set(spec.name, *value);
  }
  return result;
}

}  // namespace plumbline
