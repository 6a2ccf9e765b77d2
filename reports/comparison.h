// Are two sets of samples different, and by how much? Tests and intervals for measured values that
// were interleaved; exact values are compared for equality and need none of this. Gives numbers,
// not verdicts.
#ifndef PLUMBLINE_REPORTS_COMPARISON_H_
#define PLUMBLINE_REPORTS_COMPARISON_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reports/statistics.h"

namespace plumbline {

struct MannWhitney {
  double u;    // of the first set: pairs in which its sample is larger, ties counting one half
  double p;    // two-sided
  bool exact;  // false: normal approximation
  bool ties;   // some samples are equal
};

// The two-sided Mann-Whitney U test (Mann and Whitney, Annals of Mathematical Statistics 18, 1947).
// Up to kMostExactSamples in all, p is exact: the probability under random assignment of the
// (mid)ranks of a rank sum at least as far from its mean, ties handled by permuting the midranks
// that are there. Beyond, the normal approximation with continuity correction and the variance
// corrected for ties, nm/12 · (N + 1 - Σ(t³ - t) / (N(N - 1))), N = n + m. Hollander, Wolfe and
// Chicken, Nonparametric Statistical Methods (3rd ed., 2014), section 4.1.
// FailedPrecondition when a set is empty, InvalidArgument for a sample that is not finite.
absl::StatusOr<MannWhitney> MannWhitneyTest(absl::Span<const double> a, absl::Span<const double> b);

// Up to here the counts of assignments are integers that a double holds.
inline constexpr int kMostExactSamples = 50;

// The least two-sided p that n and m samples can reach, 2 / C(n + m, n); 1 when a set is empty. A
// table of r rows can reject at alpha only if this is below alpha / r.
double LeastMannWhitneyP(int n, int m);

// a over b of unpaired positive samples: exp of the Hodges-Lehmann shift of the logarithms, the
// median of all ln a[i] - ln b[j], with Moses' interval from the order statistics of these
// differences (Hollander, Wolfe and Chicken, sections 4.2 and 4.3): [D_(k), D_(nm+1-k)] with the
// largest k for which P(U < k) <= (1 - level) / 2. FailedPrecondition when there are too few
// samples for the level, or more than kMostExactSamples in all.
absl::StatusOr<Estimate> UnpairedRatio(absl::Span<const double> a, absl::Span<const double> b,
                                       double level);

// Holm's adjustment for the rows of a table (Scandinavian Journal of Statistics 6, 1979): with the
// p sorted, adjusted p_(i) = max over j <= i of min(1, (rows - j + 1) p_(j)), in the order given. A
// row is rejected at alpha when its adjusted p is at most alpha.
std::vector<double> HolmAdjusted(absl::Span<const double> p);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_COMPARISON_H_
