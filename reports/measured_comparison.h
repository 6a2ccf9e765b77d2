// Whether two sets of measured samples differ, alone and as a row of a table of such questions.
//
// A verdict needs three things at once: the two-sided Mann-Whitney test after Holm's correction over the table, an interval
// of the ratio that excludes 1, and an effect above the noise floor. Every absent statistic says why it is absent.
#ifndef PLUMBLINE_REPORTS_MEASURED_COMPARISON_H_
#define PLUMBLINE_REPORTS_MEASURED_COMPARISON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "reports/statistics.h"

namespace plumbline {

inline constexpr double kDiffLevel = 0.95;  // of intervals
// Of the tests: a table of equal sides raises an alarm in at most so many cases. Ten samples a side serve 923 rows.
inline constexpr double kDiffSignificance = 0.01;

enum class Verdict { kNone, kSame, kLess, kMore, kUnresolved };

struct MeasuredComparison {
  std::optional<double> median_a, median_b;
  int samples = 0;                // of the side that has fewer
  std::optional<Estimate> ratio;  // b over a
  std::optional<double> p;        // of this row alone
  std::optional<double> adjusted_p;
  double noise_floor = 0;  // largest |ln ratio| of a side measured twice; 0: none was
  Verdict judged = Verdict::kNone;   // what the samples say
  Verdict verdict = Verdict::kNone;  // the same, unless it is known otherwise that there is no difference
  std::string why;  // no verdict, or what stands against one
};

// The medians alone.
MeasuredComparison DescribeSamples(absl::Span<const double> a, absl::Span<const double> b);

// Medians, test and ratio of samples that were taken in the same rounds; no verdict yet.
MeasuredComparison TestSamples(absl::Span<const double> a, absl::Span<const double> b, double noise_floor);

// |ln ratio| of one thing that was measured twice in the same rounds; 0 without such samples.
double NoiseFloor(absl::Span<const double> once, absl::Span<const double> again);

// Corrects the rows that have a test for their number and judges them.
void JudgeTable(const std::vector<MeasuredComparison*>& rows);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_MEASURED_COMPARISON_H_
