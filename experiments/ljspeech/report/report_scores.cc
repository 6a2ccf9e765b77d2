// Answer 4: what each score measures, shown on constructed pairs of texts and on the test set.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/correlation.h"
#include "reports/number_text.h"

namespace plumbline::ljspeech {
namespace {

constexpr char kText[] = "<in being comparatively modern.>";
constexpr char kOther[] = "<produced the block books, which>";  // of the same corpus, about as long

struct Constructed {
  const char* change;
  std::string text;
};

std::string Replaced(const std::string& from, const std::string& to) {
  std::string text = kText;
  return text.replace(text.find(from), from.size(), to);
}

std::string Sorted(std::string text) {
  std::sort(text.begin(), text.end());
  return text;
}

// The second half of what is between the markers before the first.
std::string Rotated() {
  std::string text = kText;
  std::rotate(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(text.size() / 2), text.end() - 1);
  return text;
}

// As a decoder does that lost its place: the first words again and again, to the same length.
std::string Looped() {
  std::string text = "<";
  const std::string words = "in being ";
  while (text.size() + 1 < sizeof(kText) - 1) text += words[(text.size() - 1) % words.size()];
  return text + ">";
}

std::vector<Constructed> ConstructedTexts() {
  return {
      {"the same", kText},
      {"two neighbours swapped", Replaced("mpa", "map")},
      {"one letter wrong", Replaced("modern", "motern")},
      {"one letter missing", Replaced("being", "beng")},
      {"one letter too many", Replaced("being", "beiing")},
      {"a word twice", Replaced("being", "being being")},
      {"a word missing", Replaced("being ", "")},
      {"words in reverse order", "<modern. comparatively being in>"},
      {"halves exchanged", Rotated()},
      {"the right letters, sorted", Sorted(kText)},
      {"first half only", absl::StrCat(std::string(kText).substr(0, (sizeof(kText) - 1) / 2), ">")},
      {"the first words in a loop", Looped()},
      {"another sentence", kOther},
      {"nothing", "<>"},
  };
}

std::string RateText(const EditCounts& counts) {
  const absl::StatusOr<double> rate = ErrorRate(counts);
  return rate.ok() ? FixedText(*rate, 2) : "—";
}

void AddConstructed(md::Document& report) {
  report.Paragraph(md::Text("Changes of ") + md::Code(kText) +
                   md::Text(", scored by the code that scores transcripts. Similarities count the markers, error rates "
                            "do not."));
  md::Table table({{md::Text("change"), md::Align::kLeft},
                   {md::Text("text"), md::Align::kLeft},
                   {md::Text("Jaccard"), md::Align::kRight},
                   {md::Text("cosine"), md::Align::kRight},
                   {md::Text("Damerau–Levenshtein"), md::Align::kRight},
                   {md::Text("character error rate"), md::Align::kRight},
                   {md::Text("word error rate"), md::Align::kRight}});
  for (const Constructed& each : ConstructedTexts()) {
    const TranscriptScore score = ScoreTranscript(kText, each.text);
    // Spaces at an end would not be seen.
    const bool hidden = each.text.front() == ' ';
    table.AddRow({md::Text(each.change),
                  md::Code(hidden ? absl::StrReplaceAll(each.text, {{" ", "␣"}}) : each.text),
                  md::Text(FixedText(score.similarities.jaccard, 2)),
                  md::Text(FixedText(score.similarities.cosine, 2)),
                  md::Text(FixedText(score.similarities.damerau_levenshtein, 2)),
                  md::Text(RateText(score.characters)), md::Text(RateText(score.words))});
  }
  report.Add(table);
}

void AddMeanings(md::Document& report) {
  report.Bullets(
      {md::Text("Jaccard's index and the cosine see how often each character occurs and nothing of the order: with the "
                "right letters in any order both are 1. With m characters in common of texts of n and k, Jaccard's is "
                "m / (n + k − m), the cosine m / √(nk). The cosine is never the smaller one; for texts of one length "
                "Jaccard's is c / (2 − c) of the cosine c, so that the two tell the same story on two scales, and differ "
                "only in how they punish a wrong length."),
       md::Text("Damerau–Levenshtein's is about order: how many insertions, deletions, substitutions and swaps of "
                "neighbours repair the text, as a share of the longer one. It alone falls when a transcript has the right "
                "letters in wrong places, and falls most where a stretch is displaced, for every character of it counts "
                "twice, where it is missing and where it stands."),
       md::Text("The error rates count the same edits without swaps against the length of the target, so a swap counts "
                "twice and a text too long can exceed 1. A word with one wrong letter is a wrong word: the word error "
                "rate is the strictest.")});
}

// One number for a pair of scores over utterances.
std::string CorrelationText(const absl::StatusOr<double>& correlation) {
  return correlation.ok() ? FixedText(*correlation, 3) : absl::StrCat("— (", correlation.status().message(), ")");
}

std::vector<double> ValuesOf(const Run& run, Metric metric) {
  std::vector<double> values;
  for (const TranscriptScore& score : run.scores) values.push_back(ValueOf(score.similarities, metric));
  return values;
}

void AddCorrelations(const Data& data, md::Document& report) {
  md::Table table({{md::Text("decoder"), md::Align::kLeft},
                   {md::Text("scores"), md::Align::kLeft},
                   {md::Text("Pearson"), md::Align::kRight},
                   {md::Text("Spearman"), md::Align::kRight}});
  constexpr std::pair<Metric, Metric> kPairs[] = {{Metric::kJaccard, Metric::kCosine},
                                                  {Metric::kJaccard, Metric::kDamerauLevenshtein},
                                                  {Metric::kCosine, Metric::kDamerauLevenshtein}};
  std::vector<md::Inline> items;
  for (const Decoder decoder : kDecoders) {
    const Run* const run = FirstTranscribing(data.RunsOf(decoder));
    if (run == nullptr) continue;
    for (const auto& [a, b] : kPairs) {
      const std::vector<double> x = ValuesOf(*run, a);
      const std::vector<double> y = ValuesOf(*run, b);
      table.AddRow({md::Text(NameOf(decoder)), md::Text(absl::StrCat(NameOf(a), " and ", NameOf(b))),
                    md::Text(CorrelationText(PearsonCorrelation(x, y))),
                    md::Text(CorrelationText(SpearmanCorrelation(x, y)))});
    }
    const auto lowest = std::count_if(run->scores.begin(), run->scores.end(), [](const TranscriptScore& score) {
      return score.similarities.damerau_levenshtein < score.similarities.jaccard;
    });
    items.push_back(md::Text(absl::StrCat("The ", NameOf(decoder), " decoder: Damerau–Levenshtein's is the lowest of the "
                                          "three in ", CountText(lowest), " of ",
                                          CountText(static_cast<int64_t>(run->scores.size())), " utterances.")));
  }
  if (items.empty()) {
    report.Paragraph(md::Text("No transcripts are recorded, so the scores cannot be compared on the test set."));
    return;
  }
  report.Paragraph(md::Text("Over the utterances of the test set, do two scores rise together (Pearson), and do they put "
                            "the transcripts in the same order (Spearman)?"));
  report.Add(table);
  report.Bullets(items);
  report.Image("Cosine and Damerau–Levenshtein similarity of test utterances", "scores.svg");
}

// What unrelated texts of the test set score: each target against the next.
std::optional<TextSimilarities> Floor(const std::vector<std::string>& targets) {
  if (targets.size() < 2) return std::nullopt;
  TextSimilarities sum;
  for (size_t i = 0; i < targets.size(); ++i) {
    const TextSimilarities scores = SimilaritiesOf(targets[i], targets[(i + 1) % targets.size()]);
    sum.jaccard += scores.jaccard;
    sum.cosine += scores.cosine;
    sum.damerau_levenshtein += scores.damerau_levenshtein;
  }
  const auto count = static_cast<double>(targets.size());
  return TextSimilarities{sum.jaccard / count, sum.cosine / count, sum.damerau_levenshtein / count};
}

const Run* AnyTranscribing(const Data& data) {
  for (const Decoder decoder : kDecoders) {
    if (const Run* const run = FirstTranscribing(data.RunsOf(decoder))) return run;
  }
  return nullptr;
}

void AddFloors(const Data& data, const Findings& findings, md::Document& report) {
  const Run* const run = AnyTranscribing(data);
  const std::optional<TextSimilarities> floor = run == nullptr ? std::nullopt : Floor(run->targets);
  if (!floor.has_value()) return;
  report.Paragraph(md::Text(
      "A score means little without what comes for nothing. English texts of one length share most of their letters, so "
      "two unrelated ones already score what the first line says (each test target against the next). The last lines "
      "are the decoders' means as a share of the way from there to 1."));
  md::Table table({{md::Text(""), md::Align::kLeft},
                   {md::Text("Jaccard"), md::Align::kRight},
                   {md::Text("cosine"), md::Align::kRight},
                   {md::Text("Damerau–Levenshtein"), md::Align::kRight}});
  const auto add = [&](const std::string& name, const auto& value_of) {
    std::vector<md::Inline> row = {md::Text(name)};
    for (const Metric metric : kSimilarities) row.push_back(md::Text(FixedText(value_of(metric), 3)));
    table.AddRow(std::move(row));
  };
  add("another text of the test set", [&](Metric metric) { return ValueOf(*floor, metric); });
  if (!data.set.embedded) {
    table.AddRow({md::Text("the same, published"), md::Text("0.554"), md::Text("0.717"), md::Text("0.239")});
  }
  for (const bool above_floor : {false, true}) {
    for (const Decoder decoder : kDecoders) {
      if (FirstTranscribing(data.RunsOf(decoder)) == nullptr) continue;
      add(absl::StrCat(NameOf(decoder), above_floor ? ", share of the way" : ", mean"), [&](Metric metric) {
        const double least = ValueOf(*floor, metric);
        const double mean = findings.Test(decoder, metric).mean;
        return above_floor && least < 1 ? (mean - least) / (1 - least) : mean;
      });
    }
  }
  report.Add(table);
}

// What the numbers of this test set say of the three scores.
void AddConclusion(const Data& data, const Findings& findings, md::Document& report) {
  for (const Decoder decoder : kDecoders) {
    const TestResult& jaccard = findings.Test(decoder, Metric::kJaccard);
    const TestResult& cosine = findings.Test(decoder, Metric::kCosine);
    const TestResult& edits = findings.Test(decoder, Metric::kDamerauLevenshtein);
    if (!jaccard.has_value() || !cosine.has_value() || !edits.has_value() || data.RunsOf(decoder).empty()) continue;
    report.Paragraph(md::Text(absl::StrCat(
        "So for the ", NameOf(decoder), " decoder: its cosine of ", FixedText(cosine.mean, 3),
        " would be a Jaccard's index of ", FixedText(cosine.mean / (2 - cosine.mean), 3),
        " for texts of one length, and ", FixedText(jaccard.mean, 3),
        " it is: one statement on two scales. Damerau–Levenshtein's ", FixedText(edits.mean, 3),
        edits.mean < jaccard.mean
            ? " is lower, because besides the right letters it wants their order."
            : " is not lower: what letters are right mostly stand in their places.")));
  }
}

}  // namespace

void AddScores(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(2, md::Text("4. What each score measures"));
  AddConstructed(report);
  AddMeanings(report);
  AddFloors(data, findings, report);
  AddCorrelations(data, report);
  AddConclusion(data, findings, report);
}

std::map<std::string, std::string> ScorePlots(const Data& data) {
  constexpr size_t kMostPoints = 400;  // of a decoder, evenly spread over the test set
  Plot plot;
  plot.title = "Letters against order: similarities of test utterances";
  plot.x.label = "cosine similarity";
  plot.y.label = "Damerau–Levenshtein similarity";
  int style = 0;
  for (const Decoder decoder : kDecoders) {
    PlotSeries series{NameOf(decoder), {}, SeriesKind::kMarkers, style++};
    const Run* const run = FirstTranscribing(data.RunsOf(decoder));
    if (run == nullptr) continue;
    const size_t points = std::min(kMostPoints, run->scores.size());
    for (size_t i = 0; i < points; ++i) {
      const TextSimilarities& scores = run->scores[i * run->scores.size() / points].similarities;
      series.points.push_back({scores.cosine, scores.damerau_levenshtein});
    }
    plot.series.push_back(std::move(series));
  }
  if (plot.series.empty()) return {};
  return {{"scores.svg", RenderPlot(plot).svg}};
}

}  // namespace plumbline::ljspeech
