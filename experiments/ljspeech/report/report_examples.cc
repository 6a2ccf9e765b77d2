// Transcripts with their differences marked, chosen by a rule that is stated.
#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/number_text.h"
#include "reports/text_difference.h"

namespace plumbline::ljspeech {
namespace {

constexpr int kColumns = 78;  // of text in a line; names stand before it
constexpr int kFixed = 4;

// The runs whose transcripts are shown, one seed's, the recurrent one first.
std::vector<std::pair<Decoder, const Run*>> Shown(const Data& data) {
  const auto [recurrent, transformer] = TranscribingPair(data);
  if (recurrent != nullptr) return {{Decoder::kRecurrent, recurrent}, {Decoder::kTransformer, transformer}};
  for (const Decoder decoder : kDecoders) {
    const Run* const run = FirstTranscribing(data.RunsOf(decoder));
    if (run != nullptr) return {{decoder, run}};
  }
  return {};
}

// The mean over decoders of a function of an utterance's similarities.
template <typename Function>
std::vector<double> MeanOver(const std::vector<std::pair<Decoder, const Run*>>& shown, const Function& function) {
  std::vector<double> values(shown.front().second->scores.size(), 0);
  for (const auto& [decoder, run] : shown) {
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] += function(run->scores[i].similarities) / static_cast<double>(shown.size());
    }
  }
  return values;
}

struct Chosen {
  size_t utterance;
  std::string why;
};

// No utterance twice; the first reason stays.
void Choose(size_t utterance, const std::string& why, std::vector<Chosen>& chosen) {
  const bool there =
      std::any_of(chosen.begin(), chosen.end(), [&](const Chosen& each) { return each.utterance == utterance; });
  if (!there) chosen.push_back({utterance, why});
}

std::vector<Chosen> ChooseUtterances(const std::vector<std::pair<Decoder, const Run*>>& shown) {
  const std::vector<double> edits =
      MeanOver(shown, [](const TextSimilarities& scores) { return scores.damerau_levenshtein; });
  const std::vector<double> gaps =
      MeanOver(shown, [](const TextSimilarities& scores) { return scores.cosine - scores.damerau_levenshtein; });
  std::vector<size_t> order(edits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return edits[a] > edits[b]; });
  std::vector<Chosen> chosen;
  Choose(order.front(), "best", chosen);
  Choose(order[order.size() / 2], "median", chosen);
  Choose(order.back(), "worst", chosen);
  Choose(static_cast<size_t>(std::max_element(gaps.begin(), gaps.end()) - gaps.begin()), "right letters in wrong order",
         chosen);
  for (size_t i = 0; i < kFixed; ++i) Choose(i * edits.size() / kFixed, "fixed", chosen);
  return chosen;
}

}  // namespace

void AddExamples(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("Transcripts"));
  const std::vector<std::pair<Decoder, const Run*>> shown = Shown(data);
  if (shown.empty()) {
    report.Paragraph(md::Text("No transcripts are recorded."));
    return;
  }
  report.Paragraph(md::Text(absl::StrCat(
      "Of the ", CountText(static_cast<int64_t>(shown.front().second->targets.size())),
      " test utterances, by the mean Damerau–Levenshtein similarity", shown.size() > 1 ? " of both decoders" : "",
      " (seed ", shown.front().second->seed,
      "): the best, the median and the worst; the one whose cosine exceeds it most, for its letters are right and their "
      "order is not; and the first of each quarter of the test set, whatever it scores. Below a transcript: ^ another "
      "character, + one too many, - one missing, · its place.")));
  for (const Chosen& each : ChooseUtterances(shown)) {
    std::vector<std::string> scores;
    std::string block;
    for (const auto& [decoder, run] : shown) {
      scores.push_back(absl::StrCat(NameOf(decoder), " ",
                                    FixedText(run->scores[each.utterance].similarities.damerau_levenshtein, 3)));
      absl::StrAppend(&block, block.empty() ? "" : "\n",
                      DifferenceLines("target", run->targets[each.utterance], NameOf(decoder),
                                      run->transcripts[each.utterance], kColumns));
    }
    report.Paragraph(md::Bold(absl::StrCat("Utterance ", each.utterance, ", ", each.why)) +
                     md::Text(absl::StrCat(": ", absl::StrJoin(scores, ", "))));
    report.CodeBlock("text", block);
  }
}

}  // namespace plumbline::ljspeech
