// Cuts a model that generates along a symbol into what runs once and what runs for every position.
#ifndef PLUMBLINE_COMPILER_PASSES_DERIVE_DECODING_H_
#define PLUMBLINE_COMPILER_PASSES_DERIVE_DECODING_H_

#include <string>

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"

namespace plumbline {

struct DecodingRequest {
  std::string input;   // of the model: what is generated, [batch, symbol], S64
  std::string symbol;  // along which
  std::string output;  // of the model, [batch, symbol, ...]
  std::string batch;   // the batch symbol
};

// Both graphs have all parameters of the model, in its order.
//   prologue: from the inputs that generation does not change to the values that steps read of it, outputs named
//             kKeptPrefix + value, in the order in which steps meet them.
//   step:     from the input at one position, [batch, 1], the prologue's values, kPositionInput, kLengthsInput and
//             states (compiler/ir/step_context.h) to the output at that position, [batch, 1, ...], and the states after;
//             the symbol is the number of positions for which the states have room.
struct DecodingGraphs {
  Graph prologue;
  Graph step;
};
inline constexpr char kKeptPrefix[] = "kept/";

// Before: a typed forward graph in symbols, its modes resolved. Nodes that depend on the symbol give their part of the
// step by OpDefinition::step. Errors (invalid argument) name the first node that has none or cannot: "'encoder.mix'
// (softmax_attention) looks at later positions", and say what is wrong with the request otherwise.
absl::StatusOr<DecodingGraphs> DeriveDecoding(const Graph& graph, const DecodingRequest& request);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_DERIVE_DECODING_H_
