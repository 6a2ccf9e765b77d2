// Evaluates a model on a split: mean loss, mean metrics, and on request its first output for every item.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_EVALUATOR_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_EVALUATOR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/compile.h"
#include "experiments/data/data_set.h"
#include "experiments/training/batch_source.h"

namespace plumbline {

// Means over all items of the split, each item weighing the same.
struct Evaluation {
  double loss = 0;
  std::map<std::string, double> metrics;  // by the metric's name
};

class Evaluator {
 public:
  struct Options {
    int64_t batch = 1;         // items that are run together; the last batch has what is left
    int threads = 1;
    bool item_losses = false;  // keep the loss of every item: each is a shard of its own
  };
  // `parameters` (program order, see Executor) and `split` outlive the evaluator. Errors: as Compile and
  // BatchSource::Make; a split without items; a model without a loss.
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const Model& model, const Split& split,
                                                           const Options& options, float* parameters);

  absl::StatusOr<Evaluation> Run();

  // Elements of the model's first output for one item, and the output of all items of the last run, [items, width].
  int64_t output_width() const { return output_width_; }
  const std::vector<float>& outputs() const { return outputs_; }
  // By item, of the last run, if they were asked for.
  const std::vector<double>& item_losses() const { return item_losses_; }

 private:
  // A program for batches of one size.
  struct Part {
    std::shared_ptr<const ShardedProgram> program;
    std::unique_ptr<Executor> executor;
    std::unique_ptr<BatchSource> source;
    std::vector<std::vector<float>> results;  // by output
    std::vector<void*> addresses;
  };

  Evaluator() = default;
  static absl::StatusOr<Part> MakePart(const Model& model, const Split& split, int64_t items, const Options& options,
                                       float* parameters);
  absl::Status RunBatch(Part& part, int64_t first, int64_t items, Evaluation& sums);

  int64_t items_ = 0;
  Options options_;  // with a batch no larger than the split
  Part full_;
  std::unique_ptr<Part> last_;
  int64_t output_width_ = 0;
  std::vector<float> outputs_;
  std::vector<double> item_losses_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_EVALUATOR_H_
