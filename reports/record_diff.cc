#include "reports/record_diff.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "reports/exact_match.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

using Pairing = std::map<std::string, const record::Record*>;

Pairing ByTitle(absl::Span<const record::Record> records) {
  Pairing pairing;
  for (const record::Record& record : records) pairing[RunTitle(record)] = &record;
  return pairing;
}

// The lines in which two texts differ, as far as the first such lines.
std::string FirstLines(const std::string& a, const std::string& b) {
  const std::vector<std::string> lines_a = absl::StrSplit(a, '\n'), lines_b = absl::StrSplit(b, '\n');
  size_t i = 0;
  while (i < lines_a.size() && i < lines_b.size() && lines_a[i] == lines_b[i]) ++i;
  const auto line = [&](const std::vector<std::string>& lines) {
    return i < lines.size() && !lines[i].empty() ? absl::StrCat("'", lines[i], "'") : std::string("its end");
  };
  return absl::StrCat("line ", i + 1, " was ", line(lines_a), " and is ", line(lines_b));
}

// Steps of both plans by name, in order; names repeat where a node has several steps.
std::vector<std::string> PlanChanges(const record::Plan& a, const record::Plan& b) {
  std::vector<std::string> changes;
  std::map<std::string, std::vector<std::string>> steps_a, steps_b;
  for (const record::PlanStep& step : a.step()) steps_a[step.name()].push_back(step.implementation());
  for (const record::PlanStep& step : b.step()) steps_b[step.name()].push_back(step.implementation());
  std::set<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (!seen.insert(name).second || steps_a[name] == steps_b[name]) return;
    const auto side = [](const std::vector<std::string>& steps) {
      return steps.empty() ? std::string("nothing") : absl::StrJoin(steps, " + ");
    };
    changes.push_back(absl::StrCat("step '", name, "' was ", side(steps_a[name]), " and is ", side(steps_b[name])));
  };
  for (const record::PlanStep& step : a.step()) add(step.name());
  for (const record::PlanStep& step : b.step()) add(step.name());
  if (a.planned_bytes() != b.planned_bytes()) {
    changes.push_back(absl::StrCat("planned bytes were ", a.planned_bytes(), " and are ", b.planned_bytes()));
  }
  if (changes.empty() && a.digest() != b.digest()) changes.push_back("the order of steps is another");
  return changes;
}

// Whether both were run by the same program, as far as the records know.
bool SameProgram(const record::Environment& a, const record::Environment& b) {
  if (!a.program().empty() && a.program() == b.program()) return true;
  return !a.commit().empty() && a.commit() == b.commit() && !a.dirty() && !b.dirty();
}

// The larger noise of the two sides, of what was measured twice in each round.
double FloorOf(const record::Record& a, const record::Record& b, const std::string& series) {
  const std::string again = absl::StrCat(series, kAgainSuffix);
  return std::max(NoiseFloor(MeasuredSamples(a, series), MeasuredSamples(a, again)),
                  NoiseFloor(MeasuredSamples(b, series), MeasuredSamples(b, again)));
}

// Each node of a program whose time was measured.
class StepLister {
 public:
  StepLister(const record::Record& a, const record::Record& b, const std::string& program)
      : a_(a), b_(b), program_(program) {}

  std::vector<StepDifference> Run(double program_seconds) {
    for (const record::Record* const side : {&a_, &b_}) {
      for (const record::MeasuredSeries& series : side->measured().series()) Add(series.name());
    }
    const auto negligible = [&](const StepDifference& step) {
      return std::max(step.median_a.value_or(0), step.median_b.value_or(0)) < kLeastShare * program_seconds;
    };
    steps_.erase(std::remove_if(steps_.begin(), steps_.end(), negligible), steps_.end());
    return std::move(steps_);
  }

 private:
  void Add(const std::string& series) {
    const std::optional<std::string> node = NodeOfStepSeries(program_, series);
    if (!node || absl::EndsWith(series, kAgainSuffix) || !seen_.insert(series).second) return;
    StepDifference step;
    const std::vector<double> samples_a = MeasuredSamples(a_, series), samples_b = MeasuredSamples(b_, series);
    if (samples_a.empty() || samples_b.empty()) {
      static_cast<MeasuredComparison&>(step) = DescribeSamples(samples_a, samples_b);
    } else {
      static_cast<MeasuredComparison&>(step) = TestSamples(samples_a, samples_b, FloorOf(a_, b_, series));
    }
    step.node = *node;
    step.implementation_a = Implementations(a_, *node);
    step.implementation_b = Implementations(b_, *node);
    steps_.push_back(std::move(step));
  }

  std::string Implementations(const record::Record& record, const std::string& node) const {
    std::vector<std::string> names;
    for (const record::Plan& plan : record.plan()) {
      if (plan.program() != program_) continue;
      for (const record::PlanStep& step : plan.step()) {
        if (step.name() == node) names.push_back(step.implementation());
      }
    }
    return absl::StrJoin(names, " + ");
  }

  const record::Record& a_;
  const record::Record& b_;
  const std::string program_;
  std::set<std::string> seen_;
  std::vector<StepDifference> steps_;
};

bool IsChange(Verdict verdict) { return verdict == Verdict::kMore || verdict == Verdict::kLess; }

// Leaves what changed or is on one side only, the largest change first.
void KeepChangedSteps(std::vector<StepDifference>& steps) {
  const auto unchanged = [](const StepDifference& step) {
    return step.median_a && step.median_b && !IsChange(step.judged);
  };
  const auto change = [](const StepDifference& step) {
    return std::fabs(step.median_b.value_or(0) - step.median_a.value_or(0));
  };
  steps.erase(std::remove_if(steps.begin(), steps.end(), unchanged), steps.end());
  std::stable_sort(steps.begin(), steps.end(),
                   [&](const auto& one, const auto& two) { return change(one) > change(two); });
}

constexpr char kIdentical[] = "identical by construction: a difference is noise";

// "training_step" of "training_step/time"; other series are no time of a program.
std::optional<std::string> TimedProgram(absl::string_view series) {
  if (!absl::ConsumeSuffix(&series, "/time")) return std::nullopt;
  return std::string(series);
}

class Differ {
 public:
  explicit Differ(RecordDiff& diff) : diff_(diff) {}

  void Pair(const std::string& title, const record::Record& a, const record::Record& b) {
    ++diff_.pairs;
    const std::vector<std::string> fingerprint = FingerprintDifferences(a.fingerprint(), b.fingerprint());
    if (!fingerprint.empty()) {
      diff_.not_comparable.push_back(absl::StrCat(title, ": ", absl::StrJoin(fingerprint, "; ")));
    } else {
      ++diff_.comparable;
    }
    const size_t changes = diff_.changes.size();
    CompareWhatRan(title, a, b);
    if (fingerprint.empty()) CompareExact(title, a, b);
    const bool identical =
        fingerprint.empty() && diff_.changes.size() == changes && SameProgram(a.environment(), b.environment());
    diff_.identical += identical ? 1 : 0;
    CompareMeasured(title, a, b, fingerprint.empty(), identical);
  }

  // Verdicts over all rows, and over all nodes.
  void Judge() {
    std::vector<MeasuredComparison*> rows, steps;
    for (size_t i = 0; i < diff_.measured.size(); ++i) {
      MeasuredDifference& row = diff_.measured[i];
      rows.push_back(&row);
      const std::optional<std::string> program = TimedProgram(row.series);
      if (!row.p || !program) continue;
      row.steps = StepLister(*sides_[i].a, *sides_[i].b, *program).Run(std::max(*row.median_a, *row.median_b));
      for (StepDifference& step : row.steps) steps.push_back(&step);
    }
    JudgeTable(rows);
    JudgeTable(steps);
    for (size_t i = 0; i < diff_.measured.size(); ++i) {
      MeasuredDifference& row = diff_.measured[i];
      KeepChangedSteps(row.steps);
      if (!sides_[i].identical) continue;
      row.verdict = Verdict::kNone;
      row.why = kIdentical;
      for (StepDifference& step : row.steps) step.verdict = Verdict::kNone;
    }
  }

 private:
  struct Sides {
    const record::Record* a;
    const record::Record* b;
    bool identical;  // measured in the same rounds, and equal by construction
  };

  void CompareWhatRan(const std::string& title, const record::Record& a, const record::Record& b) {
    const auto change = [&](const std::string& what) { diff_.changes.push_back(absl::StrCat(title, ": ", what)); };
    for (int i = 0; i < std::min(a.model_size(), b.model_size()); ++i) {
      if (a.model(i).identity() == b.model(i).identity()) continue;
      change(absl::StrCat("model '", b.model(i).name(), "': ", FirstLines(a.model(i).text(), b.model(i).text())));
    }
    if (a.resolved_experiment() != b.resolved_experiment()) {
      change(absl::StrCat("experiment: ", FirstLines(a.resolved_experiment(), b.resolved_experiment())));
    }
    for (int i = 0; i < std::min(a.data_size(), b.data_size()); ++i) {
      if (a.data(i).sha256() != b.data(i).sha256()) change(absl::StrCat("data set '", b.data(i).name(), "' is another"));
    }
    for (const record::Plan& plan : b.plan()) {
      const record::Plan* const before = FindPlan(a, plan.model(), plan.program());
      if (before == nullptr || before->digest() == plan.digest()) continue;
      for (const std::string& what : PlanChanges(*before, plan)) {
        change(absl::StrCat("plan of ", plan.program(), ": ", what));
      }
    }
  }

  // Plans have been told of in more detail.
  void CompareExact(const std::string& title, const record::Record& a, const record::Record& b) {
    for (const ExactDifference& difference : ExactDifferences(a, b)) {
      if (absl::StartsWith(difference.name, "plan of ")) continue;
      diff_.exact.push_back(absl::StrCat(title, ": ", ToString(difference)));
    }
  }

  void CompareMeasured(const std::string& title, const record::Record& a, const record::Record& b, bool comparable,
                       bool identical) {
    for (const record::MeasuredSeries& series : b.measured().series()) {
      if (absl::EndsWith(series.name(), kAgainSuffix) || IsStepSeries(series.name())) continue;
      const record::MeasuredSeries* const before = FindMeasuredSeries(a, series.name());
      const std::vector<double> samples_a = before == nullptr ? std::vector<double>() : Samples(*before);
      // What a measurement is compared with stands in each of its records.
      if (!listed_.insert({series.name(), samples_a, Samples(series)}).second) continue;
      bool comparable_row = false;
      MeasuredDifference row;
      static_cast<MeasuredComparison&>(row) = DescribeSamples(samples_a, Samples(series));
      row.run = title;
      row.series = series.name();
      row.unit = series.unit();
      row.noise_floor = FloorOf(a, b, series.name());
      if (before == nullptr) {
        row.why = "measured on one side only";
      } else if (!comparable) {
        row.why = "not comparable: another fingerprint";
      } else if (a.environment().threads() != b.environment().threads()) {
        row.why = "not comparable: another number of threads";
      } else if (series.measurement() != before->measurement()) {
        row.why = "not interleaved";
      } else {
        comparable_row = true;
        static_cast<MeasuredComparison&>(row) = TestSamples(samples_a, Samples(series), row.noise_floor);
      }
      diff_.measured.push_back(std::move(row));
      sides_.push_back({&a, &b, comparable_row && identical});
    }
  }

  RecordDiff& diff_;
  std::set<std::tuple<std::string, std::vector<double>, std::vector<double>>> listed_;
  std::vector<Sides> sides_;  // by row of diff_.measured
};

}  // namespace

bool RecordDiff::HasVerdict(Verdict verdict) const {
  return std::any_of(measured.begin(), measured.end(), [&](const MeasuredDifference& row) {
    return row.verdict == verdict || std::any_of(row.steps.begin(), row.steps.end(),
                                                 [&](const StepDifference& step) { return step.verdict == verdict; });
  });
}

RecordDiff DiffRecords(absl::Span<const record::Record> a, absl::Span<const record::Record> b) {
  RecordDiff diff;
  const Pairing of_a = ByTitle(a), of_b = ByTitle(b);
  Differ differ(diff);
  for (const auto& [title, record] : of_a) {
    const auto other = of_b.find(title);
    if (other == of_b.end()) {
      diff.only_a.push_back(title);
    } else {
      differ.Pair(title, *record, *other->second);
    }
  }
  for (const auto& [title, record] : of_b) {
    if (of_a.count(title) == 0) diff.only_b.push_back(title);
  }
  differ.Judge();
  return diff;
}

}  // namespace plumbline
