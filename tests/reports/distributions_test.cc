// Distributions against printed tables and closed forms.
#include "reports/distributions.h"

#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

TEST(DistributionsTest, LogGammaOfIntegersAndHalves) {
  EXPECT_NEAR(LogGamma(1), 0, 1e-14);
  EXPECT_NEAR(LogGamma(2), 0, 1e-14);
  EXPECT_NEAR(LogGamma(0.5), 0.5 * std::log(3.14159265358979323846), 1e-14);
  EXPECT_NEAR(LogGamma(10), std::log(362880.0), 1e-13);
  EXPECT_NEAR(LogGamma(0.1), 2.252712651734206, 1e-13);
  EXPECT_NEAR(LogGamma(100.5), 361.43554046777757, 1e-11);
  EXPECT_TRUE(std::isnan(LogGamma(0)));
}

TEST(DistributionsTest, IncompleteBetaHasItsClosedForms) {
  // I_x(1/2, 1/2) = 2/π arcsin √x; I_x(2, 3) = x²(6 - 8x + 3x²).
  EXPECT_NEAR(RegularizedIncompleteBeta(0.25, 0.5, 0.5), 1.0 / 3, 1e-15);
  EXPECT_NEAR(RegularizedIncompleteBeta(0.4, 2, 3), 0.5248, 1e-14);
  EXPECT_NEAR(RegularizedIncompleteBeta(0.9, 10, 0.5), 0.15164090963470994, 1e-13);
  EXPECT_NEAR(RegularizedIncompleteBeta(0.5, 50, 60), 0.8309072939016693, 1e-12);
  EXPECT_NEAR(RegularizedIncompleteBeta(0.01, 0.5, 5), 0.24284189089843747, 1e-13);
  EXPECT_EQ(RegularizedIncompleteBeta(0, 2, 3), 0);
  EXPECT_EQ(RegularizedIncompleteBeta(1, 2, 3), 1);
  EXPECT_TRUE(std::isnan(RegularizedIncompleteBeta(0.5, 0, 1)));
  EXPECT_TRUE(std::isnan(RegularizedIncompleteBeta(1.5, 1, 1)));
}

// A&S table 26.10, percentage points of the t distribution.
TEST(DistributionsTest, StudentTQuantilesOfTheTable) {
  EXPECT_NEAR(StudentTQuantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(StudentTQuantile(0.975, 2), 4.303, 5e-4);
  EXPECT_NEAR(StudentTQuantile(0.975, 5), 2.571, 5e-4);
  EXPECT_NEAR(StudentTQuantile(0.95, 10), 1.812, 5e-4);
  EXPECT_NEAR(StudentTQuantile(0.995, 30), 2.750, 5e-4);
  EXPECT_NEAR(StudentTQuantile(0.975, 120), 1.980, 5e-4);
}

TEST(DistributionsTest, StudentTQuantilesToTenDigits) {
  EXPECT_NEAR(StudentTQuantile(0.975, 7), 2.364624251592784, 1e-11);
  EXPECT_NEAR(StudentTQuantile(0.6, 3), 0.2766706623326898, 1e-12);
  EXPECT_NEAR(StudentTQuantile(1e-6, 4), -41.577854150450975, 1e-9);
  EXPECT_NEAR(StudentTQuantile(0.975, 1e6), 1.959966356814107, 1e-8);
  EXPECT_EQ(StudentTQuantile(0.5, 3), 0);
  EXPECT_TRUE(std::isnan(StudentTQuantile(1, 3)));
  EXPECT_TRUE(std::isnan(StudentTQuantile(0.5, 0)));
}

TEST(DistributionsTest, StudentTCdfIsCauchyAtOneDegree) {
  EXPECT_NEAR(StudentTCdf(-1, 1), 0.25, 1e-15);
  EXPECT_NEAR(StudentTCdf(2, 5), 0.9490302605850708, 1e-14);
  EXPECT_NEAR(StudentTCdf(0.001, 7), 0.5003849913775006, 1e-14);
  EXPECT_NEAR(StudentTCdf(40, 3), 0.9999828096596054, 1e-14);
  EXPECT_EQ(StudentTCdf(-INFINITY, 3), 0);
}

TEST(DistributionsTest, NormalAndBinomial) {
  EXPECT_NEAR(NormalCdf(-1.959963984540054), 0.025, 1e-15);
  EXPECT_NEAR(NormalCdf(3), 0.9986501019683699, 1e-15);
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(NormalQuantile(1e-9), -5.997807015007686, 1e-12);
  EXPECT_EQ(NormalQuantile(0.5), 0);
  EXPECT_TRUE(std::isnan(NormalQuantile(1)));
  EXPECT_NEAR(FairBinomialProbability(0, 6), 1.0 / 64, 1e-15);
  EXPECT_NEAR(FairBinomialProbability(3, 6), 20.0 / 64, 1e-14);
}

TEST(DistributionsTest, CountsSubsetsBySum) {
  // Pairs of {1, 2, 2, 3}: 1+2 twice, 1+3, 2+2, 2+3 twice.
  EXPECT_THAT(SubsetSumCounts({1, 2, 2, 3}, 2), ElementsAre(0, 0, 0, 2, 2, 2, 0, 0, 0));
}

}  // namespace
}  // namespace plumbline
