// Gathering items of dense and of ragged columns, and what the digest of a data set tells apart.
#include "experiments/data/data_set.h"

#include <cstdint>
#include <vector>

#include "experiments/data/data_digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

// Two rows; items of 3, 1 and 2 columns.
Column Ragged() {
  Column column;
  column.name = "audio";
  column.item_shape = {2, 3};
  column.values = std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  column.starts = {0, 6, 8, 12};
  return column;
}

DataSet Set(Column column) {
  DataSet data;
  data.train.items = 3;
  data.train.columns = {std::move(column)};
  return data;
}

TEST(GatherItems, PadsTheRowsOfRaggedItemsWithZeros) {
  const Column column = Ragged();
  EXPECT_TRUE(column.ragged());
  EXPECT_EQ(column.LengthOf(0), 3);
  EXPECT_EQ(column.LengthOf(1), 1);
  EXPECT_EQ(column.LengthOf(2), 2);
  std::vector<float> to(18, -1);
  GatherItems(column, {2, 1, 0}, to.data());
  EXPECT_THAT(to, ElementsAre(9, 10, 0, 11, 12, 0, 7, 0, 0, 8, 0, 0, 1, 2, 3, 4, 5, 6));
}

TEST(GatherItems, ScalesRaggedItemsAndGivesThemAsIntegers) {
  Column column = Ragged();
  column.values = std::vector<uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  column.scale = 0.5f;
  std::vector<float> reals(6, -1);
  GatherItems(column, {1}, reals.data());
  EXPECT_THAT(reals, ElementsAre(3.5f, 0, 0, 4, 0, 0));
  std::vector<int64_t> integers(6, -1);
  GatherItems(column, {2}, integers.data());
  EXPECT_THAT(integers, ElementsAre(9, 10, 0, 11, 12, 0));
}

TEST(GatherItems, TakesDenseItemsWhole) {
  Column column;
  column.item_shape = {2};
  column.values = std::vector<float>{1, 2, 3, 4};
  EXPECT_FALSE(column.ragged());
  std::vector<float> to(4);
  GatherItems(column, {1, 0}, to.data());
  EXPECT_THAT(to, ElementsAre(3, 4, 1, 2));
}

TEST(DataDigest, SeesWhereItemsStartTextsAndDurations) {
  const std::string digest = DataDigest(Set(Ragged()));
  EXPECT_EQ(DataDigest(Set(Ragged())), digest);
  Column column = Ragged();
  column.starts = {0, 6, 10, 12};
  EXPECT_NE(DataDigest(Set(column)), digest);
  DataSet data = Set(Ragged());
  data.train.texts = {"a", "b", "c"};
  const std::string with_texts = DataDigest(data);
  EXPECT_NE(with_texts, digest);
  data.train.texts = {"ab", "", "c"};
  EXPECT_NE(DataDigest(data), with_texts);
  data = Set(Ragged());
  data.train.seconds = {1, 2, 3};
  EXPECT_NE(DataDigest(data), digest);
}

}  // namespace
}  // namespace plumbline
