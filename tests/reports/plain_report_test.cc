// Every result of every run, whatever it is called.
#include "reports/plain_report.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

record::Record MakeRun(const std::string& rate, uint64_t seed, const std::vector<double>& losses) {
  record::Record record;
  record.set_experiment("own");
  record.set_key(rate + std::to_string(seed));
  record::AxisValue& sweep = *record.add_point();
  sweep.set_axis("sweep");
  sweep.set_value("training");
  record::AxisValue& axis = *record.add_point();
  axis.set_axis("rate");
  axis.set_value(rate);
  record.set_seed(seed);
  std::vector<int64_t> epochs;
  for (size_t i = 1; i <= losses.size(); ++i) epochs.push_back(static_cast<int64_t>(i));
  record::Exact& exact = *record.mutable_exact();
  *exact.add_series() = RealSeries("training loss", "", "epoch", epochs, losses);
  *exact.add_value() = IntegerValue("parameters", "", 1234);
  *exact.add_value() = IntegerValue("size of fc.weight", "", 1200);
  *exact.add_value() = RealValue("test | loss", "", 0.125);
  return record;
}

TEST(PlainReport, HasEveryRunAndACurve) {
  const auto files = RenderPlainReport({MakeRun("0.1", 2, {1.5, 0.75}), MakeRun("0.1", 1, {1.25, 0.5}), MakeRun("0.01", 1, {2})});
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 2u);
  const std::string& text = files->at("report.md");
  EXPECT_THAT(text, HasSubstr("# own"));
  EXPECT_THAT(text, HasSubstr("| 0.1 | 1 | 0.5"));
  EXPECT_THAT(text, HasSubstr("| 0.1 | 2 | 0.75"));
  EXPECT_THAT(text, HasSubstr("1234"));
  EXPECT_THAT(text, Not(HasSubstr("size of fc.weight")));
  EXPECT_THAT(text, HasSubstr("training-training-loss.svg"));
  EXPECT_THAT(files->at("training-training-loss.svg"), HasSubstr("rate 0.01, seed 1"));
}

TEST(PlainReport, DoesNotDependOnTheOrderOfRecords) {
  const std::vector<record::Record> records = {MakeRun("0.1", 2, {1.5}), MakeRun("0.1", 1, {1.25}), MakeRun("0.01", 1, {2})};
  const std::vector<record::Record> turned(records.rbegin(), records.rend());
  EXPECT_EQ(*RenderPlainReport(records), *RenderPlainReport(turned));
}

TEST(PlainReport, SaysWhichRunsAPlotLeavesOut) {
  std::vector<record::Record> records;
  for (uint64_t seed = 1; seed <= 14; ++seed) records.push_back(MakeRun("0.1", seed, {1.0 / static_cast<double>(seed)}));
  EXPECT_THAT(RenderPlainReport(records)->at("report.md"), HasSubstr("The first 12 of 14 runs."));
}

TEST(PlainReport, WantsRecords) { EXPECT_FALSE(RenderPlainReport({}).ok()); }

}  // namespace
}  // namespace plumbline
