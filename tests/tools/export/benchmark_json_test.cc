// What Google Benchmark's compare.py reads: names that pair, repetitions, times and their unit, aggregates.
#include "tools/export/benchmark_json.h"

#include <cmath>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace plumbline {
namespace {

record::Record Timed() {
  record::Record record;
  record.set_experiment("scaling");
  record.set_seed(1);
  for (const auto& [axis, value] : {std::pair<const char*, const char*>{"L", "128"}, {"model", "softmax"}}) {
    record::AxisValue& point = *record.add_point();
    point.set_axis(axis);
    point.set_value(value);
  }
  record.mutable_environment()->set_threads(2);
  record::MeasuredSeries& time = *record.mutable_measured()->add_series();
  time.set_name("forward/time");
  time.set_unit("s");
  for (const double sample : {1e-6, 2e-6, 6e-6}) time.add_sample(sample);
  for (int i = 0; i < 3; ++i) time.add_iterations(100);
  record::MeasuredSeries& memory = *record.mutable_measured()->add_series();
  memory.set_name("peak");
  memory.set_unit("B");
  memory.add_sample(4096);
  return record;
}

TEST(BenchmarkJson, HasOneRepetitionASampleThenAggregates) {
  const absl::StatusOr<std::string> text = BenchmarkJson({Timed()});
  ASSERT_TRUE(text.ok()) << text.status();
  const nlohmann::json file = nlohmann::json::parse(*text);
  EXPECT_TRUE(file.at("context").is_object());
  const nlohmann::json& entries = file.at("benchmarks");
  ASSERT_EQ(entries.size(), 6u);
  const std::string name = "scaling/softmax/L:128/seed:1/forward/time";
  for (int i = 0; i < 3; ++i) {
    const nlohmann::json& entry = entries[i];
    EXPECT_EQ(entry.at("name"), name);
    EXPECT_EQ(entry.at("run_name"), name);
    EXPECT_EQ(entry.at("run_type"), "iteration");
    EXPECT_EQ(entry.at("repetitions"), 3);
    EXPECT_EQ(entry.at("repetition_index"), i);
    EXPECT_EQ(entry.at("threads"), 2);
    EXPECT_EQ(entry.at("iterations"), 100);
    EXPECT_EQ(entry.at("time_unit"), "ns");
    EXPECT_EQ(entry.at("real_time"), entry.at("cpu_time"));
  }
  EXPECT_DOUBLE_EQ(entries[1].at("real_time").get<double>(), 2000);
  const std::pair<const char*, double> aggregates[] = {{"mean", 3000}, {"median", 2000}, {"stddev", std::sqrt(7e6)}};
  for (int i = 0; i < 3; ++i) {
    const nlohmann::json& entry = entries[3 + i];
    EXPECT_EQ(entry.at("run_type"), "aggregate");
    EXPECT_EQ(entry.at("aggregate_name"), aggregates[i].first);
    EXPECT_EQ(entry.at("name"), name + "_" + aggregates[i].first);
    EXPECT_EQ(entry.at("run_name"), name);
    EXPECT_NEAR(entry.at("real_time").get<double>(), aggregates[i].second, 1e-6);
  }
}

TEST(BenchmarkJson, OrderOfRecordsDoesNotMatter) {
  record::Record other = Timed();
  other.set_seed(2);
  EXPECT_EQ(*BenchmarkJson({Timed(), other}), *BenchmarkJson({other, Timed()}));
}

TEST(BenchmarkJson, RefusesTwoRecordsOfOneRunAndRecordsWithoutTimes) {
  EXPECT_EQ(BenchmarkJson({Timed(), Timed()}).status().code(), absl::StatusCode::kInvalidArgument);
  record::Record counted = Timed();
  counted.mutable_measured()->mutable_series()->DeleteSubrange(0, 1);
  EXPECT_EQ(BenchmarkJson({counted}).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace plumbline
