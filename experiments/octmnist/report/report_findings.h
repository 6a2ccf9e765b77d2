// What the records say, before it is put into words: the chosen learning rates, differences between configurations with
// their uncertainty, and how others fared.
#ifndef PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_FINDINGS_H_
#define PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_FINDINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "experiments/octmnist/report/report_data.h"
#include "reports/markdown.h"
#include "reports/statistics.h"

namespace plumbline::octmnist {

inline constexpr double kLevel = 0.95;
inline constexpr int kAccuracyDecimals = 4;

// The rate with the highest mean over seeds of the validation accuracy after the last epoch; of equal ones the smaller
// rate. A rate at which a run diverged is not chosen. Null: there is none.
const Configuration* BestRate(const Data& data, bool pooling);

enum class Verdict { kFirst, kSecond, kOpen };

// How much more accurate a first configuration is than a second, at the seeds that both have.
struct Gap {
  Metric metric = Metric::kLastValidation;
  int64_t items = 0;  // of the set; 0: not known
  int seeds = 0;
  double first = 0, second = 0;  // means over seeds
  // The mean difference with an interval for other seeds, the items being these.
  absl::StatusOr<Estimate> over_seeds = absl::FailedPreconditionError("no seed has both");
  // The same difference with an interval for other items, the trained networks being these. Test items are paired: the
  // difference of each item, averaged over seeds. Validation items are not, for want of predictions; taking them for
  // unpaired makes the interval too wide rather than too narrow.
  absl::StatusOr<Estimate> over_items = absl::FailedPreconditionError("the number of items is not known");

  double difference() const { return first - second; }
  // The better one, when both intervals lie on its side of 0.
  Verdict verdict() const;
};

Gap MeasureGap(const Data& data, const Configuration& first, const Configuration& second, Metric metric);

// "conclusive", or "inconclusive" with the reason.
std::string VerdictText(const Gap& gap);

// One seed: of the items at `metric`'s set, those that one configuration alone gets right, and McNemar's p.
struct Disagreement {
  uint64_t seed = 0;
  int64_t first_only = 0, second_only = 0;
  double p = 1;
};
std::vector<Disagreement> Disagreements(const Data& data, const Configuration& first, const Configuration& second,
                                        Metric metric);

// The range of accuracies that about 16 people reported for the exercise on the real data, with the published code.
struct PublishedRange {
  double low, high;
};
std::optional<PublishedRange> PublishedFor(const Configuration& configuration, Metric metric);

// "0.865 to 0.880; here inside", or a dash.
md::Inline PublishedText(const Configuration& configuration, Metric metric);

// The mean with Student's interval over seeds, a single value as it is, or why there is none.
md::Inline MeanText(const Configuration& configuration, Metric metric);

// A difference of accuracies in percentage points: "+1.52".
std::string PointsText(double difference);

// "+1.52 [0.80, 2.24]", or why there is no interval.
md::Inline PointsText(const absl::StatusOr<Estimate>& difference);

// "validation, last epoch", "test, published subset", ...
std::string MetricName(Metric metric);

// The run of the smallest seed that has test predictions: what is shown of a configuration where one run must do. Null:
// there is none, or no configuration.
const Run* FirstPredicting(const Configuration* configuration);

// Runs that the others let expect and that have no record: "with pooling, rate 0.1, seed 3".
std::vector<std::string> MissingRuns(const Data& data);

}  // namespace plumbline::octmnist

#endif  // PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_FINDINGS_H_
