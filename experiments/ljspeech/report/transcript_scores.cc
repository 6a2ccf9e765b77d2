// Markers take no part in the counts, not even as errors.
#include "experiments/ljspeech/report/transcript_scores.h"

#include <string>

namespace plumbline::ljspeech {
namespace {

std::string WithoutMarkers(absl::string_view text) {
  std::string without;
  for (const char token : text) {
    if (token != '<' && token != '>') without += token;
  }
  return without;
}

}  // namespace

TranscriptScore ScoreTranscript(absl::string_view target, absl::string_view transcript) {
  const std::string said = WithoutMarkers(target);
  const std::string heard = WithoutMarkers(transcript);
  return {SimilaritiesOf(target, transcript), CharacterEdits(said, heard), WordEdits(said, heard)};
}

}  // namespace plumbline::ljspeech
