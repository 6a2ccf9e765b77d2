// Writes sequences with a decoder: the likeliest token at every position, or the likeliest of a beam of sequences.
// Knows tokens by their numbers only.
#ifndef PLUMBLINE_EXPERIMENTS_DECODING_GENERATE_H_
#define PLUMBLINE_EXPERIMENTS_DECODING_GENERATE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/decode.h"

namespace plumbline {

struct GenerationRequest {
  int64_t start = 0;  // the token that stands before every sequence
  int64_t stop = 1;   // the token after which a sequence is at its end
  int64_t steps = 1;  // tokens at most, the last stop included; no more than the decoder's capacity
  // The logarithm of a sequence's probability is divided by its length to this power before sequences are compared.
  double length_power = 0;
};

// One sequence for each item: the tokens after `start`, up to and with the first `stop`. A sequence that has come to no
// stop in `steps` tokens ends with one in place of its last token.
struct GeneratedSequence {
  std::vector<int64_t> tokens;
  double log_probability = 0;  // of these tokens, the one that a stop has replaced included
};

// Greedy search with a started decoder (Decoder::Start) of one hypothesis, of several beam search with as many. Among
// equals the first hypothesis and then the smaller token wins, so results are the same every time. Ends early when all
// sequences are at their end. Errors: as Decoder::Step; an output that is not a number for each token.
absl::StatusOr<std::vector<GeneratedSequence>> Generate(Decoder& decoder, const GenerationRequest& request);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DECODING_GENERATE_H_
