// Recordings: WAV files of one channel with 16-bit samples at 22,050 Hz, and nothing else. What is close to that is
// refused in words, never resampled or mixed.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_WAV_FILE_H_
#define PLUMBLINE_EXPERIMENTS_DATA_WAV_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace plumbline {

inline constexpr int kRecordingRate = 22050;  // hertz
// Ten minutes; the longest clip of LJ Speech has ten seconds.
inline constexpr size_t kLargestRecording = size_t{600} * kRecordingRate * 2 + 65536;

// The samples of a file's bytes. Chunks that are neither format nor samples are passed over; the length that the RIFF
// header states is ignored, as writers of streams leave it open. Errors (invalid argument) say what was found and what
// is wanted: another container, coding, rate, width or number of channels, chunks that are missing, doubled, out of
// order or reach beyond the file, no samples.
absl::StatusOr<std::vector<int16_t>> ParseWav(absl::string_view bytes);

// The same of a file. Errors: "FILE: error: WHAT", as above and of ReadFile; more than kLargestRecording bytes.
absl::StatusOr<std::vector<int16_t>> ReadWav(const std::string& path);

// The bytes of a WAV file with these samples.
std::string FormatWav(absl::Span<const int16_t> samples);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_WAV_FILE_H_
