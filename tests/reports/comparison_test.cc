// Tests and intervals against enumeration by hand or by a few lines of Python.
#include "reports/comparison.h"

#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(MannWhitneyTest, SeparatedSetsReachTheLeastP) {
  const absl::StatusOr<MannWhitney> test =
      MannWhitneyTest({1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12});
  ASSERT_TRUE(test.ok());
  EXPECT_EQ(test->u, 0);
  EXPECT_TRUE(test->exact);
  EXPECT_FALSE(test->ties);
  EXPECT_NEAR(test->p, 2.0 / 924, 1e-15);
  EXPECT_NEAR(LeastMannWhitneyP(6, 6), 2.0 / 924, 1e-15);
}

TEST(MannWhitneyTest, SmallSetsByEnumeration) {
  // 14 of the 126 assignments of four ranks are as far from the mean rank sum of 20 as 13 is.
  const absl::StatusOr<MannWhitney> test =
      MannWhitneyTest({1.1, 2.2, 3.3, 4.4}, {2.5, 3.5, 4.5, 5.5, 6.5});
  ASSERT_TRUE(test.ok());
  EXPECT_EQ(test->u, 3);
  EXPECT_NEAR(test->p, 14.0 / 126, 1e-15);
}

TEST(MannWhitneyTest, TiesAreHandledByPermutingMidranks) {
  // Midranks 1 3 3 3 6 | 3 7 sum to 16 on the left; 9 of the 21 assignments are as far from 20.
  const absl::StatusOr<MannWhitney> test = MannWhitneyTest({1, 2, 2, 2, 3}, {2, 4});
  ASSERT_TRUE(test.ok());
  EXPECT_TRUE(test->ties);
  EXPECT_TRUE(test->exact);
  EXPECT_NEAR(test->p, 9.0 / 21, 1e-15);
  EXPECT_EQ(MannWhitneyTest({1, 1, 1}, {1, 1})->p, 1);
}

TEST(MannWhitneyTest, LargeSetsUseTheCorrectedNormalApproximation) {
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> tied_a;
  std::vector<double> tied_b;
  for (int i = 0; i < 30; ++i) {
    a.push_back(i + 0.5);
    tied_a.push_back(i / 2);
  }
  for (int i = 0; i < 28; ++i) {
    b.push_back(i + 6.25);
    tied_b.push_back(i / 2 + 3);
  }
  const absl::StatusOr<MannWhitney> test = MannWhitneyTest(a, b);
  EXPECT_FALSE(test->exact);
  EXPECT_EQ(test->u, 300);
  EXPECT_NEAR(test->p, 0.06295830214714455, 1e-12);
  EXPECT_NEAR(MannWhitneyTest(tied_a, tied_b)->p, 0.04034903593111388, 1e-12);
}

TEST(MannWhitneyTest, IsSymmetric) {
  const std::vector<double> a = {1, 5, 2, 9, 7, 7};
  const std::vector<double> b = {3, 3, 8, 10, 7};
  EXPECT_EQ(MannWhitneyTest(a, b)->p, MannWhitneyTest(b, a)->p);
  EXPECT_EQ(MannWhitneyTest(a, b)->u + MannWhitneyTest(b, a)->u, 30);
}

TEST(MannWhitneyTest, ExactAndNormalAgreeAtTheBoundary) {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 25; ++i) {
    a.push_back(i);
    b.push_back(i + 4.5);
  }
  const absl::StatusOr<MannWhitney> exact = MannWhitneyTest(a, b);
  ASSERT_TRUE(exact->exact);
  b.push_back(12.25);  // the middle: hardly any evidence
  const absl::StatusOr<MannWhitney> normal = MannWhitneyTest(a, b);
  ASSERT_FALSE(normal->exact);
  EXPECT_NEAR(exact->p, normal->p, 0.02);
}

TEST(MannWhitneyTest, RefusesWhatIsNoSample) {
  EXPECT_EQ(MannWhitneyTest({}, {1}).status().message(), "no samples");
  EXPECT_EQ(MannWhitneyTest({1}, {NAN}).status().message(), "a sample is not finite");
  EXPECT_EQ(LeastMannWhitneyP(0, 5), 1);
}

TEST(UnpairedRatioTest, IsTheMedianOfAllRatiosWithMosesInterval) {
  // P(U < 6) = 2.06 % for 6 and 6, P(U < 7) = 3.2 %: the interval ends are the 6th smallest and
  // largest of the 36 ratios.
  const absl::StatusOr<Estimate> ratio =
      UnpairedRatio({1.1, 1.2, 1.3, 1.25, 1.15, 1.35}, {1.0, 0.9, 1.05, 0.95, 1.02, 0.98}, 0.95);
  ASSERT_TRUE(ratio.ok()) << ratio.status();
  EXPECT_NEAR(ratio->value, 1.2440333788202982, 1e-13);
  EXPECT_NEAR(ratio->interval.low, 1.1274509803921569, 1e-13);
  EXPECT_NEAR(ratio->interval.high, 1.368421052631579, 1e-13);
  EXPECT_NEAR(ratio->interval.level, 1 - 2 * 19.0 / 924, 1e-13);
}

TEST(UnpairedRatioTest, SaysWhyThereIsNone) {
  EXPECT_EQ(UnpairedRatio({1, 2}, {1, 2}, 0.95).status().message(),
            "too few samples for an interval: 2 and 2");
  EXPECT_FALSE(UnpairedRatio({1, 0}, {1, 2}, 0.95).ok());
  EXPECT_FALSE(
      UnpairedRatio(std::vector<double>(30, 1.0), std::vector<double>(30, 1.0), 0.95).ok());
}

TEST(HolmTest, AdjustsStepByStepAndStaysMonotone) {
  // Sorted .01 .02 .03 .04 times 4 3 2 1 is .04 .06 .06 .04; the last is raised to .06.
  EXPECT_THAT(HolmAdjusted({0.04, 0.01, 0.03, 0.02}),
              ElementsAre(DoubleNear(0.06, 1e-15), DoubleNear(0.04, 1e-15), DoubleNear(0.06, 1e-15),
                          DoubleNear(0.06, 1e-15)));
  EXPECT_THAT(HolmAdjusted({0.6, 0.7}), ElementsAre(1, 1));
  EXPECT_TRUE(HolmAdjusted({}).empty());
}

}  // namespace
}  // namespace plumbline
