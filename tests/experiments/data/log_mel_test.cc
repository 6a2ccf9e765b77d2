// The features of speech against their definition, computed here in double without a fast transform.
#include "experiments/data/log_mel.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::Each;
using ::testing::SizeIs;

constexpr double kPi = 3.14159265358979323846;
// Single precision against double: the quietest band lies 80 dB under the loudest, where the error of a transform of 400
// samples, about 1e-7 of its largest bin's amplitude, is some 1e-3 of the amplitude, 2 log10(1 + 1e-3) / 4 = 2e-4.
constexpr double kTolerance = 2e-4;

// The frame about sample 160 t: power of each bin, by the sum that defines it.
std::vector<double> Power(const std::vector<int16_t>& samples, int64_t t) {
  const int64_t count = static_cast<int64_t>(samples.size());
  std::vector<double> windowed;
  for (int64_t i = 0; i < 400; ++i) {
    int64_t at = t * 160 + i - 200;
    if (at < 0) at = -at;
    if (at >= count) at = 2 * (count - 1) - at;
    const double hann = std::pow(std::sin(kPi * static_cast<double>(i) / 400), 2);
    windowed.push_back(hann * samples[static_cast<size_t>(at)] / 32768.0);
  }
  std::vector<double> power;
  for (int64_t bin = 0; bin <= 200; ++bin) {
    double real = 0, imaginary = 0;
    for (int64_t i = 0; i < 400; ++i) {
      const double angle = 2 * kPi * static_cast<double>(bin * i % 400) / 400;
      real += windowed[static_cast<size_t>(i)] * std::cos(angle);
      imaginary -= windowed[static_cast<size_t>(i)] * std::sin(angle);
    }
    power.push_back(real * real + imaginary * imaginary);
  }
  return power;
}

std::vector<double> Reference(const std::vector<int16_t>& samples, double rate) {
  const std::vector<double> filters = MelFilters(rate);
  const size_t frames = samples.size() / 160;
  std::vector<double> values(80 * frames);
  for (size_t t = 0; t < frames; ++t) {
    const std::vector<double> power = Power(samples, static_cast<int64_t>(t));
    for (size_t band = 0; band < 80; ++band) {
      double sum = 0;
      for (size_t bin = 0; bin <= 200; ++bin) sum += filters[band * 201 + bin] * power[bin];
      values[band * frames + t] = std::log10(std::max(sum, 1e-10));
    }
  }
  const double floor = *std::max_element(values.begin(), values.end()) - 8;
  for (double& value : values) value = (std::max(value, floor) + 4) / 4;
  return values;
}

// Tones that rise and fade, over noise: all bands and 80 dB are in use.
std::vector<int16_t> Sweep(size_t count) {
  std::vector<int16_t> samples;
  uint32_t noise = 1;
  for (size_t i = 0; i < count; ++i) {
    const double time = static_cast<double>(i) / 22050;
    noise = noise * 1664525 + 1013904223;
    const double hiss = static_cast<double>(noise >> 16) / 32768 - 1;
    const double value = 20000 * std::exp(-3 * time) * std::sin(2 * kPi * (80 + 4000 * time) * time) + 3 * hiss;
    samples.push_back(static_cast<int16_t>(std::lround(value)));
  }
  return samples;
}

void ExpectNearReference(const std::vector<int16_t>& samples, double rate) {
  const std::vector<double> expected = Reference(samples, rate);
  const std::vector<float> features = LogMel(rate).Compute(samples, 1000000);
  ASSERT_EQ(features.size(), expected.size());
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_TRUE(std::isfinite(features[i]));
    largest = std::max(largest, std::abs(features[i] - expected[i]));
  }
  EXPECT_LT(largest, kTolerance);
}

TEST(LogMel, IsWhatItsDefinitionGives) {
  ExpectNearReference(Sweep(9000), 16000);
  ExpectNearReference(Sweep(9000), 22050);
}

TEST(LogMel, IsDefinedForTheShortestRecordings) {
  for (const size_t count : {201, 319, 320, 321, 399, 400, 401}) ExpectNearReference(Sweep(count), 16000);
}

TEST(LogMel, HasAFrameForEvery160Samples) {
  LogMel log_mel(16000);
  EXPECT_THAT(log_mel.Compute(Sweep(319), 100), SizeIs(80));
  EXPECT_THAT(log_mel.Compute(Sweep(320), 100), SizeIs(160));
}

TEST(LogMel, CutsTheEndButNotTheLoudestValue) {
  std::vector<int16_t> samples = Sweep(3200);
  for (size_t i = 2400; i < 3200; ++i) samples[i] = static_cast<int16_t>(i % 2 == 0 ? 32767 : -32768);
  LogMel log_mel(16000);
  const std::vector<float> whole = log_mel.Compute(samples, 20);
  const std::vector<float> cut = log_mel.Compute(samples, 7);
  ASSERT_THAT(cut, SizeIs(80 * 7));
  for (size_t band = 0; band < 80; ++band) {
    for (size_t t = 0; t < 7; ++t) EXPECT_EQ(cut[band * 7 + t], whole[band * 20 + t]);
  }
}

TEST(LogMel, IsFiniteForSilenceAndForClippedSound) {
  LogMel log_mel(16000);
  EXPECT_THAT(log_mel.Compute(std::vector<int16_t>(1000, 0), 100), Each(-1.5f));
  for (const float value : log_mel.Compute(std::vector<int16_t>(1000, -32768), 100)) EXPECT_TRUE(std::isfinite(value));
}

TEST(MelFilters, AreThoseOfLibrosa) {
  // librosa.filters.mel(sr=16000, n_fft=400, n_mels=80), as OpenAI's whisper ships it in mel_filters.npz.
  const std::vector<double> filters = MelFilters(16000);
  ASSERT_THAT(filters, SizeIs(80 * 201));
  EXPECT_EQ(filters[0], 0);
  EXPECT_NEAR(filters[1], 0.02486259, 1e-8);
  EXPECT_NEAR(filters[201 + 1], 0.00199082, 1e-8);
  EXPECT_NEAR(filters[201 + 2], 0.02287177, 1e-8);
  // Each band has the area 1 over hertz, but for the sampling of its triangle.
  for (size_t band = 40; band < 80; ++band) {
    double area = 0;
    for (size_t bin = 0; bin < 201; ++bin) area += filters[band * 201 + bin] * 40;
    EXPECT_NEAR(area, 1, 0.1) << band;
  }
}

}  // namespace
}  // namespace plumbline
