// How alike two texts are, by three similarities and two error rates that each look at something else. A text is a
// sequence of tokens, here the bytes of a string: for text in ASCII its characters. Knows no alphabet: markers of start
// and end, where a text has them, are tokens like the others.
//
// Everything is counted in integers until the one division at the end, so a score is the nearest double to its value
// (one rounding more for the cosine's root), whatever the order of summation.
#ifndef PLUMBLINE_REPORTS_TEXT_SCORES_H_
#define PLUMBLINE_REPORTS_TEXT_SCORES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace plumbline {

// The three similarities lie in [0, 1] and do not depend on which text comes first. Two empty texts are equal: 1. An
// empty text and another have nothing in common: 0.

// Jaccard's index of multisets (Ruzicka): how often each token t occurs, a_t and b_t times, and nothing of the order:
//   Σ min(a_t, b_t) / Σ max(a_t, b_t),   and the denominator is |a| + |b| - Σ min.
double JaccardSimilarity(absl::string_view a, absl::string_view b);

// The cosine in Ochiai's form, again of multisets: Σ min(a_t, b_t) / √(|a| · |b|). Never below Jaccard's index, because
// √(|a||b|) <= max(|a|, |b|) <= |a| + |b| - Σ min; equal to it only where both are 0 or both are 1. Not the cosine of
// the vectors of counts, which squares them.
double CosineSimilarity(absl::string_view a, absl::string_view b);

// The least number of insertions, deletions, substitutions and transpositions of neighbours that turn one text into the
// other, no stretch being edited twice: the restricted Damerau-Levenshtein distance, also called optimal string
// alignment. d("ca", "abc") is 3, where the unrestricted distance is 2. O(|a| · |b|) time, O(|b|) memory.
int64_t OptimalStringAlignmentDistance(absl::string_view a, absl::string_view b);

// 1 - d / max(|a|, |b|) with that distance.
double DamerauLevenshteinSimilarity(absl::string_view a, absl::string_view b);

struct TextSimilarities {
  double jaccard = 0;
  double cosine = 0;
  double damerau_levenshtein = 0;
};
TextSimilarities SimilaritiesOf(absl::string_view a, absl::string_view b);

// What it takes to turn a reference into a hypothesis by Levenshtein's three edits. An insertion is a token that only
// the hypothesis has, a deletion one that only the reference has. Of the alignments with the fewest errors these are
// the counts of those with the most substitutions, so they are defined by the texts and not by an order of search.
struct EditCounts {
  int64_t substitutions = 0;
  int64_t insertions = 0;
  int64_t deletions = 0;
  int64_t reference = 0;  // tokens of the reference

  int64_t errors() const { return substitutions + insertions + deletions; }
  EditCounts& operator+=(const EditCounts& other);
};

EditCounts CharacterEdits(absl::string_view reference, absl::string_view hypothesis);

// Words are what spaces part; several spaces part like one, and those at the ends part nothing.
EditCounts WordEdits(absl::string_view reference, absl::string_view hypothesis);

// errors / reference, for a corpus with its counts summed first. May exceed 1. FailedPrecondition for an empty
// reference, of which no rate is defined.
absl::StatusOr<double> ErrorRate(const EditCounts& counts);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_TEXT_SCORES_H_
