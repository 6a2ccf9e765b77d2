// Averages go over seeds first; how far they reach is said twice, over seeds and over items.
#include "experiments/octmnist/report/report_findings.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "reports/distributions.h"
#include "reports/means.h"
#include "reports/number_text.h"
#include "reports/proportions.h"

namespace plumbline::octmnist {
namespace {

bool IsTest(Metric metric) { return metric == Metric::kTestAll || metric == Metric::kTestPublished; }

// The test items that a metric counts.
std::vector<size_t> ItemsOf(const DataSet& set, Metric metric) {
  std::vector<size_t> items;
  for (size_t i = 0; i < set.labels.size(); ++i) {
    if (metric == Metric::kTestAll || (i < set.published.size() && set.published[i])) items.push_back(i);
  }
  return items;
}

// Pairs of runs of one seed that both have predictions.
std::vector<std::pair<const Run*, const Run*>> PredictingPairs(const Configuration& first,
                                                               const Configuration& second) {
  std::vector<std::pair<const Run*, const Run*>> pairs;
  for (const Run& a : first.runs) {
    for (const Run& b : second.runs) {
      if (a.seed == b.seed && !a.predictions.empty() && !b.predictions.empty()) pairs.emplace_back(&a, &b);
    }
  }
  return pairs;
}

absl::StatusOr<Estimate> OverTestItems(const DataSet& set, const Configuration& first, const Configuration& second,
                                       Metric metric) {
  const auto pairs = PredictingPairs(first, second);
  if (pairs.empty()) return absl::FailedPreconditionError("no predictions of one seed from both");
  std::vector<double> differences;
  for (const size_t item : ItemsOf(set, metric)) {
    double sum = 0;
    for (const auto& [a, b] : pairs) {
      sum += (a->predictions[item] == set.labels[item]) - (b->predictions[item] == set.labels[item]);
    }
    differences.push_back(sum / static_cast<double>(pairs.size()));
  }
  return MeanEstimate(differences, kLevel);
}

absl::StatusOr<Estimate> OverUnpairedItems(double first, double second, int64_t items) {
  if (items <= 0) return absl::FailedPreconditionError("the number of items is not known");
  const double half_width = NormalQuantile((1 + kLevel) / 2) *
                            std::hypot(ProportionStandardError(first, items), ProportionStandardError(second, items));
  const double difference = first - second;
  return Estimate{difference, {difference - half_width, difference + half_width, kLevel}};
}

int Side(const Interval& interval) { return interval.low > 0 ? 1 : interval.high < 0 ? -1 : 0; }

}  // namespace

const Configuration* BestRate(const Data& data, bool pooling) {
  const Configuration* best = nullptr;
  double best_mean = 0;
  for (const Configuration& configuration : data.configurations) {
    const absl::StatusOr<double> mean = Mean(ValuesOf(configuration, Metric::kLastValidation));
    if (configuration.pooling != pooling || configuration.diverged() > 0 || !mean.ok()) continue;
    // Descending in the rate, so the last of equal ones has the smallest.
    if (best != nullptr && *mean < best_mean) continue;
    best = &configuration;
    best_mean = *mean;
  }
  return best;
}

Verdict Gap::verdict() const {
  if (!over_seeds.ok() || !over_items.ok()) return Verdict::kOpen;
  const int side = Side(over_seeds->interval);
  if (side == 0 || side != Side(over_items->interval)) return Verdict::kOpen;
  return side > 0 ? Verdict::kFirst : Verdict::kSecond;
}

Gap MeasureGap(const Data& data, const Configuration& first, const Configuration& second, Metric metric) {
  Gap gap;
  gap.metric = metric;
  gap.items = IsTest(metric) ? static_cast<int64_t>(ItemsOf(data.set, metric).size()) : data.set.validation_items();
  const auto [a, b] = PairedValues(first, second, metric);
  gap.seeds = static_cast<int>(a.size());
  if (a.empty()) return gap;
  gap.first = Mean(a).value_or(0);
  gap.second = Mean(b).value_or(0);
  gap.over_seeds = PairedDifference(a, b, kLevel);
  gap.over_items = IsTest(metric) ? OverTestItems(data.set, first, second, metric)
                                  : OverUnpairedItems(gap.first, gap.second, gap.items);
  return gap;
}

std::string VerdictText(const Gap& gap) {
  if (gap.verdict() != Verdict::kOpen) return "conclusive";
  if (gap.seeds == 1) return "inconclusive: one seed does not show how much another would change";
  if (!gap.over_seeds.ok()) return absl::StrCat("inconclusive: ", gap.over_seeds.status().message());
  if (!gap.over_items.ok()) return absl::StrCat("inconclusive: ", gap.over_items.status().message());
  const bool seeds = Side(gap.over_seeds->interval) == 0;
  const bool items = Side(gap.over_items->interval) == 0;
  if (seeds && items) return "inconclusive: both intervals contain 0";
  return absl::StrCat("inconclusive: the interval over ", seeds ? "seeds" : "items", " contains 0");
}

std::vector<Disagreement> Disagreements(const Data& data, const Configuration& first, const Configuration& second,
                                        Metric metric) {
  std::vector<Disagreement> result;
  const std::vector<size_t> items = ItemsOf(data.set, metric);
  for (const auto& [a, b] : PredictingPairs(first, second)) {
    Disagreement seed;
    seed.seed = a->seed;
    for (const size_t item : items) {
      const bool left = a->predictions[item] == data.set.labels[item];
      const bool right = b->predictions[item] == data.set.labels[item];
      seed.first_only += left && !right;
      seed.second_only += right && !left;
    }
    seed.p = McNemarP(seed.first_only, seed.second_only);
    result.push_back(seed);
  }
  return result;
}

std::optional<PublishedRange> PublishedFor(const Configuration& configuration, Metric metric) {
  struct Row {
    bool pooling;
    double rate;
    Metric metric;
    PublishedRange range;
  };
  static constexpr Row kRows[] = {
      {true, 0.1, Metric::kLastValidation, {0.73, 0.84}},     {true, 0.01, Metric::kLastValidation, {0.865, 0.880}},
      {true, 0.001, Metric::kLastValidation, {0.76, 0.80}},   {true, 0.01, Metric::kTestPublished, {0.820, 0.839}},
      {false, 0.01, Metric::kLastValidation, {0.844, 0.856}}, {false, 0.01, Metric::kTestPublished, {0.792, 0.841}},
  };
  for (const Row& row : kRows) {
    if (row.pooling == configuration.pooling && row.rate == configuration.rate && row.metric == metric)
      return row.range;
  }
  return std::nullopt;
}

md::Inline PublishedText(const Configuration& configuration, Metric metric) {
  const std::optional<PublishedRange> range = PublishedFor(configuration, metric);
  const absl::StatusOr<double> mean = Mean(ValuesOf(configuration, metric));
  if (!range.has_value()) return md::Text("—");
  const int decimals = configuration.rate == 0.01 ? 3 : 2;
  const std::string text = absl::StrCat(FixedText(range->low, decimals), " to ", FixedText(range->high, decimals));
  if (!mean.ok()) return md::Text(text);
  return md::Text(absl::StrCat(text, "; here ",
                               *mean < range->low    ? "below"
                               : *mean > range->high ? "above"
                                                     : "inside"));
}

md::Inline MeanText(const Configuration& configuration, Metric metric) {
  const std::vector<double> values = ValuesOf(configuration, metric);
  if (values.empty()) return md::Absent(configuration.diverged() > 0 ? "diverged" : "not recorded");
  if (values.size() == 1) return md::Text(FixedText(values[0], kAccuracyDecimals));
  return md::ExactEstimate(MeanEstimate(values, kLevel), kAccuracyDecimals);
}

std::string PointsText(double difference) {
  const std::string text = FixedText(100 * difference, 2);
  return absl::StrCat(text[0] == '-' || text == "0.00" ? "" : "+", text);
}

md::Inline PointsText(const absl::StatusOr<Estimate>& difference) {
  if (!difference.ok()) return md::Absent(difference.status().message());
  return md::Text(absl::StrCat(PointsText(difference->value), " [", PointsText(difference->interval.low), ",\u00A0",
                               PointsText(difference->interval.high), "]"));
}

std::string MetricName(Metric metric) {
  switch (metric) {
    case Metric::kLastValidation:
      return "validation, last epoch";
    case Metric::kBestValidation:
      return "validation, best epoch";
    case Metric::kTestPublished:
      return "test, published subset";
    case Metric::kTestAll:
      return "test, all items";
    case Metric::kTestLoss:
      return "test loss";
    case Metric::kTestAuc:
      return "test AUC";
  }
  return "";
}

const Run* FirstPredicting(const Configuration* configuration) {
  if (configuration == nullptr) return nullptr;
  for (const Run& run : configuration->runs) {
    if (!run.predictions.empty()) return &run;
  }
  return nullptr;
}

std::vector<std::string> MissingRuns(const Data& data) {
  std::vector<std::string> missing;
  std::set<double> seen;
  for (const bool pooling : {true, false}) {
    seen.clear();
    for (const Configuration& any : data.configurations) {
      if (!seen.insert(any.rate).second) continue;
      const Configuration* found = data.Find(pooling, any.rate);
      for (const uint64_t seed : data.seeds) {
        const bool there = found != nullptr && std::any_of(found->runs.begin(), found->runs.end(),
                                                           [seed](const Run& run) { return run.seed == seed; });
        if (!there) missing.push_back(absl::StrCat(VariantName(pooling), ", rate ", any.rate_text, ", seed ", seed));
      }
    }
  }
  return missing;
}

}  // namespace plumbline::octmnist
