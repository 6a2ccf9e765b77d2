// Shares of items that have a property, such as the accuracy of a classifier: how far they can be
// trusted for the number of items, and whether two classifiers differ on the same items. The items
// are taken for independent; runs that see the same items again add none.
#ifndef PLUMBLINE_REPORTS_PROPORTIONS_H_
#define PLUMBLINE_REPORTS_PROPORTIONS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "reports/statistics.h"

namespace plumbline {

// sqrt(p (1 - p) / n), of a share `p` in [0, 1] of n > 0 items; NaN otherwise.
double ProportionStandardError(double p, int64_t n);

// A share with Wilson's score interval, which keeps its level near 0 and 1 and for few items:
//   (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
// Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
// American Statistical Association 22 (1927). FailedPrecondition without items, InvalidArgument for
// more successes than items.
absl::StatusOr<Estimate> WilsonEstimate(int64_t successes, int64_t items, double level);

// The exact two-sided test of McNemar (Psychometrika 12, 1947): of the items on which two
// classifiers disagree, `first` are right for the first only and `second` for the second only. p is
// the probability under Bin(first + second, 1/2) of a count at least as far from its mean; 1 when
// they never disagree. Items on which both are right, or both wrong, say nothing. Neither count is
// negative, their sum is below 2^31.
double McNemarP(int64_t first, int64_t second);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_PROPORTIONS_H_
