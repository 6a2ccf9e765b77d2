// Declared and derived symbols: definition, values, partial binding and growth.
#include "compiler/ir/symbols.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

const Size L = Size::Symbol("L");
const Size T = Size::Symbol("T");

class SymbolsTest : public testing::Test {
 protected:
  SymbolsTest() {
    symbols_.Declare("L", std::nullopt);
    symbols_.Declare("T", 100);
  }
  int64_t Value(const Size& size, const Bindings& bindings) const {
    const absl::StatusOr<int64_t> value = symbols_.Evaluate(size, bindings);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.value_or(-999);
  }
  std::string Error(const Size& size, const Bindings& bindings) const {
    return std::string(symbols_.Evaluate(size, bindings).status().message());
  }

  SymbolTable symbols_;
};

TEST_F(SymbolsTest, DeclaringAgainTightensTheBound) {
  symbols_.Declare("T", 50);
  symbols_.Declare("T", 80);
  symbols_.Declare("L", 7);
  EXPECT_EQ(symbols_.Find("T")->bound, 50);
  EXPECT_EQ(symbols_.Find("L")->bound, 7);
  EXPECT_EQ(symbols_.symbols().size(), 2u);
}

TEST_F(SymbolsTest, DivisionRoundsTowardsTheInfinitiesAlsoBelowZero) {
  const Size floor = symbols_.Derive(DerivedKind::kFloorDiv, T - Size(5), Size(2));
  const Size ceil = symbols_.Derive(DerivedKind::kCeilDiv, T - Size(5), Size(2));
  EXPECT_EQ(Value(floor, {{"T", 10}}), 2);
  EXPECT_EQ(Value(ceil, {{"T", 10}}), 3);
  EXPECT_EQ(Value(floor, {{"T", 2}}), -2);
  EXPECT_EQ(Value(ceil, {{"T", 2}}), -1);
  EXPECT_EQ(Value(floor, {{"T", 9}}), 2);
  EXPECT_EQ(Value(ceil, {{"T", 9}}), 2);
}

TEST_F(SymbolsTest, AConstantDefinitionIsANumber) {
  EXPECT_EQ(symbols_.Derive(DerivedKind::kFloorDiv, Size(-7), Size(2)), Size(-4));
  EXPECT_EQ(symbols_.Derive(DerivedKind::kCeilDiv, Size(7), Size(2)), Size(4));
  EXPECT_EQ(symbols_.Derive(DerivedKind::kMin, Size(3), Size(0)), Size(0));
  EXPECT_EQ(symbols_.Derive(DerivedKind::kMax, Size(3), Size(0)), Size(3));
  EXPECT_TRUE(symbols_.Derive(DerivedKind::kFloorDiv, Size(3), Size(0)).overflowed());
}

TEST_F(SymbolsTest, AnExactDefinitionIsAPolynomial) {
  EXPECT_EQ(symbols_.Derive(DerivedKind::kFloorDiv, Size(4) * L, Size(2)), Size(2) * L);
  EXPECT_EQ(symbols_.Derive(DerivedKind::kCeilDiv, L, Size(1)), L);
  EXPECT_EQ(symbols_.Derive(DerivedKind::kFloorDiv, L * T, L), T);
  EXPECT_EQ(symbols_.Derive(DerivedKind::kMax, L, L), L);
  EXPECT_EQ(symbols_.symbols().size(), 2u);
}

TEST_F(SymbolsTest, ADerivedSymbolIsNamedByItsDefinitionAndExistsOnce) {
  const Size half = symbols_.Derive(DerivedKind::kFloorDiv, T - Size(1), Size(2));
  EXPECT_EQ(half, symbols_.Derive(DerivedKind::kFloorDiv, T - Size(1), Size(2)));
  EXPECT_EQ(symbols_.ToString(half + Size(1)), "floor_div(T - 1, 2) + 1");
  EXPECT_EQ(symbols_.symbols().size(), 3u);
}

TEST_F(SymbolsTest, ErrorsNameTheSize) {
  EXPECT_EQ(Error(L * T, {{"L", 2}}), "symbol 'T' has no value");
  EXPECT_EQ(Error(Size(Rational::Ratio(1, 2)) * L, {{"L", 3}}),
            "the value of 1/2·L is 3/2, not an integer");
  EXPECT_EQ(Error(L * L * L * L, {{"L", int64_t{1} << 20}}),
            "the value of L⁴ does not fit 64 bits");
}

TEST_F(SymbolsTest, EvaluatesCountsBeyond64BitsInDouble) {
  EXPECT_EQ(symbols_.EvaluateReal(L * L * L * L, {{"L", int64_t{1} << 20}}).value(), 0x1p80);
  EXPECT_FALSE(symbols_.EvaluateReal(L, {}).ok());
}

TEST_F(SymbolsTest, BindingReachesIntoDefinitionsAndLeavesTheRest) {
  const Size half = symbols_.Derive(DerivedKind::kFloorDiv, L * T - Size(1), Size(2));
  EXPECT_EQ(symbols_.Bind(half + L, {{"L", 3}, {"T", 4}}), Size(5 + 3));
  const Size partly = symbols_.Bind(half + L, {{"L", 3}});
  EXPECT_EQ(Value(partly, {{"T", 4}}), 5 + 3);
  EXPECT_EQ(symbols_.ToString(partly), "floor_div(3·T - 1, 2) + 3");
}

TEST_F(SymbolsTest, DegreeCountsWhatDerivedSymbolsGrowLike) {
  const Size rounds = symbols_.Derive(DerivedKind::kCeilDiv, L * L + Size(3), Size(2));
  const Size tiles = symbols_.Derive(DerivedKind::kCeilDiv, L * L, L + Size(1));
  const Size capped = symbols_.Derive(DerivedKind::kMin, L, Size(64));
  const Size raised = symbols_.Derive(DerivedKind::kMax, L, Size(64));
  EXPECT_EQ(symbols_.Degree(Size(5), "L"), 0);
  EXPECT_EQ(symbols_.Degree(Size(0), "L"), 0);
  EXPECT_EQ(symbols_.Degree(L * L * T + T * T * T, "L"), 2);
  EXPECT_EQ(symbols_.Degree(rounds * L, "L"), 3);
  EXPECT_EQ(symbols_.Degree(tiles, "L"), 1);
  EXPECT_EQ(symbols_.Degree(capped * T, "L"), 0);
  EXPECT_EQ(symbols_.Degree(raised, "L"), 1);
}

}  // namespace
}  // namespace plumbline
