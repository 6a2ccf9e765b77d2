// Each score on texts small enough to count by hand, on its edges, and against slow definitions on many small texts.
#include "reports/text_scores.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

// All texts over `alphabet` of up to `length` tokens.
std::vector<std::string> AllTexts(const std::string& alphabet, size_t length) {
  std::vector<std::string> texts = {""};
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string text = texts[i];
    if (text.size() == length) continue;
    for (const char c : alphabet) texts.push_back(text + c);
  }
  return texts;
}

TEST(TextScores, EqualTextsScoreOneAndStrangersZero) {
  for (const char* text : {"", "a", "<printing, in the only sense>"}) {
    EXPECT_EQ(JaccardSimilarity(text, text), 1) << text;
    EXPECT_EQ(CosineSimilarity(text, text), 1) << text;
    EXPECT_EQ(DamerauLevenshteinSimilarity(text, text), 1) << text;
    EXPECT_EQ(CharacterEdits(text, text).errors(), 0) << text;
  }
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"aaa", "bb"}, {"", "abc"}, {"abc", ""}}) {
    EXPECT_EQ(JaccardSimilarity(a, b), 0);
    EXPECT_EQ(CosineSimilarity(a, b), 0);
    EXPECT_EQ(DamerauLevenshteinSimilarity(a, b), 0);
  }
}

TEST(TextScores, MultisetsCountedByHand) {
  // Common: b a n a of "banana" and "bananas" are six; 13 - 6 = 7 in either.
  EXPECT_EQ(JaccardSimilarity("banana", "bananas"), 6.0 / 7);
  EXPECT_EQ(CosineSimilarity("banana", "bananas"), 6.0 / std::sqrt(42.0));
  // "aab" and "abbb" have one a and one b in common.
  EXPECT_EQ(JaccardSimilarity("aab", "abbb"), 2.0 / 5);
  EXPECT_EQ(CosineSimilarity("aab", "abbb"), 2.0 / std::sqrt(12.0));
  // Bytes above 127 are tokens like any.
  EXPECT_EQ(JaccardSimilarity("\xff\x80", "\xff"), 0.5);
}

TEST(TextScores, TheRightLettersInAnotherOrderAreRightForMultisetsOnly) {
  const std::string text = "<in being comparatively modern.>";
  std::string sorted = text;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(JaccardSimilarity(text, sorted), 1);
  EXPECT_EQ(CosineSimilarity(text, sorted), 1);
  EXPECT_LT(DamerauLevenshteinSimilarity(text, sorted), 0.25);
}

TEST(TextScores, DistanceCountsATranspositionOnce) {
  EXPECT_EQ(OptimalStringAlignmentDistance("modern", "modren"), 1);
  EXPECT_EQ(DamerauLevenshteinSimilarity("modern", "modren"), 5.0 / 6);
  EXPECT_EQ(CharacterEdits("modern", "modren").errors(), 2);
  // Restricted: no transposed pair is edited again.
  EXPECT_EQ(OptimalStringAlignmentDistance("ca", "abc"), 3);
  EXPECT_EQ(OptimalStringAlignmentDistance("abcd", "badc"), 2);
  EXPECT_EQ(OptimalStringAlignmentDistance("kitten", "sitting"), 3);
  EXPECT_EQ(OptimalStringAlignmentDistance("", "abc"), 3);
}

TEST(TextScores, JaccardNeverExceedsTheCosine) {
  const std::vector<std::string> texts = AllTexts("abc", 5);
  for (const std::string& a : texts) {
    for (const std::string& b : texts) {
      const TextSimilarities scores = SimilaritiesOf(a, b);
      ASSERT_LE(scores.jaccard, scores.cosine) << a << " " << b;
      ASSERT_EQ(scores.jaccard == scores.cosine, scores.jaccard == 0 || scores.jaccard == 1) << a << " " << b;
      ASSERT_GE(scores.damerau_levenshtein, 0);
      ASSERT_LE(scores.cosine, 1);
      // An alignment pairs equal tokens of both, so no order scores higher than the bag over the longer text.
      const double longest = static_cast<double>(std::max(a.size(), b.size()));
      const double common = scores.cosine * std::sqrt(static_cast<double>(a.size() * b.size()));
      if (longest > 0 && CharacterEdits(a, b).errors() == OptimalStringAlignmentDistance(a, b)) {
        ASSERT_LE(scores.damerau_levenshtein, common / longest + 1e-12) << a << " " << b;
      }
    }
  }
}

TEST(TextScores, SimilaritiesAreSymmetric) {
  for (const std::string& a : AllTexts("ab", 4)) {
    for (const std::string& b : AllTexts("ab", 4)) {
      EXPECT_EQ(JaccardSimilarity(a, b), JaccardSimilarity(b, a));
      EXPECT_EQ(CosineSimilarity(a, b), CosineSimilarity(b, a));
      EXPECT_EQ(OptimalStringAlignmentDistance(a, b), OptimalStringAlignmentDistance(b, a));
    }
  }
}

// The definition: recursion over what is done with the last tokens.
int64_t SlowDistance(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return static_cast<int64_t>(a.size() + b.size());
  const std::string left = a.substr(0, a.size() - 1);
  const std::string right = b.substr(0, b.size() - 1);
  int64_t best = std::min({SlowDistance(left, b) + 1, SlowDistance(a, right) + 1,
                           SlowDistance(left, right) + (a.back() != b.back())});
  if (!left.empty() && !right.empty() && a.back() == right.back() && left.back() == b.back()) {
    best = std::min(best, SlowDistance(a.substr(0, a.size() - 2), b.substr(0, b.size() - 2)) + 1);
  }
  return best;
}

// All counts of alignments, the fewest errors first, then the most substitutions.
EditCounts SlowEdits(const std::string& reference, const std::string& hypothesis) {
  if (reference.empty() || hypothesis.empty()) {
    EditCounts counts;
    counts.insertions = static_cast<int64_t>(hypothesis.size());
    counts.deletions = counts.reference = static_cast<int64_t>(reference.size());
    return counts;
  }
  EditCounts paired = SlowEdits(reference.substr(1), hypothesis.substr(1));
  paired.substitutions += reference[0] != hypothesis[0];
  EditCounts inserted = SlowEdits(reference, hypothesis.substr(1));
  ++inserted.insertions;
  EditCounts deleted = SlowEdits(reference.substr(1), hypothesis);
  ++deleted.deletions;
  const auto better = [](const EditCounts& a, const EditCounts& b) {
    return std::make_pair(a.errors(), -a.substitutions) < std::make_pair(b.errors(), -b.substitutions);
  };
  EditCounts best = paired;
  if (better(inserted, best)) best = inserted;
  if (better(deleted, best)) best = deleted;
  best.reference = static_cast<int64_t>(reference.size());
  return best;
}

TEST(TextScores, FastAndSlowAgreeOnAllSmallTexts) {
  for (const std::string& a : AllTexts("ab", 4)) {
    for (const std::string& b : AllTexts("abc", 4)) {
      ASSERT_EQ(OptimalStringAlignmentDistance(a, b), SlowDistance(a, b)) << a << " " << b;
      const EditCounts fast = CharacterEdits(a, b);
      const EditCounts slow = SlowEdits(a, b);
      ASSERT_EQ(fast.substitutions, slow.substitutions) << a << " " << b;
      ASSERT_EQ(fast.insertions, slow.insertions) << a << " " << b;
      ASSERT_EQ(fast.deletions, slow.deletions) << a << " " << b;
      ASSERT_EQ(fast.reference, slow.reference) << a << " " << b;
    }
  }
}

TEST(TextScores, EditsNameTheirKinds) {
  const EditCounts counts = CharacterEdits("kitten", "sitting");
  EXPECT_EQ(counts.substitutions, 2);
  EXPECT_EQ(counts.insertions, 1);
  EXPECT_EQ(counts.deletions, 0);
  EXPECT_EQ(counts.reference, 6);
  // Two errors either way; the alignment with a substitution too many would have three.
  const EditCounts shifted = CharacterEdits("abc", "bcd");
  EXPECT_EQ(shifted.errors(), 2);
  EXPECT_EQ(shifted.insertions, 1);
  EXPECT_EQ(shifted.deletions, 1);
  // Substitutions are preferred where they tie with a pair of the others.
  EXPECT_EQ(CharacterEdits("ab", "ba").substitutions, 2);
}

TEST(TextScores, WordsAreWhatSpacesPart) {
  const EditCounts counts = WordEdits("in the only  sense ", "in only the sense");
  EXPECT_EQ(counts.reference, 4);
  EXPECT_EQ(counts.errors(), 2);
  EXPECT_EQ(WordEdits("a b", "a  b").errors(), 0);
  EXPECT_EQ(WordEdits("a b", "ab").errors(), 2);
  EXPECT_EQ(WordEdits("  ", "a b").insertions, 2);
}

TEST(TextScores, RatesDivideOnceAfterSumming) {
  // 1 of 2 and 0 of 8 characters: 1/10, not the mean 1/4.
  EditCounts counts = CharacterEdits("ab", "ax");
  counts += CharacterEdits("abcdefgh", "abcdefgh");
  EXPECT_EQ(*ErrorRate(counts), 0.1);
  EXPECT_EQ(*ErrorRate(CharacterEdits("a", "bcd")), 3);  // may exceed 1
  EXPECT_EQ(ErrorRate(CharacterEdits("", "bcd")).status().message(), "the reference is empty");
}

}  // namespace
}  // namespace plumbline
