// Where a prediction departs from its target, laid out below each other in a type of fixed width, as a reader compares
// two lines:
//
//   target      <in being compa·ratively modern.>
//   prediction  <in be·ng comparratively motern.>
//                     -        +           ^
//
// For a code block, in which nothing needs to be escaped and spaces stay as they are.
#ifndef PLUMBLINE_REPORTS_TEXT_DIFFERENCE_H_
#define PLUMBLINE_REPORTS_TEXT_DIFFERENCE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace plumbline {

// One column for each pair of tokens that belong together. Strings of one number of bytes.
struct TextDifference {
  std::string target;      // '\0' where the prediction has a token too many
  std::string prediction;  // '\0' where it lacks one
  std::string marks;       // ' ' equal, '^' substituted, '+' inserted, '-' deleted
};

// An alignment with the errors that CharacterEdits of reports/text_scores.h counts: as few as possible and, of these,
// as many substitutions as possible; of several such ones the one that pairs the last tokens first.
// O(|target| · |prediction|) time and memory.
TextDifference CompareTexts(absl::string_view target, absl::string_view prediction);

// Three lines a piece, with the names before the first two: pieces of at most `width` >= 10 columns, broken after a space
// of the target where there is one in the last half. A missing token is "·", a byte that is no visible ASCII "?". Lines
// have no spaces at their end; a piece without errors has no line of marks.
std::string DifferenceLines(absl::string_view target_name, absl::string_view target, absl::string_view prediction_name,
                            absl::string_view prediction, int width);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_TEXT_DIFFERENCE_H_
