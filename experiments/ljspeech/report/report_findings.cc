// Utterances are paired by their place in the test set, which both decoders see in one order.
#include "experiments/ljspeech/report/report_findings.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "reports/bootstrap.h"
#include "reports/means.h"
#include "reports/number_text.h"
#include "reports/record_values.h"

namespace plumbline::ljspeech {
namespace {

const BootstrapOptions kBootstrap = {kBootstrapSeed, kBootstrapResamples, kLevel};

int Side(const Interval& interval) { return interval.low > 0 ? 1 : interval.high < 0 ? -1 : 0; }

// The numerators averaged over runs of the same targets. FailedPrecondition where they are not the same, or there are
// none.
absl::StatusOr<UtteranceScores> MeanScores(const std::vector<const Run*>& runs, Metric metric) {
  UtteranceScores mean;
  for (const Run* run : runs) {
    const std::optional<UtteranceScores> scores = UtteranceScoresOf(*run, metric);
    if (!scores.has_value()) {
      return absl::FailedPreconditionError(metric == Metric::kLoss && !run->targets.empty()
                                               ? "the losses of the utterances are not recorded"
                                               : "the transcripts are not recorded");
    }
    if (run->targets != runs.front()->targets) return absl::FailedPreconditionError("the test targets differ");
    if (mean.numerators.empty()) mean = {std::vector<double>(scores->numerators.size(), 0), scores->denominators};
    for (size_t i = 0; i < mean.numerators.size(); ++i) {
      mean.numerators[i] += scores->numerators[i] / static_cast<double>(runs.size());
    }
  }
  if (mean.numerators.empty()) return absl::FailedPreconditionError("the transcripts are not recorded");
  return mean;
}

std::vector<const Run*> RunsWith(const std::vector<Run>& runs, Metric metric) {
  std::vector<const Run*> with;
  for (const Run& run : runs) {
    if (TestValue(run, metric).has_value()) with.push_back(&run);
  }
  return with;
}

absl::StatusOr<Estimate> DifferenceOverUtterances(const std::vector<const Run*>& recurrent,
                                                  const std::vector<const Run*>& transformer, Metric metric) {
  absl::StatusOr<UtteranceScores> minuend = MeanScores(transformer, metric);
  const absl::StatusOr<UtteranceScores> subtrahend = MeanScores(recurrent, metric);
  if (!minuend.ok()) return minuend.status();
  if (!subtrahend.ok()) return subtrahend.status();
  if (recurrent.front()->targets != transformer.front()->targets) {
    return absl::FailedPreconditionError("the test targets differ");
  }
  for (size_t i = 0; i < minuend->numerators.size(); ++i) minuend->numerators[i] -= subtrahend->numerators[i];
  return BootstrapRatio(minuend->numerators, minuend->denominators, kBootstrap);
}

}  // namespace

std::string NameOf(Metric metric) {
  switch (metric) {
    case Metric::kLoss:
      return "loss";
    case Metric::kJaccard:
      return "Jaccard";
    case Metric::kCosine:
      return "cosine";
    case Metric::kDamerauLevenshtein:
      return "Damerau–Levenshtein";
    case Metric::kCharacterErrorRate:
      return "character error rate";
    case Metric::kWordErrorRate:
      return "word error rate";
  }
  return "";
}

std::string RecordName(Metric metric) {
  if (metric == Metric::kJaccard) return "jaccard";
  if (metric == Metric::kDamerauLevenshtein) return "damerau_levenshtein";
  return NameOf(metric);
}

bool HigherIsBetter(Metric metric) {
  return std::find(std::begin(kSimilarities), std::end(kSimilarities), metric) != std::end(kSimilarities);
}

double ValueOf(const TextSimilarities& similarities, Metric metric) {
  if (metric == Metric::kJaccard) return similarities.jaccard;
  if (metric == Metric::kCosine) return similarities.cosine;
  return similarities.damerau_levenshtein;
}

std::optional<UtteranceScores> UtteranceScoresOf(const Run& run, Metric metric) {
  if (run.diverged() || run.scores.empty()) return std::nullopt;
  UtteranceScores result;
  if (metric == Metric::kLoss) {
    if (run.losses.empty()) return std::nullopt;
    return UtteranceScores{run.losses, std::vector<double>(run.losses.size(), 1)};
  }
  for (const TranscriptScore& score : run.scores) {
    if (HigherIsBetter(metric)) {
      result.numerators.push_back(ValueOf(score.similarities, metric));
      result.denominators.push_back(1);
      continue;
    }
    const EditCounts& counts = metric == Metric::kCharacterErrorRate ? score.characters : score.words;
    result.numerators.push_back(static_cast<double>(counts.errors()));
    result.denominators.push_back(static_cast<double>(counts.reference));
  }
  return result;
}

std::optional<double> TestValue(const Run& run, Metric metric) {
  if (run.diverged()) return std::nullopt;
  const std::optional<UtteranceScores> scores = UtteranceScoresOf(run, metric);
  if (scores.has_value() && metric != Metric::kLoss) {
    double numerator = 0;
    double denominator = 0;
    for (const double value : scores->numerators) numerator += value;
    for (const double value : scores->denominators) denominator += value;
    if (denominator > 0) return numerator / denominator;
  }
  const absl::StatusOr<double> recorded = ExactReal(*run.record, absl::StrCat("test ", RecordName(metric)));
  if (!recorded.ok() || !std::isfinite(*recorded)) return std::nullopt;
  return *recorded;
}

TestResult MeasureTest(const std::vector<Run>& runs, Metric metric) {
  TestResult result;
  const std::vector<const Run*> with = RunsWith(runs, metric);
  for (const Run* run : with) result.by_seed.push_back(*TestValue(*run, metric));
  if (with.empty()) return result;
  result.mean = Mean(result.by_seed).value_or(0);
  result.over_seeds = MeanEstimate(result.by_seed, kLevel);
  const absl::StatusOr<UtteranceScores> scores = MeanScores(with, metric);
  result.over_utterances =
      scores.ok() ? BootstrapRatio(scores->numerators, scores->denominators, kBootstrap) : scores.status();
  return result;
}

Verdict Gap::verdict() const {
  if (!over_utterances.ok()) return Verdict::kOpen;
  const int side = Side(over_utterances->interval);
  if (side == 0) return Verdict::kOpen;
  if (seeds == 1) return Verdict::kForThesePairs;
  return over_seeds.ok() && Side(over_seeds->interval) == side ? Verdict::kConclusive : Verdict::kOpen;
}

Decoder Gap::better() const {
  return (difference() > 0) == HigherIsBetter(metric) ? Decoder::kTransformer : Decoder::kRecurrent;
}

Gap MeasureGap(const Data& data, Metric metric) {
  Gap gap;
  gap.metric = metric;
  std::vector<const Run*> recurrent, transformer;
  std::vector<double> first, second;
  for (const Run* a : RunsWith(data.RunsOf(Decoder::kRecurrent), metric)) {
    for (const Run* b : RunsWith(data.RunsOf(Decoder::kTransformer), metric)) {
      if (a->seed != b->seed) continue;
      recurrent.push_back(a);
      transformer.push_back(b);
      first.push_back(*TestValue(*a, metric));
      second.push_back(*TestValue(*b, metric));
    }
  }
  gap.seeds = static_cast<int>(first.size());
  if (first.empty()) {
    gap.over_utterances = absl::FailedPreconditionError("no seed has both");
    return gap;
  }
  gap.recurrent = Mean(first).value_or(0);
  gap.transformer = Mean(second).value_or(0);
  gap.utterances = static_cast<int>(recurrent.front()->targets.size());
  gap.over_seeds = PairedDifference(second, first, kLevel);
  gap.over_utterances = DifferenceOverUtterances(recurrent, transformer, metric);
  return gap;
}

std::string VerdictText(const Gap& gap) {
  switch (gap.verdict()) {
    case Verdict::kConclusive:
      return "conclusive";
    case Verdict::kForThesePairs:
      return "conclusive for these two networks; one seed does not show how much another would change";
    case Verdict::kOpen:
      break;
  }
  if (!gap.over_utterances.ok()) return absl::StrCat("inconclusive: ", gap.over_utterances.status().message());
  const bool utterances = Side(gap.over_utterances->interval) == 0;
  if (gap.seeds == 1 || !gap.over_seeds.ok()) return "inconclusive: the interval over utterances contains 0";
  const bool seeds = Side(gap.over_seeds->interval) == 0;
  if (seeds && utterances) return "inconclusive: both intervals contain 0";
  if (seeds != utterances) {
    return absl::StrCat("inconclusive: the interval over ", seeds ? "seeds" : "utterances", " contains 0");
  }
  return "inconclusive: the intervals disagree";
}

Findings Find(const Data& data) {
  Findings findings;
  for (const Metric metric : kMetrics) {
    for (const Decoder decoder : kDecoders) {
      findings.tests.emplace(std::make_pair(decoder, metric), MeasureTest(data.RunsOf(decoder), metric));
    }
    findings.gaps.emplace(metric, MeasureGap(data, metric));
  }
  return findings;
}

std::vector<PlotPoint> MeanCurve(const std::vector<Run>& runs, const std::string& name) {
  std::vector<const Curve*> curves;
  for (const Run& run : runs) {
    const Curve* const curve = FindCurve(run, name);
    if (!run.diverged() && curve != nullptr) curves.push_back(curve);
  }
  std::vector<PlotPoint> points;
  if (curves.empty()) return points;
  size_t epochs = curves.front()->epochs.size();
  for (const Curve* curve : curves) epochs = std::min(epochs, curve->epochs.size());
  for (size_t i = 0; i < epochs; ++i) {
    std::vector<double> values;
    for (const Curve* curve : curves) values.push_back(curve->values[i]);
    double sum = 0;
    for (const double value : values) sum += value;
    PlotPoint point{static_cast<double>(curves.front()->epochs[i]), sum / static_cast<double>(values.size())};
    if (values.size() > 1) {
      point.low = *std::min_element(values.begin(), values.end());
      point.high = *std::max_element(values.begin(), values.end());
    }
    points.push_back(point);
  }
  return points;
}

const Run* FirstTranscribing(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (!run.diverged() && !run.transcripts.empty()) return &run;
  }
  return nullptr;
}

std::pair<const Run*, const Run*> TranscribingPair(const Data& data) {
  for (const Run& a : data.RunsOf(Decoder::kRecurrent)) {
    for (const Run& b : data.RunsOf(Decoder::kTransformer)) {
      const bool both = !a.diverged() && !b.diverged() && !a.transcripts.empty() && a.targets == b.targets;
      if (a.seed == b.seed && both) return {&a, &b};
    }
  }
  return {nullptr, nullptr};
}

std::optional<Published> PublishedFor(Decoder decoder, Metric metric) {
  const bool recurrent = decoder == Decoder::kRecurrent;
  switch (metric) {
    case Metric::kLoss:
      return recurrent ? Published{1.183, 0} : Published{1.160, 0.0012};
    case Metric::kJaccard:
      return recurrent ? Published{0.715, 0} : Published{0.765, 0.0022};
    case Metric::kCosine:
      return recurrent ? Published{0.832, 0} : Published{0.866, 0.0017};
    case Metric::kDamerauLevenshtein:
      return recurrent ? Published{0.509, 0} : Published{0.633, 0.0055};
    case Metric::kCharacterErrorRate:
    case Metric::kWordErrorRate:
      break;
  }
  return std::nullopt;
}

md::Inline ScoreText(const absl::StatusOr<Estimate>& estimate) {
  return estimate.ok() ? md::ExactEstimate(estimate, kScoreDecimals) : md::Absent(estimate.status().message());
}

std::string SignedText(double value) {
  const std::string text = FixedText(value, kScoreDecimals);
  return absl::StrCat(text[0] == '-' || text == FixedText(0, kScoreDecimals) ? "" : "+", text);
}

md::Inline SignedText(const absl::StatusOr<Estimate>& estimate) {
  if (!estimate.ok()) return md::Absent(estimate.status().message());
  return md::Text(absl::StrCat(SignedText(estimate->value), " [", SignedText(estimate->interval.low), ",\u00A0",
                               SignedText(estimate->interval.high), "]"));
}

std::vector<std::string> MissingRuns(const Data& data) {
  std::vector<std::string> missing;
  for (const Decoder decoder : kDecoders) {
    const std::vector<Run>& runs = data.RunsOf(decoder);
    for (const uint64_t seed : data.seeds) {
      const bool there = std::any_of(runs.begin(), runs.end(), [seed](const Run& run) { return run.seed == seed; });
      if (!there) missing.push_back(absl::StrCat(NameOf(decoder), ", seed ", seed));
    }
  }
  return missing;
}

}  // namespace plumbline::ljspeech
