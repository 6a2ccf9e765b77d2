#include "dsl/expression.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace plumbline {

struct Expression::Tree {
  Kind kind = Kind::kInteger;
  int64_t integer = 0;
  double real = 0;
  std::string name;
  std::vector<Expression> operands;
  size_t offset = 0;
};

namespace {

constexpr size_t kMaxNameLength = 64;

// How tightly an operator binds; a larger number binds tighter.
enum Precedence { kOrLevel, kAndLevel, kCompareLevel, kSumLevel, kProductLevel, kUnaryLevel, kAtom };

struct Operator {
  Precedence precedence;
  absl::string_view text;
};

Operator OperatorOf(Expression::Kind kind) {
  using Kind = Expression::Kind;
  switch (kind) {
    case Kind::kInteger:
    case Kind::kReal:
    case Kind::kName:
      return {kAtom, ""};
    case Kind::kNegate:
      return {kUnaryLevel, "-"};
    case Kind::kNot:
      return {kUnaryLevel, "!"};
    case Kind::kSqrt:
      return {kAtom, "sqrt"};
    case Kind::kMin:
      return {kAtom, "min"};
    case Kind::kMax:
      return {kAtom, "max"};
    case Kind::kCeilDiv:
      return {kAtom, "ceil_div"};
    case Kind::kAdd:
      return {kSumLevel, "+"};
    case Kind::kSubtract:
      return {kSumLevel, "-"};
    case Kind::kMultiply:
      return {kProductLevel, "*"};
    case Kind::kDivide:
      return {kProductLevel, "/"};
    case Kind::kLess:
      return {kCompareLevel, "<"};
    case Kind::kLessEqual:
      return {kCompareLevel, "<="};
    case Kind::kGreater:
      return {kCompareLevel, ">"};
    case Kind::kGreaterEqual:
      return {kCompareLevel, ">="};
    case Kind::kEqual:
      return {kCompareLevel, "=="};
    case Kind::kNotEqual:
      return {kCompareLevel, "!="};
    case Kind::kAnd:
      return {kAndLevel, "&&"};
    case Kind::kOr:
      return {kOrLevel, "||"};
  }
  return {kAtom, ""};
}

void Print(const Expression& expression, Precedence lowest, std::string* text);

void PrintOperation(const Expression& expression, const Operator& op, std::string* text) {
  const std::vector<Expression>& operands = expression.operands();
  if (op.precedence == kAtom) {
    absl::StrAppend(text, op.text, "(");
    Print(operands[0], kOrLevel, text);
    if (operands.size() > 1) {
      absl::StrAppend(text, ", ");
      Print(operands[1], kOrLevel, text);
    }
    absl::StrAppend(text, ")");
  } else if (op.precedence == kUnaryLevel) {
    // `-2` reads as a literal, so a negated literal is bracketed.
    const bool bracket = expression.kind() == Expression::Kind::kNegate && operands[0].is_literal();
    absl::StrAppend(text, op.text, bracket ? "(" : "");
    Print(operands[0], kUnaryLevel, text);
    absl::StrAppend(text, bracket ? ")" : "");
  } else {
    // All group from the left, except comparisons, which do not chain.
    const auto tighter = static_cast<Precedence>(op.precedence + 1);
    Print(operands[0], op.precedence == kCompareLevel ? tighter : op.precedence, text);
    absl::StrAppend(text, " ", op.text, " ");
    Print(operands[1], tighter, text);
  }
}

void Print(const Expression& expression, Precedence lowest, std::string* text) {
  switch (expression.kind()) {
    case Expression::Kind::kInteger:
      absl::StrAppend(text, expression.integer());
      return;
    case Expression::Kind::kReal:
      absl::StrAppend(text, ToString(Number(expression.real())));
      return;
    case Expression::Kind::kName:
      absl::StrAppend(text, expression.name());
      return;
    default:
      break;
  }
  const Operator op = OperatorOf(expression.kind());
  const bool bracket = op.precedence < lowest;
  if (bracket) *text += "(";
  PrintOperation(expression, op, text);
  if (bracket) *text += ")";
}

void CollectNames(const Expression& expression,
                  std::vector<std::pair<std::string, size_t>>* names) {
  if (expression.kind() == Expression::Kind::kName) {
    names->emplace_back(expression.name(), expression.offset());
  }
  for (const Expression& operand : expression.operands()) CollectNames(operand, names);
}

}  // namespace

double ToReal(const Number& number) {
  if (const int64_t* integer = std::get_if<int64_t>(&number)) return static_cast<double>(*integer);
  return std::get<double>(number);
}

bool IsTrue(const Number& number) { return ToReal(number) != 0; }

std::string ToString(const Number& number) {
  if (const int64_t* integer = std::get_if<int64_t>(&number)) return absl::StrCat(*integer);
  std::array<char, 32> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::get<double>(number)).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

Expression::Expression() : tree_(std::make_shared<const Tree>()) {}

Expression::Expression(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}

Expression Expression::Integer(int64_t value, size_t offset) {
  Tree tree;
  tree.integer = value;
  tree.offset = offset;
  return Expression(std::make_shared<const Tree>(std::move(tree)));
}

Expression Expression::Real(double value, size_t offset) {
  Tree tree;
  tree.kind = Kind::kReal;
  tree.real = value;
  tree.offset = offset;
  return Expression(std::make_shared<const Tree>(std::move(tree)));
}

Expression Expression::Literal(const Number& value, size_t offset) {
  if (const int64_t* integer = std::get_if<int64_t>(&value)) return Integer(*integer, offset);
  return Real(std::get<double>(value), offset);
}

Expression Expression::Name(absl::string_view name, size_t offset) {
  Tree tree;
  tree.kind = Kind::kName;
  tree.name = std::string(name);
  tree.offset = offset;
  return Expression(std::make_shared<const Tree>(std::move(tree)));
}

Expression Expression::Operation(Kind kind, std::vector<Expression> operands, size_t offset) {
  Tree tree;
  tree.kind = kind;
  tree.operands = std::move(operands);
  tree.offset = offset;
  return Expression(std::make_shared<const Tree>(std::move(tree)));
}

Expression::Kind Expression::kind() const { return tree_->kind; }
int64_t Expression::integer() const { return tree_->integer; }
double Expression::real() const { return tree_->real; }
const std::string& Expression::name() const { return tree_->name; }
const std::vector<Expression>& Expression::operands() const { return tree_->operands; }
size_t Expression::offset() const { return tree_->offset; }

std::vector<std::pair<std::string, size_t>> NamesIn(const Expression& expression) {
  std::vector<std::pair<std::string, size_t>> names;
  CollectNames(expression, &names);
  return names;
}

std::string ToString(const Expression& expression) {
  std::string text;
  Print(expression, kOrLevel, &text);
  return text;
}

bool Equal(const Expression& a, const Expression& b) {
  if (a.kind() != b.kind() || a.operands().size() != b.operands().size()) return false;
  if (a.integer() != b.integer() || a.real() != b.real() || a.name() != b.name()) return false;
  for (size_t i = 0; i < a.operands().size(); ++i) {
    if (!Equal(a.operands()[i], b.operands()[i])) return false;
  }
  return true;
}

bool IsName(absl::string_view text) {
  if (text.empty() || text.size() > kMaxNameLength || absl::ascii_isdigit(text[0])) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(c) && c != '_') return false;
  }
  return true;
}

}  // namespace plumbline
