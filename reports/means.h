// Means over few repetitions of one computation, such as the seeds of a training run, and the
// difference of two of them. Not for times, whose noise has a long tail: reports/statistics.h.
//
// Errors are InvalidArgument (a value that is not finite, values that are not paired) or
// FailedPrecondition (too few values); their messages are fit to stand in a report in place of the
// number.
#ifndef PLUMBLINE_REPORTS_MEANS_H_
#define PLUMBLINE_REPORTS_MEANS_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reports/statistics.h"

namespace plumbline {

// The sum over n, added in the order given. FailedPrecondition without values.
absl::StatusOr<double> Mean(absl::Span<const double> values);

// The mean with Student's interval, mean ± t(n - 1; (1 + level)/2) · s / √n with
// s² = Σ (x - mean)² / (n - 1) (Student, The probable error of a mean, Biometrika 6, 1908). It
// takes the values for independent draws of about a normal distribution. Equal values give an
// interval of no width. FailedPrecondition for fewer than 2 values.
absl::StatusOr<Estimate> MeanEstimate(absl::Span<const double> values, double level);

// The mean of a[i] - b[i] with Student's interval of these differences: what two methods differ by
// when run i of both shares all that is random, or as much of it as they can.
absl::StatusOr<Estimate> PairedDifference(absl::Span<const double> a, absl::Span<const double> b,
                                          double level);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_MEANS_H_
