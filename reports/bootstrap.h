// How far a corpus score can be trusted for the items that happened to be in the corpus: Efron's bootstrap over items,
// for scores without a distribution of their own, such as an error rate. Draws are a function of the seed, so the same
// items and seed give the same interval on every machine.
#ifndef PLUMBLINE_REPORTS_BOOTSTRAP_H_
#define PLUMBLINE_REPORTS_BOOTSTRAP_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reports/statistics.h"

namespace plumbline {

// Fewer items resample to few different corpora, and the interval is too narrow.
inline constexpr int kLeastBootstrapItems = 10;

struct BootstrapOptions {
  uint64_t seed = 1;
  int resamples = 2000;  // at least 100
  double level = 0.95;
};

// The indices of resample number `resample`: `items` > 0 draws with replacement from 0 to items - 1, by
// Philox4x32-10 under the seed at the counter (resample, draw). 64 random bits a draw, so the least and the most likely
// item differ by less than items / 2^64.
std::vector<int> Resample(uint64_t seed, int resample, int items);

// Σ numerators / Σ denominators with its BCa interval (bias-corrected and accelerated; Efron, Better bootstrap
// confidence intervals, Journal of the American Statistical Association 82, 1987; Davison and Hinkley, Bootstrap
// Methods and their Application, 1997, section 5.3), the bias from the share of resamples below the estimate, ties counting one
// half, the acceleration from the jackknife. Item i brings numerators[i] and denominators[i] together.
// A mean has denominators of 1. For the difference of two ratios over the same items and denominators the numerators
// are the differences of the two: the items are then paired.
// When every resample gives the same ratio the interval has no width. FailedPrecondition below kLeastBootstrapItems,
// when the denominators sum to 0, or when a resample's do; InvalidArgument for lists of different length, a value that
// is not finite, a negative denominator, or options out of range. Messages are fit to stand in a report.
absl::StatusOr<Estimate> BootstrapRatio(absl::Span<const double> numerators, absl::Span<const double> denominators,
                                        const BootstrapOptions& options);

// The same with denominators of 1.
absl::StatusOr<Estimate> BootstrapMean(absl::Span<const double> values, const BootstrapOptions& options);

// The mean of a[i] - b[i]: two methods on the same items.
absl::StatusOr<Estimate> BootstrapPairedDifference(absl::Span<const double> a, absl::Span<const double> b,
                                                   const BootstrapOptions& options);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_BOOTSTRAP_H_
