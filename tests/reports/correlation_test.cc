// Correlations by hand, with ties, and what has none.
#include "reports/correlation.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

TEST(Correlation, LinesCorrelatePerfectly) {
  EXPECT_DOUBLE_EQ(*PearsonCorrelation({1, 2, 3, 4}, {10, 20, 30, 40}), 1);
  EXPECT_DOUBLE_EQ(*PearsonCorrelation({1, 2, 3, 4}, {4, 3, 2, 1}), -1);
}

TEST(Correlation, PearsonByHand) {
  // Deviations (-1, 0, 1) and (-4/3, 5/3, -1/3): 1 / √(2 · 42/9).
  EXPECT_NEAR(*PearsonCorrelation({1, 2, 3}, {1, 4, 2}), 1 / std::sqrt(84.0 / 9), 1e-15);
}

TEST(Correlation, SpearmanSeesTheOrderOnly) {
  EXPECT_DOUBLE_EQ(*SpearmanCorrelation({1, 2, 3, 4}, {1, 10, 100, 1000}), 1);
  EXPECT_LT(*PearsonCorrelation({1, 2, 3, 4}, {1, 10, 100, 1000}), 0.9);
  // Without ties 1 - 6 Σ d² / (n (n² - 1)): d = 1, 1, 0, 0 gives 1 - 12/60.
  EXPECT_NEAR(*SpearmanCorrelation({1, 2, 3, 4}, {2, 1, 3, 4}), 0.8, 1e-15);
}

TEST(Correlation, EqualValuesShareTheirMeanRank) {
  // Ranks 1.5, 1.5, 3 against 1, 2, 3: deviations (-0.5, -0.5, 1) and (-1, 0, 1), 1.5 / √(1.5 · 2).
  EXPECT_NEAR(*SpearmanCorrelation({7, 7, 9}, {1, 2, 3}), 1.5 / std::sqrt(3.0), 1e-15);
}

TEST(Correlation, EveryAbsentNumberSaysWhy) {
  EXPECT_EQ(PearsonCorrelation({1, 2}, {1, 2, 3}).status().message(), "not paired: 2 values and 3");
  EXPECT_EQ(SpearmanCorrelation({1, 2}, {1, 2}).status().message(), "2 pairs are too few for a correlation");
  EXPECT_EQ(SpearmanCorrelation({1, 1, 1}, {1, 2, 3}).status().message(), "all values are equal");
  EXPECT_EQ(PearsonCorrelation({1, NAN, 1}, {1, 2, 3}).status().message(), "a value is not finite: nan");
}

}  // namespace
}  // namespace plumbline
