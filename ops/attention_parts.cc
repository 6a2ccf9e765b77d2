// As many parts as keep a few workers evenly busy; more would share less in the caches.
#include "ops/attention_parts.h"

#include <algorithm>

#include "compiler/runtime/step.h"

namespace plumbline {
namespace {

// Heads are cut until there are this many units: enough for 2, 4, 8 or 16 workers, and at most a
// tenth is lost on 3.
constexpr int64_t kEnoughUnits = 16;

// As an int and without overflow for any finite number of operations.
constexpr double kMostParts = 1 << 20;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

AttentionParts PlanAttentionParts(const AttentionShape& shape, double operations,
                                  int64_t query_step) {
  AttentionParts parts = {std::max<int64_t>(shape.batch * shape.heads, 1), 1, query_step, 1};
  const int64_t worthwhile = static_cast<int64_t>(
      std::clamp(operations / kOperationsWorthHandingOver, 1.0, kMostParts));
  if (query_step > 0) {
    parts.blocks = std::max<int64_t>(
        1, std::min({CeilDiv(kEnoughUnits, parts.heads), CeilDiv(shape.queries, query_step),
                     worthwhile / parts.heads}));
  }
  parts.count = static_cast<int>(std::min(worthwhile, parts.units()));
  return parts;
}

QueryRange QueriesOfBlock(const AttentionParts& parts, const QueryRange& range, int64_t block) {
  if (parts.blocks == 1) return range;
  const int64_t steps = CeilDiv(range.queries, parts.query_step);
  const auto start = [&](int64_t b) {
    return std::min(range.queries, steps * b / parts.blocks * parts.query_step);
  };
  QueryRange result = range;
  result.first_query = range.first_query + start(block);
  result.queries = start(block + 1) - start(block);
  return result;
}

}  // namespace plumbline
