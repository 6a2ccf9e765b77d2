// Whether a batch can be cut into shards that are computed independently, and into how many. Both
// are functions of the graph and the problem alone, never of the number of threads, because the cut
// decides in which order gradients are summed.
#ifndef PLUMBLINE_COMPILER_BATCH_H_
#define PLUMBLINE_COMPILER_BATCH_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// OK when slices along axis 0 of the values that contain the symbol `batch` can be computed by
// themselves. That is so when all of this holds:
//
// - `batch` stands alone on axis 0 of every value in whose shape it occurs; no parameter has it.
// - Every node that reads such a value passes the axis on to all its outputs, and its definition
//   agrees that items are not mixed; or it is a loss or metric, whose mean over the batch is the
//   mean of the shards' means weighted by their items.
// - Nothing combines such a mean with single items.
// - Without a loss, every float output has the batch axis: a gradient that flows into one without
//   it would count once a shard.
//
// Otherwise a failed precondition whose message names the first obstacle in Graph::Order():
// "'scores' (transpose) has the shape [F, B], where B does not stand alone on axis 0".
//
// `graph` is the forward graph in symbols: the gradients of a separable graph are separable, and
// those of parameters are sums over the shards.
absl::Status CheckBatchSeparates(const Graph& graph, absl::string_view batch);

// Shards of `shard_size` items each, the last one with what is left.
struct ShardPlan {
  int64_t shard_size = 1;
  int64_t shard_count = 1;
  int64_t last_size = 1;  // items of the last shard, 1..shard_size
  std::string reason;     // one clause for the reader
};

// The shards for a batch of `items` >= 1, each of which costs `operations_per_item`, where having a
// shard costs `bytes_per_shard` of traffic that one shard for all would cost once.
//
// A shard is large enough to pay for being handed to a worker and for that traffic. With this
// minimum the number of shards is the largest power of two, so that the tree that sums gradients
// and 2, 4 or 8 workers are evenly loaded; where a single item is enough, every item is a shard.
ShardPlan CutBatch(double operations_per_item, double bytes_per_shard, int64_t items);

// CutBatch for a separable program in symbols (with its backward pass, if it has one) at these
// sizes, which have every symbol. What a shard costs is its passes over the parameters: one
// forward; with gradients six (weights read twice, gradients written, and two read and one written
// when they are summed).
// Errors: a size that cannot be evaluated.
absl::StatusOr<ShardPlan> PlanShards(const Graph& graph, absl::string_view batch,
                                     const Bindings& sizes);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_BATCH_H_
