// Evaluation in integers, in double, and the folding that is right for both.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"

namespace plumbline {
namespace {

using Kind = Expression::Kind;

constexpr absl::string_view kExactDivision =
    "a division of integers must be exact; ceil_div(a, b) rounds up";
// Where a real would do as well.
constexpr absl::string_view kExactDivisionOfNumbers =
    "a division of integers must be exact; ceil_div(a, b) rounds up, and 1.0 * a / b is real";

ExpressionError Overflow(const Expression& at) {
  return {at.offset(), "the result does not fit into 64 bits", ""};
}

ExpressionError SymbolWhereConstantWanted(const Expression& name) {
  return {name.offset(), absl::StrCat(Quoted(name.name()), " is a symbol; a constant is wanted here"),
          "symbols get their sizes when the model is run"};
}

// Gives 0 or 1, whatever its operands are.
bool IsCondition(Kind kind) { return kind == Kind::kNot || kind >= Kind::kLess; }

bool IsLogical(Kind kind) { return kind == Kind::kAnd || kind == Kind::kOr; }

// The value of a comparison or logical operator, in either arithmetic.
template <typename T>
std::optional<bool> Condition(Kind kind, T a, T b) {
  switch (kind) {
    case Kind::kLess:
      return a < b;
    case Kind::kLessEqual:
      return a <= b;
    case Kind::kGreater:
      return a > b;
    case Kind::kGreaterEqual:
      return a >= b;
    case Kind::kEqual:
      return a == b;
    case Kind::kNotEqual:
      return a != b;
    case Kind::kAnd:
      return a != 0 && b != 0;
    case Kind::kOr:
      return a != 0 || b != 0;
    default:
      return std::nullopt;
  }
}

// Quotient rounded up; `b` is neither 0 nor does a / b overflow.
int64_t CeilDiv(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return quotient + (a % b != 0 && (a < 0) == (b < 0) ? 1 : 0);
}

ExpressionOr<int64_t> DivideIntegers(const Expression& at, int64_t a, int64_t b) {
  if (b == 0) return ExpressionError{at.offset(), "division by zero", ""};
  if (a == std::numeric_limits<int64_t>::min() && b == -1) return Overflow(at);
  if (at.kind() == Kind::kCeilDiv) return CeilDiv(a, b);
  if (a % b != 0) {
    return ExpressionError{at.offset(), absl::StrCat(a, " / ", b, " is not an integer"),
                           std::string(kExactDivision)};
  }
  return a / b;
}

ExpressionOr<int64_t> ApplyToIntegers(const Expression& at, int64_t a, int64_t b) {
  if (const std::optional<bool> condition = Condition(at.kind(), a, b)) {
    return int64_t{*condition};
  }
  int64_t result = 0;
  bool overflow = false;
  switch (at.kind()) {
    case Kind::kNegate:
      overflow = __builtin_sub_overflow(int64_t{0}, a, &result);
      break;
    case Kind::kNot:
      return int64_t{a == 0};
    case Kind::kAdd:
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case Kind::kSubtract:
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case Kind::kMultiply:
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    case Kind::kMin:
      return std::min(a, b);
    case Kind::kMax:
      return std::max(a, b);
    default:
      return DivideIntegers(at, a, b);
  }
  if (overflow) return Overflow(at);
  return result;
}

ExpressionOr<double> ApplyToReals(const Expression& at, double a, double b) {
  if (const std::optional<bool> condition = Condition(at.kind(), a, b)) {
    return *condition ? 1.0 : 0.0;
  }
  const bool divides = at.kind() == Kind::kDivide || at.kind() == Kind::kCeilDiv;
  if (divides && b == 0) return ExpressionError{at.offset(), "division by zero", ""};
  if (at.kind() == Kind::kSqrt && a < 0) {
    return ExpressionError{at.offset(),
                           absl::StrCat("square root of the negative ", ToString(Number(a))), ""};
  }
  double result = 0;
  switch (at.kind()) {
    case Kind::kNegate:
      result = -a;
      break;
    case Kind::kNot:
      result = a == 0 ? 1 : 0;
      break;
    case Kind::kSqrt:
      result = std::sqrt(a);
      break;
    case Kind::kAdd:
      result = a + b;
      break;
    case Kind::kSubtract:
      result = a - b;
      break;
    case Kind::kMultiply:
      result = a * b;
      break;
    case Kind::kDivide:
      result = a / b;
      break;
    case Kind::kCeilDiv:
      result = std::ceil(a / b);
      break;
    case Kind::kMin:
      result = std::min(a, b);
      break;
    default:
      result = std::max(a, b);
      break;
  }
  if (!std::isfinite(result)) {
    return ExpressionError{at.offset(), "the result is not a finite number", ""};
  }
  return result;
}

ExpressionOr<Number> LookUpNumber(const Expression& name, const NameLookup& lookup) {
  const ExpressionOr<std::optional<Number>> found = lookup(name.name());
  if (!found.ok()) {
    ExpressionError error = found.error();
    error.offset = name.offset();
    return error;
  }
  if (!found->has_value()) return SymbolWhereConstantWanted(name);
  return **found;
}

// Whether a real takes part in the value: a decimal, sqrt or a real constant, other than inside a condition. Errors of
// constants count as integers; who evaluates meets them.
bool IsReal(const Expression& expression, const NameLookup& lookup) {
  if (expression.kind() == Kind::kReal || expression.kind() == Kind::kSqrt) return true;
  if (IsCondition(expression.kind())) return false;
  if (expression.kind() == Kind::kName) {
    const ExpressionOr<std::optional<Number>> found = lookup(expression.name());
    return found.ok() && found->has_value() && std::holds_alternative<double>(**found);
  }
  return std::any_of(expression.operands().begin(), expression.operands().end(),
                     [&lookup](const Expression& operand) { return IsReal(operand, lookup); });
}

// T is int64_t or double: one recursion for both arithmetics. Within integers, the conditions on reals are computed in
// double.
template <typename T>
class Evaluator {
 public:
  explicit Evaluator(const NameLookup& lookup) : lookup_(lookup) {}

  ExpressionOr<T> Evaluate(const Expression& expression) const {
    switch (expression.kind()) {
      case Kind::kInteger:
        return static_cast<T>(expression.integer());
      case Kind::kReal:
        return Real(expression.real(), expression);
      case Kind::kName: {
        const ExpressionOr<Number> number = LookUpNumber(expression, lookup_);
        if (!number.ok()) return number.error();
        if (const int64_t* integer = std::get_if<int64_t>(&*number)) return static_cast<T>(*integer);
        return Real(std::get<double>(*number), expression);
      }
      default:
        return Operation(expression);
    }
  }

 private:
  ExpressionOr<T> Operation(const Expression& expression) const {
    const std::vector<Expression>& operands = expression.operands();
    if constexpr (std::is_same_v<T, int64_t>) {
      if (IsConditionOnReals(expression)) return RealCondition(expression);
    }
    const ExpressionOr<T> a = Evaluate(operands[0]);
    if (!a.ok()) return a;
    if (IsLogical(expression.kind()) && (*a != 0) == (expression.kind() == Kind::kOr)) {
      return static_cast<T>(*a != 0);
    }
    T b = 0;
    if (operands.size() > 1) {
      const ExpressionOr<T> second = Evaluate(operands[1]);
      if (!second.ok()) return second;
      b = *second;
    }
    return Apply(expression, *a, b);
  }

  bool IsConditionOnReals(const Expression& expression) const {
    if (!IsCondition(expression.kind())) return false;
    const std::vector<Expression>& operands = expression.operands();
    return std::any_of(operands.begin(), operands.end(),
                       [this](const Expression& operand) { return IsReal(operand, lookup_); });
  }

  ExpressionOr<int64_t> RealCondition(const Expression& expression) const {
    const ExpressionOr<double> value = Evaluator<double>(lookup_).Evaluate(expression);
    if (!value.ok()) return value.error();
    return int64_t{*value != 0};
  }

  static ExpressionOr<T> Real(double value, const Expression& at) {
    if constexpr (std::is_same_v<T, double>) {
      return value;
    } else {
      const std::string name = at.kind() == Kind::kName ? absl::StrCat(at.name(), " = ") : "";
      return ExpressionError{at.offset(),
                             absl::StrCat(name, ToString(Number(value)), " is not an integer"), ""};
    }
  }

  static ExpressionOr<T> Apply(const Expression& at, T a, T b) {
    if constexpr (std::is_same_v<T, double>) {
      return ApplyToReals(at, a, b);
    } else {
      if (at.kind() == Kind::kSqrt) {
        return ExpressionError{at.offset(), "sqrt gives a real number; an integer is wanted here",
                               ""};
      }
      return ApplyToIntegers(at, a, b);
    }
  }

  const NameLookup& lookup_;
};

// The first error of a constant in an expression, with its offset; an error without a message may be one.
std::optional<ExpressionError> FirstError(const Expression& expression, const NameLookup& lookup) {
  for (const auto& [name, offset] : NamesIn(expression)) {
    const ExpressionOr<std::optional<Number>> found = lookup(name);
    if (found.ok()) continue;
    ExpressionError error = found.error();
    error.offset = offset;
    return error;
  }
  return std::nullopt;
}

bool HasSymbols(const Expression& expression, const NameLookup& lookup) {
  if (expression.kind() == Kind::kName) {
    const ExpressionOr<std::optional<Number>> found = lookup(expression.name());
    return found.ok() && !found->has_value();
  }
  return std::any_of(expression.operands().begin(), expression.operands().end(),
                     [&lookup](const Expression& operand) { return HasSymbols(operand, lookup); });
}

// The literal that an operation on literals gives, if it is the same in both arithmetics.
std::optional<Expression> FoldLiterals(const Expression& operation,
                                       const std::vector<Expression>& operands) {
  bool all_integers = operation.kind() != Kind::kSqrt;
  std::vector<double> reals;
  for (const Expression& operand : operands) {
    if (!operand.is_literal()) return std::nullopt;
    const bool integer = operand.kind() == Kind::kInteger;
    all_integers = all_integers && integer;
    reals.push_back(integer ? static_cast<double>(operand.integer()) : operand.real());
  }
  reals.resize(2);
  if (all_integers) {
    const int64_t b = operands.size() > 1 ? operands[1].integer() : 0;
    const ExpressionOr<int64_t> value = ApplyToIntegers(operation, operands[0].integer(), b);
    if (!value.ok()) return std::nullopt;
    return Expression::Integer(*value, operation.offset());
  }
  const ExpressionOr<double> value = ApplyToReals(operation, reals[0], reals[1]);
  if (!value.ok()) return std::nullopt;
  if (IsCondition(operation.kind())) return Expression::Integer(*value != 0, operation.offset());
  return Expression::Real(*value, operation.offset());
}

// `lookup` has no errors for the names in here.
Expression FoldTree(const Expression& expression, const NameLookup& lookup) {
  if (expression.kind() == Kind::kName) {
    const ExpressionOr<std::optional<Number>> found = lookup(expression.name());
    if (!found.ok() || !found->has_value()) return expression;
    return Expression::Literal(**found, expression.offset());
  }
  if (expression.is_literal()) return expression;
  std::vector<Expression> operands;
  for (const Expression& operand : expression.operands()) {
    operands.push_back(FoldTree(operand, lookup));
  }
  if (IsLogical(expression.kind()) && operands[0].is_literal()) {
    const bool first = operands[0].kind() == Kind::kInteger ? operands[0].integer() != 0
                                                            : operands[0].real() != 0;
    if (first == (expression.kind() == Kind::kOr)) {
      return Expression::Integer(first, expression.offset());
    }
  }
  if (std::optional<Expression> literal = FoldLiterals(expression, operands)) return *literal;
  return Expression::Operation(expression.kind(), std::move(operands), expression.offset());
}

}  // namespace

ExpressionOr<int64_t> EvaluateInteger(const Expression& expression, const NameLookup& lookup) {
  return Evaluator<int64_t>(lookup).Evaluate(expression);
}

ExpressionOr<double> EvaluateReal(const Expression& expression, const NameLookup& lookup) {
  return Evaluator<double>(lookup).Evaluate(expression);
}

ExpressionOr<Number> EvaluateNumber(const Expression& expression, const NameLookup& lookup) {
  if (IsReal(expression, lookup)) {
    const ExpressionOr<double> value = EvaluateReal(expression, lookup);
    if (!value.ok()) return value.error();
    return Number(*value);
  }
  const ExpressionOr<int64_t> value = EvaluateInteger(expression, lookup);
  if (value.ok()) return Number(*value);
  ExpressionError error = value.error();
  if (error.hint == kExactDivision) error.hint = std::string(kExactDivisionOfNumbers);
  return error;
}

ExpressionOr<Expression> Fold(const Expression& expression, const NameLookup& lookup) {
  if (std::optional<ExpressionError> error = FirstError(expression, lookup)) return *error;
  if (IsReal(expression, lookup) && !HasSymbols(expression, lookup)) {
    const ExpressionOr<double> value = EvaluateReal(expression, lookup);
    if (!value.ok()) return value.error();
    return Expression::Real(*value, expression.offset());
  }
  return FoldTree(expression, lookup);
}

}  // namespace plumbline
