// The expressions of the model language: parsing, evaluation to numbers, folding of constants, canonical printing. It
// knows names, not what they stand for: the caller says which are constants, the rest are symbols.
//
//   or      = and { "||" and }              compare = sum [ ("<"|"<="|">"|">="|"=="|"!=") sum ]
//   and     = compare { "&&" compare }      sum     = product { ("+"|"-") product }
//   product = unary { ("*"|"/") unary }     unary   = { "-"|"!" } atom
//   atom    = number | name | "(" or ")" | ("min"|"max"|"ceil_div") "(" or "," or ")" | "sqrt" "(" or ")"
//
// `!` binds like unary minus, as in C. Conditions are numbers: 0 is false, all else is true; comparisons and logical
// operators give 0 or 1 and do not evaluate what cannot matter.
#ifndef PLUMBLINE_DSL_EXPRESSION_H_
#define PLUMBLINE_DSL_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace plumbline {

// What is wrong at which byte of the string. `hint` may be empty.
struct ExpressionError {
  size_t offset = 0;
  std::string message;
  std::string hint;
};

// Either a T or the error that prevented it.
template <typename T>
class ExpressionOr {
 public:
  ExpressionOr(T value) : state_(std::move(value)) {}                  // implicit, as for StatusOr
  ExpressionOr(ExpressionError error) : state_(std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  const T& operator*() const { return std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const ExpressionError& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, ExpressionError> state_;
};

// A constant's value. Reals are finite.
using Number = std::variant<int64_t, double>;

double ToReal(const Number& number);
bool IsTrue(const Number& number);

// Integers in decimal; reals as the shortest text that reads back the same, with a point or an exponent.
std::string ToString(const Number& number);

// An immutable tree; copying is cheap. The default is the integer 0.
class Expression {
 public:
  enum class Kind {
    kInteger,
    kReal,
    kName,  // a symbol, or before folding a constant
    kNegate,
    kNot,
    kSqrt,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kMin,
    kMax,
    kCeilDiv,
    // From here on conditions.
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kEqual,
    kNotEqual,
    kAnd,
    kOr,
  };

  Expression();
  static Expression Integer(int64_t value, size_t offset);
  static Expression Real(double value, size_t offset);
  static Expression Literal(const Number& value, size_t offset);
  static Expression Name(absl::string_view name, size_t offset);
  static Expression Operation(Kind kind, std::vector<Expression> operands, size_t offset);

  Kind kind() const;
  int64_t integer() const;                          // of kInteger
  double real() const;                              // of kReal
  const std::string& name() const;                  // of kName
  const std::vector<Expression>& operands() const;  // one for kNegate, kNot, kSqrt; else two; none for leaves
  size_t offset() const;                            // of the operator or leaf in the string it was parsed from

  bool is_literal() const { return kind() == Kind::kInteger || kind() == Kind::kReal; }

 private:
  struct Tree;
  explicit Expression(std::shared_ptr<const Tree> tree);
  std::shared_ptr<const Tree> tree_;
};

inline constexpr size_t kMaxExpressionLength = 4096;  // bytes in one string
inline constexpr int kMaxExpressionDepth = 100;       // nested parentheses and prefix operators

// A single expression.
ExpressionOr<Expression> ParseExpression(absl::string_view text);

// Expressions separated by commas. A blank string is the empty list.
ExpressionOr<std::vector<Expression>> ParseExpressionList(absl::string_view text);

// What a name stands for: a number, nothing (a symbol), or an error (which Evaluate and Fold pass on with the offset of
// the name).
using NameLookup = std::function<ExpressionOr<std::optional<Number>>(const std::string& name)>;

// Evaluates in 64-bit integers: `/` must be exact, every overflow is an error, reals and sqrt are refused (other than in
// conditions such as `rate < 0.5`, whose two sides are then compared in double).
ExpressionOr<int64_t> EvaluateInteger(const Expression& expression, const NameLookup& lookup);

// Evaluates in double throughout: `/` rounds; the value must be finite.
ExpressionOr<double> EvaluateReal(const Expression& expression, const NameLookup& lookup);

// For constants and conditions: in double if a real takes part (a decimal, sqrt or a constant that is real), else in
// integers. A condition is an integer, also one on reals.
ExpressionOr<Number> EvaluateNumber(const Expression& expression, const NameLookup& lookup);

// Replaces names with a value by that value and computes what has the same value as integer and as real; what does not
// (an inexact division, an overflow) stays for the evaluation that knows which is wanted. A whole expression without
// symbols in which a real takes part becomes that real.
ExpressionOr<Expression> Fold(const Expression& expression, const NameLookup& lookup);

// The names in an expression, in order, with their offsets; repeated as often as they occur.
std::vector<std::pair<std::string, size_t>> NamesIn(const Expression& expression);

// Canonical text: reads back to an equal tree; single spaces around binary operators, no needless parentheses.
std::string ToString(const Expression& expression);

// Equal trees, offsets apart.
bool Equal(const Expression& a, const Expression& b);

// [A-Za-z_][A-Za-z0-9_]{0,63}
bool IsName(absl::string_view text);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_EXPRESSION_H_
