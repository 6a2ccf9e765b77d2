// Lets a model that declares `decode` write the texts of a split's items by itself, for comparison with the targets.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_TEXT_EVALUATOR_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_TEXT_EVALUATOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/compile.h"
#include "compiler/decode.h"
#include "experiments/data/data_set.h"
#include "experiments/training/batch_source.h"

namespace plumbline {

// The characters up to and with the first stop, after the start's; without a stop, all of them.
std::string TextOf(const TextForm& form, absl::Span<const int64_t> tokens);
// The characters of start and stop.
std::string MarkersOf(const TextForm& form);

// One of each item, in order: start, text, stop.
struct Transcripts {
  std::vector<std::string> targets;
  std::vector<std::string> predictions;
};

class TextEvaluator {
 public:
  struct Options {
    int64_t items = 0;  // the first ones of the split; more than it has: all
    int64_t batch = 1;  // items that are decoded together
    int64_t beam = 1;   // 1: greedily
    int threads = 1;
  };
  // `parameters` (program order, see Executor) and `split` outlive the evaluator. As many tokens are written as the
  // targets have. Errors: as Decoder::Create and BatchSource::Make; no items; no column of targets.
  static absl::StatusOr<std::unique_ptr<TextEvaluator>> Create(const Model& model, const Split& split, TextForm form,
                                                               const Options& options, float* parameters);

  absl::StatusOr<Transcripts> Run();

 private:
  // A decoder for batches of one size.
  struct Part {
    std::unique_ptr<Decoder> decoder;
    std::unique_ptr<BatchSource> source;
  };

  TextEvaluator(const Split& split, TextForm form, const Options& options);
  absl::StatusOr<Part> MakePart(const Model& model, int64_t items, float* parameters) const;
  absl::Status RunBatch(Part& part, int64_t first, int64_t items, Transcripts& transcripts);

  const Split& split_;
  const TextForm form_;
  const Options options_;
  const Column* targets_ = nullptr;
  int64_t items_ = 0;
  Part full_, last_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_TEXT_EVALUATOR_H_
