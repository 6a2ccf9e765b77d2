// The grammar of dsl/expression.h as a recursive descent; depth is bounded by counting brackets and prefix operators.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"

namespace plumbline {
namespace {

using Kind = Expression::Kind;

bool IsNameStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool IsNamePart(char c) { return absl::ascii_isalnum(c) || c == '_'; }

struct Binary {
  absl::string_view text;
  Kind kind;
};

constexpr Binary kComparisons[] = {
    {"<=", Kind::kLessEqual}, {">=", Kind::kGreaterEqual}, {"==", Kind::kEqual},
    {"!=", Kind::kNotEqual},  {"<", Kind::kLess},          {">", Kind::kGreater},
};

struct Function {
  absl::string_view name;
  Kind kind;
  size_t arguments;
};

constexpr Function kFunctions[] = {
    {"min", Kind::kMin, 2},
    {"max", Kind::kMax, 2},
    {"ceil_div", Kind::kCeilDiv, 2},
    {"sqrt", Kind::kSqrt, 1},
};

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  ExpressionOr<std::vector<Expression>> ParseList() {
    std::vector<Expression> list;
    if (text_.size() > kMaxExpressionLength) {
      return ExpressionError{0,
                             absl::StrCat("the expression is ", text_.size(), " bytes long"),
                             absl::StrCat("the limit is ", kMaxExpressionLength)};
    }
    SkipSpace();
    if (AtEnd()) return list;
    do {
      if (!Or()) return error_;
      list.push_back(result_);
    } while (Take(","));
    if (!AtEnd()) return UnexpectedHere("an operator");
    return list;
  }

 private:
  // Each of these reads one level of the grammar into result_ and returns false after setting error_.
  bool Or() { return LeftToRight(&Parser::And, {{"||", Kind::kOr}}); }
  bool And() { return LeftToRight(&Parser::Compare, {{"&&", Kind::kAnd}}); }
  bool Sum() { return LeftToRight(&Parser::Product, {{"+", Kind::kAdd}, {"-", Kind::kSubtract}}); }
  bool Product() {
    return LeftToRight(&Parser::Unary, {{"*", Kind::kMultiply}, {"/", Kind::kDivide}});
  }

  bool LeftToRight(bool (Parser::*next)(), const std::vector<Binary>& operators) {
    if (!(this->*next)()) return false;
    Expression left = result_;
    while (true) {
      const size_t offset = position_;
      const Binary* op = TakeAny(operators.data(), operators.size());
      if (op == nullptr) break;
      if (!(this->*next)()) return false;
      left = Expression::Operation(op->kind, {left, result_}, offset);
    }
    result_ = left;
    return true;
  }

  bool Compare() {
    if (!Sum()) return false;
    const Expression left = result_;
    const size_t offset = position_;
    const Binary* op = TakeAny(kComparisons, std::size(kComparisons));
    if (op == nullptr) return true;
    if (!Sum()) return false;
    result_ = Expression::Operation(op->kind, {left, result_}, offset);
    const size_t next = position_;
    if (TakeAny(kComparisons, std::size(kComparisons)) != nullptr) {
      return Fail(next, "comparisons do not chain", "write a < b && b < c");
    }
    return true;
  }

  bool Unary() {
    const size_t offset = position_;
    const bool is_not = Peek() == '!' && Peek(1) != '=';
    if (!is_not && Peek() != '-') return Atom();
    if (++depth_ > kMaxExpressionDepth) return TooDeep(offset);
    Advance(1);
    if (!is_not && (absl::ascii_isdigit(Peek()) || Peek() == '.')) {
      if (!Literal(offset)) return false;
    } else {
      if (!Unary()) return false;
      result_ = Expression::Operation(is_not ? Kind::kNot : Kind::kNegate, {result_}, offset);
    }
    --depth_;
    return true;
  }

  bool Atom() {
    const size_t offset = position_;
    if (absl::ascii_isdigit(Peek()) || Peek() == '.') return Literal(offset);
    if (IsNameStart(Peek())) return NameOrCall();
    if (Peek() != '(') {
      error_ = UnexpectedHere("a number or a name");
      return false;
    }
    if (++depth_ > kMaxExpressionDepth) return TooDeep(offset);
    Advance(1);
    if (!Or() || !Close(offset)) return false;
    --depth_;
    return true;
  }

  bool NameOrCall() {
    const size_t offset = position_;
    size_t end = offset;
    while (end < text_.size() && IsNamePart(text_[end])) ++end;
    const absl::string_view name = text_.substr(offset, end - offset);
    Advance(name.size());
    if (Peek() != '(') {
      if (!IsName(name)) return Fail(offset, "the name is longer than 64 characters", "");
      result_ = Expression::Name(name, offset);
      return true;
    }
    for (const Function& function : kFunctions) {
      if (function.name == name) return Call(function, offset);
    }
    return Fail(offset, absl::StrCat("unknown function ", Quoted(name)),
                "the functions are min, max, ceil_div and sqrt");
  }

  bool Call(const Function& function, size_t offset) {
    const size_t bracket = position_;
    if (++depth_ > kMaxExpressionDepth) return TooDeep(offset);
    Advance(1);
    std::vector<Expression> arguments;
    do {
      if (!Or()) return false;
      arguments.push_back(result_);
    } while (Take(","));
    if (!Close(bracket)) return false;
    --depth_;
    if (arguments.size() != function.arguments) {
      return Fail(offset,
                  absl::StrCat(function.name, " takes ", function.arguments,
                               function.arguments == 1 ? " argument" : " arguments", ", found ",
                               arguments.size()),
                  "");
    }
    result_ = Expression::Operation(function.kind, std::move(arguments), offset);
    return true;
  }

  // Reads the number here; `offset` is that of its sign, or its own.
  bool Literal(size_t offset) {
    const bool negative = offset != position_;
    const size_t start = position_;
    size_t end = start;
    bool is_real = false;
    const auto digits = [&] {
      const size_t first = end;
      while (end < text_.size() && absl::ascii_isdigit(text_[end])) ++end;
      return end - first;
    };
    const size_t whole = digits();
    if (end < text_.size() && text_[end] == '.') {
      is_real = true;
      ++end;
      if (whole == 0 || digits() == 0) {
        return Fail(start, "a decimal has digits on both sides of the point", "write 0.5 or 5.0");
      }
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      is_real = true;
      ++end;
      if (end < text_.size() && (text_[end] == '+' || text_[end] == '-')) ++end;
      if (digits() == 0) return Fail(start, "an exponent has digits", "write 1e-5");
    }
    if (end < text_.size() && (IsNamePart(text_[end]) || text_[end] == '.')) {
      return Fail(start, "a number ends before a letter or another point",
                  "numbers are decimal: 12, 0.5 or 1e-5; products are written with *");
    }
    if (whole > 1 && text_[start] == '0') {
      return Fail(start, "a number does not begin with 0", "numbers are decimal, never octal");
    }
    const std::string number = absl::StrCat(negative ? "-" : "", text_.substr(start, end - start));
    if (!(is_real ? Real(number, offset) : Integer(number, offset))) return false;
    position_ = end;
    SkipSpace();
    return true;
  }

  bool Integer(const std::string& number, size_t offset) {
    int64_t value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (read.ec != std::errc()) return Fail(offset, "the integer does not fit into 64 bits", "");
    result_ = Expression::Integer(value, offset);
    return true;
  }

  bool Real(const std::string& number, size_t offset) {
    double value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (read.ec != std::errc() || !std::isfinite(value)) {
      return Fail(offset, "the number is too large or too small for a double",
                  "numbers must be finite, and not so small that they become 0");
    }
    result_ = Expression::Real(value, offset);
    return true;
  }

  bool Close(size_t opened) {
    if (Take(")")) return true;
    if (AtEnd()) return Fail(opened, "the bracket is never closed", "");
    error_ = UnexpectedHere("an operator or ')'");
    return false;
  }

  char Peek(size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  bool AtEnd() const { return position_ >= text_.size(); }
  void SkipSpace() {
    while (!AtEnd() && absl::ascii_isspace(Peek())) ++position_;
  }
  void Advance(size_t count) {
    position_ += count;
    SkipSpace();
  }
  bool Take(absl::string_view token) {
    if (text_.substr(position_, token.size()) != token) return false;
    Advance(token.size());
    return true;
  }
  const Binary* TakeAny(const Binary* operators, size_t count) {
    const Binary* const end = operators + count;
    const Binary* found =
        std::find_if(operators, end, [this](const Binary& op) { return Take(op.text); });
    return found == end ? nullptr : found;
  }

  bool Fail(size_t offset, std::string message, std::string hint) {
    error_ = ExpressionError{offset, std::move(message), std::move(hint)};
    return false;
  }
  bool TooDeep(size_t offset) {
    return Fail(offset, "the expression is nested too deep",
                absl::StrCat("the limit is ", kMaxExpressionDepth, " brackets and prefix operators"));
  }
  ExpressionError UnexpectedHere(absl::string_view wanted) const {
    if (AtEnd()) {
      return {text_.size(), absl::StrCat("the expression ends where ", wanted, " is wanted"), ""};
    }
    // A whole word, number or character, so that the message can be read.
    size_t end = position_;
    while (end < text_.size() && IsNamePart(text_[end])) ++end;
    if (end == position_) {
      ++end;
      while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
    }
    const absl::string_view found = text_.substr(position_, end - position_);
    std::string hint;
    if (found == "&" || found == "|") hint = absl::StrCat("write ", found, found);
    if (found == "=") hint = "write ==";
    if (found == "%" || found == "^") {
      hint = "the operators are + - * / < <= > >= == != ! && ||";
    }
    return {position_, absl::StrCat("expected ", wanted, ", found ", Quoted(found)), hint};
  }

  const absl::string_view text_;
  size_t position_ = 0;
  int depth_ = 0;
  Expression result_;
  ExpressionError error_;
};

}  // namespace

ExpressionOr<std::vector<Expression>> ParseExpressionList(absl::string_view text) {
  return Parser(text).ParseList();
}

ExpressionOr<Expression> ParseExpression(absl::string_view text) {
  ExpressionOr<std::vector<Expression>> list = ParseExpressionList(text);
  if (!list.ok()) return list.error();
  if (list->empty()) return ExpressionError{0, "the expression is empty", ""};
  if (list->size() > 1) {
    return ExpressionError{(*list)[1].offset(), "a single expression is wanted, found a list", ""};
  }
  return (*list)[0];
}

}  // namespace plumbline
