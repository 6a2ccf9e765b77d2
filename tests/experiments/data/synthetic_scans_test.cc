// The embedded scans: the same bytes everywhere, in the real shares, visible pictures that differ by class.
#include "experiments/data/synthetic_scans.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

using Pixels = std::array<uint8_t, kScanPixels>;

Pixels Render(const SyntheticScans& scans, int64_t index) {
  Pixels pixels;
  scans.Render(index, absl::MakeSpan(pixels));
  return pixels;
}

double Mean(const Pixels& pixels) {
  double sum = 0;
  for (const uint8_t pixel : pixels) sum += pixel;
  return sum / kScanPixels;
}

std::array<double, kScanClasses> Shares(const SyntheticScans& scans, int count) {
  std::array<double, kScanClasses> shares = {};
  for (int i = 0; i < count; ++i) shares[static_cast<size_t>(scans.Label(i))] += 1.0 / count;
  return shares;
}

// Changes only with the generator, and then every digest of the embedded data, and with it every run's key, changes.
TEST(SyntheticScans, HaveTheseBytes) {
  Sha256 digest;
  for (const ScanSplit split : {ScanSplit::kTrain, ScanSplit::kValidation, ScanSplit::kTest}) {
    const SyntheticScans scans(1, split);
    for (int i = 0; i < 64; ++i) {
      const Pixels pixels = Render(scans, i);
      digest.Add(std::string(pixels.begin(), pixels.end())).Add(std::string(1, static_cast<char>(scans.Label(i))));
    }
  }
  EXPECT_EQ(digest.Hex(), "bf5c0bb5c2d7a1bf5760e10c60ec6b5805c6a00a7095b5ab357cf7f53d124fc0");
}

TEST(SyntheticScans, DependOnSeedSplitAndIndexOnly) {
  const SyntheticScans scans(1, ScanSplit::kTrain);
  const Pixels tenth = Render(scans, 10);
  Render(scans, 3);
  EXPECT_EQ(Render(scans, 10), tenth);
  EXPECT_EQ(Render(SyntheticScans(1, ScanSplit::kTrain), 10), tenth);
  EXPECT_NE(Render(scans, 11), tenth);
  EXPECT_NE(Render(SyntheticScans(2, ScanSplit::kTrain), 10), tenth);
  EXPECT_NE(Render(SyntheticScans(1, ScanSplit::kValidation), 10), tenth);
}

TEST(SyntheticScans, HaveTheRealSharesOfClasses) {
  const std::array<double, kScanClasses> real = {0.3435, 0.1048, 0.0795, 0.4722};
  for (const ScanSplit split : {ScanSplit::kTrain, ScanSplit::kValidation}) {
    const std::array<double, kScanClasses> shares = Shares(SyntheticScans(7, split), 20000);
    for (int i = 0; i < kScanClasses; ++i) EXPECT_NEAR(shares[i], real[i], 0.012) << i;  // 3.4 deviations at most
  }
  for (const int count : {4, 100, 1000}) {
    for (const double share : Shares(SyntheticScans(7, ScanSplit::kTest), count)) EXPECT_NEAR(share, 0.25, 1e-9);
  }
}

TEST(SyntheticScans, TakeTheClassesOfTheTestInNoFixedOrder) {
  const SyntheticScans scans(7, ScanSplit::kTest);
  std::array<int, kScanClasses> first = {};
  for (int i = 0; i < 4000; i += kScanClasses) ++first[static_cast<size_t>(scans.Label(i))];
  for (const int count : first) EXPECT_NEAR(count, 250, 60);
}

TEST(SyntheticScans, ShowABrightBandBetweenDarkEnds) {
  const SyntheticScans scans(1, ScanSplit::kTrain);
  for (int i = 0; i < 200; ++i) {
    const Pixels pixels = Render(scans, i);
    EXPECT_GT(*std::max_element(pixels.begin(), pixels.end()), 120) << i;
    EXPECT_LT(*std::min_element(pixels.begin(), pixels.end()), 60) << i;
    EXPECT_GT(Mean(pixels), 25) << i;
    EXPECT_LT(Mean(pixels), 130) << i;
  }
}

// A lesion shows: neovascularization and edema lift the retina, so their scans are brighter than normal ones above the
// usual surface. A generator that ignored its label would fail.
TEST(SyntheticScans, DifferByClass) {
  const SyntheticScans scans(1, ScanSplit::kTest);
  std::array<double, kScanClasses> upper = {};  // mean of rows 4 to 7
  constexpr int kScans = 2000;
  for (int i = 0; i < kScans; ++i) {
    const Pixels pixels = Render(scans, i);
    double sum = 0;
    for (int p = 4 * kScanSide; p < 8 * kScanSide; ++p) sum += pixels[static_cast<size_t>(p)];
    upper[static_cast<size_t>(scans.Label(i))] += sum / (4 * kScanSide) / (kScans / kScanClasses);
  }
  EXPECT_GT(upper[0], upper[3] + 8);
  EXPECT_GT(upper[1], upper[3] + 8);
  EXPECT_NEAR(upper[2], upper[3], 6);
}

}  // namespace
}  // namespace plumbline
