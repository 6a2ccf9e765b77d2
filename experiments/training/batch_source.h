// Feeds a sharded program from the columns of a data split: each input of the model takes the column of its name.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_BATCH_SOURCE_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_BATCH_SOURCE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/compile.h"
#include "compiler/runtime/executor.h"
#include "experiments/data/data_set.h"

namespace plumbline {

// The sizes of a batch of `items`: every symbol of the model's inputs that have a column, from the columns' items.
// Errors (invalid argument): columns that do not fit the inputs.
absl::StatusOr<Bindings> SizesOfBatch(const Model& model, const Split& split, int64_t items);

class BatchSource {
 public:
  // `split` outlives the source. Errors (invalid argument): an input without a column, a column of another item shape,
  // integers wanted where the column has reals; both sides are named.
  static absl::StatusOr<BatchSource> Make(const ShardedProgram& program, const Split& split);

  // Gathers the items of one batch, as many as the program's batch. `seed` and `step` are for what is random in the
  // program. The addresses are valid until the next call.
  const std::vector<const void*>& Gather(absl::Span<const int> indices, uint64_t seed, int64_t step);

 private:
  struct Feed {
    const Column* column = nullptr;  // null: not from data
    std::vector<float> reals;
    std::vector<int64_t> integers;
  };

  std::vector<Feed> feeds_;  // by input of the program
  std::unique_ptr<std::array<int64_t, 2>> random_ = std::make_unique<std::array<int64_t, 2>>();
  std::vector<const void*> addresses_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_BATCH_SOURCE_H_
