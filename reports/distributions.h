// The few distributions that the tests and intervals of this folder need, computed here and not by
// libm's special functions, so that a report does not change with the library. Not a general
// collection: no random numbers, no densities.
//
// Sources: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), chapters 6 and 26;
// Lentz's continued fraction as in Press et al., Numerical Recipes (3rd ed., 2007), section 6.4.
#ifndef PLUMBLINE_REPORTS_DISTRIBUTIONS_H_
#define PLUMBLINE_REPORTS_DISTRIBUTIONS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace plumbline {

// ln Γ(x), x > 0 (Lanczos, g = 7, nine terms). Relative error about 1e-14.
double LogGamma(double x);

// The regularised incomplete beta function I_x(a, b) of A&S 26.5.1, for a, b > 0 and 0 <= x <= 1.
// NaN outside.
double RegularizedIncompleteBeta(double x, double a, double b);

// P(T <= t) of Student's t with `degrees` > 0 degrees of freedom, A&S 26.7.1:
// 1 - I_x(degrees/2, 1/2) / 2 with x = degrees / (degrees + t^2) for t >= 0.
double StudentTCdf(double t, double degrees);

// The t with StudentTCdf(t) = p, for 0 < p < 1 and degrees > 0; NaN outside.
double StudentTQuantile(double p, double degrees);

// P(Z <= z) of the standard normal.
double NormalCdf(double z);

// The z with NormalCdf(z) = p, for 0 < p < 1; NaN outside.
double NormalQuantile(double p);

// P(X = k), 0 <= k <= n, for X binomial with n trials of probability 1/2.
double FairBinomialProbability(int k, int n);

// How many of the subsets of `size` elements of `values` (integers >= 0) have each sum: entry s is
// the number of subsets of sum s. Exact while C(values, size) <= 2^53.
std::vector<double> SubsetSumCounts(absl::Span<const int> values, int size);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_DISTRIBUTIONS_H_
