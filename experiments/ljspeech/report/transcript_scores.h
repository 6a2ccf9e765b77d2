// The scores of transcripts as this experiment reports them, so that whoever trains and whoever reports count alike: the
// similarities over all tokens, the markers `<` and `>` included, as the exercise's published code compares; the error
// rates without the markers, as error rates are usually understood.
#ifndef PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_TRANSCRIPT_SCORES_H_
#define PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_TRANSCRIPT_SCORES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "reports/text_scores.h"

namespace plumbline::ljspeech {

// Without a `<` at the start and a `>` at the end.
absl::string_view WithoutMarkers(absl::string_view text);

struct TranscriptScore {
  TextSimilarities similarities;
  EditCounts characters;
  EditCounts words;
};

// Of one utterance, markers included in both texts.
TranscriptScore ScoreTranscript(absl::string_view target, absl::string_view transcript);

// What a record holds for a split: "validation jaccard", "test character error rate", ...
struct TranscriptMetrics {
  double jaccard = 0;
  double cosine = 0;
  double damerau_levenshtein = 0;
  double character_error_rate = 0;
  double word_error_rate = 0;
};

// Means of the similarities over utterances, added in their order; error counts summed over utterances, then divided.
// InvalidArgument for lists of different length, FailedPrecondition for empty ones or targets without words.
absl::StatusOr<TranscriptMetrics> ScoreTranscripts(absl::Span<const std::string> targets,
                                                   absl::Span<const std::string> transcripts);

}  // namespace plumbline::ljspeech

#endif  // PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_TRANSCRIPT_SCORES_H_
