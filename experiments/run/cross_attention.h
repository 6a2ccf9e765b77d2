// The weights with which a decoder attends to what it does not generate, for one item of a data set: what a report shows
// as a picture.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_CROSS_ATTENTION_H_
#define PLUMBLINE_EXPERIMENTS_RUN_CROSS_ATTENTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/compile.h"
#include "experiments/data/data_set.h"

namespace plumbline {

struct CrossAttention {
  std::string node;            // "decoder.cross.att.mix"
  std::vector<float> weights;  // [heads, queries, keys]; each row adds up to 1
  int64_t heads = 0;
  int64_t queries = 0;
  int64_t keys = 0;
};

// Of the model's last softmax attention whose queries move along the symbol that it decodes and whose keys do not, with
// the item's own tokens before every query. NotFound when the model has none. `parameters` in program order. Errors: as
// Compile and BatchSource::Make.
absl::StatusOr<CrossAttention> ComputeCrossAttention(const Model& model, const Split& split, int item,
                                                     float* parameters);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_CROSS_ATTENTION_H_
