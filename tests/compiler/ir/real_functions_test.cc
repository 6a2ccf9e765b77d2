// Against the C library in long double, in units of the last place.
#include "compiler/ir/real_functions.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

// Distance in units of the last place of the true value.
double Error(double value, long double truth) {
  const double nearest = static_cast<double>(truth);
  int exponent = 0;
  std::frexp(nearest, &exponent);
  const double ulp = std::ldexp(1.0, std::max(exponent - 53, -1074));
  return static_cast<double>(std::fabs(static_cast<long double>(value) - truth)) / ulp;
}

// Numbers in (0, 1), equally spread, without a pattern in their bits.
double Spread(int i) {
  const double golden = 0.6180339887498949 * i;
  return golden - std::floor(golden);
}

constexpr int kSamples = 200000;

TEST(RealFunctions, ExpIsWithinTwoUnits) {
  double worst = 0;
  for (int i = 1; i < kSamples; ++i) {
    const double x = -708 + 1417 * Spread(i);
    worst = std::max(worst, Error(Exp(x), std::exp(static_cast<long double>(x))));
    const double small = Spread(i) - 0.5;
    worst = std::max(worst, Error(Exp(small), std::exp(static_cast<long double>(small))));
  }
  EXPECT_LT(worst, 2) << worst;
  EXPECT_EQ(Exp(0), 1);
  EXPECT_EQ(Exp(710), std::numeric_limits<double>::infinity());
  EXPECT_EQ(Exp(-746), 0);
  EXPECT_GT(Exp(-745), 0);
  EXPECT_TRUE(std::isnan(Exp(NAN)));
}

TEST(RealFunctions, LogIsWithinTwoUnits) {
  double worst = 0;
  for (int i = 1; i < kSamples; ++i) {
    for (const double x : {Spread(i), 1 + (Spread(i) - 0.5) / 8, std::ldexp(1 + Spread(i), i % 2000 - 1000)}) {
      worst = std::max(worst, Error(Log(x), std::log(static_cast<long double>(x))));
    }
  }
  EXPECT_LT(worst, 2) << worst;
  EXPECT_EQ(Log(1), 0);
  EXPECT_EQ(Log(0), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(Log(-1)));
}

TEST(RealFunctions, SinAndCosAreWithinTwoUnits) {
  double worst = 0;
  for (int i = 1; i < kSamples; ++i) {
    for (const double range : {1.0, 7.0, 3000.0}) {
      const double x = range * (2 * Spread(i) - 1);
      worst = std::max(worst, Error(Sin(x), std::sin(static_cast<long double>(x))));
      worst = std::max(worst, Error(Cos(x), std::cos(static_cast<long double>(x))));
    }
  }
  EXPECT_LT(worst, 2) << worst;
  EXPECT_EQ(Sin(0), 0);
  EXPECT_EQ(Cos(0), 1);
  EXPECT_TRUE(std::isnan(Sin(2e6)));
}

TEST(RealFunctions, PowerMultiplies) {
  EXPECT_EQ(Power(3, 0), 1);
  EXPECT_EQ(Power(3, 5), 243);
  EXPECT_NEAR(Power(0.999, 1000), std::pow(0.999, 1000), 1e-14);
}

}  // namespace
}  // namespace plumbline
