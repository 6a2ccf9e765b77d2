// What two sets of records say differently: first what was run, then its exact results, then what was measured.
// Records pair by experiment, point and seed, never by key, because a key changes with whatever is to be compared.
//
// Measured values get a verdict (reports/measured_comparison.h) only when both sides were taken in the same rounds (one
// measurement id) with one number of threads.
#ifndef PLUMBLINE_REPORTS_RECORD_DIFF_H_
#define PLUMBLINE_REPORTS_RECORD_DIFF_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "reports/measured_comparison.h"
#include "reports/record.pb.h"

namespace plumbline {

inline constexpr double kLeastShare = 0.01;  // of a program's time

// One node's steps in a program.
struct StepDifference : MeasuredComparison {
  std::string node;
  std::string implementation_a, implementation_b;  // empty: no such node in that side's plan
};

// One measured series of a pair.
struct MeasuredDifference : MeasuredComparison {
  std::string run;     // "octmnist: sweep=cost, B=8, seed 1"
  std::string series;  // "training_step/time"
  std::string unit;
  // The nodes whose time changed, if it was measured, and those that one side lacks; the largest change first. All such
  // nodes of all rows make a table of their own. Those below kLeastShare of the program's time are left out.
  std::vector<StepDifference> steps;
};

struct RecordDiff {
  int pairs = 0;
  int comparable = 0;                     // pairs of equal fingerprints
  // Of these, with equal models, experiments and plans, and run by one program (or from one commit without local changes):
  // equal by construction.
  int identical = 0;
  std::vector<std::string> changes;       // in models, experiments, costs and plans; a line each, "RUN: WHAT"
  std::vector<std::string> exact;         // results that differ
  std::vector<std::string> only_a, only_b;  // runs without a counterpart
  std::vector<std::string> not_comparable;  // pairs of other fingerprints, with the fields
  std::vector<MeasuredDifference> measured;

  bool differs() const { return !changes.empty() || !exact.empty() || !only_a.empty() || !only_b.empty(); }
  bool HasVerdict(Verdict verdict) const;  // of a row or a node
};

RecordDiff DiffRecords(absl::Span<const record::Record> a, absl::Span<const record::Record> b);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RECORD_DIFF_H_
