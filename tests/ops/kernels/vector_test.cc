// The SIMD base on every instruction set that the processor has.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ops/kernels/isa.h"
#include "tests/ops/kernels/vector_probe.h"

namespace plumbline {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class VectorTest : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (GetParam() > CpuIsa()) GTEST_SKIP() << "the processor lacks it";
  }
  const VectorProbe& probe() const {
    return SelectForIsa(GetParam(), generic::kVectorProbe, avx2::kVectorProbe,
                        avx512::kVectorProbe);
  }
};

// The largest relative error of f over [low, high].
template <typename Exact>
double LargestError(float (*f)(float), Exact exact, double low, double high) {
  double largest = 0;
  for (int i = 0; i <= 200000; ++i) {
    const float x = static_cast<float>(low + (high - low) * i / 200000);
    const double expected = exact(static_cast<double>(x));
    largest = std::max(largest, std::fabs(f(x) - expected) / expected);
  }
  return largest;
}

TEST_P(VectorTest, ExponentialsAreWithinThreeUnitsOfRounding) {
  EXPECT_LT(LargestError(
                probe().exp2, [](double x) { return std::exp2(x); }, -126, 127),
            2.5e-7);
  EXPECT_LT(LargestError(
                probe().exp, [](double x) { return std::exp(x); }, -87, 88),
            3e-7);
}

TEST_P(VectorTest, ExponentialsReachTheirLimits) {
  for (float x : {-127.0f, -1e4f, -kInfinity}) EXPECT_EQ(probe().exp2(x), 0.0f) << x;
  for (float x : {-90.0f, -1e4f, -kInfinity}) EXPECT_EQ(probe().exp(x), 0.0f) << x;
  for (float x : {88.8f, 1e4f, kInfinity}) EXPECT_EQ(probe().exp(x), kInfinity) << x;
  EXPECT_EQ(probe().exp2(0.0f), 1.0f);
  EXPECT_EQ(probe().exp(0.0f), 1.0f);
  EXPECT_TRUE(std::isnan(probe().exp2(kNan)));
  EXPECT_TRUE(std::isnan(probe().exp(kNan)));
}

TEST_P(VectorTest, MaxReturnsItsSecondArgumentWhenOneIsNotANumber) {
  EXPECT_EQ(probe().max(1.0f, 2.0f), 2.0f);
  EXPECT_EQ(probe().max(2.0f, 1.0f), 2.0f);
  EXPECT_EQ(probe().max(kNan, 1.0f), 1.0f);
  EXPECT_TRUE(std::isnan(probe().max(1.0f, kNan)));
}

TEST_P(VectorTest, ReductionsSeeEveryLane) {
  const int lanes = probe().lanes;
  for (int lane = 0; lane < lanes; ++lane) {
    std::vector<float> v(lanes, -1.0f);
    v[lane] = 5.0f;
    EXPECT_EQ(probe().reduce_max(v.data()), 5.0f);
    EXPECT_EQ(probe().reduce_add(v.data()), 6.0f - static_cast<float>(lanes));
    EXPECT_TRUE(probe().any_equal(v.data(), 5.0f));
    EXPECT_FALSE(probe().any_equal(v.data(), 4.0f));
  }
}

TEST_P(VectorTest, MasksTouchTheirLanesOnly) {
  const int lanes = probe().lanes;
  for (int count = 0; count <= lanes; ++count) {
    const std::vector<float> from(count, 3.0f);  // a read beyond it is the sanitizer's to find
    std::vector<float> to(lanes, 1.0f);
    probe().copy_masked(from.data(), to.data(), count);
    for (int lane = 0; lane < lanes; ++lane) EXPECT_EQ(to[lane], lane < count ? 3.0f : 1.0f);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, VectorTest,
                         testing::Values(Isa::kGeneric, Isa::kAvx2, Isa::kAvx512),
                         [](const testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace plumbline
