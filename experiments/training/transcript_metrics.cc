#include "experiments/training/transcript_metrics.h"

#include <algorithm>

#include "reports/text_scores.h"

namespace plumbline {
namespace {

std::string Without(std::string text, const std::string& markers) {
  text.erase(std::remove_if(text.begin(), text.end(), [&](char c) { return markers.find(c) != std::string::npos; }),
             text.end());
  return text;
}

}  // namespace

const std::vector<std::string>& TranscriptMetricNames() {
  static const auto* const names = new std::vector<std::string>{"jaccard", "cosine", "damerau_levenshtein",
                                                                "character error rate", "word error rate"};
  return *names;
}

absl::StatusOr<std::map<std::string, double>> TranscriptMetrics(absl::Span<const std::string> targets,
                                                                absl::Span<const std::string> predictions,
                                                                const std::string& markers) {
  const absl::StatusOr<CorpusScores> scores = ScoreCorpus(targets, predictions);
  if (!scores.ok()) return scores.status();
  EditCounts characters, words;
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string target = Without(targets[i], markers), prediction = Without(predictions[i], markers);
    characters += CharacterEdits(target, prediction);
    words += WordEdits(target, prediction);
  }
  const absl::StatusOr<double> character_rate = ErrorRate(characters);
  if (!character_rate.ok()) return character_rate.status();
  const absl::StatusOr<double> word_rate = ErrorRate(words);
  if (!word_rate.ok()) return word_rate.status();
  return std::map<std::string, double>{{"jaccard", scores->mean.jaccard},
                                       {"cosine", scores->mean.cosine},
                                       {"damerau_levenshtein", scores->mean.damerau_levenshtein},
                                       {"character error rate", *character_rate},
                                       {"word error rate", *word_rate}};
}

}  // namespace plumbline
