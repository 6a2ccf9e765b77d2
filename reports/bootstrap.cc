// Sums go over the drawn items in the order of the draws.
#include "reports/bootstrap.h"

#include <Random123/philox.h>

#include <algorithm>
#include <cmath>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "reports/distributions.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

constexpr int kLeastResamples = 100;

absl::Status Check(absl::Span<const double> numerators, absl::Span<const double> denominators,
                   const BootstrapOptions& options) {
  if (options.resamples < kLeastResamples || !(options.level > 0 && options.level < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("no bootstrap of ", options.resamples, " resamples at level ", ShortestText(options.level)));
  }
  if (numerators.size() != denominators.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not paired: ", numerators.size(), " values and ", denominators.size()));
  }
  for (size_t i = 0; i < numerators.size(); ++i) {
    if (!std::isfinite(numerators[i]) || !std::isfinite(denominators[i]) || denominators[i] < 0) {
      return absl::InvalidArgumentError(absl::StrCat("no ratio: ", ShortestText(numerators[i]), " over ",
                                                     ShortestText(denominators[i])));
    }
  }
  if (numerators.size() < kLeastBootstrapItems) {
    return absl::FailedPreconditionError(
        absl::StrCat(numerators.size(), " items are too few to resample: ", kLeastBootstrapItems, " are needed"));
  }
  return absl::OkStatus();
}

struct Sums {
  double numerator = 0;
  double denominator = 0;

  double ratio() const { return numerator / denominator; }
};

// Σ d³ / (6 (Σ d²)^1.5) of the jackknife's deviations d = mean of θ(i) - θ(i); 0 where they are all 0.
double Acceleration(absl::Span<const double> numerators, absl::Span<const double> denominators, const Sums& all) {
  std::vector<double> without;
  double mean = 0;
  for (size_t i = 0; i < numerators.size(); ++i) {
    const Sums rest = {all.numerator - numerators[i], all.denominator - denominators[i]};
    // One item that holds the whole denominator leaves nothing to compare.
    without.push_back(rest.denominator > 0 ? rest.ratio() : all.ratio());
    mean += without.back();
  }
  mean /= static_cast<double>(without.size());
  double squares = 0;
  double cubes = 0;
  for (const double value : without) {
    const double deviation = mean - value;
    squares += deviation * deviation;
    cubes += deviation * deviation * deviation;
  }
  return squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : 0;
}

// The share of resamples below the estimate as a normal quantile, kept finite.
double Bias(absl::Span<const double> sorted, double estimate) {
  double below = 0;
  for (const double value : sorted) below += value < estimate ? 1 : value == estimate ? 0.5 : 0;
  const auto count = static_cast<double>(sorted.size());
  return NormalQuantile(std::clamp(below, 0.5, count - 0.5) / count);
}

}  // namespace

std::vector<int> Resample(uint64_t seed, int resample, int items) {
  const r123::Philox4x32::key_type key = {{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)}};
  std::vector<int> draws(static_cast<size_t>(items));
  for (size_t i = 0; i < draws.size(); i += 2) {
    const r123::Philox4x32::ctr_type counter = {{static_cast<uint32_t>(i / 2), static_cast<uint32_t>(resample), 0, 0}};
    const r123::Philox4x32::ctr_type words = r123::Philox4x32()(counter, key);
    for (size_t j = 0; j < 2 && i + j < draws.size(); ++j) {
      const uint64_t random = uint64_t{words[2 * j]} << 32 | words[2 * j + 1];
      draws[i + j] = static_cast<int>(absl::Uint128High64(absl::uint128(random) * static_cast<uint64_t>(items)));
    }
  }
  return draws;
}

absl::StatusOr<Estimate> BootstrapRatio(absl::Span<const double> numerators, absl::Span<const double> denominators,
                                        const BootstrapOptions& options) {
  const absl::Status status = Check(numerators, denominators, options);
  if (!status.ok()) return status;
  Sums all;
  for (size_t i = 0; i < numerators.size(); ++i) {
    all.numerator += numerators[i];
    all.denominator += denominators[i];
  }
  if (all.denominator <= 0) return absl::FailedPreconditionError("nothing to divide by");
  std::vector<double> ratios;
  for (int resample = 0; resample < options.resamples; ++resample) {
    Sums sums;
    for (const int item : Resample(options.seed, resample, static_cast<int>(numerators.size()))) {
      sums.numerator += numerators[item];
      sums.denominator += denominators[item];
    }
    if (sums.denominator <= 0) return absl::FailedPreconditionError("too few items have something to divide by");
    ratios.push_back(sums.ratio());
  }
  std::sort(ratios.begin(), ratios.end());
  const double estimate = all.ratio();
  const double bias = Bias(ratios, estimate);
  const double acceleration = Acceleration(numerators, denominators, all);
  const auto end = [&](double p) {
    const double shifted = bias + NormalQuantile(p);
    const double level = NormalCdf(bias + shifted / (1 - acceleration * shifted));
    return Quantile(ratios, std::clamp(level, 0.0, 1.0));
  };
  const absl::StatusOr<double> low = end((1 - options.level) / 2);
  const absl::StatusOr<double> high = end((1 + options.level) / 2);
  if (!low.ok()) return low.status();
  if (!high.ok()) return high.status();
  return Estimate{estimate, {std::min(*low, *high), std::max(*low, *high), options.level}};
}

absl::StatusOr<Estimate> BootstrapMean(absl::Span<const double> values, const BootstrapOptions& options) {
  return BootstrapRatio(values, std::vector<double>(values.size(), 1), options);
}

absl::StatusOr<Estimate> BootstrapPairedDifference(absl::Span<const double> a, absl::Span<const double> b,
                                                   const BootstrapOptions& options) {
  if (a.size() != b.size()) {
    return absl::InvalidArgumentError(absl::StrCat("not paired: ", a.size(), " values and ", b.size()));
  }
  std::vector<double> differences;
  for (size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return BootstrapMean(differences, options);
}

}  // namespace plumbline
