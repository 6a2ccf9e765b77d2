// Answer 3: the two decoders beside each other, and what explains their difference.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/number_text.h"

namespace plumbline::ljspeech {
namespace {

md::Inline Value(const TestResult& result) {
  if (!result.has_value()) return md::Absent("not recorded");
  if (!result.over_utterances.ok()) return md::Text(FixedText(result.mean, kScoreDecimals));
  return ScoreText(result.over_utterances);
}

md::Inline PublishedText(Decoder decoder, Metric metric) {
  const std::optional<Published> published = PublishedFor(decoder, metric);
  if (!published.has_value()) return md::Text("—");
  return md::Text(published->spread > 0 ? absl::StrCat(FixedText(published->value, 3), " (spread ",
                                                       FixedText(published->spread, 4), ")")
                                        : FixedText(published->value, 3));
}

md::Inline OverSeeds(const Gap& gap) {
  if (gap.seeds == 0) return md::Text("—");
  if (gap.seeds == 1) return md::Text(absl::StrCat(SignedText(gap.difference()), " (one seed: no interval)"));
  return SignedText(gap.over_seeds);
}

void AddTestTable(const Data& data, const Findings& findings, md::Document& report) {
  std::vector<md::Column> columns = {{md::Text("on the test set"), md::Align::kLeft},
                                     {md::Text("recurrent [over utterances]"), md::Align::kRight},
                                     {md::Text("transformer [over utterances]"), md::Align::kRight},
                                     {md::Text("difference [over utterances]"), md::Align::kRight},
                                     {md::Text("difference [over seeds]"), md::Align::kRight},
                                     {md::Text("verdict"), md::Align::kLeft}};
  if (!data.set.embedded) {
    columns.push_back({md::Text("published, recurrent"), md::Align::kRight});
    columns.push_back({md::Text("published, transformer"), md::Align::kRight});
  }
  md::Table table(columns);
  for (const Metric metric : kMetrics) {
    const Gap& gap = findings.GapOf(metric);
    std::vector<md::Inline> row = {md::Text(absl::StrCat(NameOf(metric), HigherIsBetter(metric) ? " ↑" : " ↓")),
                                   Value(findings.Test(Decoder::kRecurrent, metric)),
                                   Value(findings.Test(Decoder::kTransformer, metric)),
                                   gap.seeds == 0 ? md::Text("—") : SignedText(gap.over_utterances),
                                   OverSeeds(gap),
                                   md::Text(VerdictText(gap))};
    if (!data.set.embedded) {
      row.push_back(PublishedText(Decoder::kRecurrent, metric));
      row.push_back(PublishedText(Decoder::kTransformer, metric));
    }
    table.AddRow(std::move(row));
  }
  report.Add(table);
}

// The best-supported metrics on which one decoder is better, as text: "Jaccard, cosine".
std::string MetricsWonBy(const Findings& findings, Decoder decoder) {
  std::vector<std::string> names;
  for (const Metric metric : kMetrics) {
    const Gap& gap = findings.GapOf(metric);
    if (gap.seeds > 0 && gap.verdict() != Verdict::kOpen && gap.better() == decoder) names.push_back(NameOf(metric));
  }
  return absl::StrJoin(names, ", ");
}

std::string Outcome(const Findings& findings) {
  const std::string recurrent = MetricsWonBy(findings, Decoder::kRecurrent);
  const std::string transformer = MetricsWonBy(findings, Decoder::kTransformer);
  if (recurrent.empty() && transformer.empty()) {
    return "These records do not show that either decoder is better by any score.";
  }
  std::string text;
  if (!transformer.empty()) text = absl::StrCat("The transformer decoder is better by: ", transformer, ".");
  if (!recurrent.empty()) {
    absl::StrAppend(&text, text.empty() ? "" : " ", "The recurrent decoder is better by: ", recurrent, ".");
  }
  return text;
}

// A gain in the score that sees the order is called one of order when it is so many times that in letters.
constexpr double kMostlyOrder = 1.5;

// Chosen by where the numbers fall.
std::vector<md::Inline> Reasons(const Data& data, const Findings& findings) {
  std::vector<md::Inline> items;
  const Gap& order = findings.GapOf(Metric::kDamerauLevenshtein);
  const Gap& bag = findings.GapOf(Metric::kJaccard);
  if (order.seeds > 0 && bag.seeds > 0) {
    items.push_back(md::Text(absl::StrCat(
        "By the score that sees the order of characters the decoders differ by ", SignedText(order.difference()),
        ", by Jaccard's, which does not, by ", SignedText(bag.difference()),
        order.difference() > kMostlyOrder * std::max(0.0, bag.difference())
            ? ". What the transformer gains is mostly order: it loses its place in the utterance less often, rather than "
              "hearing other letters."
            : ".")));
  }
  items.push_back(
      md::Text("What was said some tokens ago reaches the recurrent decoder's query only through its state, which every "
               "later token rewrites; the attention's query reads those tokens themselves. To stay in step with the "
               "audio the query must know how far the text has come, and that is easier to read off tokens and their "
               "positions than to carry along."));
  items.push_back(
      md::Text("The positions are given to the transformer decoder as a table of learned vectors; the LSTM has to count. "
               "On the other hand the LSTM knows the order from the start, where attention without positions would see "
               "a bag of tokens; on little data that can be worth more."));
  const int64_t recurrent = ParameterCount(data, Decoder::kRecurrent);
  const int64_t transformer = ParameterCount(data, Decoder::kTransformer);
  if (recurrent > 0 && transformer > 0) {
    items.push_back(md::Text(absl::StrCat(
        "Not the number of parameters: ", CountText(recurrent), " in the recurrent and ", CountText(transformer),
        " in the transformer decoder's network, so the ", recurrent > transformer ? "recurrent" : "transformer",
        " one has more. The encoder is the same in both.")));
  }
  items.push_back(
      md::Text("Both are trained with the right text before each token and transcribe with their own. An early mistake "
               "therefore leads to prefixes that neither has seen; one that is out of step then repeats or drops "
               "stretches, which the loss, taken with the right text, does not show. That is why a small difference in "
               "loss can be a large one in transcripts."));
  return items;
}

}  // namespace

void AddComparison(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(3, md::Text("Both decoders"));
  if (data.runs.size() < 2) {
    report.Paragraph(md::Text("There are runs of one decoder only, so there is no difference to look at."));
  }
  report.Image("Training and validation loss of both decoders by epoch", "loss.svg");
  report.Image("Similarities of both decoders on the validation set by epoch", "similarity.svg");
  report.Image("Error rates of both decoders on the validation set by epoch", "error-rate.svg");
  report.Paragraph(md::Text(
      "Differences are transformer minus recurrent, at the seeds that both have. ↑: more is better. Two things vary: the "
      "utterances that happened to be in the test set, and the seed. For the interval over utterances both decoders' scores of an utterance are "
      "drawn together; the one over seeds is of paired differences. A difference is conclusive when both exclude 0 on "
      "the same side. The six scores are of the same transcripts: six verdicts are not six findings."));
  AddTestTable(data, findings, report);
  if (!data.set.embedded) {
    report.Paragraph(
        md::Text("Published: results of the exercise's published code on the real data, 15 epochs, two encoder blocks; "
                 "for the recurrent decoder 15 implementations agree to four digits on one seed."));
  }
}

void AddArgument(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(3, md::Text("What explains the difference"));
  if (data.runs.size() < 2) {
    report.Paragraph(md::Text("There are no two decoders whose difference could be explained."));
    return;
  }
  report.Paragraph(md::Text(Outcome(findings)) + md::Text(" What differs between them, whether or not it shows here:"));
  report.Bullets(Reasons(data, findings));
}

}  // namespace plumbline::ljspeech
