// Numbers as text, against values worked out by hand.
#include "reports/number_text.h"

#include <limits>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(NumberTextTest, ShortestReadsBackAndKeepsTheSignOfZero) {
  EXPECT_EQ(ShortestText(0.1), "0.1");
  EXPECT_EQ(ShortestText(-0.0), "-0");
  EXPECT_EQ(ShortestText(1e22), "1e+22");
  EXPECT_EQ(ShortestText(0.1f), "0.1");
  EXPECT_EQ(ShortestText(-kInfinity), "-inf");
  EXPECT_EQ(ShortestText(-kNan), "nan");
}

TEST(NumberTextTest, SignificantKeepsZerosAndMovesThePoint) {
  EXPECT_EQ(SignificantText(0.5, 3), "0.500");
  EXPECT_EQ(SignificantText(1234.5, 3), "1230");
  EXPECT_EQ(SignificantText(9.996, 3), "10.0");
  EXPECT_EQ(SignificantText(-0.00012345, 3), "-0.000123");
  EXPECT_EQ(SignificantText(1.2345e-7, 3), "1.23e-7");
  EXPECT_EQ(SignificantText(1.2345e20, 2), "1.2e20");
  EXPECT_EQ(SignificantText(7, 1), "7");
  EXPECT_EQ(SignificantText(0, 3), "0.00");
  EXPECT_EQ(SignificantText(-0.0, 3), "0.00");
  EXPECT_EQ(SignificantText(1e308, 4), "1.000e308");
  EXPECT_EQ(SignificantText(kNan, 3), "nan");
}

TEST(NumberTextTest, FixedRoundsToEvenTiesExactlyAndDropsTheSignOfZero) {
  EXPECT_EQ(FixedText(0.125, 2), "0.12");
  EXPECT_EQ(FixedText(2.5, 0), "2");
  EXPECT_EQ(FixedText(-0.001, 2), "0.00");
  EXPECT_EQ(FixedText(-1.005, 1), "-1.0");
  EXPECT_EQ(FixedText(1e300, 2), "1.0000000000000001e300");
  EXPECT_EQ(FixedText(kInfinity, 2), "inf");
}

TEST(NumberTextTest, CountsAreGroupedFromFiveDigitsOn) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(1024), "1024");
  EXPECT_EQ(CountText(-1024), "-1024");
  EXPECT_EQ(CountText(16384), "16\u202F384");
  EXPECT_EQ(CountText(-123456), "-123\u202F456");
  EXPECT_EQ(CountText(std::numeric_limits<int64_t>::min()),
            "-9\u202F223\u202F372\u202F036\u202F854\u202F775\u202F808");
}

TEST(NumberTextTest, SiPrefixesFollowTheRoundedValue) {
  EXPECT_EQ(SiText(0.00123, "s", 3), "1.23\u00A0ms");
  EXPECT_EQ(SiText(999.6, "s", 3), "1.00\u00A0ks");
  EXPECT_EQ(SiText(12.5e-6, "s", 3), "12.5\u00A0\u00B5s");
  EXPECT_EQ(SiText(1e-9, "s", 2), "1.0\u00A0ns");
  EXPECT_EQ(SiText(-4.2e9, "FLOP/s", 2), "-4.2\u00A0GFLOP/s");
  EXPECT_EQ(SiText(0, "s", 3), "0.00\u00A0s");
  EXPECT_EQ(SiText(0.1, "s", 3), "100\u00A0ms");
  EXPECT_EQ(SiText(1e-40, "s", 3), "0.000000000100\u00A0qs");
  EXPECT_EQ(SiText(kNan, "s", 3), "nan\u00A0s");
}

TEST(NumberTextTest, IntervalsShareThePrefixAndTheDecimals) {
  EXPECT_EQ(IntervalText(0.00123, 0.0012, 0.00127, "s", 3), "1.23\u00A0ms [1.20,\u00A01.27]");
  EXPECT_EQ(IntervalText(0.9996, 0.99, 1.25, "s", 3), "1.00\u00A0s [0.99,\u00A01.25]");
  EXPECT_EQ(IntervalText(1.984, 1.95, 2.02, "", 3), "1.98 [1.95,\u00A02.02]");
  EXPECT_EQ(IntervalText(1234, 1200, 1300, "", 3), "1234 [1200,\u00A01300]");
  EXPECT_EQ(IntervalText(2, -kInfinity, kInfinity, "", 1), "2 [-inf,\u00A0inf]");
}

TEST(NumberTextTest, BytesUseBinaryPrefixesAndNeverSay1024) {
  EXPECT_EQ(BytesText(0, 3), "0\u00A0B");
  EXPECT_EQ(BytesText(512, 3), "512\u00A0B");
  EXPECT_EQ(BytesText(1.5, 3), "1.50\u00A0B");
  EXPECT_EQ(BytesText(1024, 3), "1.00\u00A0KiB");
  EXPECT_EQ(BytesText(1536.0 * 1024, 3), "1.50\u00A0MiB");
  EXPECT_EQ(BytesText(1023.0 * 1024, 3), "1023\u00A0KiB");
  EXPECT_EQ(BytesText(1023.99 * 1024, 3), "1.00\u00A0MiB");
  EXPECT_EQ(BytesText(4.0 * 1099511627776, 3), "4.00\u00A0TiB");
}

TEST(NumberTextTest, PowersOfTenAreSuperscripts) {
  EXPECT_EQ(PowerOfTenText(-3), "10⁻³");
  EXPECT_EQ(PowerOfTenText(12), "10¹²");
}

}  // namespace
}  // namespace plumbline
