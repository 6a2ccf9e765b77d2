// Rounds that span processes: one sample a launch, the same exact results in each.
#include "reports/merge_launches.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_diff.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

record::Record Launch(uint64_t seed, double loss, const std::vector<double>& times) {
  record::Record record;
  record.set_experiment("e");
  record.set_seed(seed);
  *record.mutable_exact()->add_value() = RealValue("loss", "", loss);
  for (const char* name : {"train/time", "train/time again"}) {
    record::MeasuredSeries& series = *record.mutable_measured()->add_series();
    series.set_name(name);
    series.set_unit("s");
    series.set_measurement("of the launch");
    for (size_t i = 0; i < times.size(); ++i) {
      series.add_sample(times[i]);
      series.add_round(static_cast<int>(i));
      series.add_contended(i == 2);
    }
  }
  return record;
}

TEST(MergeLaunches, ALaunchIsARound) {
  const auto merged = MergeLaunches({{Launch(1, 0.5, {3, 1, 2}), Launch(2, 0.5, {7})}, {Launch(2, 0.5, {8}), Launch(1, 0.5, {5})}},
                                    "id", 9);
  ASSERT_TRUE(merged.ok()) << merged.status();
  ASSERT_EQ(merged->size(), 2u);
  const record::Record& one = (*merged)[0];
  EXPECT_THAT(MeasuredSamples(one, "train/time"), ElementsAre(2, 5));
  EXPECT_THAT(MeasuredSamples((*merged)[1], "train/time"), ElementsAre(7, 8));
  ASSERT_EQ(one.measured().series_size(), 1);  // noise within a process is not kept
  EXPECT_THAT(one.measured().series(0).round(), ElementsAre(0, 1));
  EXPECT_THAT(one.measured().series(0).contended(), ElementsAre(true, false));
  EXPECT_EQ(one.measured().series(0).measurement(), "id");
  ASSERT_EQ(one.measured().measurement_size(), 1);
  EXPECT_EQ(one.measured().measurement(0).rounds(), 2);
  EXPECT_EQ(one.measured().measurement(0).order_seed(), 9u);
}

TEST(MergeLaunches, ARunThatDoesNotComeBackIsAnError) {
  const auto message = [](const std::vector<std::vector<record::Record>>& launches) {
    const auto merged = MergeLaunches(launches, "id", 1);
    EXPECT_EQ(merged.status().code(), absl::StatusCode::kInternal);
    return std::string(merged.status().message());
  };
  EXPECT_THAT(message({{Launch(1, 0.5, {1})}, {Launch(1, 0.25, {1})}}), HasSubstr("gave other results in launch 2"));
  EXPECT_THAT(message({{Launch(1, 0.5, {1})}, {Launch(3, 0.5, {1})}}), HasSubstr("is missing in launch 2"));
  EXPECT_THAT(message({{Launch(1, 0.5, {1})}, {Launch(1, 0.5, {})}}), HasSubstr("train/time, launch 2"));
}

TEST(MergeLaunches, ARepetitionIsTheNoiseFloor) {
  std::vector<std::vector<record::Record>> once, again, other;
  for (int i = 0; i < 10; ++i) {
    once.push_back({Launch(1, 0.5, {1 + 0.001 * i})});
    again.push_back({Launch(1, 0.5, {1.06 + 0.001 * i})});
    other.push_back({Launch(1, 0.5, {1.05 + 0.001 * i})});
  }
  std::vector<record::Record> a = *MergeLaunches(once, "id", 1), b = *MergeLaunches(other, "id", 1);
  EXPECT_EQ(DiffRecords(a, b).measured[0].verdict, Verdict::kMore);
  AddRepetition(*MergeLaunches(again, "id", 1), a);
  const RecordDiff diff = DiffRecords(a, b);
  ASSERT_EQ(diff.measured.size(), 1u);
  EXPECT_NEAR(diff.measured[0].noise_floor, 0.058, 0.002);
  EXPECT_EQ(diff.measured[0].verdict, Verdict::kSame);
}

}  // namespace
}  // namespace plumbline
