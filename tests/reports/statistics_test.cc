// Order statistics worked out by hand.
#include "reports/statistics.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

TEST(StatisticsTest, MedianOfOddAndEvenNumbers) {
  EXPECT_EQ(*Median({3, 1, 2}), 2);
  EXPECT_EQ(*Median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(*Median({7}), 7);
  EXPECT_EQ(*Minimum({4, 1, 3}), 1);
}

TEST(StatisticsTest, QuantilesAreLinearBetweenOrderStatistics) {
  const std::vector<double> samples = {40, 10, 20, 30};
  EXPECT_EQ(*Quantile(samples, 0), 10);
  EXPECT_EQ(*Quantile(samples, 0.25), 17.5);
  EXPECT_EQ(*Quantile(samples, 1), 40);
  EXPECT_FALSE(Quantile(samples, 1.1).ok());
  EXPECT_FALSE(Quantile(samples, NAN).ok());
}

TEST(StatisticsTest, QuantilesOfHugeNumbersDoNotOverflow) {
  EXPECT_EQ(*Quantile({-1e308, 1e308, 1.5e308}, 0.5), 1e308);
  EXPECT_EQ(*Quantile({-1e308, 1e308}, 0.5), 0);
}

TEST(StatisticsTest, MedianAbsoluteDeviationIgnoresOneOutlier) {
  // Median 2; deviations 1 0 1 98 0, their median 1.
  EXPECT_EQ(*MedianAbsoluteDeviation({1, 2, 3, 100, 2}), 1);
}

TEST(StatisticsTest, EveryAbsentStatisticSaysWhy) {
  EXPECT_EQ(Median({}).status().message(), "no samples");
  EXPECT_EQ(Median({1, NAN}).status().message(), "a sample is not finite: nan");
  EXPECT_EQ(MedianInterval({1, 2, 3, 4, 5}, 0.95).status().message(),
            "an interval of 95 % needs 6 samples, there are 5");
  EXPECT_EQ(MedianInterval({1}, 0.5).status().message(),
            "an interval of 50 % needs 2 samples, there are 1");
  EXPECT_EQ(PairedRatio({1, 2}, {1}, 0.95).status().message(), "not paired: 2 samples and 1");
  EXPECT_EQ(PairedRatio({1, 2}, {1, 0}, 0.95).status().message(), "a ratio needs positive samples");
}

// David and Nagaraja: n = 6 gives the whole range at 96.875 %, n = 9 the second to the eighth at
// 96.09 %, n = 20 the sixth to the fifteenth at 95.86 %.
TEST(StatisticsTest, MedianIntervalsAreThoseOfTheSignTest) {
  std::vector<double> samples;
  for (int i = 1; i <= 20; ++i) {
    samples.push_back(i);
    const absl::StatusOr<Interval> interval = MedianInterval(samples, 0.95);
    if (i == 6) {
      ASSERT_TRUE(interval.ok());
      EXPECT_EQ(interval->low, 1);
      EXPECT_EQ(interval->high, 6);
      EXPECT_NEAR(interval->level, 0.96875, 1e-12);
    } else if (i == 9) {
      EXPECT_EQ(interval->low, 2);
      EXPECT_EQ(interval->high, 8);
      EXPECT_NEAR(interval->level, 0.9609375, 1e-12);
    } else if (i == 20) {
      EXPECT_EQ(interval->low, 6);
      EXPECT_EQ(interval->high, 15);
      EXPECT_NEAR(interval->level, 0.95861, 1e-5);
    }
  }
}

TEST(StatisticsTest, MedianIntervalOfManySamplesIsNarrow) {
  std::vector<double> samples;
  for (int i = 0; i < 10000; ++i) samples.push_back(i);
  const absl::StatusOr<Interval> interval = MedianInterval(samples, 0.95);
  ASSERT_TRUE(interval.ok());
  // About n/2 ± 1.96 √n / 2.
  EXPECT_NEAR(interval->low, 4901, 2);
  EXPECT_NEAR(interval->high, 5098, 2);
  EXPECT_GE(interval->level, 0.95);
}

TEST(StatisticsTest, PairedRatioIsThatOfTheRoundsNotOfTheMedians) {
  // Each a is twice its b, whatever the machine did in that round.
  const std::vector<double> b = {1, 1.1, 5, 0.9, 1.2, 1};
  std::vector<double> a;
  for (const double value : b) a.push_back(2 * value);
  const absl::StatusOr<Estimate> ratio = PairedRatio(a, b, 0.95);
  ASSERT_TRUE(ratio.ok());
  EXPECT_NEAR(ratio->value, 2, 1e-14);
  EXPECT_NEAR(ratio->interval.low, 2, 1e-14);
  EXPECT_NEAR(ratio->interval.high, 2, 1e-14);
}

TEST(StatisticsTest, IntervalKnowsWhatLiesInIt) {
  const Interval interval = {1, 2, 0.95};
  EXPECT_TRUE(interval.Contains(1));
  EXPECT_FALSE(interval.Contains(2.1));
  EXPECT_TRUE(interval.Within(1, 2));
  EXPECT_FALSE(interval.Within(1.5, 3));
}

}  // namespace
}  // namespace plumbline
