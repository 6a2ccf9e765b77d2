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
  if (targets.empty() || targets.size() != predictions.size()) {
    return absl::InvalidArgumentError("as many predictions as targets are wanted, and at least one");
  }
  TextSimilarities sums;
  EditCounts characters, words;
  for (size_t i = 0; i < targets.size(); ++i) {
    const TextSimilarities similarities = SimilaritiesOf(targets[i], predictions[i]);
    sums.jaccard += similarities.jaccard;
    sums.cosine += similarities.cosine;
    sums.damerau_levenshtein += similarities.damerau_levenshtein;
    const std::string target = Without(targets[i], markers), prediction = Without(predictions[i], markers);
    characters += CharacterEdits(target, prediction);
    words += WordEdits(target, prediction);
  }
  const double count = static_cast<double>(targets.size());
  const absl::StatusOr<double> character_rate = ErrorRate(characters);
  if (!character_rate.ok()) return character_rate.status();
  const absl::StatusOr<double> word_rate = ErrorRate(words);
  if (!word_rate.ok()) return word_rate.status();
  return std::map<std::string, double>{{"jaccard", sums.jaccard / count},
                                       {"cosine", sums.cosine / count},
                                       {"damerau_levenshtein", sums.damerau_levenshtein / count},
                                       {"character error rate", *character_rate},
                                       {"word error rate", *word_rate}};
}

}  // namespace plumbline
