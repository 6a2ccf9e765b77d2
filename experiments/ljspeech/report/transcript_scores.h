// The scores of one transcript as this experiment reports them, which experiments/training/transcript_metrics.h sums
// over a corpus: the similarities over all tokens, the markers `<` and `>` included, as the exercise's published code
// compares; the error rates without the markers, as error rates are usually understood.
#ifndef PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_TRANSCRIPT_SCORES_H_
#define PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_TRANSCRIPT_SCORES_H_

#include "absl/strings/string_view.h"
#include "reports/text_scores.h"

namespace plumbline::ljspeech {

struct TranscriptScore {
  TextSimilarities similarities;
  EditCounts characters;
  EditCounts words;
};

// Markers may be in both texts, and are left out of the counts wherever they stand.
TranscriptScore ScoreTranscript(absl::string_view target, absl::string_view transcript);

}  // namespace plumbline::ljspeech

#endif  // PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_TRANSCRIPT_SCORES_H_
