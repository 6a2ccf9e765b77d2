// Markers count for similarities and not for error rates.
#include "experiments/ljspeech/report/transcript_scores.h"

#include "gtest/gtest.h"

namespace plumbline::ljspeech {
namespace {

TEST(TranscriptScores, MarkersAreTakenFromTheEndsOnly) {
  EXPECT_EQ(WithoutMarkers("<a<b>c>"), "a<b>c");
  EXPECT_EQ(WithoutMarkers("abc"), "abc");
  EXPECT_EQ(WithoutMarkers("<"), "");
  EXPECT_EQ(WithoutMarkers(""), "");
}

TEST(TranscriptScores, SimilaritiesSeeTheMarkersErrorRatesDoNot) {
  const TranscriptScore score = ScoreTranscript("<ab>", "<ax>");
  EXPECT_EQ(score.similarities.jaccard, 3.0 / 5);
  EXPECT_EQ(score.similarities.damerau_levenshtein, 0.75);
  EXPECT_EQ(score.characters.errors(), 1);
  EXPECT_EQ(score.characters.reference, 2);
  EXPECT_EQ(score.words.reference, 1);
}

TEST(TranscriptScores, SimilaritiesAreAveragedAndErrorsSummed) {
  const absl::StatusOr<TranscriptMetrics> metrics =
      ScoreTranscripts({"<ab>", "<abcd efgh>"}, {"<ax>", "<abcd efgh>"});
  ASSERT_TRUE(metrics.ok());
  EXPECT_EQ(metrics->jaccard, (0.6 + 1) / 2);
  EXPECT_EQ(metrics->cosine, (0.75 + 1) / 2);
  EXPECT_EQ(metrics->damerau_levenshtein, (0.75 + 1) / 2);
  EXPECT_EQ(metrics->character_error_rate, 1.0 / 11);
  EXPECT_EQ(metrics->word_error_rate, 1.0 / 3);
}

TEST(TranscriptScores, WhatHasNoScoreSaysWhy) {
  EXPECT_EQ(ScoreTranscripts({"<a>"}, {}).status().message(), "not paired: 1 targets and 0 transcripts");
  EXPECT_EQ(ScoreTranscripts({}, {}).status().message(), "no transcripts");
  EXPECT_EQ(ScoreTranscripts({"<>"}, {"<a>"}).status().message(), "the reference is empty");
}

}  // namespace
}  // namespace plumbline::ljspeech
