// The frame of the report: which data, how it was trained and where, the answers in short, then its parts.
#include "experiments/ljspeech/report/report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/ljspeech/report/report_data.h"
#include "experiments/ljspeech/report/report_findings.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/markdown.h"
#include "reports/number_text.h"
#include "reports/record_markdown.h"
#include "reports/record_values.h"

namespace plumbline {
namespace ljspeech {
namespace {

// The first line of the file.
void AddBanner(const DataSet& set, md::Document& report) {
  if (set.record == nullptr) {
    report.Paragraph(md::Bold("The records do not say which data these are: compare no number below with others."));
    return;
  }
  const md::Inline sentence = md::Text(absl::StrCat("Data: ", set.sentence));
  report.Paragraph(set.embedded ? md::Bold("Generated data, not LJ Speech: no number below is comparable with published "
                                           "ones.") +
                                      md::Text(" ") + sentence
                                : sentence);
}

// "learning rate from 1.00e-5 in epoch 1 over 0.00100 in epoch 3 to 1.00e-5 in epoch 15".
std::string RateText(const Curve& rates) {
  const auto greatest = std::max_element(rates.values.begin(), rates.values.end());
  const auto at = [&](std::vector<double>::const_iterator rate) {
    return absl::StrCat(SignificantText(*rate, 3), " in epoch ", rates.epochs[rate - rates.values.begin()]);
  };
  if (rates.values.front() == rates.values.back() && *greatest == rates.values.front()) {
    return absl::StrCat("learning rate ", SignificantText(*greatest, 3));
  }
  std::string text = absl::StrCat("learning rate from ", at(rates.values.begin()));
  if (greatest != rates.values.begin() && greatest != rates.values.end() - 1) {
    absl::StrAppend(&text, " over ", at(greatest));
  }
  return absl::StrCat(text, " to ", at(rates.values.end() - 1));
}

std::string TrainingText(const Data& data) {
  const record::Record& run = *data.AnyRun()->record;
  std::vector<std::string> parts;
  const absl::StatusOr<std::string> optimizer = ExactText(run, "optimizer");
  const absl::StatusOr<int64_t> batch = ExactInteger(run, "batch");
  const absl::StatusOr<int64_t> epochs = ExactInteger(run, "epochs");
  const absl::StatusOr<int64_t> steps = ExactInteger(run, "steps");
  if (optimizer.ok()) parts.push_back(absl::StrCat("optimizer ", *optimizer));
  if (batch.ok()) parts.push_back(absl::StrCat("batches of ", *batch));
  if (epochs.ok()) parts.push_back(absl::StrCat(*epochs, *epochs == 1 ? " epoch" : " epochs"));
  if (steps.ok()) parts.push_back(absl::StrCat(CountText(*steps), " steps"));
  const Curve* const rates = FindCurve(*data.AnyRun(), "learning rate");
  if (rates != nullptr) parts.push_back(RateText(*rates));
  parts.push_back(absl::StrCat(data.seeds.size() == 1 ? "seed " : "seeds ", absl::StrJoin(data.seeds, ", ")));
  return absl::StrCat("Training: ", absl::StrJoin(parts, "; "));
}

std::string ItemsText(const DataSet& set) {
  std::vector<std::string> parts;
  for (const auto& [split, items] : set.items) parts.push_back(absl::StrCat(CountText(items), " ", split));
  return absl::StrCat("Utterances: ", absl::StrJoin(parts, ", "));
}

void AddProvenance(const Data& data, md::Document& report) {
  const Run& run = *data.AnyRun();
  std::vector<md::Inline> items = {md::Text(TrainingText(data))};
  if (!data.set.items.empty()) items.push_back(md::Text(ItemsText(data.set)));
  for (const record::DataDigest& digest : run.record->data()) {
    items.push_back(md::Text(absl::StrCat("Data digest of ", digest.name(), ": ")) + md::Code(digest.sha256()));
  }
  const record::Record* const timed = data.costs.empty() ? run.record : data.costs.front().record;
  for (const md::Inline& item : ProvenanceItems(*timed)) items.push_back(item);
  if (data.places.size() > 1) {
    items.push_back(md::Text(absl::StrCat("The records were made at ", data.places.size(),
                                          " fingerprints, between which exact values may differ: ",
                                          absl::StrJoin(data.places, "; "))));
  }
  if (data.left_out > 0) {
    items.push_back(md::Text(absl::StrCat(data.left_out, data.left_out == 1 ? " run" : " runs",
                                          " on other data, or with other epochs, batches or settings, are left out")));
  }
  for (const std::string& note : data.notes) items.push_back(md::Bold(note));
  report.Bullets(items);
}

void AddHead(const Data& data, md::Document& report) {
  report.Heading(1, md::Text(absl::StrCat("Speech transcription with a recurrent and a transformer decoder",
                                          data.set.embedded ? ", on generated speech" : "")));
  report.Paragraph(
      md::Text("One encoder turns a spectrogram into a sequence of vectors; two decoders write down what is said, "
               "character by character. One reads its own text with an LSTM, the other with attention. Which transcribes "
               "better, what does either cost, and what do the scores of a transcript say?"));
  report.Paragraph(md::Convention() +
                   md::Text(absl::StrCat(
                       " Brackets after an upright number are a 95 % interval, as said beside it over seeds (Student's) "
                       "or over the utterances of the test set (BCa bootstrap, ",
                       CountText(kBootstrapResamples), " resamples, seed ", kBootstrapSeed, ").")));
  AddProvenance(data, report);
  const std::vector<std::string> missing = MissingRuns(data);
  if (missing.empty()) return;
  report.Paragraph(
      md::Bold(absl::StrCat("Runs are missing (", missing.size(), "); the answers below are provisional.")) +
      md::Text(absl::StrCat(" Not run: ", absl::StrJoin(missing, "; "), ".")));
}

// "loss 1.1830, Jaccard 0.7150, ...".
std::string ScoresText(const Findings& findings, Decoder decoder) {
  std::vector<std::string> parts;
  for (const Metric metric : kMetrics) {
    const TestResult& result = findings.Test(decoder, metric);
    if (result.has_value()) parts.push_back(absl::StrCat(NameOf(metric), " ", FixedText(result.mean, kScoreDecimals)));
  }
  return parts.empty() ? "no test result is recorded" : absl::StrJoin(parts, ", ");
}

std::string ThirdAnswer(const Findings& findings) {
  const Gap& edits = findings.GapOf(Metric::kDamerauLevenshtein);
  const Gap& loss = findings.GapOf(Metric::kLoss);
  if (edits.seeds == 0) return "the decoders have no test result of one seed in common";
  std::string text = absl::StrCat("transformer minus recurrent, Damerau–Levenshtein ", SignedText(edits.difference()),
                                  ", ", VerdictText(edits));
  if (loss.seeds > 0) absl::StrAppend(&text, "; loss ", SignedText(loss.difference()), ", ", VerdictText(loss));
  return text;
}

void AddShort(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(2, md::Text("In short"));
  std::vector<md::Inline> items;
  int number = 1;
  for (const Decoder decoder : kDecoders) {
    items.push_back(md::Text(absl::StrCat("(", number++, ") The ", NameOf(decoder), " decoder on the test set: ",
                                          data.RunsOf(decoder).empty() ? "there are no runs"
                                                                       : ScoresText(findings, decoder),
                                          ".")));
  }
  items.push_back(md::Text(absl::StrCat("(3) The difference, ", ThirdAnswer(findings), ".")));
  items.push_back(
      md::Text("(4) Jaccard's index and the cosine compare which letters occur, on two scales; Damerau–Levenshtein's "
               "similarity also wants them in order, and so is the one to trust for a transcript."));
  report.Bullets(items);
}

// The floor of a smoothed loss, where the model's text shows the smoothing.
void AddLossNote(const Data& data, md::Document& report) {
  const record::Record& run = *data.AnyRun()->record;
  const bool smoothed = run.model_size() > 0 && absl::StrContains(run.model(0).text(), "label_smoothing: \"0.1\"");
  std::string text =
      "Losses are cross-entropies in nats, a mean over all positions of the text, its padding included, with the right "
      "text before each position. ";
  if (smoothed) {
    absl::StrAppend(&text, "Labels are smoothed by 0.1 over 35 tokens, so the loss of a perfect prediction is not 0 but "
                           "0.661. ");
  }
  absl::StrAppend(&text, "Transcripts are made without the right text: each decoder takes the likeliest character, reads "
                         "it as its next input, and ends at the first ");
  report.Paragraph(md::Text(text) + md::Code(">") + md::Text("."));
}

}  // namespace
}  // namespace ljspeech

absl::StatusOr<std::map<std::string, std::string>> RenderLjspeechReport(const std::vector<record::Record>& records) {
  using namespace ljspeech;
  const absl::StatusOr<Data> data = Sort(records);
  if (!data.ok()) return data.status();
  const Findings findings = Find(*data);
  md::Document report;
  AddBanner(data->set, report);
  AddHead(*data, report);
  AddShort(*data, findings, report);
  AddParameters(*data, report);
  AddLossNote(*data, report);
  AddDecoder(*data, findings, Decoder::kRecurrent, report);
  AddDecoder(*data, findings, Decoder::kTransformer, report);
  report.Heading(2, md::Text("3. The difference, and what explains it"));
  AddComparison(*data, findings, report);
  AddProcessing(*data, report);
  AddAttention(*data, report);
  AddArgument(*data, findings, report);
  AddScores(*data, findings, report);
  AddExamples(*data, report);
  AddRuns(*data, report);
  const absl::StatusOr<std::string> text = report.Finish();
  if (!text.ok()) return text.status();
  std::map<std::string, std::string> files = TrainingPlots(*data);
  files.merge(AttentionPlots(*data));
  files.merge(ScorePlots(*data));
  files["report.md"] = *text;
  return files;
}

}  // namespace plumbline
