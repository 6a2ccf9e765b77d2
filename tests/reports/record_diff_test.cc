// Pairs, changes, exact results and verdicts; and how often the verdicts are wrong on simulated samples.
#include "reports/record_diff.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_diff_text.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

record::Record Make(const std::string& length, uint64_t seed) {
  record::Record record;
  record.set_experiment("scaling");
  record.set_seed(seed);
  record::AxisValue& value = *record.add_point();
  value.set_axis("L");
  value.set_value(length);
  record::ModelText& model = *record.add_model();
  model.set_name("m");
  model.set_identity("one");
  model.set_text("input x\nnode a relu(x)\n");
  record.mutable_fingerprint()->set_engine_version("1");
  *record.mutable_exact()->add_value() = RealValue("loss", "", 0.5);
  return record;
}

void AddTimes(record::Record& record, const std::string& name, const std::string& id, const std::vector<double>& times) {
  record::MeasuredSeries& series = *record.mutable_measured()->add_series();
  series.set_name(name);
  series.set_unit("s");
  series.set_measurement(id);
  for (size_t i = 0; i < times.size(); ++i) {
    series.add_sample(times[i]);
    series.add_round(static_cast<int>(i));
  }
}

TEST(RecordDiff, EqualRecordsAreIdenticalByConstruction) {
  record::Record a = Make("64", 1), b = a;
  a.mutable_environment()->set_program("one");
  b.mutable_environment()->set_program("one");
  AddTimes(a, "time", "id", {1.0, 1.1, 1.2, 1.0, 1.1, 1.2});
  AddTimes(b, "time", "id", {2.0, 2.1, 2.2, 2.0, 2.1, 2.2});
  const RecordDiff diff = DiffRecords({a}, {b});
  EXPECT_EQ(diff.pairs, 1);
  EXPECT_EQ(diff.identical, 1);
  EXPECT_FALSE(diff.differs());
  ASSERT_EQ(diff.measured.size(), 1u);
  EXPECT_EQ(diff.measured[0].verdict, Verdict::kNone);
  EXPECT_THAT(diff.measured[0].why, HasSubstr("identical by construction"));
}

TEST(RecordDiff, PairsByPointAndNamesWhatIsMissing) {
  const RecordDiff diff = DiffRecords({Make("64", 1), Make("128", 1)}, {Make("64", 1), Make("64", 2)});
  EXPECT_EQ(diff.pairs, 1);
  EXPECT_THAT(diff.only_a, ElementsAre("scaling: L=128, seed 1"));
  EXPECT_THAT(diff.only_b, ElementsAre("scaling: L=64, seed 2"));
  EXPECT_TRUE(diff.differs());
}

TEST(RecordDiff, SaysWhatChangedInModelAndPlan) {
  record::Record a = Make("64", 1), b = a;
  b.mutable_model(0)->set_identity("two");
  b.mutable_model(0)->set_text("input x\nnode a tanh(x)\n");
  record::Plan& plan_a = *a.add_plan();
  plan_a.set_program("forward");
  plan_a.set_digest("p");
  plan_a.set_planned_bytes(100);
  plan_a.add_step()->set_name("a");
  plan_a.mutable_step(0)->set_implementation("jit");
  record::Plan& plan_b = *b.add_plan();
  plan_b = plan_a;
  plan_b.set_digest("q");
  plan_b.set_planned_bytes(120);
  plan_b.mutable_step(0)->set_implementation("ref");
  plan_b.add_step()->set_name("extra");
  plan_b.mutable_step(1)->set_implementation("jit");
  EXPECT_THAT(DiffRecords({a}, {b}).changes,
              ElementsAre(HasSubstr("model 'm': line 2 was 'node a relu(x)' and is 'node a tanh(x)'"),
                          HasSubstr("plan of forward: step 'a' was jit and is ref"),
                          HasSubstr("step 'extra' was nothing and is jit"),
                          HasSubstr("planned bytes were 100 and are 120")));
}

TEST(RecordDiff, ExactResultsCompareOnEqualFingerprintsOnly) {
  record::Record a = Make("64", 1), b = a;
  *b.mutable_exact()->mutable_value(0) = RealValue("loss", "", 0.25);
  EXPECT_THAT(DiffRecords({a}, {b}).exact, ElementsAre(HasSubstr("'loss': 0.5")));
  b.mutable_fingerprint()->set_cpu_model("another");
  const RecordDiff diff = DiffRecords({a}, {b});
  EXPECT_THAT(diff.exact, IsEmpty());
  EXPECT_THAT(diff.not_comparable, ElementsAre(HasSubstr("CPU: ")));
  EXPECT_EQ(diff.comparable, 0);
}

TEST(RecordDiff, NoVerdictWithoutCommonRoundsOrThreadsOrSamples) {
  const std::vector<double> times = {1.0, 1.01, 1.02, 1.0, 1.01, 1.02};
  const auto why = [&](const std::string& id, int threads, std::vector<double> other) {
    record::Record a = Make("64", 1), b = Make("64", 1);
    b.mutable_model(0)->set_identity("two");
    b.mutable_model(0)->set_text("other");
    AddTimes(a, "time", "id", times);
    AddTimes(b, "time", id, other);
    b.mutable_environment()->set_threads(threads);
    const RecordDiff diff = DiffRecords({a}, {b});
    EXPECT_EQ(diff.measured[0].verdict, Verdict::kNone);
    return diff.measured[0].why;
  };
  EXPECT_EQ(why("another", 0, times), "not interleaved");
  EXPECT_EQ(why("id", 2, times), "not comparable: another number of threads");
  EXPECT_NE(why("id", 0, {1.0, 1.1}), "");
}

// A table of rows with `samples` interleaved samples a side, the second side slower by `effect` in one of them.
RecordDiff Simulate(std::mt19937& generator, int rows, int samples, double effect) {
  std::vector<record::Record> a, b;
  std::normal_distribution<double> noise(0, 0.02);
  for (int row = 0; row < rows; ++row) {
    a.push_back(Make(std::to_string(row), 1));
    b.push_back(a.back());
    b.back().mutable_model(0)->set_identity("two");
    b.back().mutable_model(0)->set_text("other");
    std::vector<double> times_a, times_b;
    const double factor = row == 0 ? 1 + effect : 1;
    for (int i = 0; i < samples; ++i) {
      times_a.push_back(std::exp(noise(generator)));
      times_b.push_back(factor * std::exp(noise(generator)));
    }
    AddTimes(a.back(), "time", "id", times_a);
    AddTimes(b.back(), "time", "id", times_b);
  }
  return DiffRecords(a, b);
}

TEST(RecordDiff, RaisesFewFalseAlarmsAndFindsTenPercent) {
  std::mt19937 generator(7);
  int alarms = 0, found = 0;
  for (int table = 0; table < 200; ++table) {
    const RecordDiff same = Simulate(generator, 12, 10, 0);
    alarms += same.HasVerdict(Verdict::kMore) || same.HasVerdict(Verdict::kLess) ? 1 : 0;
    const RecordDiff slower = Simulate(generator, 12, 10, 0.1);
    found += slower.measured[0].verdict == Verdict::kMore ? 1 : 0;
  }
  EXPECT_LE(alarms, 10);   // 5 % of the tables
  EXPECT_GE(found, 180);   // 90 %
}

// A program of `nodes` nodes of 1 ms, the fourth of which is slower by `effect` on the second side, which also has a node
// more, before it.
RecordDiff SimulateSteps(std::mt19937& generator, int nodes, double effect) {
  constexpr int kRounds = 12;
  record::Record a = Make("64", 1), b = a;
  b.mutable_environment()->set_program("changed");
  std::normal_distribution<double> noise(0, 0.02);
  const auto series = [&](record::Record& record, const std::string& name, double seconds) {
    std::vector<double> samples;
    for (int i = 0; i < kRounds; ++i) samples.push_back(seconds * std::exp(noise(generator)));
    AddTimes(record, name, "id", samples);
  };
  series(a, "train/time", 1e-3 * nodes);
  series(b, "train/time", 1e-3 * (nodes + 1 + effect));
  series(b, StepSeriesName("train", "more"), 1e-3);
  for (int node = 0; node < nodes; ++node) {
    const std::string name = StepSeriesName("train", "node" + std::to_string(node));
    series(a, name, 1e-3);
    series(a, name + kAgainSuffix, 1e-3);
    series(b, name, 1e-3 * (node == 4 ? 1 + effect : 1));
  }
  return DiffRecords({a}, {b});
}

TEST(RecordDiff, ASlowdownIsAttributedToItsNode) {
  std::mt19937 generator(11);
  int alarms = 0, found = 0;
  for (int table = 0; table < 200; ++table) {
    const std::vector<StepDifference> same = SimulateSteps(generator, 40, 0).measured[0].steps;
    ASSERT_GE(same.size(), 1u);
    EXPECT_EQ(same[0].node, "more");  // on one side only
    alarms += same.size() > 1 ? 1 : 0;
    const std::vector<StepDifference> slower = SimulateSteps(generator, 40, 0.1).measured[0].steps;
    found += slower.size() == 2 && slower[1].node == "node4" && slower[1].verdict == Verdict::kMore ? 1 : 0;
  }
  EXPECT_LE(alarms, 10);
  EXPECT_GE(found, 180);
}

TEST(RecordDiff, OneProgramOnBothSidesIsNoSlower) {
  std::mt19937 generator(5);
  record::Record a = Make("64", 1), b = a;
  a.mutable_environment()->set_program("same");
  b.mutable_environment()->set_program("same");
  std::vector<double> fast, slow;
  for (int i = 0; i < 10; ++i) fast.push_back(1 + 0.01 * i), slow.push_back(2 + 0.01 * i);
  AddTimes(a, "train/time", "id", fast);
  AddTimes(b, "train/time", "id", slow);
  const RecordDiff diff = DiffRecords({a}, {b});
  EXPECT_EQ(diff.measured[0].judged, Verdict::kMore);
  EXPECT_EQ(diff.measured[0].verdict, Verdict::kNone);
  b.mutable_environment()->set_program("other");
  EXPECT_EQ(DiffRecords({a}, {b}).measured[0].verdict, Verdict::kMore);
}

TEST(RecordDiff, EffectsWithinTheNoiseFloorAreNone) {
  record::Record a = Make("64", 1), b = a;
  b.mutable_model(0)->set_identity("two");
  b.mutable_model(0)->set_text("other");
  const std::vector<double> once = {1.00, 1.01, 1.00, 1.01, 1.00, 1.01, 1.00, 1.01};
  std::vector<double> again, slower;
  for (const double time : once) again.push_back(1.05 * time);
  for (const double time : once) slower.push_back(1.04 * time);
  AddTimes(a, "time", "id", once);
  AddTimes(a, "time again", "id", again);
  AddTimes(b, "time", "id", slower);
  const RecordDiff diff = DiffRecords({a}, {b});
  ASSERT_EQ(diff.measured.size(), 1u);
  EXPECT_EQ(diff.measured[0].verdict, Verdict::kSame);
  EXPECT_THAT(VerdictText(diff.measured[0]), HasSubstr("within the noise floor"));
}

TEST(RecordDiff, IsRenderedForReadersAndPrograms) {
  std::mt19937 generator(3);
  const RecordDiff diff = Simulate(generator, 2, 10, 0.2);
  EXPECT_THAT(DiffMarkdown(diff, "A", "B"), HasSubstr("| `scaling: L=0, seed 1` | `time` | s |"));
  EXPECT_THAT(DiffMarkdown(diff, "A", "B"), HasSubstr("slower by "));
  EXPECT_THAT(DiffText(diff, "A", "B"), HasSubstr("from A to B: 2 pairs of records"));
  EXPECT_THAT(DiffJson(diff, "A", "B"), HasSubstr("\"verdict\": \"slower by "));
}

}  // namespace
}  // namespace plumbline
