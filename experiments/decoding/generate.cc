// Greedy search is a beam of one: what can follow a hypothesis is ranked by the sum of logarithms, and with one
// hypothesis the largest output wins.
#include "experiments/decoding/generate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/real_functions.h"

namespace plumbline {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

struct Hypothesis {
  std::vector<int64_t> tokens;
  double log_probability = kNever;
  bool ended = false;
};

// A hypothesis and what follows it.
struct Candidate {
  int hypothesis = 0;
  int64_t token = 0;  // of an ended hypothesis: stop, and nothing is added
  double log_probability = 0;
  double score = 0;
};

class Search {
 public:
  Search(Decoder& decoder, const GenerationRequest& request)
      : decoder_(decoder),
        request_(request),
        beam_(decoder.rows() / decoder.items()),
        hypotheses_(static_cast<size_t>(decoder.rows())) {
    // All hypotheses of an item begin alike, so only the first may be followed.
    for (int64_t item = 0; item < decoder.items(); ++item) hypotheses_[item * beam_].log_probability = 0;
  }

  absl::StatusOr<std::vector<GeneratedSequence>> Run() {
    std::vector<int64_t> tokens(hypotheses_.size(), request_.start);
    for (int64_t step = 0; step < request_.steps && !AllEnded(); ++step) {
      const absl::StatusOr<const float*> outputs = decoder_.Step(tokens);
      if (!outputs.ok()) return outputs.status();
      std::vector<int> sources(hypotheses_.size());
      for (int64_t item = 0; item < decoder_.items(); ++item) {
        const absl::Status status = Follow(item, *outputs, sources);
        if (!status.ok()) return status;
      }
      if (beam_ > 1) decoder_.Reorder(sources);
      for (size_t i = 0; i < tokens.size(); ++i) {
        tokens[i] = hypotheses_[i].tokens.empty() ? request_.start : hypotheses_[i].tokens.back();
      }
    }
    return Best();
  }

 private:
  bool AllEnded() const {
    return std::all_of(hypotheses_.begin(), hypotheses_.end(), [](const Hypothesis& h) { return h.ended; });
  }

  double Score(double log_probability, size_t length) const {
    if (request_.length_power == 0) return log_probability;
    return log_probability / Exp(request_.length_power * Log(static_cast<double>(std::max<size_t>(length, 1))));
  }

  // What may follow row `row`.
  absl::Status AddCandidates(int64_t row, const float* outputs, std::vector<Candidate>& candidates) const {
    const Hypothesis& hypothesis = hypotheses_[row];
    const int index = static_cast<int>(row);
    if (hypothesis.log_probability == kNever) return absl::OkStatus();
    if (hypothesis.ended) {
      candidates.push_back({index, request_.stop, hypothesis.log_probability,
                            Score(hypothesis.log_probability, hypothesis.tokens.size())});
      return absl::OkStatus();
    }
    const float* const row_outputs = outputs + row * decoder_.width();
    double largest = kNever;
    for (int64_t token = 0; token < decoder_.width(); ++token) {
      if (std::isnan(row_outputs[token])) {
        return absl::InvalidArgumentError(
            absl::StrCat("the output for token ", token, " at position ", decoder_.position() - 1, " is no number"));
      }
      largest = std::max(largest, static_cast<double>(row_outputs[token]));
    }
    double sum = 0;
    for (int64_t token = 0; token < decoder_.width(); ++token) sum += Exp(row_outputs[token] - largest);
    const double log_sum = largest + Log(sum);
    for (int64_t token = 0; token < decoder_.width(); ++token) {
      const double log_probability = hypothesis.log_probability + (row_outputs[token] - log_sum);
      candidates.push_back({index, token, log_probability, Score(log_probability, hypothesis.tokens.size() + 1)});
    }
    return absl::OkStatus();
  }

  absl::Status Follow(int64_t item, const float* outputs, std::vector<int>& sources) {
    const int64_t first = item * beam_;
    std::vector<Candidate> candidates;
    for (int64_t row = first; row < first + beam_; ++row) {
      const absl::Status status = AddCandidates(row, outputs, candidates);
      if (!status.ok()) return status;
    }
    // Stable: candidates stand in the order of hypotheses and tokens.
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    std::vector<Hypothesis> next(static_cast<size_t>(beam_));
    for (int64_t i = 0; i < beam_; ++i) {
      sources[first + i] = static_cast<int>(first);
      if (i >= static_cast<int64_t>(candidates.size())) {
        next[i].ended = true;  // fewer sequences than hypotheses: never followed
        continue;
      }
      const Candidate& candidate = candidates[i];
      const Hypothesis& from = hypotheses_[candidate.hypothesis];
      next[i] = from;
      sources[first + i] = candidate.hypothesis;
      if (from.ended) continue;
      next[i].tokens.push_back(candidate.token);
      next[i].log_probability = candidate.log_probability;
      next[i].ended = candidate.token == request_.stop;
    }
    std::move(next.begin(), next.end(), hypotheses_.begin() + first);
    return absl::OkStatus();
  }

  std::vector<GeneratedSequence> Best() const {
    std::vector<GeneratedSequence> result;
    for (int64_t item = 0; item < decoder_.items(); ++item) {
      const Hypothesis* best = &hypotheses_[item * beam_];
      for (int64_t i = 1; i < beam_; ++i) {
        const Hypothesis& other = hypotheses_[item * beam_ + i];
        if (Score(other.log_probability, other.tokens.size()) > Score(best->log_probability, best->tokens.size())) {
          best = &other;
        }
      }
      GeneratedSequence sequence{best->tokens, best->log_probability};
      if (!best->ended && !sequence.tokens.empty()) sequence.tokens.back() = request_.stop;
      result.push_back(std::move(sequence));
    }
    return result;
  }

  Decoder& decoder_;
  const GenerationRequest& request_;
  const int64_t beam_;
  std::vector<Hypothesis> hypotheses_;  // of each item, one after the other
};

}  // namespace

absl::StatusOr<std::vector<GeneratedSequence>> Generate(Decoder& decoder, const GenerationRequest& request) {
  return Search(decoder, request).Run();
}

}  // namespace plumbline
