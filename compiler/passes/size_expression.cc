// Recursion over the tree; the parser bounds its depth.
#include "compiler/passes/size_expression.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

using Kind = Expression::Kind;

ExpressionError ErrorAt(const Expression& expression, std::string message, std::string hint) {
  return ExpressionError{expression.offset(), std::move(message), std::move(hint)};
}

ExpressionOr<Size> Divide(const Expression& at, const Size& a, const Size& b, const SymbolTable& symbols) {
  if (b.is_zero()) return ErrorAt(at, "division by zero", "");
  const std::optional<Polynomial> quotient = Polynomial::Divide(a, b);
  if (!quotient) {
    return ErrorAt(at, absl::StrCat(symbols.ToString(b), " does not divide ", symbols.ToString(a)),
                   "a size must be a polynomial in its symbols; ceil_div rounds up");
  }
  if (quotient->is_constant() && !quotient->AsInteger() && !quotient->overflowed()) {
    return ErrorAt(at, absl::StrCat(symbols.ToString(a), " / ", symbols.ToString(b), " is not exact"), "");
  }
  return *quotient;
}

ExpressionOr<Size> Combine(const Expression& at, const Size& a, const Size& b, SymbolTable& symbols) {
  switch (at.kind()) {
    case Kind::kAdd: return a + b;
    case Kind::kSubtract: return a - b;
    case Kind::kMultiply: return a * b;
    case Kind::kDivide: return Divide(at, a, b, symbols);
    case Kind::kMin: return symbols.Derive(DerivedKind::kMin, a, b);
    case Kind::kMax: return symbols.Derive(DerivedKind::kMax, a, b);
    case Kind::kCeilDiv:
      if (b.is_zero()) return ErrorAt(at, "division by zero", "");
      return symbols.Derive(DerivedKind::kCeilDiv, a, b);
    default: return ErrorAt(at, "a condition on symbols cannot be a size", "their values are not known yet");
  }
}

}  // namespace

ExpressionOr<Size> ToSize(const Expression& expression, const SizeEnvironment& environment, SymbolTable& symbols) {
  switch (expression.kind()) {
    case Kind::kInteger: return Size(expression.integer());
    case Kind::kReal: return ErrorAt(expression, "a size must be an integer", "");
    case Kind::kName: {
      const auto found = environment.find(expression.name());
      if (found != environment.end()) return found->second;
      return ErrorAt(expression, absl::StrCat("unknown symbol '", expression.name(), "'"), "");
    }
    default: break;
  }
  std::vector<Size> operands;
  for (const Expression& operand : expression.operands()) {
    const ExpressionOr<Size> size = ToSize(operand, environment, symbols);
    if (!size.ok()) return size.error();
    operands.push_back(*size);
  }
  if (expression.kind() == Kind::kNegate) return Size(0) - operands[0];
  if (operands.size() != 2) return ErrorAt(expression, "this cannot be a size", "");
  const ExpressionOr<Size> result = Combine(expression, operands[0], operands[1], symbols);
  if (result.ok() && result->overflowed()) return ErrorAt(expression, "the value does not fit 64 bits", "");
  return result;
}

}  // namespace plumbline
