// The table of positions, against a few values by hand.
#include <cmath>

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(SinusoidalPositionsTest, WidthIsEvenAndAtLeastFour) {
  EXPECT_EQ(OpCase("sinusoidal_positions").Input("B, S, 200").Types(), "F32 [B, S, 200]");
  EXPECT_THAT(OpCase("sinusoidal_positions").Input("B, S, 7").Types(),
              HasSubstr("even and at least 4, not 7"));
  EXPECT_THAT(OpCase("sinusoidal_positions").Input("B, S, 2").Types(),
              HasSubstr("even and at least 4, not 2"));
  EXPECT_THAT(OpCase("sinusoidal_positions").Input("B, S").Types(),
              HasSubstr("[batch, length, width]"));
  EXPECT_THAT(OpCase("sinusoidal_positions").Input("B, S, 8").Set("max_timescale", 0.0).Types(),
              StartsWith("error: [max_timescale]"));
}

TEST(SinusoidalPositionsTest, LoweringAndGradientFollowTheDefinition) {
  for (const char* shape : {"2, 5, 8", "1, 1, 4", "3, 40, 14"}) {
    SCOPED_TRACE(shape);
    OpCase("sinusoidal_positions").Input(shape).Set("max_timescale", 3000.0).Check();
  }
}

TEST(SinusoidalPositionsTest, WavesGoFromOneToTheTimescale) {
  const std::vector<Array> y = OpCase("sinusoidal_positions")
                                   .Input("1, 3, 4")
                                   .Values(0, std::vector<double>(12, 10))
                                   .Set("max_timescale", 100.0)
                                   .Evaluate();
  const std::vector<double> last(y[0].data.begin() + 8, y[0].data.end());  // position 2
  EXPECT_NEAR(last[0], 10 + std::sin(2.0), 1e-14);
  EXPECT_NEAR(last[1], 10 + std::sin(0.02), 1e-14);
  EXPECT_NEAR(last[2], 10 + std::cos(2.0), 1e-14);
  EXPECT_NEAR(last[3], 10 + std::cos(0.02), 1e-14);
}

}  // namespace
}  // namespace plumbline
