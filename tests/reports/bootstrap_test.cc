// Draws, intervals of known data, coverage, and what has no interval.
#include "reports/bootstrap.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

// 0.5, 1.5, ..., n - 0.5 in a scrambled order.
std::vector<double> Ramp(int n) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back((i * 37) % n + 0.5);
  return values;
}

TEST(Bootstrap, DrawsAreAFunctionOfTheSeed) {
  EXPECT_EQ(Resample(1, 0, 50), Resample(1, 0, 50));
  EXPECT_NE(Resample(1, 0, 50), Resample(2, 0, 50));
  EXPECT_NE(Resample(1, 0, 50), Resample(1, 1, 50));
  EXPECT_EQ(Resample(7, 3, 1), std::vector<int>{0});
}

// Random123's known answer for Philox4x32-10 at counter 0 under key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8. Of 10 items
// 0x6627e8d5 / 2^32 = 0.399 is item 3, 0xbc57ac4c / 2^32 = 0.736 item 7.
TEST(Bootstrap, DrawsAreThoseOfPhilox) {
  const std::vector<int> draws = Resample(0, 0, 10);
  EXPECT_EQ(draws[0], 3);
  EXPECT_EQ(draws[1], 7);
}

TEST(Bootstrap, EveryItemIsDrawnAboutEquallyOften) {
  std::vector<int> counts(13, 0);
  for (int resample = 0; resample < 4000; ++resample) {
    for (const int item : Resample(5, resample, 13)) ++counts[item];
  }
  // 4000 draws each on average; five standard deviations are 304.
  for (const int count : counts) EXPECT_NEAR(count, 4000, 304);
}

TEST(Bootstrap, AMeanHasAboutTheNormalInterval) {
  // A ramp of 200 items has standard deviation 200 / √12 = 57.7 and standard error 57.7 / √200 = 4.082.
  const absl::StatusOr<Estimate> estimate = BootstrapMean(Ramp(200), {});
  ASSERT_TRUE(estimate.ok()) << estimate.status();
  EXPECT_EQ(estimate->value, 100);
  EXPECT_EQ(estimate->interval.level, 0.95);
  EXPECT_NEAR(estimate->interval.low, 100 - 1.96 * 4.082, 0.7);
  EXPECT_NEAR(estimate->interval.high, 100 + 1.96 * 4.082, 0.7);
}

TEST(Bootstrap, ASkewedMeanHasALongerSideWhereTheTailIs) {
  std::vector<double> values;
  for (int i = 0; i < 30; ++i) values.push_back(std::exp(0.15 * i));
  const absl::StatusOr<Estimate> estimate = BootstrapMean(values, {});
  ASSERT_TRUE(estimate.ok());
  const Interval& interval = estimate->interval;
  EXPECT_GT(interval.high - estimate->value, 1.2 * (estimate->value - interval.low));
}

TEST(Bootstrap, ARatioIsOfSumsAndItsItemsStayTogether) {
  // 1 error in 10 everywhere: no resample differs, however long the items are.
  std::vector<double> errors, lengths;
  for (int i = 1; i <= 20; ++i) {
    errors.push_back(i);
    lengths.push_back(10 * i);
  }
  const absl::StatusOr<Estimate> rate = BootstrapRatio(errors, lengths, {});
  ASSERT_TRUE(rate.ok());
  EXPECT_EQ(rate->value, 0.1);
  EXPECT_NEAR(rate->interval.low, 0.1, 1e-15);
  EXPECT_NEAR(rate->interval.high, 0.1, 1e-15);
}

TEST(Bootstrap, APairedDifferenceTakesOutWhatItemsShare) {
  const std::vector<double> hard = Ramp(100);
  std::vector<double> better = hard;
  for (size_t i = 0; i < better.size(); ++i) better[i] += i % 2 == 0 ? 1.5 : 0.5;
  const absl::StatusOr<Estimate> difference = BootstrapPairedDifference(better, hard, {});
  ASSERT_TRUE(difference.ok());
  EXPECT_EQ(difference->value, 1);
  EXPECT_GT(difference->interval.low, 0.85);
  EXPECT_LT(difference->interval.high, 1.15);
}

TEST(Bootstrap, EqualItemsHaveAnIntervalOfNoWidth) {
  const absl::StatusOr<Estimate> estimate = BootstrapMean(std::vector<double>(12, 0.25), {});
  ASSERT_TRUE(estimate.ok());
  EXPECT_EQ(estimate->interval.low, 0.25);
  EXPECT_EQ(estimate->interval.high, 0.25);
}

TEST(Bootstrap, TheIntervalCoversAboutAsOftenAsItSays) {
  // 200 samples of 40 exponential values of mean 1, from the resampling generator itself.
  int covered = 0;
  for (int sample = 0; sample < 200; ++sample) {
    std::vector<double> values;
    const std::vector<int> draws = Resample(100, sample, 1 << 16);
    for (int i = 0; i < 40; ++i) values.push_back(-std::log((draws[i] + 0.5) / (1 << 16)));
    BootstrapOptions options;
    options.seed = static_cast<uint64_t>(sample);
    options.resamples = 400;
    const absl::StatusOr<Estimate> estimate = BootstrapMean(values, options);
    ASSERT_TRUE(estimate.ok());
    covered += estimate->interval.Contains(1);
  }
  // At a coverage of 0.93, three standard deviations are 11.
  EXPECT_GE(covered, 175);
  EXPECT_LE(covered, 198);
}

TEST(Bootstrap, EveryAbsentIntervalSaysWhy) {
  const std::vector<double> ten(10, 1);
  EXPECT_EQ(BootstrapMean(std::vector<double>(9, 1), {}).status().message(),
            "9 items are too few to resample: 10 are needed");
  EXPECT_EQ(BootstrapRatio(ten, std::vector<double>(9, 1), {}).status().message(), "not paired: 10 values and 9");
  EXPECT_EQ(BootstrapPairedDifference(ten, {1}, {}).status().message(), "not paired: 10 values and 1");
  EXPECT_EQ(BootstrapRatio(ten, std::vector<double>(10, 0), {}).status().message(), "nothing to divide by");
  std::vector<double> one(10, 0);
  one[3] = 1;
  EXPECT_EQ(BootstrapRatio(ten, one, {}).status().message(), "too few items have something to divide by");
  EXPECT_EQ(BootstrapMean(std::vector<double>(10, NAN), {}).status().message(), "no ratio: nan over 1");
  EXPECT_EQ(BootstrapMean(ten, {1, 99, 0.95}).status().message(), "no bootstrap of 99 resamples at level 0.95");
}

}  // namespace
}  // namespace plumbline
