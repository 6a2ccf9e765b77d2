// Frames are computed one after the other, [frames, bands], and turned when the loudest value is known.
#include "experiments/data/log_mel.h"

#include <kissfft/kiss_fftr.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace plumbline {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr float kSampleScale = 1.0f / 32768;
constexpr float kLeastPower = 1e-10f;
constexpr float kDynamicRange = 8;  // of log10: 80 dB

// Slaney's mel scale: 200/3 Hz a mel up to 1000 Hz, then 27 mels for a factor of 6.4.
constexpr double kLinearStep = 200.0 / 3;
constexpr double kBreakHertz = 1000;
constexpr double kBreakMel = kBreakHertz / kLinearStep;
double LogStep() { return std::log(6.4) / 27; }

double MelOf(double hertz) {
  return hertz < kBreakHertz ? hertz / kLinearStep : kBreakMel + std::log(hertz / kBreakHertz) / LogStep();
}

double HertzOf(double mel) {
  return mel < kBreakMel ? mel * kLinearStep : kBreakHertz * std::exp(LogStep() * (mel - kBreakMel));
}

struct FreeFft {
  void operator()(kiss_fftr_state* state) const { kiss_fftr_free(state); }
};

// A row of the filters without the zeros around it.
struct Band {
  int64_t first = 0;
  std::vector<float> weights;
};

std::vector<Band> Bands(double rate) {
  const std::vector<double> filters = MelFilters(rate);
  std::vector<Band> bands;
  for (int64_t b = 0; b < kMelBands; ++b) {
    const double* const row = &filters[static_cast<size_t>(b * kMelBins)];
    Band band;
    for (int64_t bin = 0; bin < kMelBins; ++bin) {
      if (row[bin] == 0) continue;
      if (band.weights.empty()) band.first = bin;
      band.weights.resize(static_cast<size_t>(bin - band.first));
      band.weights.push_back(static_cast<float>(row[bin]));
    }
    bands.push_back(std::move(band));
  }
  return bands;
}

}  // namespace

std::vector<double> MelFilters(double rate) {
  std::vector<double> edges;
  for (int64_t i = 0; i < kMelBands + 2; ++i) {
    edges.push_back(HertzOf(MelOf(rate / 2) * static_cast<double>(i) / (kMelBands + 1)));
  }
  std::vector<double> filters(static_cast<size_t>(kMelBands * kMelBins));
  for (size_t band = 0; band < kMelBands; ++band) {
    const double low = edges[band], peak = edges[band + 1], high = edges[band + 2];
    for (size_t bin = 0; bin < kMelBins; ++bin) {
      const double hertz = rate * static_cast<double>(bin) / kMelWindow;
      const double rising = (hertz - low) / (peak - low);
      const double falling = (high - hertz) / (high - peak);
      filters[band * kMelBins + bin] = std::max(0.0, std::min(rising, falling)) * 2 / (high - low);
    }
  }
  return filters;
}

struct LogMel::Plan {
  explicit Plan(double rate) : bands(Bands(rate)), fft(kiss_fftr_alloc(kMelWindow, 0, nullptr, nullptr)) {
    for (size_t i = 0; i < kMelWindow; ++i) {
      window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * kPi * static_cast<double>(i) / kMelWindow));
    }
  }

  // The bands of the window at `samples`, as log10; the largest of them.
  float Frame(const float* samples, float* to) {
    for (size_t i = 0; i < kMelWindow; ++i) windowed[i] = samples[i] * window[i];
    kiss_fftr(fft.get(), windowed.data(), spectrum.data());
    for (size_t i = 0; i < kMelBins; ++i) power[i] = spectrum[i].r * spectrum[i].r + spectrum[i].i * spectrum[i].i;
    for (size_t b = 0; b < kMelBands; ++b) {
      const Band& band = bands[b];
      float sum = 0;
      for (size_t i = 0; i < band.weights.size(); ++i) sum += band.weights[i] * power[static_cast<size_t>(band.first) + i];
      to[b] = std::log10(std::max(sum, kLeastPower));
    }
    return *std::max_element(to, to + kMelBands);
  }

  const std::vector<Band> bands;
  const std::unique_ptr<kiss_fftr_state, FreeFft> fft;
  std::array<float, kMelWindow> window;
  std::array<float, kMelWindow> windowed;
  std::array<kiss_fft_cpx, kMelBins> spectrum;
  std::array<float, kMelBins> power;
  std::vector<float> reflected;
  std::vector<float> logarithms;
};

LogMel::LogMel(double rate) : plan_(std::make_unique<Plan>(rate)) {}
LogMel::~LogMel() = default;

std::vector<float> LogMel::Compute(absl::Span<const int16_t> samples, int64_t most_frames) {
  constexpr size_t kHalf = kMelWindow / 2;
  const size_t count = samples.size();
  std::vector<float>& reflected = plan_->reflected;
  reflected.resize(count + kMelWindow);
  const auto value = [&](size_t i) { return static_cast<float>(samples[i]) * kSampleScale; };
  for (size_t i = 0; i < count; ++i) reflected[kHalf + i] = value(i);
  for (size_t i = 1; i <= kHalf; ++i) {
    reflected[kHalf - i] = value(i);
    reflected[kHalf + count - 1 + i] = value(count - 1 - i);
  }
  const size_t frames = count / kMelHop;
  std::vector<float>& logarithms = plan_->logarithms;
  logarithms.resize(frames * kMelBands);
  float loudest = std::log10(kLeastPower);
  for (size_t t = 0; t < frames; ++t) {
    loudest = std::max(loudest, plan_->Frame(&reflected[t * kMelHop], &logarithms[t * kMelBands]));
  }
  const size_t kept = std::min(frames, static_cast<size_t>(most_frames));
  const float floor = loudest - kDynamicRange;
  std::vector<float> features(kept * kMelBands);
  for (size_t band = 0; band < kMelBands; ++band) {
    for (size_t t = 0; t < kept; ++t) {
      features[band * kept + t] = (std::max(logarithms[t * kMelBands + band], floor) + 4) / 4;
    }
  }
  return features;
}

}  // namespace plumbline
