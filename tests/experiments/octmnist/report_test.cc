// What the report says for records that are complete, incomplete, diverged, few, or contradictory.
#include "experiments/octmnist/report/report.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_values.h"
#include "tests/experiments/octmnist/plausible_records.h"

namespace plumbline {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Files = std::map<std::string, std::string>;

// Rendered, and kept among the test's outputs to be looked at.
Files Render(const std::vector<record::Record>& records) {
  const absl::StatusOr<Files> files = RenderOctmnistReport(records);
  EXPECT_TRUE(files.ok()) << files.status();
  if (!files.ok()) return {{"report.md", ""}};
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (const auto& [name, text] : *files) std::ofstream(absl::StrCat(folder, "/", test, "_", name)) << text;
  }
  return *files;
}

std::string ReportOf(const std::vector<record::Record>& records) { return Render(records).at("report.md"); }

// The row of the first table after `heading` that starts with the given cells.
std::string RowOf(const std::string& report, const std::string& heading, const std::string& cells) {
  const size_t at = report.find(heading);
  if (at == std::string::npos) return "no heading";
  const size_t row = report.find(absl::StrCat("\n| ", cells, " |"), at);
  if (row == std::string::npos) return "no row";
  return report.substr(row + 1, report.find('\n', row + 1) - row - 1);
}

PlausibleOptions WithSeeds(std::vector<uint64_t> seeds) {
  PlausibleOptions options;
  options.seeds = std::move(seeds);
  return options;
}

TEST(OctmnistReport, FirstLineWarnsOfGeneratedData) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, StartsWith("**Generated data, not OCTMNIST: no number below is comparable with published ones.** "
                                 "Data: images generated from a fixed seed"));
  EXPECT_THAT(report, Not(HasSubstr("0.865 to 0.880")));
  EXPECT_THAT(report, Not(HasSubstr("16 people")));
}

TEST(OctmnistReport, RealDataHavePublishedRangesBeside) {
  PlausibleOptions options;
  options.embedded = false;
  std::vector<record::Record> records = PlausibleRecords(options);
  for (const uint64_t seed : options.seeds) {
    SetLastValidation(TrainingRun(records, true, "0.01", seed), 0.872);
    SetLastValidation(TrainingRun(records, false, "0.01", seed), 0.843);
    SetLastValidation(TrainingRun(records, true, "0.001", seed), 0.81);
  }
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, StartsWith("Data: OCTMNIST of MedMNIST v2, the file octmnist.npz\n"));
  EXPECT_THAT(report, Not(HasSubstr("Generated data")));
  EXPECT_THAT(RowOf(report, "## 1.", "with pooling | 0.01"), HasSubstr("| 0.865 to 0.880; here inside |"));
  EXPECT_THAT(RowOf(report, "## 1.", "with pooling | 0.001"), HasSubstr("| 0.76 to 0.80; here above | — |"));
  EXPECT_THAT(RowOf(report, "## 2.", "without pooling | 0.01"), HasSubstr("| 0.844 to 0.856; here below |"));
  EXPECT_THAT(report, HasSubstr("Published results agree: 0.01."));
  EXPECT_THAT(report, Not(HasSubstr("do not apply")));
}

TEST(OctmnistReport, PublishedRangesAreOfFifteenEpochs) {
  PlausibleOptions options;
  options.embedded = false;
  options.epochs = 2;
  EXPECT_THAT(ReportOf(PlausibleRecords(options)),
              HasSubstr("after 15 epochs. These runs have 2, so the ranges do not apply to them."));
}

TEST(OctmnistReport, MeansHaveStudentsIntervalOverSeeds) {
  std::vector<record::Record> records = PlausibleRecords({});
  // Mean 0.86, s = 0.01; 4.302653 · 0.01 / √3 = 0.02484.
  SetLastValidation(TrainingRun(records, true, "0.01", 1), 0.85);
  SetLastValidation(TrainingRun(records, true, "0.01", 2), 0.86);
  SetLastValidation(TrainingRun(records, true, "0.01", 3), 0.87);
  EXPECT_THAT(RowOf(ReportOf(records), "## 1.", "with pooling | 0.01 | 3"),
              HasSubstr("| 0.8600 \\[0.8352,\u00A00.8848\\] |"));
}

TEST(OctmnistReport, TheRateIsChosenOnValidationAlone) {
  std::vector<record::Record> records = PlausibleRecords({});
  for (const uint64_t seed : {1, 2, 3}) {
    SetLastValidation(TrainingRun(records, true, "0.1", seed), 0.90);
    SetReal(TrainingRun(records, true, "0.1", seed), "test accuracy", 0.3);
    SetReal(TrainingRun(records, true, "0.1", seed), "test accuracy of the published subset", 0.3);
  }
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("**Best learning rate: 0.1.**"));
  EXPECT_THAT(report, HasSubstr("(1) With pooling the best learning rate is **0.1**"));
  EXPECT_THAT(report, HasSubstr("At the best rate of the first network, 0.1: validation"));
  EXPECT_THAT(report, HasSubstr("Chosen by the same rule for itself, this network's best rate is 0.01:"));
  EXPECT_THAT(report, HasSubstr("Each at its own best rate, 0.1 and 0.01:"));
}

TEST(OctmnistReport, OfEqualRatesTheSmallerIsTaken) {
  std::vector<record::Record> records = PlausibleRecords({});
  for (const uint64_t seed : {1, 2, 3}) {
    SetLastValidation(TrainingRun(records, true, "0.01", seed), 0.875);
    SetLastValidation(TrainingRun(records, true, "0.001", seed), 0.875);
  }
  EXPECT_THAT(ReportOf(records), HasSubstr("**Best learning rate: 0.001.**"));
}

TEST(OctmnistReport, ParametersAreListedAndTheirEqualityDerived) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, HasSubstr("| `conv2.weight` | \\[16, 8, 3, 3\\] | 1152 | \\[16, 8, 3, 3\\] | 1152 |"));
  EXPECT_THAT(report, HasSubstr("| **total** |  | **224\u202F892** |  | **224\u202F892** |"));
  EXPECT_THAT(report, HasSubstr("with pooling: 16 · 6 · 6 = 576, as fc1.weight takes; without: 16 · 6 · 6 = 576, as"));
  EXPECT_THAT(report, HasSubstr("Both have 224\u202F892 trainable parameters."));
}

TEST(OctmnistReport, UnequalParametersAreNotCalledEqual) {
  std::vector<record::Record> records = PlausibleRecords({});
  for (record::Record& record : records) {
    if (AxisText(record, "no_maxpool").value_or("") != "1" || !AxisText(record, "rate").ok()) continue;
    SetText(record, "shape of fc1.weight", "[320, 400]");
    RemoveValue(record, "parameters");
    *record.mutable_exact()->add_value() = IntegerValue("parameters", "", 168572);
  }
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("without: 16 · 6 · 6 = 576, but fc1.weight takes 400."));
  EXPECT_THAT(report, HasSubstr("They have 224\u202F892 and 168\u202F572 trainable parameters."));
  EXPECT_THAT(report, Not(HasSubstr("Not the number of parameters")));
  EXPECT_THAT(report, Not(HasSubstr("Capacity cannot be")));
}

// The difference at each seed is set; validation items make 10 832 and an unpaired half-width of about 0.9 points.
void SetGap(std::vector<record::Record>& records, const std::vector<double>& gaps) {
  for (size_t i = 0; i < gaps.size(); ++i) {
    SetLastValidation(TrainingRun(records, false, "0.01", i + 1), 0.85);
    SetLastValidation(TrainingRun(records, true, "0.01", i + 1), 0.85 + gaps[i]);
  }
}

TEST(OctmnistReport, VerdictFollowsTheNumbersForPooling) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetGap(records, {0.024, 0.025, 0.026});
  const std::string report = ReportOf(records);
  EXPECT_THAT(RowOf(report, "### Is there", "validation, last epoch"),
              ContainsRegex("\\+2\\.50 .*\\+2\\.25.*\\+2\\.75.* conclusive \\|$"));
  EXPECT_THAT(report, HasSubstr("Pooling is better by +2.50 points of validation accuracy, conclusively."));
}

TEST(OctmnistReport, VerdictFollowsTheNumbersAgainstPooling) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetGap(records, {-0.024, -0.025, -0.026});
  EXPECT_THAT(ReportOf(records), HasSubstr("On these data pooling is worse (-2.50 points of validation accuracy)"));
}

TEST(OctmnistReport, ADifferenceWithinTheSpreadOfSeedsIsOpen) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetGap(records, {0.05, -0.01, 0.02});
  const std::string report = ReportOf(records);
  EXPECT_THAT(RowOf(report, "### Is there", "validation, last epoch"),
              HasSubstr("inconclusive: the interval over seeds contains 0"));
  EXPECT_THAT(report, HasSubstr("These records do not show that either network is better"));
  EXPECT_THAT(report, Not(HasSubstr("Pooling is better by")));
}

TEST(OctmnistReport, ADifferenceWithinTheNoiseOfItemsIsOpen) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetGap(records, {0.0020, 0.0021, 0.0022});
  EXPECT_THAT(RowOf(ReportOf(records), "### Is there", "validation, last epoch"),
              HasSubstr("inconclusive: the interval over items contains 0"));
}

TEST(OctmnistReport, OneSeedHasNoIntervalAndSaysWhy) {
  const std::string report = ReportOf(PlausibleRecords(WithSeeds({7})));
  EXPECT_THAT(report, HasSubstr("There is one seed, so no number has an interval over seeds"));
  EXPECT_THAT(RowOf(report, "## 1.", "with pooling | 0.01 | 1"), Not(HasSubstr("\\[")));
  EXPECT_THAT(RowOf(report, "### Is there", "validation, last epoch"),
              HasSubstr("inconclusive: one seed does not show how much another would change"));
  EXPECT_THAT(report, HasSubstr(" of 1 seed"));
  EXPECT_THAT(report, Not(HasSubstr("all, summed")));
}

TEST(OctmnistReport, McNemarCountsDiscordantItems) {
  std::vector<record::Record> records = PlausibleRecords(WithSeeds({1}));
  const std::string labels = *ExactText(DataRecord(records), "test labels");
  // Pooling errs on items 0 to 9, the other on 5 to 29: 5 are right only without, 20 only with, all published.
  std::string with = labels;
  std::string without = labels;
  for (int i = 0; i < 10; ++i) with[i] = '3';
  for (int i = 5; i < 30; ++i) without[i] = '3';
  SetText(TrainingRun(records, true, "0.01", 1), "test predictions", with);
  SetText(TrainingRun(records, false, "0.01", 1), "test predictions", without);
  const std::string report = ReportOf(records);
  // 2 P(Bin(25, 1/2) <= 5).
  EXPECT_THAT(report, HasSubstr("| 1 | 529 | 20 | 5 | 0.0041 | 0.0041 |"));
  EXPECT_THAT(report, HasSubstr("| 1 | 1000 | 20 | 5 | 0.0041 | 0.0041 |"));
  EXPECT_THAT(report, HasSubstr("rejects equality at 5 % in 1 of 1 seed, 1 of them in favour of pooling."));
  // Ten of the first class are taken for the last: 240 of 250.
  EXPECT_THAT(
      report,
      HasSubstr("| choroidal neovascularization | **240** | 0 | 0 | 10 | 0.960 \\[0.928,\u00A00.978\\] | 0.960 |"));
}

TEST(OctmnistReport, StandardErrorOfTheSubsetStandsBesideTheGap) {
  std::vector<record::Record> records = PlausibleRecords({});
  EXPECT_THAT(ReportOf(records),
              ContainsRegex("on 529 items has a standard error of 1\\.[5-7] points; the test gap of"));
}

TEST(OctmnistReport, MissingRunsAreNamed) {
  std::vector<record::Record> records = PlausibleRecords({});
  RemoveRun(records, true, "0.1", 2);
  const std::string report = ReportOf(records);
  EXPECT_THAT(report,
              HasSubstr("**Runs are missing (1); the answers below are provisional.** Not run: with pooling, rate "
                        "0.1, seed 2."));
  EXPECT_THAT(RowOf(report, "## 1.", "with pooling | 0.1"), HasSubstr("| 2 |"));
}

TEST(OctmnistReport, ItDoesWithoutTheSecondNetwork) {
  std::vector<record::Record> records = PlausibleRecords({});
  for (const char* rate : {"0.1", "0.01", "0.001"}) {
    for (const uint64_t seed : {1, 2, 3}) RemoveRun(records, false, rate, seed);
  }
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("(2) Without pooling there are no runs at that rate."));
  EXPECT_THAT(report, HasSubstr("There are no two configurations to compare."));
  EXPECT_THAT(report, HasSubstr("| **total** |  | **224\u202F892** |  | — |"));
}

TEST(OctmnistReport, SeedsWithoutPartnerAreNotPaired) {
  std::vector<record::Record> records = PlausibleRecords({});
  for (const uint64_t seed : {1, 2}) RemoveRun(records, false, "0.01", seed);
  RemoveRun(records, true, "0.01", 3);
  EXPECT_THAT(RowOf(ReportOf(records), "### Is there", "validation, last epoch"),
              HasSubstr("inconclusive: no seed has both"));
}

TEST(OctmnistReport, ADivergedRunIsAResultAndRulesItsRateOut) {
  std::vector<record::Record> records = PlausibleRecords({});
  Diverge(TrainingRun(records, true, "0.01", 2), 0);
  Diverge(TrainingRun(records, true, "0.1", 1), 4);
  const std::string report = ReportOf(records);
  EXPECT_THAT(RowOf(report, "## 1.", "with pooling | 0.01"), HasSubstr("| 2, and 1 diverged in epoch 1 |"));
  EXPECT_THAT(RowOf(report, "## 1.", "with pooling | 0.1"), HasSubstr("| 2, and 1 diverged in epoch 5 |"));
  EXPECT_THAT(report, HasSubstr("**Best learning rate: 0.001.** No other rate has a full set of runs"));
  EXPECT_THAT(report,
              HasSubstr("- with pooling, rate 0.01, seed 2, diverged in epoch 1: the loss became NaN at step 113 in "
                        "'fc3'; last finite loss 2.41"));
}

TEST(OctmnistReport, NoRateIsChosenWhenAllDiverge) {
  std::vector<record::Record> records = PlausibleRecords({});
  for (record::Record& record : records) {
    if (AxisText(record, "rate").ok()) Diverge(record, 1);
  }
  const Files files = Render(records);
  EXPECT_THAT(files.at("report.md"), HasSubstr("**No rate can be chosen: at every one a run diverged.**"));
  EXPECT_EQ(files.count("running-mean.svg"), 0);
  EXPECT_THAT(files.at("all-configurations.svg"), HasSubstr("no data"));
}

TEST(OctmnistReport, CostsAreOfOneImageAndCompared) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, HasSubstr("| `conv1` | 112\u202F896 | 28\u202F224 | 4.00 |"));
  EXPECT_THAT(report, HasSubstr("| `pool1` | 4704 | — |  |"));
  EXPECT_THAT(report,
              HasSubstr("That is 444\u202F672 against 111\u202F168 operations an image in the convolutions, 4.00 "
                        "times as many."));
  EXPECT_THAT(report,
              ContainsRegex("\\| with pooling \\| forward \\| 64 \\| 897[^|]*524 \\| [^|]*KiB \\| \\*1[0-9]+ "));
  EXPECT_THAT(report,
              ContainsRegex("training step of 256 images: 1\\.61 in operations, 2\\.5[0-9] in planned memory, and in "
                            "time \\*1\\.4"));
  EXPECT_THAT(report, ContainsRegex("\\| 256 \\| \\*1\\.4[0-9] [^|]*\\| \\*1\\.[45]"));
}

TEST(OctmnistReport, TimesOfDifferentMeasurementsHaveNoRatio) {
  std::vector<record::Record> records = PlausibleRecords({});
  for (record::Record& record : records) {
    if (AxisText(record, "B").value_or("") != "64" || AxisText(record, "no_maxpool").value_or("") != "1") continue;
    for (record::MeasuredSeries& series : *record.mutable_measured()->mutable_series()) series.set_measurement("m2");
  }
  EXPECT_THAT(ReportOf(records), HasSubstr("| 64 | — (not interleaved) | — (not interleaved) |"));
}

TEST(OctmnistReport, WithoutCostsTheArgumentSaysWhatItLacks) {
  PlausibleOptions options;
  options.costs = false;
  const std::string report = ReportOf(PlausibleRecords(options));
  EXPECT_THAT(report, HasSubstr("There are no records of costs."));
  EXPECT_THAT(report, HasSubstr("No plans are recorded to count the operations of it."));
  EXPECT_THAT(report, Not(HasSubstr("Its price")));
}

TEST(OctmnistReport, WithoutPublishedSubsetTheWholeTestSetIsJudged) {
  PlausibleOptions options;
  options.published_subset = false;
  std::vector<record::Record> records = PlausibleRecords(options);
  for (record::Record& record : records) RemoveValue(record, "test accuracy of the published subset");
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("on 1000 items has a standard error"));
  EXPECT_THAT(report, Not(HasSubstr("529")));
}

TEST(OctmnistReport, OrderOfRecordsDoesNotMatter) {
  std::vector<record::Record> records = PlausibleRecords({});
  const Files files = Render(records);
  std::reverse(records.begin(), records.end());
  std::swap(records[2], records[9]);
  EXPECT_EQ(Render(records), files);
}

TEST(OctmnistReport, RunsOfAnotherScaleAreLeftOut) {
  std::vector<record::Record> records = PlausibleRecords({});
  const std::string alone = ReportOf(records);
  PlausibleOptions smoke = WithSeeds({1});
  smoke.epochs = 2;
  smoke.costs = false;
  for (record::Record& record : PlausibleRecords(smoke)) {
    record.set_key(std::string(64, '0'));
    record.add_data()->set_sha256(std::string(64, 'a'));
    records.push_back(std::move(record));
  }
  std::string together = ReportOf(records);
  const std::string note = "- 6 runs on other data, or with other epochs or batches, are left out\n";
  ASSERT_THAT(together, HasSubstr(note));
  together.replace(together.find(note), note.size(), "");
  EXPECT_EQ(together, alone);
}

TEST(OctmnistReport, TheRunsNeedTheRecordOfTheirOwnData) {
  std::vector<record::Record> records = PlausibleRecords({});
  DataRecord(records).add_data()->set_sha256(std::string(64, 'a'));
  EXPECT_EQ(RenderOctmnistReport(records).status().message(), "octmnist: no record of the data that the runs used");
}

TEST(OctmnistReport, EveryFigureIsShownAndEveryShownFigureIsThere) {
  const Files files = Render(PlausibleRecords({}));
  std::vector<std::string> shown;
  for (absl::string_view line : absl::StrSplit(files.at("report.md"), '\n')) {
    if (!absl::ConsumePrefix(&line, "![")) continue;
    const std::vector<std::string> parts = absl::StrSplit(absl::StripSuffix(line, ")"), "](");
    shown.push_back(parts.back());
    EXPECT_EQ(files.count(shown.back()), 1) << shown.back();
  }
  EXPECT_EQ(shown.size() + 1, files.size());
  for (const std::string& name : shown) {
    EXPECT_THAT(files.at(name), StartsWith("<svg ")) << name;
    EXPECT_THAT(files.at(name), Not(HasSubstr("nan"))) << name;
  }
}

TEST(OctmnistReport, WrongPredictionsAreMarkedWithoutColour) {
  std::vector<record::Record> records = PlausibleRecords(WithSeeds({1}));
  const std::string labels = *ExactText(DataRecord(records), "test labels");
  std::string wrong = labels;
  wrong[7] = '2';  // the first example
  SetText(TrainingRun(records, true, "0.01", 1), "test predictions", wrong);
  SetText(TrainingRun(records, false, "0.01", 1), "test predictions", labels);
  const std::string images = Render(records).at("examples.svg");
  EXPECT_THAT(images, HasSubstr("font-weight=\"bold\" fill=\"#1a1a1a\">✗ pooling: drusen</text>"));
  EXPECT_THAT(images, HasSubstr("✓ no pooling</text>"));
  EXPECT_THAT(images, Not(HasSubstr("✗ no pooling")));
}

TEST(OctmnistReport, ContradictionsAreErrorsThatNameTheRecord) {
  const auto error = [](std::vector<record::Record> records) {
    return std::string(RenderOctmnistReport(records).status().message());
  };
  std::vector<record::Record> records = PlausibleRecords({});
  EXPECT_EQ(error({}), "octmnist: no record of the data that the runs used");
  EXPECT_EQ(error({DataRecord(records)}), "octmnist: no record of a training run");

  SetText(TrainingRun(records, false, "0.1", 3), "test predictions", "0123");
  EXPECT_THAT(error(records), HasSubstr("no_maxpool=1, rate=0.1, seed 3: 'test predictions' and 'test labels' differ"));
  SetText(TrainingRun(records, false, "0.1", 3), "test predictions", std::string(1000, '7'));
  EXPECT_THAT(error(records), HasSubstr("'test predictions' names a class that is not there"));

  records = PlausibleRecords({});
  SetText(DataRecord(records), "published subset", "01");
  EXPECT_THAT(error(records), HasSubstr("'published subset' and 'test labels' differ in length"));
  records = PlausibleRecords({});
  SetText(DataRecord(records), "example 3 pixels", "00ff");
  EXPECT_THAT(error(records), HasSubstr("example 3 is no image of the test set"));
  records = PlausibleRecords({});
  RemoveValue(DataRecord(records), "class names");
  EXPECT_THAT(error(records), HasSubstr("has no exact value 'class names'"));
  records = PlausibleRecords({});
  TrainingRun(records, true, "0.1", 1).mutable_exact()->clear_series();
  EXPECT_THAT(error(records), HasSubstr("neither 'validation accuracy' nor 'stopped'"));
  records = PlausibleRecords({});
  TrainingRun(records, true, "0.1", 1).mutable_point(2)->set_value("fast");
  EXPECT_THAT(error(records), HasSubstr("'fast' is no learning rate"));
}

}  // namespace
}  // namespace plumbline
