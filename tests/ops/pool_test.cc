// Pools against their definition.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

std::vector<Size> List(std::vector<int64_t> numbers) {
  return std::vector<Size>(numbers.begin(), numbers.end());
}

OpCase Pool(const std::string& op, const std::string& x, std::vector<int64_t> kernel) {
  return OpCase(op).Input(x).Set("kernel", List(std::move(kernel))).DifferentiateFirstOutput();
}

TEST(PoolTest, FirstMaximumWins) {
  const std::vector<Array> outputs =
      Pool("max_pool2d", "1, 1, 2, 4", {2}).Values(0, {1, 3, 2, 2, 3, 0, 2, 2}).Evaluate();
  EXPECT_THAT(outputs[0].data, ElementsAre(3, 2));
  EXPECT_THAT(outputs[1].data, ElementsAre(1, 0));
}

TEST(PoolTest, WindowsWithoutPositiveElementHaveNoWinnerAfterRelu) {
  const std::vector<Array> outputs =
      Pool("relu_max_pool2d", "1, 1, 1, 4", {1, 2}).Values(0, {-1, 0, -2, 5}).Evaluate();
  EXPECT_THAT(outputs[0].data, ElementsAre(0, 5));
  EXPECT_THAT(outputs[1].data, ElementsAre(255, 1));
}

TEST(PoolTest, PaddingNeverWinsAndCountsInMeans) {
  EXPECT_THAT(Pool("max_pool2d", "1, 1, 1, 2", {1, 2})
                  .Set("padding", List({0, 1}))
                  .Values(0, {-1, -2})
                  .Evaluate()[0]
                  .data,
              ElementsAre(-1, -2));
  EXPECT_THAT(Pool("avg_pool2d", "1, 1, 1, 2", {1, 2})
                  .Set("padding", List({0, 1}))
                  .Values(0, {4, 8})
                  .Evaluate()[0]
                  .data,
              ElementsAre(2, 4));
}

TEST(PoolTest, NotANumberWins) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const OpCase pool = Pool("max_pool2d", "1, 1, 1, 4", {1, 2}).Values(0, {nan, 1, 2, nan});
  const std::vector<Array> outputs = pool.Evaluate();
  for (const double y : outputs[0].data) EXPECT_TRUE(std::isnan(y));
  pool.CheckLowering();
}

TEST(PoolTest, MatchesItsDefinition) {
  for (const char* op : {"max_pool2d", "relu_max_pool2d", "avg_pool2d"}) {
    for (const int64_t channels : {1, 3, 8, 16, 20}) {
      SCOPED_TRACE(absl::StrCat(op, ", ", channels, " channels"));
      Pool(op, absl::StrCat("2, ", channels, ", 6, 4"), {2}).Check();
      Pool(op, absl::StrCat("1, ", channels, ", 7, 5"), {3, 2})
          .Set("stride", List({2, 1}))
          .Set("padding", List({1, 1}))
          .Check();
    }
    Pool(op, "5, 2, 5, 9", {2, 3}).Set("stride", List({3, 2})).Check();
    Pool(op, "2, 3, 4, 4", {1}).Check();
    Pool(op, "2, 3, 4, 5", {4, 5}).Check();
    Pool(op, "B, 3, 4, 4", {2}).Bind("B", 3).Check();
  }
}

TEST(PoolTest, KernelsOfMoreThan255PlacesHaveWideWinners) {
  EXPECT_EQ(Pool("max_pool2d", "B, 2, 15, 17", {15, 17}).Types(),
            "F32 [B, 2, 1, 1]; U8 [B, 1, 1, 2]");
  EXPECT_EQ(Pool("max_pool2d", "B, 2, 16, 16", {16}).Types(),
            "F32 [B, 2, 1, 1]; S64 [B, 1, 1, 2]");
  for (const char* op : {"max_pool2d", "relu_max_pool2d"}) {
    Pool(op, "2, 3, 15, 17", {15, 17}).CheckLowering();
    Pool(op, "2, 3, 16, 17", {16}).CheckLowering();
    Pool(op, "2, 9, 16, 17", {16}).Range(0, -2, -1).CheckLowering();
  }
}

TEST(PoolTest, ReadsImagesInAnyOrder) {
  for (const char* op : {"max_pool2d", "avg_pool2d"}) {
    for (const std::vector<int>& order :
         {std::vector<int>{0, 2, 3, 1}, {1, 0, 2, 3}, {0, 3, 2, 1}}) {
      Pool(op, "2, 8, 9, 10", {2}).PhysicalOrder(0, order, 0).CheckLowering();
      Pool(op, "2, 5, 9, 10", {2}).PhysicalOrder(0, order, 3).CheckLowering();
    }
  }
}

}  // namespace
}  // namespace plumbline
