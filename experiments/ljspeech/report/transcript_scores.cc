// Sums go over utterances in their order, so the bits of a mean are those of its list.
#include "experiments/ljspeech/report/transcript_scores.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace plumbline::ljspeech {

absl::string_view WithoutMarkers(absl::string_view text) {
  absl::ConsumePrefix(&text, "<");
  absl::ConsumeSuffix(&text, ">");
  return text;
}

TranscriptScore ScoreTranscript(absl::string_view target, absl::string_view transcript) {
  const absl::string_view said = WithoutMarkers(target);
  const absl::string_view heard = WithoutMarkers(transcript);
  return {SimilaritiesOf(target, transcript), CharacterEdits(said, heard), WordEdits(said, heard)};
}

absl::StatusOr<TranscriptMetrics> ScoreTranscripts(absl::Span<const std::string> targets,
                                                   absl::Span<const std::string> transcripts) {
  if (targets.size() != transcripts.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not paired: ", targets.size(), " targets and ", transcripts.size(), " transcripts"));
  }
  if (targets.empty()) return absl::FailedPreconditionError("no transcripts");
  TranscriptMetrics metrics;
  EditCounts characters;
  EditCounts words;
  for (size_t i = 0; i < targets.size(); ++i) {
    const TranscriptScore score = ScoreTranscript(targets[i], transcripts[i]);
    metrics.jaccard += score.similarities.jaccard;
    metrics.cosine += score.similarities.cosine;
    metrics.damerau_levenshtein += score.similarities.damerau_levenshtein;
    characters += score.characters;
    words += score.words;
  }
  const auto count = static_cast<double>(targets.size());
  metrics.jaccard /= count;
  metrics.cosine /= count;
  metrics.damerau_levenshtein /= count;
  const absl::StatusOr<double> character_rate = ErrorRate(characters);
  const absl::StatusOr<double> word_rate = ErrorRate(words);
  if (!character_rate.ok()) return character_rate.status();
  if (!word_rate.ok()) return word_rate.status();
  metrics.character_error_rate = *character_rate;
  metrics.word_error_rate = *word_rate;
  return metrics;
}

}  // namespace plumbline::ljspeech
