// Markers count for similarities and not for error rates; a corpus of one utterance has its scores.
#include "experiments/ljspeech/report/transcript_scores.h"

#include "experiments/training/transcript_metrics.h"
#include "gtest/gtest.h"

namespace plumbline::ljspeech {
namespace {

TEST(TranscriptScores, SimilaritiesSeeTheMarkersErrorRatesDoNot) {
  const TranscriptScore score = ScoreTranscript("<ab>", "<ax>");
  EXPECT_EQ(score.similarities.jaccard, 3.0 / 5);
  EXPECT_EQ(score.similarities.damerau_levenshtein, 0.75);
  EXPECT_EQ(score.characters.errors(), 1);
  EXPECT_EQ(score.characters.reference, 2);
  EXPECT_EQ(score.words.reference, 1);
  EXPECT_EQ(ScoreTranscript("<ab>", "<a<b>>").characters.errors(), 0);
}

TEST(TranscriptScores, TrainingCountsAlike) {
  for (const char* transcript : {"<in beng modren.>", "<in << being>", "<>", "<in being modern.>"}) {
    const TranscriptScore score = ScoreTranscript("<in being modern.>", transcript);
    const auto metrics = TranscriptMetrics({"<in being modern.>"}, {transcript}, "<>");
    ASSERT_TRUE(metrics.ok());
    EXPECT_EQ(metrics->at("jaccard"), score.similarities.jaccard);
    EXPECT_EQ(metrics->at("cosine"), score.similarities.cosine);
    EXPECT_EQ(metrics->at("damerau_levenshtein"), score.similarities.damerau_levenshtein);
    EXPECT_EQ(metrics->at("character error rate"), *ErrorRate(score.characters));
    EXPECT_EQ(metrics->at("word error rate"), *ErrorRate(score.words));
  }
}

}  // namespace
}  // namespace plumbline::ljspeech
