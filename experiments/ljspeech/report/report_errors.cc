// What kinds of errors the transcripts have, and whether they grow with the length of the text.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/bootstrap.h"
#include "reports/number_text.h"

namespace plumbline::ljspeech {
namespace {

constexpr int kGroups = 4;

std::string PercentText(int64_t part, int64_t whole) {
  if (whole == 0) return "—";
  return absl::StrCat(FixedText(100 * static_cast<double>(part) / static_cast<double>(whole), 1), " %");
}

void AddKinds(const Data& data, md::Document& report) {
  md::Table table({{md::Text("decoder"), md::Align::kLeft},
                   {md::Text("tokens"), md::Align::kLeft},
                   {md::Text("in the targets"), md::Align::kRight},
                   {md::Text("substituted"), md::Align::kRight},
                   {md::Text("inserted"), md::Align::kRight},
                   {md::Text("deleted"), md::Align::kRight},
                   {md::Text("share substituted"), md::Align::kRight},
                   {md::Text("share inserted"), md::Align::kRight},
                   {md::Text("share deleted"), md::Align::kRight}});
  for (const Decoder decoder : kDecoders) {
    const Run* const run = FirstTranscribing(data.RunsOf(decoder));
    if (run == nullptr) continue;
    EditCounts characters;
    EditCounts words;
    for (const TranscriptScore& score : run->scores) {
      characters += score.characters;
      words += score.words;
    }
    for (const bool of_words : {false, true}) {
      const EditCounts& counts = of_words ? words : characters;
      table.AddRow({md::Text(NameOf(decoder)), md::Text(of_words ? "words" : "characters"), md::Exact(counts.reference),
                    md::Exact(counts.substitutions), md::Exact(counts.insertions), md::Exact(counts.deletions),
                    md::Text(PercentText(counts.substitutions, counts.reference)),
                    md::Text(PercentText(counts.insertions, counts.reference)),
                    md::Text(PercentText(counts.deletions, counts.reference))});
    }
  }
  report.Paragraph(md::Text(
      "What the error rates are made of (of the smallest seed with transcripts), as counts and as shares of the "
      "target's tokens; of alignments with the fewest errors one with the most substitutions:"));
  report.Add(table);
}

// The utterances by length of the target, shortest first, in groups of about one size.
std::vector<std::vector<size_t>> GroupsByLength(const std::vector<std::string>& targets) {
  std::vector<size_t> order(targets.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return targets[a].size() < targets[b].size(); });
  std::vector<std::vector<size_t>> groups;
  for (int group = 0; group < kGroups; ++group) {
    groups.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(order.size() * group / kGroups),
                        order.begin() + static_cast<std::ptrdiff_t>(order.size() * (group + 1) / kGroups));
  }
  return groups;
}

std::vector<double> EditScores(const Run& run, const std::vector<size_t>& utterances) {
  std::vector<double> scores;
  for (const size_t i : utterances) scores.push_back(run.scores[i].similarities.damerau_levenshtein);
  return scores;
}

absl::StatusOr<Estimate> GroupGap(const Run& recurrent, const Run& transformer, const std::vector<size_t>& group) {
  return BootstrapPairedDifference(EditScores(transformer, group), EditScores(recurrent, group),
                                   {kBootstrapSeed, kBootstrapResamples, kLevel});
}

std::string GrowthSentence(const absl::StatusOr<Estimate>& shortest, const absl::StatusOr<Estimate>& longest) {
  if (!shortest.ok() || !longest.ok()) return "There are too few utterances to say whether the difference grows.";
  if (longest->interval.low > shortest->interval.high) {
    return "The difference is greater for the longest texts than for the shortest, and the intervals do not overlap: "
           "the longer the text, the more the recurrent decoder falls behind.";
  }
  if (longest->interval.high < shortest->interval.low) {
    return "The difference is smaller for the longest texts than for the shortest, and the intervals do not overlap: "
           "what separates the decoders here is not how far back they have to remember.";
  }
  return "The intervals of the shortest and the longest texts overlap: these transcripts do not show that the "
         "difference depends on the length.";
}

}  // namespace

void AddErrors(const Data& data, md::Document& report) {
  report.Heading(3, md::Text("What errors, and where"));
  const auto [recurrent, transformer] = TranscribingPair(data);
  if (FirstTranscribing(data.RunsOf(Decoder::kRecurrent)) == nullptr &&
      FirstTranscribing(data.RunsOf(Decoder::kTransformer)) == nullptr) {
    report.Paragraph(md::Text("No transcripts are recorded."));
    return;
  }
  AddKinds(data, report);
  if (recurrent == nullptr) {
    report.Paragraph(
        md::Text("There are no transcripts of the same targets and seed from both decoders to compare by length."));
    return;
  }
  const std::vector<std::vector<size_t>> groups = GroupsByLength(recurrent->targets);
  report.Paragraph(
      md::Text(absl::StrCat("If a state forgets, long texts suffer more. Mean Damerau–Levenshtein similarity of seed ",
                            recurrent->seed, " by length of the target, in quarters of the test set:")));
  md::Table table({{md::Text("characters"), md::Align::kRight},
                   {md::Text("utterances"), md::Align::kRight},
                   {md::Text("recurrent"), md::Align::kRight},
                   {md::Text("transformer"), md::Align::kRight},
                   {md::Text("difference [95 % over utterances]"), md::Align::kRight}});
  for (const std::vector<size_t>& group : groups) {
    if (group.empty()) continue;
    const auto mean = [&](const Run& run) {
      const std::vector<double> scores = EditScores(run, group);
      return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
    };
    table.AddRow({md::Text(absl::StrCat(recurrent->targets[group.front()].size(), " to ",
                                        recurrent->targets[group.back()].size())),
                  md::Exact(static_cast<int64_t>(group.size())), md::Text(FixedText(mean(*recurrent), kScoreDecimals)),
                  md::Text(FixedText(mean(*transformer), kScoreDecimals)),
                  SignedText(GroupGap(*recurrent, *transformer, group))});
  }
  report.Add(table);
  report.Paragraph(md::Text(GrowthSentence(GroupGap(*recurrent, *transformer, groups.front()),
                                           GroupGap(*recurrent, *transformer, groups.back()))));
}

}  // namespace plumbline::ljspeech
