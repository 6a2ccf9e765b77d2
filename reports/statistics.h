// Describing one set of samples and one set of pairs: median first, minimum second, a mean never.
// Comparing two sets is in reports/comparison.h, growth with a size in reports/scaling.h.
//
// Samples are rounds, in any unit. Errors are InvalidArgument (a sample that is not finite, or not
// positive where a logarithm is taken) or FailedPrecondition (too few samples); their messages are
// fit to stand in a report in place of the number.
#ifndef PLUMBLINE_REPORTS_STATISTICS_H_
#define PLUMBLINE_REPORTS_STATISTICS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace plumbline {

// A confidence interval of at least `level`.
struct Interval {
  double low;
  double high;
  double level;  // 0.95 for 95 %

  bool Contains(double value) const { return low <= value && value <= high; }
  // True when the whole interval lies between the two.
  bool Within(double least, double most) const { return least <= low && high <= most; }
};

absl::StatusOr<double> Median(absl::Span<const double> samples);
absl::StatusOr<double> Minimum(absl::Span<const double> samples);

// The quantile of `p` in [0, 1], linear between order statistics: with the samples sorted as x_0 to
// x_{n-1} and h = (n-1)p, x_⌊h⌋ + (h - ⌊h⌋)(x_⌊h⌋+1 - x_⌊h⌋). Type 7 of Hyndman and Fan, Sample
// quantiles in statistical packages, The American Statistician 50 (1996); numpy's default.
absl::StatusOr<double> Quantile(absl::Span<const double> samples, double p);

// The median of |x - median|, not scaled to a standard deviation.
absl::StatusOr<double> MedianAbsoluteDeviation(absl::Span<const double> samples);

// An interval for the median without assumptions on the distribution: the order statistics
// [x_(k), x_(n+1-k)] with the largest k for which 1 - 2 P(Bin(n, 1/2) < k) >= level. David and
// Nagaraja, Order Statistics (3rd ed., 2003), section 7.1. `level` of the result is the one
// attained. FailedPrecondition below 1 + log2(1/(1-level)) samples: 6 for 95 %.
absl::StatusOr<Interval> MedianInterval(absl::Span<const double> samples, double level);

struct Estimate {
  double value;
  Interval interval;
};

// a over b of paired positive samples, a[i] and b[i] from one round: exp of the median of
// ln(a[i]/b[i]), with the order-statistic interval of those logarithms.
absl::StatusOr<Estimate> PairedRatio(absl::Span<const double> a, absl::Span<const double> b,
                                     double level);

// Median and its interval together, for tables.
absl::StatusOr<Estimate> MedianEstimate(absl::Span<const double> samples, double level);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_STATISTICS_H_
