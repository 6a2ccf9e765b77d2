#include "reports/record_diff.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "reports/comparison.h"
#include "reports/exact_match.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

constexpr char kAgain[] = " again";  // a series of the same program, timed twice in each round

using Pairing = std::map<std::string, const record::Record*>;

std::string TitleOf(const record::Record& record) {
  std::vector<std::string> parts;
  for (const record::AxisValue& value : record.point()) parts.push_back(absl::StrCat(value.axis(), "=", value.value()));
  return absl::StrCat(record.experiment(), ": ", absl::StrJoin(parts, ", "), ", seed ", record.seed());
}

Pairing ByTitle(absl::Span<const record::Record> records) {
  Pairing pairing;
  for (const record::Record& record : records) pairing[TitleOf(record)] = &record;
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
    if (fingerprint.empty()) {
      CompareExact(title, a, b);
      diff_.identical += diff_.changes.size() == changes ? 1 : 0;
    }
    CompareMeasured(title, a, b, fingerprint.empty(), diff_.changes.size() == changes);
  }

 private:
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

  // The largest effect between two timings of one program in the same rounds, on either side.
  static double NoiseFloor(const record::Record& record, const std::string& series) {
    const std::vector<double> once = MeasuredSamples(record, series);
    const std::vector<double> again = MeasuredSamples(record, absl::StrCat(series, kAgain));
    if (once.size() != again.size() || once.empty()) return 0;
    const absl::StatusOr<Estimate> ratio = PairedRatio(again, once, kDiffLevel);
    return ratio.ok() ? std::fabs(std::log(ratio->value)) : 0;
  }

  void CompareMeasured(const std::string& title, const record::Record& a, const record::Record& b, bool comparable,
                       bool identical) {
    for (const record::MeasuredSeries& series : b.measured().series()) {
      if (absl::EndsWith(series.name(), kAgain)) continue;
      const record::MeasuredSeries* const before = FindMeasuredSeries(a, series.name());
      MeasuredDifference row;
      row.run = title;
      row.series = series.name();
      row.unit = series.unit();
      const std::vector<double> samples_b = Samples(series);
      const std::vector<double> samples_a = before == nullptr ? std::vector<double>() : Samples(*before);
      if (const auto median = Median(samples_a); median.ok()) row.median_a = *median;
      if (const auto median = Median(samples_b); median.ok()) row.median_b = *median;
      row.noise_floor = std::max(NoiseFloor(a, series.name()), NoiseFloor(b, series.name()));
      if (before == nullptr) {
        row.why = "measured on one side only";
      } else if (!comparable) {
        row.why = "not comparable: another fingerprint";
      } else if (a.environment().threads() != b.environment().threads()) {
        row.why = "not comparable: another number of threads";
      } else if (series.measurement() != before->measurement()) {
        row.why = "not interleaved";
      } else {
        Test(samples_a, samples_b, row);
        if (identical) row.why = "identical by construction: a difference is noise";
      }
      diff_.measured.push_back(std::move(row));
    }
  }

  static void Test(const std::vector<double>& a, const std::vector<double>& b, MeasuredDifference& row) {
    const absl::StatusOr<MannWhitney> test = MannWhitneyTest(b, a);
    const absl::StatusOr<Estimate> ratio = UnpairedRatio(b, a, kDiffLevel);
    if (test.ok()) row.p = test->p;
    if (ratio.ok()) row.ratio = *ratio;
    if (!test.ok()) {
      row.why = std::string(test.status().message());
    } else if (!ratio.ok()) {
      row.why = std::string(ratio.status().message());
    }
  }

  RecordDiff& diff_;
};

// Holm's correction over the rows that have a test, and what follows.
void Judge(std::vector<MeasuredDifference>& rows) {
  std::vector<double> p;
  for (const MeasuredDifference& row : rows) {
    if (row.p && row.ratio) p.push_back(*row.p);
  }
  const std::vector<double> adjusted = HolmAdjusted(p);
  size_t next = 0;
  for (MeasuredDifference& row : rows) {
    if (!row.p || !row.ratio) continue;
    row.adjusted_p = adjusted[next++];
    if (!row.why.empty()) continue;  // identical by construction
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
}

// Rows that no number of samples of this size could reject in a table of so many.
void NoteTooFewSamples(absl::Span<const record::Record> records, std::vector<MeasuredDifference>& rows) {
  const auto tested = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.adjusted_p.has_value(); });
  if (tested == 0) return;
  std::map<std::string, const record::Record*> by_title = ByTitle(records);
  for (MeasuredDifference& row : rows) {
    if (!row.adjusted_p || !row.why.empty()) continue;
    const int samples = static_cast<int>(MeasuredSamples(*by_title.at(row.run), row.series).size());
    if (LeastMannWhitneyP(samples, samples) * static_cast<double>(tested) <= kDiffSignificance) continue;
    row.verdict = Verdict::kNone;
    row.why = absl::StrCat("too few samples (", samples, ") for a table of ", tested, " rows");
  }
}

}  // namespace

bool RecordDiff::HasVerdict(Verdict verdict) const {
  return std::any_of(measured.begin(), measured.end(), [&](const auto& row) { return row.verdict == verdict; });
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
  Judge(diff.measured);
  NoteTooFewSamples(b, diff.measured);
  return diff;
}

}  // namespace plumbline
