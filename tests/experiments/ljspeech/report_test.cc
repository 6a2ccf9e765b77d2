// What the report says for records that are complete, incomplete, diverged, few, or contradictory.
#include "experiments/ljspeech/report/report.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_values.h"
#include "tests/experiments/ljspeech/plausible_records.h"

namespace plumbline {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Files = std::map<std::string, std::string>;

// Rendered, and kept among the test's outputs to be looked at.
Files Render(const std::vector<record::Record>& records) {
  const absl::StatusOr<Files> files = RenderLjspeechReport(records);
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

std::vector<std::string> Repeated(const std::string& text, int count) { return std::vector<std::string>(count, text); }

PlausibleOptions Real() {
  PlausibleOptions options;
  options.embedded = false;
  return options;
}

TEST(LjspeechReport, FirstLineWarnsOfGeneratedData) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, StartsWith("**Generated data, not LJ Speech: no number below is comparable with published ones.** "
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

TEST(LjspeechReport, DataWithoutARecordAreCalledUnknown) {
  PlausibleOptions options;
  options.data = false;
  EXPECT_THAT(ReportOf(PlausibleRecords(options)), StartsWith("**The records do not say which data these are"));
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
                           "attention-transformer.svg", "scores.svg"}) {
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

// The transformer is right, the recurrent decoder wrong in one of four tokens of every utterance.
void SetConstantGap(std::vector<record::Record>& records, uint64_t seed, const std::string& recurrent) {
  SetTranscripts(TrainingRun(records, "recurrent", seed), Repeated("<ab>", 20), Repeated(recurrent, 20));
  SetTranscripts(TrainingRun(records, "transformer", seed), Repeated("<ab>", 20), Repeated("<ab>", 20));
}

TEST(LjspeechReport, OneSeedConcludesOnItsNetworksOnly) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetConstantGap(records, 1, "<ax>");
  const std::string report = ReportOf(records);
  EXPECT_THAT(RowOf(report, "## 3.", "Damerau–Levenshtein ↑"),
              HasSubstr("| +0.2500 \\[+0.2500,\u00A0+0.2500\\] | +0.2500 (one seed: no interval) | conclusive for these two "
                        "networks; one seed does not show how much another would change |"));
  EXPECT_THAT(report, HasSubstr("The transformer decoder is better by: "));
  EXPECT_THAT(report, Not(HasSubstr("The recurrent decoder is better by: ")));
}

TEST(LjspeechReport, AgreementOfSeedsAndUtterancesIsConclusive) {
  PlausibleOptions options;
  options.seeds = {1, 2};
  std::vector<record::Record> records = PlausibleRecords(options);
  SetConstantGap(records, 1, "<ax>");
  SetConstantGap(records, 2, "<ax>");
  EXPECT_THAT(RowOf(ReportOf(records), "## 3.", "Jaccard ↑"),
              HasSubstr("| +0.4000 \\[+0.4000,\u00A0+0.4000\\] | +0.4000 \\[+0.4000,\u00A0+0.4000\\] | conclusive |"));
}

TEST(LjspeechReport, DifferencesWithinTheSpreadOfSeedsAreOpen) {
  PlausibleOptions options;
  options.seeds = {1, 2};
  std::vector<record::Record> records = PlausibleRecords(options);
  SetConstantGap(records, 1, "<ax>");
  SetConstantGap(records, 2, "<ab>");
  EXPECT_THAT(RowOf(ReportOf(records), "## 3.", "cosine ↑"), HasSubstr("inconclusive: the interval over seeds contains 0"));
}

TEST(LjspeechReport, EqualDecodersAreNotToldApart) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetConstantGap(records, 1, "<ab>");
  SetReal(TrainingRun(records, "recurrent", 1), "test loss", 1);
  SetReal(TrainingRun(records, "transformer", 1), "test loss", 1);
  const std::string report = ReportOf(records);
  EXPECT_THAT(RowOf(report, "## 3.", "cosine ↑"), HasSubstr("inconclusive: the interval over utterances contains 0"));
  EXPECT_THAT(report, HasSubstr("These records do not show that either decoder is better by any score."));
}

TEST(LjspeechReport, OtherTargetsAreNotPaired) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetTranscripts(TrainingRun(records, "recurrent", 1), Repeated("<ab>", 20), Repeated("<ab>", 20));
  EXPECT_THAT(RowOf(ReportOf(records), "## 3.", "Jaccard ↑"), HasSubstr("inconclusive: the test targets differ"));
}

TEST(LjspeechReport, FewUtterancesHaveNoInterval) {
  PlausibleOptions options;
  options.utterances = 4;
  const std::string report = ReportOf(PlausibleRecords(options));
  EXPECT_THAT(RowOf(report, "## 1.", "Jaccard"), HasSubstr("(no interval: 4 items are too few to resample: 10 are needed)"));
  EXPECT_THAT(report, HasSubstr("**Utterance 0, "));
}

TEST(LjspeechReport, ARecordThatContradictsItsTranscriptsIsNoted) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetReal(TrainingRun(records, "transformer", 1), "test cosine", 0.5);
  EXPECT_THAT(ReportOf(records),
              ContainsRegex("\\*\\*The record of the transformer decoder, seed 1, says 0\\.500000 for 'test cosine', its "
                            "transcripts give 0\\.[0-9]+; the report uses the latter\\.\\*\\*"));
}

TEST(LjspeechReport, ParametersArePartedAndKnownFormsNamed) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, HasSubstr("| `encoder.block3` | 323\u202F600 | 323\u202F600 |\n"));
  EXPECT_THAT(report, HasSubstr("| `decoder.embed` | 7000 | 7000 |\n| `decoder.positions` | — | 19\u202F600 |\n"));
  EXPECT_THAT(report, HasSubstr("| **total** | **2\u202F119\u202F235** | **1\u202F978\u202F235** |"));
  EXPECT_THAT(report, HasSubstr("In total as many as the exercise's text has for both decoders."));
}

TEST(LjspeechReport, ChainsOperationsAndTimesComeFromTheLongestText) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(RowOf(report, "### How the LSTM", "recurrent | forward"),
              HasSubstr("| 16, 98 | `45 + 3·S` = 339 | 139\u00A0M | 30\u202F000\u202F000 |"));
  EXPECT_THAT(RowOf(report, "### How the LSTM", "transformer | forward"), HasSubstr("| 16, 98 | 52 |"));
  EXPECT_THAT(RowOf(report, "### How the LSTM", "recurrent | decoding, each token"),
              HasSubstr("| 1, 98 | 22 | 77.3\u00A0k | 1\u202F700\u202F000 |"));
  EXPECT_THAT(report, HasSubstr("with the recurrent decoder is 45 + 3·S, so it grows with the text. The longest chain of "
                                "dependent operations with the transformer decoder is 52, whatever the length of the "
                                "text. In training, where all tokens are given, the LSTM therefore waits S times"));
  EXPECT_THAT(report, ContainsRegex("training step \\*1\\.[01][0-9]* .*each token of decoding \\*1\\.[01]"));
}

TEST(LjspeechReport, MissingCostsAreNamed) {
  PlausibleOptions options;
  options.decode_costs = false;
  EXPECT_THAT(ReportOf(PlausibleRecords(options)),
              HasSubstr("- No costs are recorded of: recurrent decoder, decoding, each token."));
  options.costs = false;
  EXPECT_THAT(ReportOf(PlausibleRecords(options)), HasSubstr("There are no records of costs"));
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
  EXPECT_THAT(report, HasSubstr("**Runs are missing (1); the answers below are provisional.** Not run: recurrent, seed 1."));
  EXPECT_THAT(report, HasSubstr("There are no two decoders whose difference could be explained."));
  EXPECT_THAT(report, HasSubstr("**Utterance "));
  EXPECT_THAT(RowOf(report, "## Parameters", "`decoder.self`"), HasSubstr("| — | 161\u202F400 |"));
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

TEST(LjspeechReport, TheAttentionMapShowsWhereTheAudioEnds) {
  const Files files = Render(PlausibleRecords({}));
  EXPECT_THAT(files.at("attention-recurrent.svg"), HasSubstr("end of the audio"));
  EXPECT_THAT(files.at("attention-recurrent.svg"), HasSubstr("head 2 of 2"));
  EXPECT_THAT(files.at("report.md"), HasSubstr("rank correlation of a character's place with the mean place of its weight "
                                               "1.000, 0.0 % of the weight on padding."));
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

TEST(LjspeechReport, WithoutATrainingRunThereIsNoReport) {
  PlausibleOptions options;
  options.models = {};
  EXPECT_EQ(RenderLjspeechReport(PlausibleRecords(options)).status().message(), "ljspeech: no record of a training run");
}

}  // namespace
}  // namespace plumbline
