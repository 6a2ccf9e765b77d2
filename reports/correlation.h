// Do two scores of the same items rise together? Descriptions of a set of pairs, without intervals.
#ifndef PLUMBLINE_REPORTS_CORRELATION_H_
#define PLUMBLINE_REPORTS_CORRELATION_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace plumbline {

// Errors of both: InvalidArgument for lists of different length or a value that is not finite, FailedPrecondition below
// 3 pairs or when one list is constant; messages are fit to stand in a report.

// Pearson's r = Σ (a - ā)(b - b̄) / √(Σ (a - ā)² Σ (b - b̄)²): how near the pairs are to a rising or falling line.
absl::StatusOr<double> PearsonCorrelation(absl::Span<const double> a, absl::Span<const double> b);

// Spearman's ρ: Pearson's r of the ranks, equal values sharing their mean rank. How near the order by one is to the
// order by the other.
absl::StatusOr<double> SpearmanCorrelation(absl::Span<const double> a, absl::Span<const double> b);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_CORRELATION_H_
