// The feature map of Taylor attention: how many features, in which order, and that their products
// are the truncated series.

#include "ops/kernels/taylor_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "ops/kernels/isa.h"
#include "ops/kernels/matrix.h"
#include "tests/ops/kernels/taylor_reference.h"

namespace plumbline {
namespace {

std::vector<Isa> IsasOfThisProcessor() {
  std::vector<Isa> isas;
  for (Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512}) {
    if (isa <= CpuIsa()) isas.push_back(isa);
  }
  return isas;
}

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

std::unique_ptr<void, Free> Scratch(int64_t width, int64_t terms, Isa isa) {
  const int64_t bytes = TaylorFeaturesScratchBytes({1, width, terms}, isa);
  return std::unique_ptr<void, Free>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
}

std::vector<float> Features(const std::vector<float>& x, int64_t width, int64_t terms, Isa isa) {
  const int64_t rows = static_cast<int64_t>(x.size()) / width;
  const int64_t features = TaylorFeatureCount(width, terms);
  std::vector<float> phi(rows * features);
  TaylorFeatures({rows, width, terms}, {x.data(), width}, {phi.data(), features},
                 Scratch(width, terms, isa).get(), isa);
  return phi;
}

std::vector<float> Normal(int64_t count, float spread) {
  std::mt19937 random(17);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(TaylorFeatureCountTest, CountsSymmetricMonomials) {
  EXPECT_EQ(TaylorFeatureCount(1, 1), 1);
  EXPECT_EQ(TaylorFeatureCount(7, 1), 1);
  EXPECT_EQ(TaylorFeatureCount(1, 9), 9);
  EXPECT_EQ(TaylorFeatureCount(64, 2), 65);
  EXPECT_EQ(TaylorFeatureCount(16, 3), 153);
  EXPECT_EQ(TaylorFeatureCount(32, 3), 561);
  EXPECT_EQ(TaylorFeatureCount(64, 3), 2145);
  EXPECT_EQ(TaylorFeatureCount(100, 3), 5151);
  EXPECT_EQ(TaylorFeatureCount(16, 4), 969);
  EXPECT_EQ(TaylorFeatureCount(64, 4), 47905);
}

TEST(TaylorFeatureCountTest, RefusesWhatCannotBeCounted) {
  EXPECT_EQ(TaylorFeatureCount(0, 3), -1);
  EXPECT_EQ(TaylorFeatureCount(3, 0), -1);
  EXPECT_EQ(TaylorFeatureCount(-1, -1), -1);
  EXPECT_EQ(TaylorFeatureCount(1000, 1000), -1);
  EXPECT_EQ(TaylorFeatureCount(INT64_MAX, 2), -1);
  EXPECT_EQ(TaylorFeatureCount(2, INT64_MAX), -1);
  EXPECT_EQ(TaylorFeatureCount(int64_t{1} << 50, int64_t{1} << 50), -1);
}

TEST(TaylorFeaturesTest, OrderIsByDegreeThenLexicographic) {
  const double a = 3, b = 5;
  const std::vector<double> expected = {1,
                                        a,
                                        b,
                                        a * a / std::sqrt(2.0),
                                        a * b,
                                        b * b / std::sqrt(2.0),
                                        a * a * a / std::sqrt(6.0),
                                        a * a * b / std::sqrt(2.0),
                                        a * b * b / std::sqrt(2.0),
                                        b * b * b / std::sqrt(6.0)};
  for (Isa isa : IsasOfThisProcessor()) {
    const std::vector<float> phi = Features({3, 5}, 2, 4, isa);
    ASSERT_EQ(phi.size(), expected.size());
    for (size_t i = 0; i < phi.size(); ++i) EXPECT_NEAR(phi[i], expected[i], 1e-6 * expected[i]);
  }
}

TEST(TaylorFeaturesTest, ProductsAreTheTruncatedSeries) {
  constexpr int64_t kRows = 70;
  for (int64_t width : {1, 3, 16, 21}) {
    const std::vector<float> x = Normal(kRows * width, 0.7f);
    for (int64_t terms = 1; terms <= 5; ++terms) {
      const int64_t features = TaylorFeatureCount(width, terms);
      for (Isa isa : IsasOfThisProcessor()) {
        const std::vector<float> phi = Features(x, width, terms, isa);
        for (int64_t i = 0; i + 1 < kRows; ++i) {
          double score = 0, bound = 0, product = 0;
          for (int64_t c = 0; c < width; ++c) {
            const double xy = static_cast<double>(x[i * width + c]) * x[(i + 1) * width + c];
            score += xy;
            bound += std::abs(xy);
          }
          for (int64_t m = 0; m < features; ++m) {
            product += static_cast<double>(phi[i * features + m]) * phi[(i + 1) * features + m];
          }
          EXPECT_NEAR(product, TruncatedSeries(score, terms), 1e-6 * TruncatedSeries(bound, terms));
        }
      }
    }
  }
}

TEST(TaylorFeaturesTest, GradientIsThatOfTheSeries) {
  // For dphi = phi(y), phi(x) . dphi = p(x . y), whose gradient is p'(x . y) y.
  constexpr int64_t kRows = 67;
  for (int64_t width : {1, 4, 17}) {
    const std::vector<float> x = Normal(kRows * width, 0.7f);
    const std::vector<float> y(x.rbegin(), x.rend());
    for (int64_t terms = 1; terms <= 5; ++terms) {
      const int64_t features = TaylorFeatureCount(width, terms);
      for (Isa isa : IsasOfThisProcessor()) {
        const std::vector<float> dphi = Features(y, width, terms, isa);
        std::vector<float> dx(x.size(), -1.0f);
        TaylorFeaturesBackward({kRows, width, terms}, {x.data(), width}, {dphi.data(), features},
                               {dx.data(), width}, Scratch(width, terms, isa).get(), isa);
        for (int64_t i = 0; i < kRows; ++i) {
          double score = 0, bound = 0;
          for (int64_t c = 0; c < width; ++c) {
            const double xy = static_cast<double>(x[i * width + c]) * y[i * width + c];
            score += xy;
            bound += std::abs(xy);
          }
          for (int64_t c = 0; c < width; ++c) {
            const int64_t at = i * width + c;
            EXPECT_NEAR(dx[at], TruncatedSeries(score, terms - 1) * y[at],
                        3e-6 * TruncatedSeries(bound, terms - 1) * (std::abs(y[at]) + 1e-3));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace plumbline
