// Two passes, so that close values lose no digits.
#include "reports/means.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "reports/distributions.h"
#include "reports/number_text.h"

namespace plumbline {

absl::StatusOr<double> Mean(absl::Span<const double> values) {
  if (values.empty()) return absl::FailedPreconditionError("no values");
  double sum = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("a value is not finite: ", ShortestText(value)));
    }
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

absl::StatusOr<Estimate> MeanEstimate(absl::Span<const double> values, double level) {
  if (!(level > 0 && level < 1)) {
    return absl::InvalidArgumentError(absl::StrCat("no level: ", ShortestText(level)));
  }
  const absl::StatusOr<double> mean = Mean(values);
  if (!mean.ok()) return mean.status();
  if (values.size() < 2) {
    return absl::FailedPreconditionError("one value has no spread: no interval");
  }
  const double n = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - *mean) * (value - *mean);
  const double half_width =
      StudentTQuantile((1 + level) / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
  return Estimate{*mean, {*mean - half_width, *mean + half_width, level}};
}

absl::StatusOr<Estimate> PairedDifference(absl::Span<const double> a, absl::Span<const double> b,
                                          double level) {
  if (a.size() != b.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not paired: ", a.size(), " values and ", b.size()));
  }
  std::vector<double> differences;
  for (size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return MeanEstimate(differences, level);
}

}  // namespace plumbline
