// What the report says of the difference of the decoders, its evidence and its costs.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/experiments/ljspeech/plausible_records.h"
#include "tests/experiments/ljspeech/record_edits.h"
#include "tests/experiments/ljspeech/rendered_report.h"

namespace plumbline {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// The transformer is right, the recurrent decoder wrong in one of four tokens of every utterance.
void SetConstantGap(std::vector<record::Record>& records, uint64_t seed, const std::string& recurrent) {
  SetTranscripts(TrainingRun(records, "recurrent", seed), Repeated("<ab>", 20), Repeated(recurrent, 20));
  SetTranscripts(TrainingRun(records, "transformer", seed), Repeated("<ab>", 20), Repeated("<ab>", 20));
}

TEST(LjspeechDifference, OneSeedConcludesOnItsNetworksOnly) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetConstantGap(records, 1, "<ax>");
  const std::string report = ReportOf(records);
  EXPECT_THAT(
      RowOf(report, "## 3.", "Damerau–Levenshtein ↑"),
      HasSubstr("| +0.2500 \\[+0.2500,\u00A0+0.2500\\] | +0.2500 (one seed: no interval) | conclusive for these two "
                "networks; one seed does not show how much another would change |"));
  EXPECT_THAT(report, HasSubstr("The transformer decoder is better by: "));
  EXPECT_THAT(report, Not(HasSubstr("The recurrent decoder is better by: ")));
}

TEST(LjspeechDifference, AgreementOfSeedsAndUtterancesIsConclusive) {
  PlausibleOptions options;
  options.seeds = {1, 2};
  std::vector<record::Record> records = PlausibleRecords(options);
  SetConstantGap(records, 1, "<ax>");
  SetConstantGap(records, 2, "<ax>");
  EXPECT_THAT(RowOf(ReportOf(records), "## 3.", "Jaccard ↑"),
              HasSubstr("| +0.4000 \\[+0.4000,\u00A0+0.4000\\] | +0.4000 \\[+0.4000,\u00A0+0.4000\\] | conclusive |"));
}

TEST(LjspeechDifference, DifferencesWithinTheSpreadOfSeedsAreOpen) {
  PlausibleOptions options;
  options.seeds = {1, 2};
  std::vector<record::Record> records = PlausibleRecords(options);
  SetConstantGap(records, 1, "<ax>");
  SetConstantGap(records, 2, "<ab>");
  EXPECT_THAT(RowOf(ReportOf(records), "## 3.", "cosine ↑"),
              HasSubstr("inconclusive: the interval over seeds contains 0"));
}

TEST(LjspeechDifference, EqualDecodersAreNotToldApart) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetConstantGap(records, 1, "<ab>");
  SetReal(TrainingRun(records, "recurrent", 1), "test loss", 1);
  SetReal(TrainingRun(records, "transformer", 1), "test loss", 1);
  const std::string report = ReportOf(records);
  EXPECT_THAT(RowOf(report, "## 3.", "cosine ↑"), HasSubstr("inconclusive: the interval over utterances contains 0"));
  EXPECT_THAT(report, HasSubstr("These records do not show that either decoder is better by any score."));
}

TEST(LjspeechDifference, OtherTargetsAreNotPaired) {
  std::vector<record::Record> records = PlausibleRecords({});
  SetTranscripts(TrainingRun(records, "recurrent", 1), Repeated("<ab>", 20), Repeated("<ab>", 20));
  EXPECT_THAT(RowOf(ReportOf(records), "## 3.", "Jaccard ↑"), HasSubstr("inconclusive: the test targets differ"));
}

TEST(LjspeechDifference, ChainsOperationsAndTimesComeFromTheLongestText) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(RowOf(report, "### How the LSTM", "recurrent | forward"),
              HasSubstr("| 16, 98 | `45 + 3·S` = 339 | 139\u00A0M | 30\u202F000\u202F000 |"));
  EXPECT_THAT(RowOf(report, "### How the LSTM", "transformer | forward"), HasSubstr("| 16, 98 | 52 |"));
  EXPECT_THAT(RowOf(report, "### How the LSTM", "recurrent | decoding, each token"),
              HasSubstr("| 1, 98 | 22 | 77.3\u00A0k | 1\u202F700\u202F000 |"));
  EXPECT_THAT(report,
              HasSubstr("with the recurrent decoder is 45 + 3·S, so it grows with the text. The longest chain of "
                        "dependent operations with the transformer decoder is 52, whatever the length of the "
                        "text. In training, where all tokens are given, the LSTM therefore waits S times"));
  EXPECT_THAT(report, ContainsRegex("training step \\*1\\.[01][0-9]* .*each token of decoding \\*1\\.[01]"));
}

TEST(LjspeechDifference, ChainsAreShownByLengthAndTranscriptsSummed) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, HasSubstr("\n| 24 | 346 | 150 | *1.48\u00A0s"));
  EXPECT_THAT(report, HasSubstr("\n| 98 | 1012 | 150 | *1.48\u00A0s"));
  EXPECT_THAT(report, HasSubstr("- recurrent, 1 at a time, 98 tokens: *61.7\u00A0ms* + 98 · *322\u00A0µs* = "
                                "*93.3\u00A0ms*"));
}

TEST(LjspeechDifference, TheWorkOfTheDecodersIsTakenFromTheirPlans) {
  std::vector<record::Record> records = PlausibleRecords({});
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("\n| `decoder.self_att` | — | 350\u202F000 |\n| `decoder.rnn` | 640\u202F000 | — |\n"
                                "| `decoder.cross` | 600\u202F000 | 600\u202F000 |\n"));
  EXPECT_THAT(report, HasSubstr("\n| **all** | 1\u202F254\u202F000 | 964\u202F000 |\n"));
  for (record::Record& record : records) record.clear_plan();
  EXPECT_THAT(ReportOf(records), HasSubstr("so the decoders' own work cannot be shown."));
}

TEST(LjspeechDifference, ErrorsAreCountedByKind) {
  std::vector<record::Record> records = PlausibleRecords({});
  std::vector<std::string> transcripts = Repeated("<a bc>", 20);
  transcripts[0] = "<x bc>";
  transcripts[1] = "<a bcd e>";
  transcripts[2] = "<bc>";
  SetTranscripts(TrainingRun(records, "recurrent", 1), Repeated("<a bc>", 20), transcripts);
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("| recurrent | characters | 80 | 1 | 3 | 2 | 1.2 % | 3.8 % | 2.5 % |"));
  EXPECT_THAT(report, HasSubstr("| recurrent | words | 40 | 2 | 1 | 1 | 5.0 % | 2.5 % | 2.5 % |"));
  EXPECT_THAT(report, HasSubstr("There are no transcripts of the same targets and seed from both decoders"));
}

// Targets of 12 and 42 tokens; in long ones the recurrent decoder leaves out the first `missing` characters.
std::string GrowthOf(int missing_of_short, int missing_of_long) {
  std::vector<std::string> targets, transcripts;
  for (int i = 0; i < 80; ++i) {
    const bool is_long = i % 2 == 1;
    const std::string said(is_long ? 40 : 10, 'a');
    targets.push_back(absl::StrCat("<", said, ">"));
    transcripts.push_back(absl::StrCat("<", said.substr(is_long ? missing_of_long : missing_of_short), ">"));
  }
  std::vector<record::Record> records = PlausibleRecords({});
  SetTranscripts(TrainingRun(records, "recurrent", 1), targets, transcripts);
  SetTranscripts(TrainingRun(records, "transformer", 1), targets, targets);
  const std::string report = ReportOf(records);
  EXPECT_THAT(report, HasSubstr("\n| 12 to 12 | 20 | "));
  EXPECT_THAT(report, HasSubstr("\n| 42 to 42 | 20 | "));
  return report;
}

TEST(LjspeechDifference, GrowthWithTheLengthFollowsTheNumbers) {
  EXPECT_THAT(GrowthOf(1, 20), HasSubstr("the longer the text, the more the recurrent decoder falls behind."));
  EXPECT_THAT(GrowthOf(6, 1), HasSubstr("The difference is smaller for the longest texts"));
  EXPECT_THAT(GrowthOf(0, 0), HasSubstr("do not show that the difference depends on the length."));
}

TEST(LjspeechDifference, MissingCostsAreNamed) {
  PlausibleOptions options;
  options.decode_costs = false;
  EXPECT_THAT(ReportOf(PlausibleRecords(options)),
              HasSubstr("- No costs are recorded of: recurrent decoder, decoding, each token."));
  options.costs = false;
  EXPECT_THAT(ReportOf(PlausibleRecords(options)), HasSubstr("There are no records of costs"));
}

TEST(LjspeechDifference, TheAttentionMapShowsWhereTheAudioEnds) {
  const Files files = Render(PlausibleRecords({}));
  EXPECT_THAT(files.at("attention-recurrent.svg"), HasSubstr("end of the audio"));
  EXPECT_THAT(files.at("attention-recurrent.svg"), HasSubstr("head 2 of 2"));
  EXPECT_THAT(files.at("report.md"),
              HasSubstr("rank correlation of a character's place with the mean place of its weight "
                        "1.000, 0.0 % of the weight on padding."));
}

}  // namespace
}  // namespace plumbline
