// The feature map: order, coefficients, the identity it exists for, counts.
#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

OpCase Features(const char* shape, int64_t terms) {
  return OpCase("taylor_features").Input(shape).Set("terms", Size(terms));
}

TEST(TaylorFeaturesTest, AreTheSymmetricMonomialsByDegree) {
  const double r2 = 1 / std::sqrt(2.0), r6 = 1 / std::sqrt(6.0);
  EXPECT_THAT(
      Features("2", 4).Values(0, {3, 5}).Evaluate()[0].data,
      ElementsAre(1, 3, 5, DoubleEq(9 * r2), DoubleEq(15), DoubleEq(25 * r2), DoubleEq(27 * r6),
                  DoubleEq(45 * r2), DoubleEq(75 * r2), DoubleEq(125 * r6)));
}

TEST(TaylorFeaturesTest, NumberIsTheBinomial) {
  EXPECT_EQ(Features("B, L, 64", 3).Types(), "F32 [B, L, 2145]");
  EXPECT_EQ(Features("B, L, 16", 4).Types(), "F32 [B, L, 969]");
  EXPECT_EQ(Features("B, L, 7", 2).Types(), "F32 [B, L, 8]");
  EXPECT_EQ(Features("B, L, D", 3).Types(), "F32 [B, L, 1/2·D² + 3/2·D + 1]");
}

TEST(TaylorFeaturesTest, ProductIsTheTruncatedSeries) {
  for (const int64_t terms : {2, 3, 4, 6}) {
    const std::vector<double> q = {0.3, -1.2, 0.7}, k = {1.1, 0.4, -0.9};
    const std::vector<double> a = Features("3", terms).Values(0, q).Evaluate()[0].data;
    const std::vector<double> b = Features("3", terms).Values(0, k).Evaluate()[0].data;
    const double score = q[0] * k[0] + q[1] * k[1] + q[2] * k[2];
    double product = 0, series = 0, term = 1;
    for (size_t i = 0; i < a.size(); ++i) product += a[i] * b[i];
    for (int64_t n = 0; n < terms; ++n, term *= score / static_cast<double>(n)) series += term;
    EXPECT_NEAR(product, series, 1e-14);
  }
}

TEST(TaylorFeaturesTest, LoweringAndGradientAgreeWithTheDefinition) {
  for (const int64_t terms : {2, 3, 4, 5}) {
    Features("1", terms).Check();
    Features("3, 2", terms).Check();
    Features("2, 5, 3", terms).Check();
  }
  Features("2, 3, 70, 16", 3).CheckLowering();
  Features("67, 21", 3).CheckLowering();
}

TEST(TaylorFeaturesTest, CountsTwoOperationsForEachProduct) {
  EXPECT_EQ(Features("B, L, 64", 3).Operations(), "4160·B·L");  // 2·(2145 - 65)
  EXPECT_EQ(Features("B, L, D", 2).Operations(), "0");
}

TEST(TaylorFeaturesTest, RefusesBadTermsAndInputs) {
  EXPECT_EQ(Features("B, 4", 1).Types(),
            "error: [terms] taylor_features: terms must be at least 2, not 1");
  EXPECT_EQ(Features("B, 4", 17).Types(),
            "error: [terms] taylor_features: terms must be at most 16, not 17");
  EXPECT_EQ(Features("B, 100000", 16).Types(),
            "error: [terms] taylor_features: 16 terms of vectors of 100000 have more features than "
            "can be counted");
  EXPECT_THAT(Features("", 3).Types(), HasSubstr("a scalar has no last axis"));
}

}  // namespace
}  // namespace plumbline
