// What the records say, before it is put into words: test scores with how far they can be trusted, and the difference
// of the two decoders. Averages go over seeds first; uncertainty is told twice, over seeds and over utterances.
#ifndef PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_FINDINGS_H_
#define PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_FINDINGS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "experiments/ljspeech/report/report_data.h"
#include "reports/markdown.h"
#include "reports/plot.h"
#include "reports/statistics.h"

namespace plumbline::ljspeech {

inline constexpr double kLevel = 0.95;
inline constexpr int kScoreDecimals = 4;

// Of the bootstrap over utterances; stated in the report.
inline constexpr uint64_t kBootstrapSeed = 2024;
inline constexpr int kBootstrapResamples = 2000;

enum class Metric { kLoss, kJaccard, kCosine, kDamerauLevenshtein, kCharacterErrorRate, kWordErrorRate };

inline constexpr Metric kMetrics[] = {Metric::kLoss,
                                      Metric::kJaccard,
                                      Metric::kCosine,
                                      Metric::kDamerauLevenshtein,
                                      Metric::kCharacterErrorRate,
                                      Metric::kWordErrorRate};
inline constexpr Metric kSimilarities[] = {Metric::kJaccard, Metric::kCosine, Metric::kDamerauLevenshtein};

// "Damerau–Levenshtein", as the report calls it, and "damerau_levenshtein", as records do.
std::string NameOf(Metric metric);
std::string RecordName(Metric metric);
bool HigherIsBetter(Metric metric);

// Of the three similarities of one utterance.
double ValueOf(const TextSimilarities& similarities, Metric metric);

// The test value of a run: from its utterances where they are recorded, else as recorded. Nothing for a run that diverged
// or has neither.
std::optional<double> TestValue(const Run& run, Metric metric);

// What an utterance adds to a score: Σ numerators / Σ denominators is the score of the test set.
struct UtteranceScores {
  std::vector<double> numerators;
  std::vector<double> denominators;
};
std::optional<UtteranceScores> UtteranceScoresOf(const Run& run, Metric metric);

// One decoder and metric on the test set.
struct TestResult {
  std::vector<double> by_seed;  // ascending in the seed
  double mean = 0;              // over seeds
  absl::StatusOr<Estimate> over_seeds = absl::FailedPreconditionError("no run has it");
  // For other utterances, these networks given; of several seeds of their mean.
  absl::StatusOr<Estimate> over_utterances = absl::FailedPreconditionError("the transcripts are not recorded");

  bool has_value() const { return !by_seed.empty(); }
};
TestResult MeasureTest(const std::vector<Run>& runs, Metric metric);

enum class Verdict {
  kConclusive,         // both intervals lie on one side of 0
  kForThesePairs,      // the one over utterances does, and one seed has no other
  kOpen,
};

// Transformer minus recurrent, at the seeds that both have.
struct Gap {
  Metric metric = Metric::kLoss;
  int seeds = 0;
  int utterances = 0;
  double recurrent = 0, transformer = 0;  // means over these seeds
  absl::StatusOr<Estimate> over_seeds = absl::FailedPreconditionError("no seed has both");
  absl::StatusOr<Estimate> over_utterances = absl::FailedPreconditionError("the transcripts are not recorded");

  double difference() const { return transformer - recurrent; }
  Verdict verdict() const;
  // The one that scores better by the difference; meaningless for an open verdict.
  Decoder better() const;
};
Gap MeasureGap(const Data& data, Metric metric);

// "conclusive", "conclusive for these two networks; ...", or "inconclusive: ..." with the reason.
std::string VerdictText(const Gap& gap);

// All of them, made once.
struct Findings {
  std::map<std::pair<Decoder, Metric>, TestResult> tests;
  std::map<Metric, Gap> gaps;

  const TestResult& Test(Decoder decoder, Metric metric) const { return tests.at({decoder, metric}); }
  const Gap& GapOf(Metric metric) const { return gaps.at(metric); }
};
Findings Find(const Data& data);

// The mean of a curve over runs that did not diverge, as far as all of them go, with the least and greatest value as
// ends of a bar where there are several; empty where no run has it.
std::vector<PlotPoint> MeanCurve(const std::vector<Run>& runs, const std::string& name);

// The finished runs of one seed of both decoders that have transcripts of the same targets: of the smallest seed. Null
// pointers: there is none.
std::pair<const Run*, const Run*> TranscribingPair(const Data& data);

// The finished run of the smallest seed with transcripts; null: none.
const Run* FirstTranscribing(const std::vector<Run>& runs);

// What others reported for the real data, with the published code after 15 epochs.
struct Published {
  double value;
  double spread;  // standard deviation over runs; 0: not reported
};
std::optional<Published> PublishedFor(Decoder decoder, Metric metric);

// "0.7150 [0.7100, 0.7200]" without a sign, "+0.0500 [...]" with one; or why there is no interval.
md::Inline ScoreText(const absl::StatusOr<Estimate>& estimate);
md::Inline SignedText(const absl::StatusOr<Estimate>& estimate);
std::string SignedText(double value);

// Runs that the others let expect and that have no record: "transformer, seed 3".
std::vector<std::string> MissingRuns(const Data& data);

}  // namespace plumbline::ljspeech

#endif  // PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_FINDINGS_H_
