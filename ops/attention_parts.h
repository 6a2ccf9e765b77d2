// How the heads of a fused attention are dealt out to the parts of a step (compiler/runtime/step.h):
// a unit is a head of a batch item, or a block of its queries where there are few heads, and a part
// is one or several units. All of it follows from the problem alone.
#ifndef PLUMBLINE_OPS_ATTENTION_PARTS_H_
#define PLUMBLINE_OPS_ATTENTION_PARTS_H_

#include <cstdint>

#include "ops/attention.h"

namespace plumbline {

struct AttentionParts {
  int64_t heads;       // heads of all batch items
  int64_t blocks;      // of the queries of each head
  int64_t query_step;  // a block starts at a multiple of it in its range of queries
  int count;           // parts

  int64_t units() const { return heads * blocks; }
  // The units of a part are those from its first to the next part's first.
  int64_t FirstUnit(int part) const { return units() * part / count; }
  // Later queries come first: of a causal attention they have the most to do, and what is taken last
  // should be small.
  int64_t HeadOf(int64_t unit) const { return unit % heads; }
  int64_t BlockOf(int64_t unit) const { return blocks - 1 - unit / heads; }
};

// Parts for a node of so many operations, each worth handing over. `query_step`: where a kernel may
// begin among the queries without changing a bit, at its multiples; 0: it takes whole heads.
AttentionParts PlanAttentionParts(const AttentionShape& shape, double operations,
                                  int64_t query_step);

// The queries of a block; there may be none. Blocks 0 .. parts.blocks - 1 make up the range.
QueryRange QueriesOfBlock(const AttentionParts& parts, const QueryRange& range, int64_t block);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_ATTENTION_PARTS_H_
