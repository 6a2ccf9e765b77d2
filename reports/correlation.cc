// Deviations from the mean first, so that close values lose no digits.
#include "reports/correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

constexpr size_t kLeastPairs = 3;

absl::Status Check(absl::Span<const double> a, absl::Span<const double> b) {
  if (a.size() != b.size()) {
    return absl::InvalidArgumentError(absl::StrCat("not paired: ", a.size(), " values and ", b.size()));
  }
  if (a.size() < kLeastPairs) {
    return absl::FailedPreconditionError(absl::StrCat(a.size(), " pairs are too few for a correlation"));
  }
  for (const absl::Span<const double>& values : {a, b}) {
    for (const double value : values) {
      if (!std::isfinite(value)) {
        return absl::InvalidArgumentError(absl::StrCat("a value is not finite: ", ShortestText(value)));
      }
    }
    if (*std::min_element(values.begin(), values.end()) == *std::max_element(values.begin(), values.end())) {
      return absl::FailedPreconditionError("all values are equal");
    }
  }
  return absl::OkStatus();
}

std::vector<double> Deviations(absl::Span<const double> values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  std::vector<double> deviations;
  for (const double value : values) deviations.push_back(value - mean);
  return deviations;
}

double Product(absl::Span<const double> a, absl::Span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// From 1; the places of equal values are averaged.
std::vector<double> Ranks(absl::Span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + 1 + end) / 2;
    begin = end;
  }
  return ranks;
}

}  // namespace

absl::StatusOr<double> PearsonCorrelation(absl::Span<const double> a, absl::Span<const double> b) {
  const absl::Status status = Check(a, b);
  if (!status.ok()) return status;
  const std::vector<double> x = Deviations(a);
  const std::vector<double> y = Deviations(b);
  const double scale = std::sqrt(Product(x, x)) * std::sqrt(Product(y, y));
  if (!(scale > 0) || !std::isfinite(scale)) return absl::FailedPreconditionError("the spread has no finite square");
  return std::clamp(Product(x, y) / scale, -1.0, 1.0);
}

absl::StatusOr<double> SpearmanCorrelation(absl::Span<const double> a, absl::Span<const double> b) {
  const absl::Status status = Check(a, b);
  if (!status.ok()) return status;
  return PearsonCorrelation(Ranks(a), Ranks(b));
}

}  // namespace plumbline
