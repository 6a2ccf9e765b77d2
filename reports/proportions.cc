// Sums of the binomial distribution are taken from its tail, where they are smallest.
#include "reports/proportions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "reports/distributions.h"

namespace plumbline {

double ProportionStandardError(double p, int64_t n) {
  if (!(p >= 0 && p <= 1) || n <= 0) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt(p * (1 - p) / static_cast<double>(n));
}

absl::StatusOr<Estimate> WilsonEstimate(int64_t successes, int64_t items, double level) {
  if (items <= 0) return absl::FailedPreconditionError("no items");
  if (successes < 0 || successes > items || !(level > 0 && level < 1)) {
    return absl::InvalidArgumentError(absl::StrCat("no share: ", successes, " of ", items));
  }
  const double n = static_cast<double>(items);
  const double p = static_cast<double>(successes) / n;
  const double z = NormalQuantile((1 + level) / 2);
  const double middle = p + z * z / (2 * n);
  const double half_width = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  // Rounding must not carry an end beyond what it is exactly.
  const double low = successes == 0 ? 0 : std::max(0.0, (middle - half_width) / scale);
  const double high = successes == items ? 1 : std::min(1.0, (middle + half_width) / scale);
  return Estimate{p, {low, high, level}};
}

double McNemarP(int64_t first, int64_t second) {
  const int n = static_cast<int>(first + second);
  const int fewer = static_cast<int>(std::min(first, second));
  if (first == second) return 1;
  double tail = 0;
  for (int k = 0; k <= fewer; ++k) tail += FairBinomialProbability(k, n);
  return std::min(1.0, 2 * tail);
}

}  // namespace plumbline
