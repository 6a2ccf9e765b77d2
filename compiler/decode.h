// Generation along a symbol: a model that declares `decode` becomes a program that runs once and one that runs for every
// position, with the values that steps carry to each other.
#ifndef PLUMBLINE_COMPILER_DECODE_H_
#define PLUMBLINE_COMPILER_DECODE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/compile.h"
#include "compiler/passes/derive_decoding.h"

namespace plumbline {

// Both graphs of the model (passes/derive_decoding.h), simplified. Errors (invalid argument): the model does not declare
// `decode`, or an op of it has no form for one position.
absl::StatusOr<DecodingGraphs> TransformForDecoding(const Model& model, const CompileOptions& options);

struct DecoderSizes {
  Bindings symbols;        // of the inputs that are not generated, the batch among them
  int64_t hypotheses = 1;  // rows of a step for each item of the batch
  int64_t capacity = 1;    // positions at most
};

struct CompiledDecoding {
  CompiledModel prologue;
  CompiledModel step;  // of batch · hypotheses rows
  std::set<std::string> caches;  // the states that hold something for every position
};
// Errors: as TransformForDecoding and Compile.
absl::StatusOr<CompiledDecoding> CompileDecoding(const Model& model, const DecoderSizes& sizes,
                                                 const CompileOptions& options);

// Runs both. Not thread-safe.
class Decoder {
 public:
  // For parameters that others use as well, which outlive the decoder: as many floats as the model's programs have, in
  // their order (Program::parameters).
  static absl::StatusOr<std::unique_ptr<Decoder>> Create(const Model& model, const DecoderSizes& sizes, int threads,
                                                         float* parameters);

  // Items, rows of a step, and elements of the output for one row.
  int64_t items() const { return items_; }
  int64_t rows() const { return items_ * hypotheses_; }
  int64_t width() const { return width_; }
  int64_t position() const { return position_; }

  // What runs once. Start wants the addresses of its inputs, dense arrays of the whole batch.
  const ShardedProgram& prologue() const { return prologue_->program(); }
  absl::Status Start(const std::vector<const void*>& inputs);
  // One position: what was generated last in each row, to the output at the next position, [rows, width]; valid until the
  // next call. An invalid argument when the capacity is exhausted or a token is refused.
  absl::StatusOr<const float*> Step(absl::Span<const int64_t> tokens);
  // Row i goes on from what row sources[i] of the same item has generated.
  void Reorder(absl::Span<const int> sources);

 private:
  // A value that a step reads and writes. Caches are written in place; what is small changes place.
  struct State {
    std::vector<float> values, next;
    int64_t row = 0;  // elements
    bool in_place = false;
    int input = 0, output = 0;  // among those of the step
  };

  Decoder() = default;
  absl::Status Connect(const std::set<std::string>& caches);

  int64_t items_ = 0;
  int64_t hypotheses_ = 1;
  int64_t width_ = 0;
  int64_t position_ = 0;
  int64_t capacity_ = 0;
  std::unique_ptr<Executor> prologue_;
  std::unique_ptr<Executor> step_;
  std::vector<std::vector<float>> kept_;      // by output of the prologue
  std::vector<std::vector<float>> repeated_;  // the same for every hypothesis; empty where there is one
  std::vector<State> states_;
  std::vector<float> output_;
  int64_t position_value_ = 0;
  std::vector<int64_t> lengths_;
  int tokens_input_ = 0;
  std::vector<const void*> step_inputs_;
  std::vector<void*> step_outputs_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_DECODE_H_
