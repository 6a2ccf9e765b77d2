// Exponents, polynomial fits and crossovers of data whose answer is known.
#include "reports/scaling.h"

#include <cmath>
#include <functional>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

std::vector<Observation> Doubling(double first, int count,
                                  const std::function<double(double)>& value) {
  std::vector<Observation> result;
  for (int i = 0; i < count; ++i) {
    const double size = std::ldexp(first, i);
    result.push_back({size, value(size)});
  }
  return result;
}

TEST(FitExponentTest, FindsAPowerLawExactly) {
  const absl::StatusOr<ExponentFit> fit =
      FitExponent(Doubling(128, 8, [](double l) { return 3 * l * l; }), 0.95);
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit->slope, 2, 1e-13);
  EXPECT_NEAR(fit->intercept, std::log(3), 1e-12);
  EXPECT_NEAR(fit->half_width(), 0, 1e-12);
  EXPECT_NEAR(fit->r_squared, 1, 1e-14);
  EXPECT_EQ(fit->sizes, 8);
}

TEST(FitExponentTest, AgreesWithLinregressOnNoisyTimes) {
  const absl::StatusOr<ExponentFit> fit = FitExponent(
      {{128, 1.1}, {256, 2.0}, {512, 4.3}, {1024, 8.1}, {2048, 17}, {4096, 33}, {8192, 70}}, 0.95);
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit->slope, 1.0016876035620574, 1e-12);
  EXPECT_NEAR(fit->intercept, -4.812147583206849, 1e-11);
  EXPECT_NEAR(fit->half_width(), 0.028827529949296306, 1e-12);
  EXPECT_NEAR(fit->r_squared, 0.9993736958122975, 1e-12);
  EXPECT_TRUE(fit->interval.Contains(1));
}

// The yardstick of a block with projections: 8dL + 4L² operations at d = 64 over 128 to 16,384 have
// a slope well below 2.
TEST(FitExponentTest, AnalyticSlopeOverTheSameSizesIsNotTheDegree) {
  const absl::StatusOr<ExponentFit> fit =
      FitExponent(Doubling(128, 8, [](double l) { return 8 * 64 * l + 4 * l * l; }), 0.95);
  EXPECT_GT(fit->slope, 1.8);
  EXPECT_LT(fit->slope, 1.97);
}

TEST(FitExponentTest, SaysWhyThereIsNone) {
  EXPECT_EQ(FitExponent({{1, 1}, {2, 2}}, 0.95).status().message(), "needs 3 sizes, there are 2");
  EXPECT_EQ(FitExponent({{1, 1}, {2, 0}, {3, 1}}, 0.95).status().message(),
            "not positive at size 2: 0");
  EXPECT_EQ(FitExponent({{1, 1}, {1, 2}, {3, 1}}, 0.95).status().message(),
            "the sizes do not ascend");
}

TEST(FitExponentTest, EqualValuesHaveSlopeZero) {
  const absl::StatusOr<ExponentFit> fit = FitExponent({{1, 5}, {2, 5}, {4, 5}}, 0.95);
  ASSERT_TRUE(fit.ok());
  EXPECT_EQ(fit->slope, 0);
  EXPECT_EQ(fit->r_squared, 1);
}

TEST(LocalExponentsTest, AreTheDoublingRatios) {
  const absl::StatusOr<std::vector<LocalExponent>> exponents =
      LocalExponents({{128, 1}, {256, 2}, {512, 8}, {2048, 128}});
  ASSERT_TRUE(exponents.ok());
  ASSERT_EQ(exponents->size(), 3u);
  EXPECT_NEAR((*exponents)[0].exponent, 1, 1e-15);
  EXPECT_NEAR((*exponents)[1].exponent, 2, 1e-15);
  EXPECT_NEAR((*exponents)[2].exponent, 2, 1e-15);
  EXPECT_EQ((*exponents)[2].to, 2048);
}

TEST(FitQuadraticTest, FindsThePolynomialThatMadeTheData) {
  const absl::StatusOr<QuadraticFit> fit =
      FitQuadratic(Doubling(128, 10, [](double l) { return 1e-5 + 2e-8 * l + 3e-11 * l * l; }));
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit->constant, 1e-5, 1e-13);
  EXPECT_NEAR(fit->linear, 2e-8, 1e-16);
  EXPECT_NEAR(fit->quadratic, 3e-11, 1e-19);
  EXPECT_NEAR(fit->largest_relative_residual, 0, 1e-9);
}

// The two answers of scipy.optimize.nnls on the same weighted rows.
TEST(FitQuadraticTest, AgreesWithNonNegativeLeastSquares) {
  const absl::StatusOr<QuadraticFit> free =
      FitQuadratic({{1, 5}, {2, 6}, {4, 9}, {8, 15}, {16, 33}, {32, 90}, {64, 300}});
  EXPECT_NEAR(free->constant, 4.02033904, 1e-8);
  EXPECT_NEAR(free->linear, 0.93253674, 1e-8);
  EXPECT_NEAR(free->quadratic, 0.05634288, 1e-8);
  EXPECT_NEAR(free->root_mean_square_relative_residual, 0.05130735356194917 / std::sqrt(7), 1e-10);
  const absl::StatusOr<QuadraticFit> bound =
      FitQuadratic({{1, 1}, {2, 2.1}, {4, 3.9}, {8, 8.2}, {16, 15.9}, {32, 32}, {64, 64.5}});
  EXPECT_NEAR(bound->constant, 0.00830336, 1e-8);
  EXPECT_NEAR(bound->linear, 1.00406169, 1e-8);
  EXPECT_EQ(bound->quadratic, 0);
  EXPECT_FALSE(FitQuadratic({{1, 1}, {2, 2}, {3, 3}}).ok());
}

RatioAt At(double size, double ratio, double factor) {
  return {size, {ratio, {ratio / factor, ratio * factor, 0.95}}};
}

TEST(FindCrossoverTest, InterpolatesInLogarithms) {
  // ln ratio falls from ln 2 at 256 to -ln 2 at 1024: 1 at 512. A factor √2 either way moves it to
  // the quarter points.
  const absl::StatusOr<Crossover> crossover = FindCrossover(
      {At(256, 2, std::sqrt(2)), At(1024, 0.5, std::sqrt(2)), At(4096, 0.1, std::sqrt(2))});
  ASSERT_TRUE(crossover.ok());
  EXPECT_NEAR(crossover->size, 512, 1e-9);
  EXPECT_NEAR(crossover->low, 256 * std::sqrt(2), 1e-9);
  EXPECT_NEAR(crossover->high, 512 * std::sqrt(2), 1e-9);
  EXPECT_FALSE(crossover->low_open);
  EXPECT_FALSE(crossover->high_open);
  EXPECT_TRUE(crossover->falling);
  EXPECT_EQ(crossover->passes, 1);
}

TEST(FindCrossoverTest, TheIntervalMayReachBeyondNeighboursAndTheEnds) {
  const absl::StatusOr<Crossover> crossover =
      FindCrossover({At(128, 1.5, 2), At(256, 1.1, 2), At(512, 0.9, 2), At(1024, 0.25, 2)});
  ASSERT_TRUE(crossover.ok());
  EXPECT_EQ(crossover->low, 128);
  EXPECT_TRUE(crossover->low_open);
  EXPECT_GT(crossover->high, 512);
  EXPECT_LT(crossover->high, 1024);
  EXPECT_FALSE(crossover->high_open);
}

TEST(FindCrossoverTest, CountsPassagesAndGivesTheLast) {
  const absl::StatusOr<Crossover> crossover =
      FindCrossover({At(1, 2, 1), At(2, 0.5, 1), At(4, 2, 1), At(8, 0.5, 1)});
  EXPECT_EQ(crossover->passes, 3);
  EXPECT_NEAR(crossover->size, std::sqrt(32), 1e-12);
}

TEST(FindCrossoverTest, APointAtExactlyOneIsTheCrossing) {
  const absl::StatusOr<Crossover> crossover =
      FindCrossover({At(1, 2, 1.1), At(2, 1, 1.1), At(4, 0.5, 1.1)});
  ASSERT_TRUE(crossover.ok());
  EXPECT_NEAR(crossover->size, 2, 1e-12);
  EXPECT_LT(crossover->low, 2);
  EXPECT_GT(crossover->high, 2);
  // Touching 1 and going back is no passage.
  EXPECT_FALSE(FindCrossover({At(1, 2, 1.1), At(2, 1, 1.1), At(4, 2, 1.1)}).ok());
}

TEST(FindCrossoverTest, SaysOnWhichSideTheRatioStays) {
  EXPECT_EQ(FindCrossover({At(128, 3, 1), At(16384, 2, 1)}).status().message(),
            "no crossover from 128 to 16384: the ratio stays above 1");
  EXPECT_EQ(FindCrossover({At(128, 3, 1)}).status().message(), "needs 2 sizes, there are 1");
  EXPECT_FALSE(FindCrossover({At(128, 3, 1), At(64, 2, 1)}).ok());
}

}  // namespace
}  // namespace plumbline
