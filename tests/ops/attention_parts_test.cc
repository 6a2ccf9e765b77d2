// Every query of every head is in exactly one part.
#include "ops/attention_parts.h"

#include <set>
#include <utility>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

AttentionShape Shape(int64_t batch, int64_t heads, int64_t queries) {
  return {batch, heads, queries, queries, 64, 64, false, true};
}

// Counts what all parts compute of the queries of all heads, of which `keys` keys can be seen.
void ExpectEachQueryOnce(const AttentionShape& shape, const AttentionParts& parts, int64_t keys) {
  std::set<std::pair<int64_t, int64_t>> seen;  // head and query
  EXPECT_EQ(parts.FirstUnit(0), 0);
  for (int part = 0; part < parts.count; ++part) {
    EXPECT_LT(parts.FirstUnit(part), parts.FirstUnit(part + 1));
    for (int64_t unit = parts.FirstUnit(part); unit < parts.FirstUnit(part + 1); ++unit) {
      const QueryRanges ranges = SplitQueries(shape, keys);
      for (const QueryRange& all : {ranges.first, ranges.second}) {
        const QueryRange range = QueriesOfBlock(parts, all, parts.BlockOf(unit));
        EXPECT_EQ(range.causal, all.causal);
        EXPECT_EQ(range.keys, all.keys);
        if (parts.blocks > 1 && range.queries > 0) {
          EXPECT_EQ((range.first_query - all.first_query) % parts.query_step, 0);
        }
        for (int64_t i = 0; i < range.queries; ++i) {
          EXPECT_TRUE(seen.emplace(parts.HeadOf(unit), range.first_query + i).second);
        }
      }
    }
  }
  EXPECT_EQ(static_cast<int64_t>(seen.size()), shape.batch * shape.heads * shape.queries);
}

TEST(AttentionParts, HaveEveryQueryOnce) {
  for (const int64_t heads : {1, 3, 8, 20}) {
    for (const int64_t queries : {1, 256, 257, 1300}) {
      const AttentionShape shape = Shape(2, heads, queries);
      for (const double operations : {0.0, 5e7, 3e8, 1e12}) {
        for (const int64_t step : {0, 256}) {
          const AttentionParts parts = PlanAttentionParts(shape, operations, step);
          for (const int64_t keys : {int64_t{0}, queries / 3, queries}) {
            ExpectEachQueryOnce(shape, parts, keys);
          }
        }
      }
    }
  }
}

TEST(AttentionParts, AreWorthHandingOver) {
  EXPECT_EQ(PlanAttentionParts(Shape(1, 8, 1024), 1e7, 256).count, 1);
  EXPECT_EQ(PlanAttentionParts(Shape(1, 8, 1024), 6.5e7, 256).count, 3);
  EXPECT_EQ(PlanAttentionParts(Shape(1, 8, 1024), 2.1e9, 256).count, 16);
  EXPECT_EQ(PlanAttentionParts(Shape(1, 8, 1024), 2.1e9, 0).count, 8);
  EXPECT_EQ(PlanAttentionParts(Shape(1, 1, 1 << 20), 1e300, 256).count, 16);
}

// The last queries of a causal head have the most keys: all heads' last blocks come first.
TEST(AttentionParts, BeginWithTheLargest) {
  const AttentionParts parts = PlanAttentionParts(Shape(1, 4, 4096), 1e12, 256);
  ASSERT_EQ(parts.blocks, 4);
  for (int64_t unit = 0; unit + 1 < parts.units(); ++unit) {
    EXPECT_GE(parts.BlockOf(unit), parts.BlockOf(unit + 1));
  }
}

}  // namespace
}  // namespace plumbline
