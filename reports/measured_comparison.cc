#include "reports/measured_comparison.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "reports/comparison.h"

namespace plumbline {
namespace {

void JudgeOne(MeasuredComparison& row) {
  const double effect = std::log(row.ratio->value);
  const bool medians_agree = (*row.median_b > *row.median_a) == (effect > 0);
  if (*row.adjusted_p > kDiffSignificance || row.ratio->interval.Contains(1)) {
    row.verdict = Verdict::kSame;
  } else if (std::fabs(effect) <= row.noise_floor) {
    row.verdict = Verdict::kSame;
    row.why = "the effect is within the noise floor";
  } else if (!medians_agree) {
    row.verdict = Verdict::kUnresolved;
    row.why = "ratio and medians disagree";
  } else {
    row.verdict = effect > 0 ? Verdict::kMore : Verdict::kLess;
  }
}

}  // namespace

MeasuredComparison DescribeSamples(absl::Span<const double> a, absl::Span<const double> b) {
  MeasuredComparison comparison;
  if (const auto median = Median(a); median.ok()) comparison.median_a = *median;
  if (const auto median = Median(b); median.ok()) comparison.median_b = *median;
  comparison.samples = static_cast<int>(std::min(a.size(), b.size()));
  return comparison;
}

MeasuredComparison TestSamples(absl::Span<const double> a, absl::Span<const double> b, double noise_floor) {
  MeasuredComparison comparison = DescribeSamples(a, b);
  comparison.noise_floor = noise_floor;
  const absl::StatusOr<MannWhitney> test = MannWhitneyTest(b, a);
  const absl::StatusOr<Estimate> ratio = UnpairedRatio(b, a, kDiffLevel);
  if (test.ok() && ratio.ok()) {
    comparison.p = test->p;
    comparison.ratio = *ratio;
  } else {
    comparison.why = std::string(test.ok() ? ratio.status().message() : test.status().message());
  }
  return comparison;
}

double NoiseFloor(absl::Span<const double> once, absl::Span<const double> again) {
  if (once.size() != again.size() || once.empty()) return 0;
  const absl::StatusOr<Estimate> ratio = PairedRatio(again, once, kDiffLevel);
  return ratio.ok() ? std::fabs(std::log(ratio->value)) : 0;
}

void JudgeTable(const std::vector<MeasuredComparison*>& rows) {
  std::vector<MeasuredComparison*> tested;
  std::vector<double> p;
  for (MeasuredComparison* const row : rows) {
    if (!row->p || !row->ratio) continue;
    tested.push_back(row);
    p.push_back(*row->p);
  }
  const std::vector<double> adjusted = HolmAdjusted(p);
  for (size_t i = 0; i < tested.size(); ++i) {
    MeasuredComparison& row = *tested[i];
    row.adjusted_p = adjusted[i];
    if (LeastMannWhitneyP(row.samples, row.samples) * static_cast<double>(tested.size()) > kDiffSignificance) {
      row.why = absl::StrCat("too few samples (", row.samples, ") for a table of ", tested.size(), " rows");
    } else {
      JudgeOne(row);
      row.judged = row.verdict;
    }
  }
}

}  // namespace plumbline
