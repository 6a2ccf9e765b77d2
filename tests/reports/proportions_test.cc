// Published intervals and p values, and the edges.
#include "reports/proportions.h"

#include <cmath>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

void ExpectWilson(int64_t successes, int64_t items, double low, double high) {
  const absl::StatusOr<Estimate> estimate = WilsonEstimate(successes, items, 0.95);
  ASSERT_TRUE(estimate.ok());
  EXPECT_DOUBLE_EQ(estimate->value, static_cast<double>(successes) / static_cast<double>(items));
  EXPECT_NEAR(estimate->interval.low, low, 5e-5) << successes << " of " << items;
  EXPECT_NEAR(estimate->interval.high, high, 5e-5) << successes << " of " << items;
}

// Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
// (1998), table I, method 3.
TEST(ProportionsTest, WilsonIntervalsAreNewcombes) {
  ExpectWilson(81, 263, 0.2553, 0.3662);
  ExpectWilson(15, 148, 0.0624, 0.1605);
  ExpectWilson(0, 20, 0.0000, 0.1611);
  ExpectWilson(1, 29, 0.0061, 0.1718);
}

TEST(ProportionsTest, WilsonIntervalsStayWithinZeroAndOne) {
  EXPECT_EQ(WilsonEstimate(0, 20, 0.95)->interval.low, 0);
  EXPECT_EQ(WilsonEstimate(20, 20, 0.95)->interval.high, 1);
  EXPECT_NEAR(WilsonEstimate(20, 20, 0.95)->interval.low, 1 - 0.1611, 5e-5);
}

TEST(ProportionsTest, NoIntervalWithoutItemsOrForNoShare) {
  EXPECT_EQ(WilsonEstimate(0, 0, 0.95).status().message(), "no items");
  EXPECT_EQ(WilsonEstimate(3, 2, 0.95).status().message(), "no share: 3 of 2");
  EXPECT_FALSE(WilsonEstimate(-1, 2, 0.95).ok());
  EXPECT_FALSE(WilsonEstimate(1, 2, 1).ok());
}

TEST(ProportionsTest, StandardErrorOfAnAccuracy) {
  EXPECT_DOUBLE_EQ(ProportionStandardError(0.5, 100), 0.05);
  EXPECT_NEAR(ProportionStandardError(0.83, 529), 0.0163, 5e-5);
  EXPECT_EQ(ProportionStandardError(1, 10), 0);
  EXPECT_TRUE(std::isnan(ProportionStandardError(0.5, 0)));
  EXPECT_TRUE(std::isnan(ProportionStandardError(1.5, 10)));
}

TEST(ProportionsTest, McNemarSumsTheBinomialTail) {
  // 2 (1 + 6) / 2^6.
  EXPECT_NEAR(McNemarP(1, 5), 0.21875, 1e-14);
  EXPECT_NEAR(McNemarP(5, 1), 0.21875, 1e-14);
  // Two-sided exact binomial tests of 10 of 35, 40 of 100 and 400 of 1000 by scipy 1.
  EXPECT_NEAR(McNemarP(10, 25), 0.016674, 5e-7);
  EXPECT_NEAR(McNemarP(40, 60), 0.056888, 5e-7);
  EXPECT_NEAR(McNemarP(600, 400) / 2.728e-10, 1, 1e-3);
}

TEST(ProportionsTest, McNemarHasNothingAgainstEqualCounts) {
  EXPECT_EQ(McNemarP(0, 0), 1);
  EXPECT_EQ(McNemarP(17, 17), 1);
  EXPECT_LE(McNemarP(17, 18), 1);
  EXPECT_EQ(McNemarP(0, 1), 1);
}

}  // namespace
}  // namespace plumbline
