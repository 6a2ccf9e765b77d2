// Ranks are kept doubled, so that midranks are integers.
#include "reports/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "reports/distributions.h"

namespace plumbline {
namespace {

struct Ranks {
  std::vector<int> doubled;  // of a's samples, then b's; ties share the mean
  double tie_term = 0;       // Σ(t³ - t) over groups of equal samples
};

Ranks RankTogether(absl::Span<const double> a, absl::Span<const double> b) {
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  std::vector<size_t> order(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&all](size_t i, size_t j) {
    return std::make_pair(all[i], i) < std::make_pair(all[j], j);
  });
  Ranks ranks;
  ranks.doubled.resize(all.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && all[order[end]] == all[order[begin]]) ++end;
    // Ranks begin + 1 to end have the mean (begin + 1 + end) / 2.
    for (size_t i = begin; i < end; ++i) {
      ranks.doubled[order[i]] = static_cast<int>(begin + 1 + end);
    }
    const double t = static_cast<double>(end - begin);
    ranks.tie_term += t * t * t - t;
    begin = end;
  }
  return ranks;
}

double ExactP(const Ranks& ranks, int n, int doubled_sum) {
  const std::vector<double> counts = SubsetSumCounts(ranks.doubled, n);
  const int mean = n * (static_cast<int>(ranks.doubled.size()) + 1);
  const int distance = std::abs(doubled_sum - mean);
  double as_far = 0;
  double total = 0;
  for (int sum = 0; sum < static_cast<int>(counts.size()); ++sum) {
    total += counts[sum];
    if (std::abs(sum - mean) >= distance) as_far += counts[sum];
  }
  return as_far / total;
}

double NormalP(const Ranks& ranks, double n, double m, double u) {
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - ranks.tie_term / (all * (all - 1)));
  const double distance = std::max(0.0, std::fabs(u - n * m / 2) - 0.5);
  if (!(variance > 0) || distance == 0) return 1;
  return std::min(1.0, 2 * NormalCdf(-distance / std::sqrt(variance)));
}

absl::Status CheckSamples(absl::Span<const double> samples) {
  if (samples.empty()) return absl::FailedPreconditionError("no samples");
  for (const double sample : samples) {
    if (!std::isfinite(sample)) return absl::InvalidArgumentError("a sample is not finite");
  }
  return absl::OkStatus();
}

// The distribution of U without ties: entry u is the number of assignments that give u.
std::vector<double> UCounts(int n, int m) {
  std::vector<int> ranks(n + m);
  std::iota(ranks.begin(), ranks.end(), 1);
  const std::vector<double> sums = SubsetSumCounts(ranks, n);
  const int least = n * (n + 1) / 2;
  return std::vector<double>(sums.begin() + least, sums.begin() + least + n * m + 1);
}

// The largest k with P(U < k) <= tail, 0 if there is none, and P(U < k).
std::pair<int, double> LargestTail(int n, int m, double tail) {
  const std::vector<double> counts = UCounts(n, m);
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  int k = 0;
  double below = 0;
  while (k < static_cast<int>(counts.size()) && (below + counts[k]) / total <= tail) {
    below += counts[k];
    ++k;
  }
  return {k, below / total};
}

}  // namespace

absl::StatusOr<MannWhitney> MannWhitneyTest(absl::Span<const double> a,
                                            absl::Span<const double> b) {
  for (const absl::Span<const double> samples : {a, b}) {
    absl::Status status = CheckSamples(samples);
    if (!status.ok()) return status;
  }
  const Ranks ranks = RankTogether(a, b);
  const double n = static_cast<double>(a.size());
  const double m = static_cast<double>(b.size());
  double doubled_sum = 0;
  for (size_t i = 0; i < a.size(); ++i) doubled_sum += ranks.doubled[i];
  MannWhitney result;
  result.u = doubled_sum / 2 - n * (n + 1) / 2;
  result.ties = ranks.tie_term > 0;
  result.exact = a.size() + b.size() <= kMostExactSamples;
  result.p = result.exact ? ExactP(ranks, static_cast<int>(n), static_cast<int>(doubled_sum))
                          : NormalP(ranks, n, m, result.u);
  return result;
}

double LeastMannWhitneyP(int n, int m) {
  if (n <= 0 || m <= 0) return 1;
  double assignments = 1;
  for (int i = 1; i <= n; ++i) assignments = assignments * (m + i) / i;
  return 2 / assignments;
}

absl::StatusOr<Estimate> UnpairedRatio(absl::Span<const double> a, absl::Span<const double> b,
                                       double level) {
  if (!(level > 0 && level < 1)) return absl::InvalidArgumentError("the level is not in (0, 1)");
  for (const absl::Span<const double> samples : {a, b}) {
    absl::Status status = CheckSamples(samples);
    if (!status.ok()) return status;
    if (!(*std::min_element(samples.begin(), samples.end()) > 0)) {
      return absl::InvalidArgumentError("a ratio needs positive samples");
    }
  }
  if (a.size() + b.size() > kMostExactSamples) {
    return absl::FailedPreconditionError(
        absl::StrCat("an unpaired interval takes at most ", kMostExactSamples, " samples"));
  }
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  const auto [k, tail] = LargestTail(n, m, (1 - level) / 2);
  if (k == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("too few samples for an interval: ", n, " and ", m));
  }
  std::vector<double> differences;
  for (const double x : a) {
    for (const double y : b) differences.push_back(std::log(x / y));
  }
  std::sort(differences.begin(), differences.end());
  const absl::StatusOr<double> shift = Median(differences);
  if (!shift.ok()) return shift.status();
  return Estimate{std::exp(*shift),
                  {std::exp(differences[k - 1]), std::exp(differences[n * m - k]), 1 - 2 * tail}};
}

std::vector<double> HolmAdjusted(absl::Span<const double> p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [p](size_t i, size_t j) { return std::make_pair(p[i], i) < std::make_pair(p[j], j); });
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    least = std::max(least, std::min(1.0, static_cast<double>(p.size() - i) * p[order[i]]));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

}  // namespace plumbline
