// What the speech models hear: a recording as the logarithm of its power in 80 mel bands, 137.8 times a second. As
// published for the exercise, and as OpenAI's whisper computes it (log_mel_spectrogram).
#ifndef PLUMBLINE_EXPERIMENTS_DATA_LOG_MEL_H_
#define PLUMBLINE_EXPERIMENTS_DATA_LOG_MEL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"

namespace plumbline {

inline constexpr int64_t kMelBands = 80;
inline constexpr int64_t kMelWindow = 400;  // samples of a Fourier transform
inline constexpr int64_t kMelHop = 160;     // samples from frame to frame
inline constexpr int64_t kMelBins = kMelWindow / 2 + 1;
// Fewer samples cannot be reflected at their ends.
inline constexpr int64_t kLeastMelSamples = kMelWindow / 2 + 1;

// [kMelBands, kMelBins], row-major: Slaney's triangles (linear to 1000 Hz, logarithmic above) from 0 to rate / 2, each
// of area 1 over frequency, as librosa.filters.mel(sr=rate, n_fft=400, n_mels=80).
std::vector<double> MelFilters(double rate);

// One thread at a time.
class LogMel {
 public:
  // `rate`: the sampling rate in hertz that the bands assume.
  explicit LogMel(double rate);
  ~LogMel();

  // [kMelBands, frames], row-major: frame t is about sample 160 t, a Hann window of the 400 samples there, with the
  // recording reflected at its ends; the power spectrum; the bands; y = log10(max(power, 1e-10)), at least the
  // recording's largest y less 8; (y + 4) / 4. frames = samples / 160, rounded down (one fewer than a centred transform
  // has: whisper drops the last), at most `most_frames`, which leaves off the end. Needs kLeastMelSamples samples. All
  // values are finite.
  std::vector<float> Compute(absl::Span<const int16_t> samples, int64_t most_frames);

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_LOG_MEL_H_
