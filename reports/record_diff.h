// What two sets of records say differently: first what was run, then its exact results, then what was measured.
// Records pair by experiment, point and seed, never by key, because a key changes with whatever is to be compared.
//
// Measured values get a verdict only when both sides were taken in the same rounds (one measurement id) with one number of
// threads; a verdict needs the two-sided Mann-Whitney test after Holm's correction over all rows, an interval of the ratio
// that excludes 1, and an effect above the noise floor. Every absent statistic says why it is absent.
#ifndef PLUMBLINE_REPORTS_RECORD_DIFF_H_
#define PLUMBLINE_REPORTS_RECORD_DIFF_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "reports/record.pb.h"
#include "reports/statistics.h"

namespace plumbline {

inline constexpr double kDiffLevel = 0.95;  // of intervals
// Of the tests: a table of equal sides raises an alarm in at most so many cases. Ten samples a side serve 923 rows.
inline constexpr double kDiffSignificance = 0.01;

enum class Verdict { kNone, kSame, kLess, kMore, kUnresolved };

// One measured series of a pair.
struct MeasuredDifference {
  std::string run;     // "octmnist: sweep=cost, B=8, seed 1"
  std::string series;  // "training_step/time"
  std::string unit;
  std::optional<double> median_a, median_b;
  std::optional<Estimate> ratio;  // b over a
  std::optional<double> p;        // of this row alone
  std::optional<double> adjusted_p;
  double noise_floor = 0;         // largest |ln ratio| of a program timed twice; 0: none was
  Verdict verdict = Verdict::kNone;
  std::string why;                // no verdict, or what stands against one
};

struct RecordDiff {
  int pairs = 0;
  int comparable = 0;                     // pairs of equal fingerprints
  int identical = 0;                      // of these, with equal models, experiments and plans: equal by construction
  std::vector<std::string> changes;       // in models, experiments, costs and plans; a line each, "RUN: WHAT"
  std::vector<std::string> exact;         // results that differ
  std::vector<std::string> only_a, only_b;  // runs without a counterpart
  std::vector<std::string> not_comparable;  // pairs of other fingerprints, with the fields
  std::vector<MeasuredDifference> measured;

  bool differs() const { return !changes.empty() || !exact.empty() || !only_a.empty() || !only_b.empty(); }
  bool HasVerdict(Verdict verdict) const;
};

RecordDiff DiffRecords(absl::Span<const record::Record> a, absl::Span<const record::Record> b);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RECORD_DIFF_H_
