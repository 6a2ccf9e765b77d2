// Order statistics of sorted copies.
#include "reports/statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "reports/distributions.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<double>> Sorted(absl::Span<const double> samples) {
  if (samples.empty()) return absl::FailedPreconditionError("no samples");
  for (const double sample : samples) {
    if (!std::isfinite(sample)) {
      return absl::InvalidArgumentError(
          absl::StrCat("a sample is not finite: ", ShortestText(sample)));
    }
  }
  std::vector<double> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// `sorted` is not empty and `p` in [0, 1].
double QuantileOfSorted(const std::vector<double>& sorted, double p) {
  const double position = (sorted.size() - 1) * p;
  const size_t below = static_cast<size_t>(std::floor(position));
  if (below + 1 >= sorted.size()) return sorted.back();
  const double fraction = position - below;
  // Without the first case 0 · inf could arise from overflow of the difference.
  if (fraction == 0) return sorted[below];
  return sorted[below] * (1 - fraction) + sorted[below + 1] * fraction;
}

bool IsLevel(double level) { return level > 0 && level < 1; }

}  // namespace

absl::StatusOr<double> Median(absl::Span<const double> samples) { return Quantile(samples, 0.5); }

absl::StatusOr<double> Minimum(absl::Span<const double> samples) { return Quantile(samples, 0); }

absl::StatusOr<double> Quantile(absl::Span<const double> samples, double p) {
  if (!(p >= 0 && p <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat("no quantile of ", ShortestText(p)));
  }
  const absl::StatusOr<std::vector<double>> sorted = Sorted(samples);
  if (!sorted.ok()) return sorted.status();
  return QuantileOfSorted(*sorted, p);
}

absl::StatusOr<double> MedianAbsoluteDeviation(absl::Span<const double> samples) {
  const absl::StatusOr<double> median = Median(samples);
  if (!median.ok()) return median;
  std::vector<double> deviations;
  for (const double sample : samples) deviations.push_back(std::fabs(sample - *median));
  return Median(deviations);
}

absl::StatusOr<Interval> MedianInterval(absl::Span<const double> samples, double level) {
  if (!IsLevel(level)) {
    return absl::InvalidArgumentError(absl::StrCat("no level: ", ShortestText(level)));
  }
  const absl::StatusOr<std::vector<double>> sorted = Sorted(samples);
  if (!sorted.ok()) return sorted.status();
  const int n = static_cast<int>(sorted->size());
  int k = 0;
  double coverage = 1;
  while (2 * (k + 1) <= n) {
    // P(Bin(n, 1/2) < k + 1) has one term more than P(Bin(n, 1/2) < k).
    const double narrower = coverage - 2 * FairBinomialProbability(k, n);
    if (narrower < level) break;
    coverage = narrower;
    ++k;
  }
  if (k == 0) {
    int needed = 2;
    while (1 - std::ldexp(1.0, 1 - needed) < level) ++needed;
    return absl::FailedPreconditionError(absl::StrCat("an interval of ",
                                                      SignificantText(100 * level, 2), " % needs ",
                                                      needed, " samples, there are ", n));
  }
  return Interval{(*sorted)[k - 1], (*sorted)[n - k], coverage};
}

absl::StatusOr<Estimate> MedianEstimate(absl::Span<const double> samples, double level) {
  const absl::StatusOr<double> median = Median(samples);
  if (!median.ok()) return median.status();
  const absl::StatusOr<Interval> interval = MedianInterval(samples, level);
  if (!interval.ok()) return interval.status();
  return Estimate{*median, *interval};
}

absl::StatusOr<Estimate> PairedRatio(absl::Span<const double> a, absl::Span<const double> b,
                                     double level) {
  if (a.size() != b.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not paired: ", a.size(), " samples and ", b.size()));
  }
  std::vector<double> logarithms;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!(a[i] > 0) || !(b[i] > 0) || !std::isfinite(a[i]) || !std::isfinite(b[i])) {
      return absl::InvalidArgumentError("a ratio needs positive samples");
    }
    logarithms.push_back(std::log(a[i] / b[i]));
  }
  const absl::StatusOr<Estimate> of_logarithms = MedianEstimate(logarithms, level);
  if (!of_logarithms.ok()) return of_logarithms;
  const Interval& interval = of_logarithms->interval;
  return Estimate{std::exp(of_logarithms->value),
                  {std::exp(interval.low), std::exp(interval.high), interval.level}};
}

}  // namespace plumbline
