// What the report says for records that are complete, incomplete, diverged, few, or contradictory.
#include "experiments/ljspeech/report/report.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_text.h"
#include "reports/record_values.h"
#include "tests/experiments/ljspeech/plausible_records.h"
#include "tests/experiments/ljspeech/record_edits.h"
#include "tests/experiments/ljspeech/rendered_report.h"

namespace plumbline {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

PlausibleOptions Real() {
  PlausibleOptions options;
  options.embedded = false;
  return options;
}

TEST(LjspeechReport, FirstLineWarnsOfGeneratedData) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report,
              StartsWith("**Generated data, not LJ Speech: no number below is comparable with published ones.** "
                         "Data: sentences spoken by a synthesizer"));
  EXPECT_THAT(report, Not(HasSubstr("ublished, recurrent")));
  EXPECT_THAT(report, Not(HasSubstr("0.0055")));
}

TEST(LjspeechReport, RealDataHavePublishedResultsBeside) {
  const std::string report = ReportOf(PlausibleRecords(Real()));
  EXPECT_THAT(report, StartsWith("Data: LJ Speech 1.1, 13,100 clips of one reader\n"));
  EXPECT_THAT(RowOf(report, "## 1.", "loss"), HasSubstr("| 1.183 |"));
  EXPECT_THAT(RowOf(report, "## 3.", "Damerau–Levenshtein ↑"), HasSubstr("| 0.509 | 0.633 (spread 0.0055) |"));
  EXPECT_THAT(RowOf(report, "## 4.", "the same, published"), HasSubstr("| 0.554 | 0.717 | 0.239 |"));
}

TEST(LjspeechReport, PublishedResultsAreOfWhatThePublishedCodeDoes) {
  PlausibleOptions options = Real();
  options.epochs = 3;
  const std::string report = ReportOf(PlausibleRecords(options));
  EXPECT_THAT(report,
              HasSubstr("These runs have 3 epochs. The recurrent network here has 2\u202F119\u202F235 parameters, "
                        "theirs 1\u202F471\u202F235."));
}

TEST(LjspeechReport, DataWithoutARecordAreCalledUnknown) {
  PlausibleOptions options;
  options.data = false;
  const std::string report = ReportOf(PlausibleRecords(options));
  EXPECT_THAT(report, StartsWith("**The records do not say which data these are"));
  EXPECT_THAT(report, Not(HasSubstr("ublished, recurrent")));
}

TEST(LjspeechReport, SameRecordsSameBytesInAnyOrder) {
  PlausibleOptions options;
  options.seeds = {1, 2};
  std::vector<record::Record> records = PlausibleRecords(options);
  const Files files = Render(records);
  std::reverse(records.begin(), records.end());
  EXPECT_EQ(Render(records), files);
  std::rotate(records.begin(), records.begin() + 3, records.end());
  EXPECT_EQ(Render(records), files);
}

TEST(LjspeechReport, EveryFigureIsNamedInTheText) {
  const Files files = Render(PlausibleRecords(Real()));
  for (const auto& [name, text] : files) {
    if (name == "report.md") continue;
    EXPECT_THAT(files.at("report.md"), HasSubstr(absl::StrCat("](", name, ")")));
    EXPECT_LT(text.size(), 150'000) << name;
  }
  for (const char* name : {"loss.svg", "similarity.svg", "error-rate.svg", "recurrent-loss.svg", "transformer-loss.svg",
                           "recurrent-similarity.svg", "transformer-similarity.svg", "attention-recurrent.svg",
                           "attention-transformer.svg", "scores.svg", "processing.svg"}) {
    EXPECT_EQ(files.count(name), 1) << name;
  }
}

// Every "](FILE.svg)" of the text is a file.
TEST(LjspeechReport, EveryFigureInTheTextIsThere) {
  PlausibleOptions options;
  options.transcripts = false;
  options.attention = false;
  options.models = {"transformer"};
  const Files files = Render(PlausibleRecords(options));
  const std::string& report = files.at("report.md");
  for (size_t at = report.find("]("); at != std::string::npos; at = report.find("](", at + 1)) {
    EXPECT_EQ(files.count(report.substr(at + 2, report.find(')', at) - at - 2)), 1);
  }
}

TEST(LjspeechReport, ScoresAreThoseOfTheTranscripts) {
  std::vector<record::Record> records = PlausibleRecords({});
  // Half of the transcripts have their two letters swapped: Jaccard 1, Damerau-Levenshtein 3/4 of 4 tokens, and without
  // markers both letters and the word wrong.
  std::vector<std::string> transcripts = Repeated("<ab>", 20);
  for (size_t i = 0; i < transcripts.size(); i += 2) transcripts[i] = "<ba>";
  SetTranscripts(TrainingRun(records, "recurrent", 1), Repeated("<ab>", 20), transcripts);
  const std::string report = ReportOf(records);
  EXPECT_THAT(RowOf(report, "## 1.", "Jaccard"), HasSubstr("| 1.0000 \\[1.0000,\u00A01.0000\\] |"));
  EXPECT_THAT(RowOf(report, "## 1.", "Damerau–Levenshtein"), HasSubstr("| 0.8750 \\["));
  EXPECT_THAT(RowOf(report, "## 1.", "character error rate"), HasSubstr("| 0.5000 \\["));
  EXPECT_THAT(RowOf(report, "## 1.", "word error rate"), HasSubstr("| 0.5000 \\["));
  EXPECT_THAT(report, HasSubstr("(no interval: the losses of the utterances are not recorded)"));
}

TEST(LjspeechReport, FewUtterancesHaveNoInterval) {
  PlausibleOptions options;
  options.utterances = 4;
  const std::string report = ReportOf(PlausibleRecords(options));
  EXPECT_THAT(RowOf(report, "## 1.", "Jaccard"),
              HasSubstr("(no interval: 4 items are too few to resample: 10 are needed)"));
  EXPECT_THAT(report, HasSubstr("**Utterance 0, "));
}

TEST(LjspeechReport, RecordsThatAgreeWithTheirTranscriptsAreNotNoted) {
  EXPECT_THAT(ReportOf(PlausibleRecords({})), Not(HasSubstr("its transcripts give")));
}

TEST(LjspeechReport, ARecordThatContradictsItsTranscriptsIsNoted) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetReal(TrainingRun(records, "transformer", 1), "test cosine", 0.5);
  EXPECT_THAT(
      ReportOf(records),
      ContainsRegex("\\*\\*The record of the transformer decoder, seed 1, says 0\\.500000 for 'test cosine', its "
                    "transcripts give 0\\.[0-9]+; the report uses the latter\\.\\*\\*"));
}

TEST(LjspeechReport, ParametersArePartedAndKnownFormsNamed) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, HasSubstr("| `encoder.block3` | 323\u202F600 | 323\u202F600 |\n"));
  EXPECT_THAT(report, HasSubstr("| `decoder.embed` | 7000 | 7000 |\n| `decoder.position` | — | 19\u202F600 |\n"));
  EXPECT_THAT(report, HasSubstr("| **total** | **2\u202F119\u202F235** | **1\u202F978\u202F235** |"));
  EXPECT_THAT(report, HasSubstr("In total as many as the exercise's text has for both decoders."));
}

TEST(LjspeechReport, ItDoesWithoutTranscriptsAndMaps) {
  PlausibleOptions options;
  options.transcripts = false;
  options.attention = false;
  const Files files = Render(PlausibleRecords(options));
  const std::string& report = files.at("report.md");
  EXPECT_THAT(report, HasSubstr("No transcripts are recorded."));
  EXPECT_THAT(report, HasSubstr("No attention map is recorded of the recurrent decoder."));
  EXPECT_THAT(report, HasSubstr("so the scores cannot be compared on the test set."));
  // The recorded scores stand without an interval.
  EXPECT_THAT(RowOf(report, "## 1.", "cosine"),
              ContainsRegex("\\| 0\\.[0-9]{4} \\(no interval: the transcripts are not recorded\\) \\|"));
  EXPECT_EQ(files.count("scores.svg"), 0);
  EXPECT_EQ(files.count("attention-recurrent.svg"), 0);
}

TEST(LjspeechReport, ItDoesWithOneDecoder) {
  PlausibleOptions options;
  options.models = {"transformer"};
  const std::string report = ReportOf(PlausibleRecords(options));
  EXPECT_THAT(report, HasSubstr("(1) The recurrent decoder on the test set: there are no runs."));
  EXPECT_THAT(report,
              HasSubstr("**Runs are missing (1); the answers below are provisional.** Not run: recurrent, seed 1."));
  EXPECT_THAT(report, HasSubstr("There are no two decoders whose difference could be explained."));
  EXPECT_THAT(report, HasSubstr("**Utterance "));
  EXPECT_THAT(RowOf(report, "## Parameters", "`decoder.self_att`"), HasSubstr("| — | 161\u202F400 |"));
}

TEST(LjspeechReport, ItDoesWithCurvesOnly) {
  PlausibleOptions options;
  options.transcripts = false;
  options.attention = false;
  options.costs = false;
  options.decode_costs = false;
  options.data = false;
  std::vector<record::Record> records = PlausibleRecords(options);
  for (record::Record& record : records) record.mutable_exact()->clear_value();
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("no test result is recorded"));
  EXPECT_THAT(report, HasSubstr("the decoders have no test result of one seed in common"));
  EXPECT_THAT(RowOf(report, "## 1.", "training loss"), HasSubstr("(15) |"));
}

TEST(LjspeechReport, ADivergedRunIsAResult) {
  std::vector<record::Record> records = PlausibleRecords({});
  Diverge(TrainingRun(records, "recurrent", 1), 3);
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("**Seed 1 diverged: the loss became NaN at step 113 in 'decoder.rnn'"));
  EXPECT_THAT(report, HasSubstr("| recurrent (diverged) | 1 |"));
  EXPECT_THAT(RowOf(report, "## 3.", "loss ↓"), HasSubstr("inconclusive: no seed has both"));
  Diverge(TrainingRun(records, "transformer", 1), 0);
  EXPECT_THAT(Render(records).at("loss.svg"), HasSubstr("no data"));
}

TEST(LjspeechReport, RunsOfAnotherScaleAreLeftOut) {
  PlausibleOptions options;
  options.seeds = {1, 2};
  std::vector<record::Record> records = PlausibleRecords(options);
  options.seeds = {1};
  options.epochs = 2;
  options.models = {"recurrent"};
  for (record::Record& record : PlausibleRecords(options)) {
    if (AxisText(record, "sweep").value_or("") == "training") records.push_back(record);
  }
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("- 1 run on other data, or with other epochs, batches or settings, are left out"));
  EXPECT_THAT(report, HasSubstr("15 epochs"));
}

TEST(LjspeechReport, SeveralSeedsHaveAnIntervalOverThem) {
  PlausibleOptions options;
  options.seeds = {1, 2, 3};
  options.transcripts = false;
  std::vector<record::Record> records = PlausibleRecords(options);
  // Mean 0.86, s = 0.01; 4.302653 · 0.01 / √3 = 0.02484.
  SetReal(TrainingRun(records, "transformer", 1), "test jaccard", 0.85);
  SetReal(TrainingRun(records, "transformer", 2), "test jaccard", 0.86);
  SetReal(TrainingRun(records, "transformer", 3), "test jaccard", 0.87);
  EXPECT_THAT(RowOf(ReportOf(records), "## 2.", "Jaccard"), HasSubstr("| 0.8600 \\[0.8352,\u00A00.8848\\] |"));
}

TEST(LjspeechReport, ConstructedTextsShowWhatScoresSee) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, HasSubstr("| `␣␣␣.<>aabcdeeegiiilmmnnnooprrtvy` | 1.00 | 1.00 | 0.12 | 0.90 | 1.00 |"));
  EXPECT_THAT(RowOf(report, "## 4.", "two neighbours swapped"), HasSubstr("| 1.00 | 1.00 | 0.97 | 0.07 | 0.25 |"));
  EXPECT_THAT(RowOf(report, "## 4.", "the same"), HasSubstr("| 1.00 | 1.00 | 1.00 | 0.00 | 0.00 |"));
}

TEST(LjspeechReport, TranscriptsAreShownWithTheirDifferences) {
  std::vector<record::Record> records = PlausibleRecords({});
  std::vector<std::string> transcripts = Repeated("<a b>", 20);
  transcripts[7] = "<``` | **b**>";
  SetTranscripts(TrainingRun(records, "recurrent", 1), Repeated("<a b>", 20), transcripts);
  SetTranscripts(TrainingRun(records, "transformer", 1), Repeated("<a b>", 20), Repeated("<a b>", 20));
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("**Utterance 7, worst**: recurrent"));
  // A fence longer than what is inside keeps the block whole.
  EXPECT_THAT(report, HasSubstr("````text\ntarget     <"));
  EXPECT_THAT(report, HasSubstr("\nrecurrent  <``` | **b**>\n"));
}

TEST(LjspeechReport, ContradictionsAreErrors) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetText(TrainingRun(records, "recurrent", 1), "test transcripts", "<a>\n<b>");
  absl::StatusOr<Files> files = RenderLjspeechReport(records);
  EXPECT_EQ(files.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(files.status().message(), HasSubstr("120 test targets but 2 test transcripts"));
  records = PlausibleRecords({});
  SetText(TrainingRun(records, "recurrent", 1), "attention map shape", "[2, 3, 4]");
  files = RenderLjspeechReport(records);
  EXPECT_EQ(files.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(files.status().message(), HasSubstr("attention map: the target has not one character a row"));
}

TEST(LjspeechReport, RecordsComeBackFromTheirFiles) {
  const std::vector<record::Record> records = PlausibleRecords({});
  std::vector<record::Record> read;
  for (const record::Record& record : records) {
    const absl::StatusOr<std::string> text = RecordText(record);
    ASSERT_TRUE(text.ok()) << text.status();
    const absl::StatusOr<record::Record> back = ParseRecord(*text, "record");
    ASSERT_TRUE(back.ok()) << back.status();
    read.push_back(*back);
  }
  EXPECT_EQ(Render(read), Render(records));
}

TEST(LjspeechReport, WithoutATrainingRunThereIsNoReport) {
  PlausibleOptions options;
  options.models = {};
  EXPECT_EQ(RenderLjspeechReport(PlausibleRecords(options)).status().message(),
            "ljspeech: no record of a training run");
}

}  // namespace
}  // namespace plumbline
