// How much faster than real time features of speech are computed on one core: seconds of sound per second of work, the
// median over rounds. Prints ratios; no assertions.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "experiments/data/log_mel.h"
#include "experiments/data/wav_file.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 15;

template <typename Work>
double MedianSeconds(const Work& work) {
  std::vector<double> seconds;
  for (int round = 0; round < kRounds; ++round) {
    const Clock::time_point start = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[kRounds / 2];
}

void Measure(double sound_seconds) {
  std::vector<int16_t> samples;
  for (int64_t i = 0; i < static_cast<int64_t>(sound_seconds * kRecordingRate); ++i) {
    const double time = static_cast<double>(i) / kRecordingRate;
    samples.push_back(static_cast<int16_t>(9000 * std::sin(2000 * time * (1 + time / 20))));
  }
  const std::string file = FormatWav(samples);
  LogMel log_mel(16000);
  const double features = MedianSeconds([&] { log_mel.Compute(samples, 2754); });
  const double reading = MedianSeconds([&] { if (!ParseWav(file).ok()) std::abort(); });
  std::printf("%5.1f s of sound: features %.0f times real time, reading %.0f times\n", sound_seconds,
              sound_seconds / features, sound_seconds / reading);
}

}  // namespace
}  // namespace plumbline

int main() {
  for (const double seconds : {1.5, 6.5, 20.0}) plumbline::Measure(seconds);
}
