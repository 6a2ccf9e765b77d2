#include "dsl/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

// width = 200, heads = 3, on = 1, off = 0, rate = 0.5; `broken` fails; all else is a symbol.
ExpressionOr<std::optional<Number>> LookUp(const std::string& name) {
  static const std::map<std::string, Number>& known = *new std::map<std::string, Number>{
      {"width", int64_t{200}}, {"heads", int64_t{3}}, {"on", int64_t{1}},
      {"off", int64_t{0}},     {"rate", 0.5}};
  if (name == "broken") return ExpressionError{0, "broken constant", ""};
  const auto found = known.find(name);
  if (found == known.end()) return std::optional<Number>();
  return std::optional<Number>(found->second);
}

Expression Parse(const std::string& text) {
  const ExpressionOr<Expression> parsed = ParseExpression(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed.ok() ? "" : parsed.error().message);
  return parsed.ok() ? *parsed : Expression();
}

std::string Canonical(const std::string& text) { return ToString(Parse(text)); }

int64_t Integer(const std::string& text) {
  const ExpressionOr<int64_t> value = EvaluateInteger(Parse(text), LookUp);
  EXPECT_TRUE(value.ok()) << text << ": " << (value.ok() ? "" : value.error().message);
  return value.ok() ? *value : std::numeric_limits<int64_t>::min();
}

double Real(const std::string& text) {
  const ExpressionOr<double> value = EvaluateReal(Parse(text), LookUp);
  EXPECT_TRUE(value.ok()) << text << ": " << (value.ok() ? "" : value.error().message);
  return value.ok() ? *value : std::nan("");
}

std::string Folded(const std::string& text) {
  const ExpressionOr<Expression> folded = Fold(Parse(text), LookUp);
  return folded.ok() ? ToString(*folded) : absl::StrCat("error: ", folded.error().message);
}

// "OFFSET MESSAGE" of a failed parse.
std::string ParseErrorOf(const std::string& text) {
  const ExpressionOr<Expression> parsed = ParseExpression(text);
  return parsed.ok() ? "no error" : absl::StrCat(parsed.error().offset, " ", parsed.error().message);
}

std::string IntegerErrorOf(const std::string& text) {
  const ExpressionOr<int64_t> value = EvaluateInteger(Parse(text), LookUp);
  return value.ok() ? "no error" : absl::StrCat(value.error().offset, " ", value.error().message);
}

std::string RealErrorOf(const std::string& text) {
  const ExpressionOr<double> value = EvaluateReal(Parse(text), LookUp);
  return value.ok() ? "no error" : absl::StrCat(value.error().offset, " ", value.error().message);
}

TEST(ExpressionTest, BindsAsInC) {
  EXPECT_EQ(Integer("1 + 2 * 3"), 7);
  EXPECT_EQ(Integer("(1 + 2) * 3"), 9);
  EXPECT_EQ(Integer("10 - 3 - 2"), 5);
  EXPECT_EQ(Integer("24 / 4 / 2"), 3);
  EXPECT_EQ(Integer("1 || 0 && 0"), 1);
  EXPECT_EQ(Integer("1 + 1 == 2"), 1);
  EXPECT_EQ(Integer("!off && on"), 1);
  EXPECT_EQ(Integer("!1 == 0"), 1);
  EXPECT_EQ(Integer("-2 * -3"), 6);
  EXPECT_EQ(Integer("2 - -3"), 5);
  EXPECT_EQ(Integer("-(width)"), -200);
}

TEST(ExpressionTest, ComparesAndCombinesToZeroAndOne) {
  EXPECT_EQ(Integer("2 < 3"), 1);
  EXPECT_EQ(Integer("3 <= 2"), 0);
  EXPECT_EQ(Integer("3 > 2"), 1);
  EXPECT_EQ(Integer("2 >= 3"), 0);
  EXPECT_EQ(Integer("2 != 3"), 1);
  EXPECT_EQ(Integer("5 && 7"), 1);
  EXPECT_EQ(Integer("0 || 0"), 0);
  EXPECT_EQ(Real("rate < 0.75"), 1);
}

TEST(ExpressionTest, DoesNotEvaluateWhatCannotMatter) {
  EXPECT_EQ(Integer("off && width / off"), 0);
  EXPECT_EQ(Integer("on || width / off"), 1);
  EXPECT_EQ(Real("off && 1 / off"), 0);
  EXPECT_EQ(Folded("off && N / off"), "0");
}

TEST(ExpressionTest, HasFunctions) {
  EXPECT_EQ(Integer("min(3, -4)"), -4);
  EXPECT_EQ(Integer("max(3, -4)"), 3);
  EXPECT_EQ(Integer("ceil_div(7, 2)"), 4);
  EXPECT_EQ(Integer("ceil_div(-7, 2)"), -3);
  EXPECT_EQ(Integer("ceil_div(7, -2)"), -3);
  EXPECT_EQ(Integer("ceil_div(-7, -2)"), 4);
  EXPECT_EQ(Integer("ceil_div(8, 2)"), 4);
  EXPECT_EQ(Real("sqrt(2.25)"), 1.5);
  EXPECT_EQ(Real("ceil_div(7, 2)"), 4);
}

TEST(ExpressionTest, IntegerDivisionIsExact) {
  EXPECT_EQ(Integer("width / 8"), 25);
  EXPECT_EQ(IntegerErrorOf("width / heads"), "6 200 / 3 is not an integer");
  EXPECT_EQ(IntegerErrorOf("1 / off"), "2 division by zero");
  EXPECT_EQ(IntegerErrorOf("ceil_div(1, 0)"), "0 division by zero");
}

TEST(ExpressionTest, IntegerOverflowIsAnError) {
  const char* overflow = "the result does not fit into 64 bits";
  EXPECT_EQ(Integer("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Integer("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  for (const char* text :
       {"9223372036854775807 + 1", "-9223372036854775808 - 1", "4611686018427387904 * 2",
        "-(-9223372036854775808)", "-9223372036854775808 / -1",
        "ceil_div(-9223372036854775808, -1)", "3037000500 * 3037000500"}) {
    EXPECT_THAT(IntegerErrorOf(text), HasSubstr(overflow)) << text;
  }
  EXPECT_EQ(ParseErrorOf("9223372036854775808"), "0 the integer does not fit into 64 bits");
}

TEST(ExpressionTest, RealsAreComputedInDoubleThroughout) {
  EXPECT_EQ(Real("1 / sqrt(width / 2)"), 1 / std::sqrt(100.0));
  EXPECT_EQ(Real("7 / 2"), 3.5);
  EXPECT_EQ(Real("1e-5"), 1e-5);
  EXPECT_EQ(Real("4611686018427387904 * 4"), 18446744073709551616.0);
  EXPECT_EQ(RealErrorOf("1 / off"), "2 division by zero");
  EXPECT_EQ(RealErrorOf("1e308 * 10"), "6 the result is not a finite number");
  EXPECT_EQ(RealErrorOf("sqrt(-1)"), "0 square root of the negative -1.0");
}

TEST(ExpressionTest, RealsAreNoIntegers) {
  EXPECT_EQ(IntegerErrorOf("2.0"), "0 2.0 is not an integer");
  EXPECT_EQ(IntegerErrorOf("1 + rate"), "4 rate = 0.5 is not an integer");
  EXPECT_THAT(IntegerErrorOf("sqrt(4)"), HasSubstr("sqrt gives a real number"));
}

TEST(ExpressionTest, SymbolsAndBrokenConstantsHaveNoValue) {
  EXPECT_EQ(IntegerErrorOf("1 + L"), "4 'L' is a symbol; a constant is wanted here");
  EXPECT_EQ(RealErrorOf("2 * broken"), "4 broken constant");
  EXPECT_EQ(Folded("broken + N"), "error: broken constant");
}

TEST(ExpressionTest, NumbersAreRealWhenARealTakesPart) {
  const auto number = [](const std::string& text) {
    const ExpressionOr<Number> value = EvaluateNumber(Parse(text), LookUp);
    return value.ok() ? ToString(*value) : value.error().message;
  };
  EXPECT_EQ(number("width / 2"), "100");
  EXPECT_EQ(number("width / heads"), "200 / 3 is not an integer");
  EXPECT_EQ(number("1.0 * 3 / 2"), "1.5");
  EXPECT_EQ(number("3 / 2 * rate"), "0.75");
  EXPECT_EQ(number("sqrt(4)"), "2.0");
}

TEST(ExpressionTest, AConditionOnRealsIsAnInteger) {
  EXPECT_EQ(Integer("8 * (rate < 0.75)"), 8);
  EXPECT_EQ(Integer("!rate"), 0);
  EXPECT_EQ(Integer("rate && on"), 1);
  EXPECT_EQ(Integer("width / heads > 66.5"), 1) << "one side is real, so both are";
  EXPECT_EQ(IntegerErrorOf("width / heads > 66"), "6 200 / 3 is not an integer");
  EXPECT_EQ(Folded("rate < 0.75"), "1");
  EXPECT_EQ(Folded("sqrt(4) == 2"), "1");
  EXPECT_EQ(Folded("N * (rate > 1)"), "N * 0");
  const ExpressionOr<Number> flag = EvaluateNumber(Parse("rate < 0.75"), LookUp);
  ASSERT_TRUE(flag.ok());
  EXPECT_EQ(ToString(*flag), "1");
}

TEST(ExpressionTest, FoldsWhatIsTheSameInBothArithmetics) {
  EXPECT_EQ(Folded("width / 2 + 1"), "101");
  EXPECT_EQ(Folded("N + width * 2"), "N + 400");
  EXPECT_EQ(Folded("2 * 3 * N"), "6 * N");
  EXPECT_EQ(Folded("N * 2 * 3"), "N * 2 * 3");
  EXPECT_EQ(Folded("1 / sqrt(width / 2)"), "0.1");
  EXPECT_EQ(Folded("7 / 2"), "7 / 2") << "an error as an integer, 3.5 as a real";
  EXPECT_EQ(Folded("7 / 2 + rate"), "4.0");
  EXPECT_EQ(Folded("N * (7 / 2)"), "N * (7 / 2)");
  EXPECT_EQ(Folded("9223372036854775807 + 1"), "9223372036854775807 + 1");
  EXPECT_EQ(Folded("N / sqrt(4)"), "N / 2.0");
  EXPECT_EQ(Folded("sqrt(0 - 1)"), "error: square root of the negative -1.0");
}

TEST(ExpressionTest, FoldedPartsKeepTheirPlaces) {
  const ExpressionOr<Expression> folded = Fold(Parse("N + width / heads"), LookUp);
  ASSERT_TRUE(folded.ok());
  const ExpressionOr<int64_t> value = EvaluateInteger(
      *folded, [](const std::string&) { return std::optional<Number>(int64_t{1}); });
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().offset, 10u);
}

TEST(ExpressionTest, PrintsCanonically) {
  EXPECT_EQ(Canonical("  1+2*( 3 - x )"), "1 + 2 * (3 - x)");
  EXPECT_EQ(Canonical("(1*2)+3"), "1 * 2 + 3");
  EXPECT_EQ(Canonical("a-(b-c)"), "a - (b - c)");
  EXPECT_EQ(Canonical("(a-b)-c"), "a - b - c");
  EXPECT_EQ(Canonical("!(a&&b)||c"), "!(a && b) || c");
  EXPECT_EQ(Canonical("ceil_div( a , min(b,2) )"), "ceil_div(a, min(b, 2))");
  EXPECT_EQ(Canonical("(a<b)==c"), "(a < b) == c");
  EXPECT_EQ(Canonical("--x"), "--x");
  EXPECT_EQ(Canonical("-(2)"), "-(2)");
  EXPECT_EQ(Canonical("1.50"), "1.5");
  EXPECT_EQ(Canonical("1e22"), "1e+22");
  EXPECT_EQ(Canonical("100000.0"), "1e+05");
  EXPECT_EQ(Canonical("12.0"), "12.0");
}

// Every tree of a few operators over a few leaves.
std::vector<Expression> Trees(int depth) {
  std::vector<Expression> trees = {Expression::Integer(2, 0), Expression::Integer(-3, 0),
                                   Expression::Real(0.5, 0), Expression::Real(-1e300, 0),
                                   Expression::Name("n", 0)};
  if (depth == 0) return trees;
  using Kind = Expression::Kind;
  const std::vector<Expression> operands = Trees(depth - 1);
  const size_t step = operands.size() > 20 ? 37 : 1;
  for (size_t i = 0; i < operands.size(); i += step) {
    for (const Kind kind : {Kind::kNegate, Kind::kNot, Kind::kSqrt}) {
      const bool literal = kind == Kind::kNegate && operands[i].is_literal();
      if (!literal) trees.push_back(Expression::Operation(kind, {operands[i]}, 0));
    }
    for (size_t j = 0; j < operands.size(); j += step) {
      for (int kind = static_cast<int>(Kind::kAdd); kind <= static_cast<int>(Kind::kOr); ++kind) {
        trees.push_back(
            Expression::Operation(static_cast<Kind>(kind), {operands[i], operands[j]}, 0));
      }
    }
  }
  return trees;
}

TEST(ExpressionTest, CanonicalTextReadsBackToTheSameTree) {
  for (const Expression& tree : Trees(2)) {
    const std::string text = ToString(tree);
    const ExpressionOr<Expression> again = ParseExpression(text);
    ASSERT_TRUE(again.ok()) << text;
    EXPECT_TRUE(Equal(tree, *again)) << text << " became " << ToString(*again);
  }
}

TEST(ExpressionTest, ParsesLists) {
  const ExpressionOr<std::vector<Expression>> list = ParseExpressionList(" 0, 2 ,N+1");
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 3u);
  EXPECT_EQ(ToString((*list)[2]), "N + 1");
  EXPECT_EQ(ParseExpressionList(" ")->size(), 0u);
  EXPECT_FALSE(ParseExpressionList("1,").ok());
  EXPECT_FALSE(ParseExpressionList(",1").ok());
}

TEST(ExpressionTest, ErrorsNameTheirByte) {
  EXPECT_EQ(ParseErrorOf(""), "0 the expression is empty");
  EXPECT_EQ(ParseErrorOf("1 +"), "3 the expression ends where a number or a name is wanted");
  EXPECT_EQ(ParseErrorOf("(1 + 2"), "0 the bracket is never closed");
  EXPECT_EQ(ParseErrorOf("1 $ 2"), "2 expected an operator, found '$'");
  EXPECT_EQ(ParseErrorOf("a b"), "2 expected an operator, found 'b'");
  EXPECT_EQ(ParseErrorOf("1 < 2 < 3"), "6 comparisons do not chain");
  EXPECT_EQ(ParseErrorOf("foo(1)"), "0 unknown function 'foo'");
  EXPECT_EQ(ParseErrorOf("min(1, 2, 3)"), "0 min takes 2 arguments, found 3");
  EXPECT_EQ(ParseErrorOf("010"), "0 a number does not begin with 0");
  EXPECT_EQ(ParseErrorOf("1, 2"), "3 a single expression is wanted, found a list");
  EXPECT_EQ(ParseErrorOf("1e999"), "0 the number is too large or too small for a double");
  EXPECT_EQ(ParseErrorOf("1e-400"), "0 the number is too large or too small for a double");
  EXPECT_EQ(ParseErrorOf("(" + std::string(64, 'n') + "n)"),
            "1 the name is longer than 64 characters");
}

TEST(ExpressionTest, DepthAndLengthAreBounded) {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '(') + "1" +
           std::string(static_cast<size_t>(depth), ')');
  };
  EXPECT_TRUE(ParseExpression(nested(kMaxExpressionDepth)).ok());
  EXPECT_EQ(ParseErrorOf(nested(kMaxExpressionDepth + 1)), "100 the expression is nested too deep");
  EXPECT_THAT(ParseErrorOf(std::string(200, '!') + "1"), HasSubstr("nested too deep"));
  EXPECT_THAT(ParseErrorOf(std::string(200, '-') + "x"), HasSubstr("nested too deep"));
  std::string sum = "1";
  while (sum.size() + 2 <= kMaxExpressionLength) sum += "+1";
  EXPECT_EQ(Integer(sum), static_cast<int64_t>(sum.size() / 2 + 1));
  EXPECT_THAT(ParseErrorOf(sum + "+1+1"), HasSubstr("bytes long"));
}

TEST(ExpressionTest, NoPrefixOfAnExpressionCrashes) {
  const std::string text = "!(min(a, -2.5e-3) <= ceil_div(b, 7)) && sqrt(c) != 1 || -d * 3 / 4 - 1";
  ASSERT_TRUE(ParseExpression(text).ok());
  for (size_t length = 0; length <= text.size(); ++length) {
    const ExpressionOr<Expression> parsed = ParseExpression(text.substr(0, length));
    if (!parsed.ok()) {
      EXPECT_LE(parsed.error().offset, length);
    }
  }
}

TEST(ExpressionTest, ListsItsNames) {
  const auto names = NamesIn(Parse("a + min(b, a)"));
  ASSERT_EQ(names.size(), 3u);
  EXPECT_EQ(names[1].first, "b");
  EXPECT_EQ(names[1].second, 8u);
}

TEST(NameTest, FollowsTheRule) {
  for (const char* name : {"a", "_", "A9_z"}) EXPECT_TRUE(IsName(name)) << name;
  EXPECT_TRUE(IsName(std::string(64, 'a')));
  for (const char* name : {"", "9a", "a.b", "a b", "a/b", "../a", "\xc3\xa9", "a\n"}) {
    EXPECT_FALSE(IsName(name)) << name;
  }
  EXPECT_FALSE(IsName(std::string(65, 'a')));
  EXPECT_FALSE(IsName(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace plumbline
