// The order of polynomials that holds for all sizes, and the choice where there is none.
#include "compiler/polynomial_order.h"

#include "gtest/gtest.h"

namespace plumbline {
namespace {

const Polynomial kS = Polynomial::Symbol("S");
const Polynomial kT = Polynomial::Symbol("T");

SymbolTable Symbols() {
  SymbolTable symbols;
  symbols.Declare("S", 200);
  symbols.Declare("T", std::nullopt);
  return symbols;
}

TEST(PolynomialOrderTest, SizesAreAtLeastOne) {
  const SymbolTable symbols = Symbols();
  EXPECT_TRUE(NeverSmaller(kS * kT, kS + kT - Polynomial(1), symbols));  // (S - 1)·(T - 1) >= 0
  EXPECT_FALSE(NeverSmaller(kS * kT, kS + kT, symbols));                 // not where both are 1
  EXPECT_TRUE(NeverSmaller(kS, Polynomial(1), symbols));
  EXPECT_FALSE(NeverSmaller(kS, Polynomial(2), symbols));
  EXPECT_TRUE(NeverSmaller(kS, kS, symbols));
}

TEST(PolynomialOrderTest, DerivedSizesMayBeZero) {
  SymbolTable symbols = Symbols();
  const Size half = symbols.Derive(DerivedKind::kFloorDiv, kS, Size(2));
  EXPECT_FALSE(NeverSmaller(half, Polynomial(1), symbols));
  EXPECT_TRUE(NeverSmaller(half + Polynomial(1), Polynomial(1), symbols));
}

TEST(PolynomialOrderTest, TheLargerOneForAllSizesIsTakenWhateverTheSizes) {
  const SymbolTable symbols = Symbols();
  const Polynomial large = Polynomial(3) * kS, small = kS + Polynomial(2);
  EXPECT_EQ(&Larger(small, large, symbols, {{"S", 1}}), &large);
  EXPECT_EQ(&Larger(large, small, symbols, {{"S", 1}}), &large);
}

TEST(PolynomialOrderTest, OtherwiseTheSizesGivenDecideThenBoundsThenLargeOnes) {
  const SymbolTable symbols = Symbols();
  const Polynomial s = Polynomial(10) * kS, t = kT;
  EXPECT_EQ(&Larger(s, t, symbols, {{"S", 7}, {"T", 60}}), &s);
  EXPECT_EQ(&Larger(s, t, symbols, {{"S", 7}, {"T", 80}}), &t);
  EXPECT_EQ(&Larger(s, t, symbols, {{"T", 1999}}), &s);  // S stands at its bound, 200
  EXPECT_EQ(&Larger(s, t, symbols, {}), &t);
}

TEST(PolynomialOrderTest, TheFirstOfEqualsAndOfTheIncomparable) {
  const SymbolTable symbols = Symbols();
  const Polynomial s = Polynomial(2) * kS, t = kT, unknown = Polynomial::Symbol("Q");
  EXPECT_EQ(&Larger(s, t, symbols, {{"S", 2}, {"T", 4}}), &s);
  EXPECT_EQ(&Larger(t, s, symbols, {{"S", 2}, {"T", 4}}), &t);
  EXPECT_EQ(&Larger(unknown, s, symbols, {}), &unknown);
}

}  // namespace
}  // namespace plumbline
