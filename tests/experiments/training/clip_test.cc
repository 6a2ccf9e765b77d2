// Norms of gradients and the factors that limit them.
#include "experiments/training/clip.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

TEST(EuclideanNormTest, IsTheRootOfTheSumOfSquares) {
  EXPECT_EQ(EuclideanNorm({}), 0);
  EXPECT_EQ(EuclideanNorm({3, 0, -4}), 5);
  for (const size_t size : {1, 7, 8, 9, 16384, 16385, 40000}) {
    std::vector<float> values(size, 0);
    double expected = 0;
    for (size_t i = 0; i < size; ++i) {
      values[i] = static_cast<float>(i % 23) - 11;
      expected += static_cast<double>(values[i]) * values[i];  // exact: integers
    }
    EXPECT_EQ(EuclideanNorm(values), std::sqrt(expected)) << size;
  }
}

TEST(EuclideanNormTest, NeitherOverflowsNorVanishesWhereFloatsWould) {
  EXPECT_DOUBLE_EQ(EuclideanNorm({3e30f, 4e30f}), std::hypot(static_cast<double>(3e30f), static_cast<double>(4e30f)));
  EXPECT_GT(EuclideanNorm({1e-30f}), 0);
  EXPECT_TRUE(std::isnan(EuclideanNorm({1, std::numeric_limits<float>::quiet_NaN()})));
}

TEST(ClipFactorTest, IsPyTorchs) {
  EXPECT_EQ(ClipFactor(0, 1), 1);
  EXPECT_EQ(ClipFactor(0.5, 1), 1);
  EXPECT_EQ(ClipFactor(5, 1), 1 / (5 + 1e-6));
  EXPECT_EQ(ClipFactor(1, 1), 1 / (1 + 1e-6));  // the epsilon counts here as well
  EXPECT_TRUE(std::isnan(ClipFactor(std::nan(""), 1)));
}

TEST(ClipFactorTest, ALimitOfZeroIsNone) {
  EXPECT_EQ(ClipFactor(5, 0), 1);
  EXPECT_EQ(ClipFactor(std::nan(""), 0), 1);
}

}  // namespace
}  // namespace plumbline
