// Arithmetic, substitution, exact division and printing of polynomials.
#include "compiler/ir/polynomial.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

const Polynomial B = Polynomial::Symbol("B");
const Polynomial D = Polynomial::Symbol("D");
const Polynomial L = Polynomial::Symbol("L");
const Polynomial kHalf(Rational::Ratio(1, 2));

std::string Print(const Polynomial& polynomial) { return polynomial.ToString({"B", "L", "D"}); }

TEST(PolynomialTest, CollectsEqualTermsAndDropsThoseThatCancel) {
  EXPECT_EQ(L * D + D * L, Polynomial(2) * L * D);
  EXPECT_TRUE((L * D - D * L).is_zero());
  EXPECT_EQ((L + D) * (L - D), L * L - D * D);
}

TEST(PolynomialTest, AddsToItself) {
  Polynomial sum = L + Polynomial(1);
  sum += sum;
  EXPECT_EQ(sum, Polynomial(2) * L + Polynomial(2));
}

TEST(PolynomialTest, KnowsConstantsAndSymbols) {
  EXPECT_EQ(Polynomial(7).AsInteger(), 7);
  EXPECT_EQ(Polynomial().AsInteger(), 0);
  EXPECT_FALSE(kHalf.AsInteger().has_value());
  EXPECT_FALSE(L.AsInteger().has_value());
  EXPECT_EQ(L.AsSymbol(), "L");
  EXPECT_FALSE((L * L).AsSymbol().has_value());
  EXPECT_FALSE((Polynomial(2) * L).AsSymbol().has_value());
  EXPECT_TRUE(Polynomial().is_constant());
  EXPECT_EQ((L * D + B).Symbols(), (std::vector<std::string>{"B", "D", "L"}));
  EXPECT_TRUE((L * D).Contains("D"));
  EXPECT_FALSE((L * D).Contains("B"));
}

TEST(PolynomialTest, SubstitutesEveryPower) {
  const Polynomial square = L * L + L * D;
  EXPECT_EQ(square.Substitute("L", D + Polynomial(1)),
            Polynomial(2) * D * D + Polynomial(3) * D + Polynomial(1));
  EXPECT_EQ(square.Substitute("L", Polynomial(0)), Polynomial(0));
  EXPECT_EQ(square.Substitute("B", Polynomial(5)), square);
}

TEST(PolynomialTest, DividesOnlyExactly) {
  EXPECT_EQ(Polynomial::Divide(L * D + L, L), D + Polynomial(1));
  EXPECT_EQ(Polynomial::Divide(L, Polynomial(4)), Polynomial(Rational::Ratio(1, 4)) * L);
  EXPECT_EQ(Polynomial::Divide(L + D, L + D), Polynomial(1));
  EXPECT_EQ(Polynomial::Divide(Polynomial(0), L), Polynomial(0));
  EXPECT_FALSE(Polynomial::Divide(L + D, L).has_value());
  EXPECT_FALSE(Polynomial::Divide(L, L * L).has_value());
  EXPECT_FALSE(Polynomial::Divide(L, Polynomial(0)).has_value());
  EXPECT_FALSE(Polynomial::Divide(Polynomial(0), Polynomial(0)).has_value());
}

TEST(PolynomialTest, PrintsHighestDegreeFirstInTheReadersOrder) {
  EXPECT_EQ(Print(Polynomial(2) * L + Polynomial(4) * D * L * L * B), "4·B·L²·D + 2·L");
  EXPECT_EQ(Print(kHalf * L * L - kHalf * L - Polynomial(1)), "1/2·L² - 1/2·L - 1");
  EXPECT_EQ(Print(Polynomial(0) - L), "-L");
  EXPECT_EQ(Print(Polynomial()), "0");
}

TEST(PolynomialTest, ReportsCoefficientsThatDoNotFit) {
  const Polynomial large(std::numeric_limits<int64_t>::max());
  EXPECT_FALSE((large * L).overflowed());
  EXPECT_TRUE((large * L + L).overflowed());
  EXPECT_TRUE((large * L + L - large * L).overflowed());
}

TEST(PolynomialTest, RefusesProductsOfManyTerms) {
  Polynomial product(1);
  for (int i = 0; i < 40; ++i)
    product *= Polynomial::Symbol("s" + std::to_string(i)) + Polynomial(1);
  EXPECT_TRUE(product.overflowed());
}

TEST(BinomialTest, IsThePolynomialInN) {
  EXPECT_EQ(Binomial(L, 0), Polynomial(1));
  EXPECT_EQ(Binomial(L, 2), kHalf * L * L - kHalf * L);
  // M of the Taylor features: C(D + K - 1, K - 1) at D = 64, K = 3.
  EXPECT_EQ(Binomial(Polynomial(64 + 2), 2), Polynomial(2145));
  EXPECT_EQ(Binomial(D + Polynomial(2), 2).Substitute("D", Polynomial(64)), Polynomial(2145));
}

}  // namespace
}  // namespace plumbline
