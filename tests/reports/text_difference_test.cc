// Alignments by hand, their errors against those that the error rate counts, and how lines are broken.
#include "reports/text_difference.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "reports/text_scores.h"

namespace plumbline {
namespace {

TEST(TextDifference, MarksStandBelowWhatTheyMark) {
  EXPECT_EQ(DifferenceLines("target", "<in being comparatively modern.>", "prediction",
                            "<in beng comparratively motern.>", 100),
            "target      <in being compa·ratively modern.>\n"
            "prediction  <in be·ng comparratively motern.>\n"
            "                  -        +           ^\n");
}

TEST(TextDifference, EqualTextsHaveNoMarks) {
  EXPECT_EQ(DifferenceLines("a", "same text", "b", "same text", 40), "a  same text\nb  same text\n");
  EXPECT_EQ(DifferenceLines("a", "", "b", "", 40), "a\nb\n");
}

TEST(TextDifference, AnEmptyPredictionLacksEverything) {
  EXPECT_EQ(DifferenceLines("a", "no", "b", "", 40), "a  no\nb  ··\n   --\n");
  EXPECT_EQ(DifferenceLines("a", "", "b", "no", 40), "a  ··\nb  no\n   ++\n");
}

TEST(TextDifference, LongTextsBreakAfterASpaceOfTheTarget) {
  EXPECT_EQ(DifferenceLines("t", "printing in the only sense", "p", "printing on the only sense", 14),
            "t  printing in\n"
            "p  printing on\n"
            "            ^\n"
            "t  the only sense\n"
            "p  the only sense\n");
  EXPECT_EQ(DifferenceLines("t", "abcdefghijkl", "p", "abcdefghijkl", 10),
            "t  abcdefghij\np  abcdefghij\nt  kl\np  kl\n");
}

TEST(TextDifference, BytesThatCannotBeSeenAreQuestionMarks) {
  EXPECT_EQ(DifferenceLines("t", "a\xc3\xa9\n", "p", "a\xc3\xa9\n", 40), "t  a???\np  a???\n");
}

TEST(TextDifference, MarksAreTheErrorsThatTheRateCounts) {
  const std::string texts[] = {"", "the quick brown fox", "the quick brown fox fox", "teh qiuck borwn fox",
                               "he quick brown foxe", "xof nworb kciuq eht", "and where others were doubtful"};
  for (const std::string& target : texts) {
    for (const std::string& prediction : texts) {
      const TextDifference difference = CompareTexts(target, prediction);
      const EditCounts counts = CharacterEdits(target, prediction);
      const auto marks = [&](char mark) {
        return std::count(difference.marks.begin(), difference.marks.end(), mark);
      };
      EXPECT_EQ(marks('^'), counts.substitutions) << target << " / " << prediction;
      EXPECT_EQ(marks('+'), counts.insertions) << target << " / " << prediction;
      EXPECT_EQ(marks('-'), counts.deletions) << target << " / " << prediction;
      std::string without_gaps = difference.target;
      without_gaps.erase(std::remove(without_gaps.begin(), without_gaps.end(), '\0'), without_gaps.end());
      EXPECT_EQ(without_gaps, target);
    }
  }
}

}  // namespace
}  // namespace plumbline
