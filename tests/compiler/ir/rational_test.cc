// Exact arithmetic, and what happens at the edge of 64 bits.
#include "compiler/ir/rational.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

TEST(RationalTest, IsKeptInLowestTermsWithAPositiveDenominator) {
  const Rational value = Rational::Ratio(6, -4);
  EXPECT_EQ(value.numerator(), -3);
  EXPECT_EQ(value.denominator(), 2);
  EXPECT_EQ(Rational::Ratio(0, -7), Rational(0));
  EXPECT_EQ(Rational::Ratio(8, 4), Rational(2));
}

TEST(RationalTest, ComputesExactly) {
  EXPECT_EQ(Rational::Ratio(1, 6) + Rational::Ratio(1, 3), Rational::Ratio(1, 2));
  EXPECT_EQ(Rational::Ratio(1, 6) - Rational::Ratio(1, 6), Rational(0));
  EXPECT_EQ(Rational::Ratio(2, 3) * Rational::Ratio(9, 4), Rational::Ratio(3, 2));
  EXPECT_EQ(Rational(3) / Rational(-6), Rational::Ratio(-1, 2));
  EXPECT_LT(Rational::Ratio(-1, 2), Rational::Ratio(1, 3));
  EXPECT_FALSE(Rational(2) < Rational(2));
}

TEST(RationalTest, KeepsIntermediateResultsBeyond64BitsWhenTheResultFits) {
  const Rational large = Rational::Ratio(kLargest, 3);
  EXPECT_EQ(large * Rational::Ratio(3, kLargest), Rational(1));
  EXPECT_EQ(Rational(kLargest) + Rational(-kLargest), Rational(0));
}

TEST(RationalTest, OverflowsInsteadOfWrapping) {
  EXPECT_TRUE((Rational(kLargest) + Rational(1)).overflowed());
  EXPECT_TRUE((Rational(kLargest) * Rational(2)).overflowed());
  EXPECT_TRUE((Rational::Ratio(1, kLargest) * Rational::Ratio(1, 2)).overflowed());
  EXPECT_TRUE((Rational(1) / Rational(0)).overflowed());
  EXPECT_TRUE(Rational::Ratio(1, 0).overflowed());
}

TEST(RationalTest, StaysOverflowed) {
  const Rational overflow = Rational::Overflow();
  EXPECT_TRUE((overflow - overflow).overflowed());
  EXPECT_TRUE((overflow * Rational(0)).overflowed());
  EXPECT_TRUE((Rational(0) / overflow).overflowed());
  EXPECT_FALSE(overflow.is_zero());
  EXPECT_FALSE(overflow.is_integer());
}

TEST(RationalTest, PrintsAsAFraction) {
  EXPECT_EQ(Rational(-3).ToString(), "-3");
  EXPECT_EQ(Rational::Ratio(-1, 2).ToString(), "-1/2");
  EXPECT_EQ(Rational::Overflow().ToString(), "overflow");
  EXPECT_EQ(Rational::Ratio(-1, 2).ToDouble(), -0.5);
}

}  // namespace
}  // namespace plumbline
