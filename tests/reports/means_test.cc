// Student's own data and the edges: one value, equal values, what is not paired.
#include "reports/means.h"

#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

// Hours of sleep gained by ten patients with two drugs, from Student's paper of 1908.
const std::vector<double> kFirstDrug = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const std::vector<double> kSecondDrug = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

TEST(MeansTest, PairedDifferenceOfStudentsSleepData) {
  const absl::StatusOr<Estimate> difference = PairedDifference(kSecondDrug, kFirstDrug, 0.95);
  ASSERT_TRUE(difference.ok());
  EXPECT_NEAR(difference->value, 1.58, 1e-12);
  // What R's t.test prints for these data.
  EXPECT_NEAR(difference->interval.low, 0.7001142, 1e-7);
  EXPECT_NEAR(difference->interval.high, 2.4598858, 1e-7);
  EXPECT_EQ(difference->interval.level, 0.95);
}

TEST(MeansTest, IntervalOfThreeValuesByHand) {
  // Mean 2, s = 1, t(2; 0.975) = 4.302653.
  const absl::StatusOr<Estimate> estimate = MeanEstimate({1, 2, 3}, 0.95);
  ASSERT_TRUE(estimate.ok());
  EXPECT_EQ(estimate->value, 2);
  EXPECT_NEAR(estimate->interval.high, 2 + 4.302653 / std::sqrt(3.0), 1e-6);
  EXPECT_NEAR(estimate->interval.low, 2 - 4.302653 / std::sqrt(3.0), 1e-6);
}

TEST(MeansTest, EqualValuesGiveAnIntervalOfNoWidth) {
  const absl::StatusOr<Estimate> estimate = MeanEstimate({0.5, 0.5, 0.5, 0.5}, 0.95);
  ASSERT_TRUE(estimate.ok());
  EXPECT_EQ(estimate->interval.low, 0.5);
  EXPECT_EQ(estimate->interval.high, 0.5);
}

TEST(MeansTest, EveryAbsentNumberSaysWhy) {
  EXPECT_EQ(*Mean({4}), 4);
  EXPECT_EQ(Mean({}).status().message(), "no values");
  EXPECT_EQ(MeanEstimate({4}, 0.95).status().message(), "one value has no spread: no interval");
  EXPECT_EQ(MeanEstimate({1, NAN}, 0.95).status().message(), "a value is not finite: nan");
  EXPECT_EQ(MeanEstimate({1, 2}, 1).status().message(), "no level: 1");
  EXPECT_EQ(PairedDifference({1, 2}, {1}, 0.95).status().message(), "not paired: 2 values and 1");
}

}  // namespace
}  // namespace plumbline
