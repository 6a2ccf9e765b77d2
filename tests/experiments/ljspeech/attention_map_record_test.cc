// A small map there and back, and what is no map.
#include "experiments/ljspeech/report/attention_map_record.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_values.h"

namespace plumbline::ljspeech {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

record::Record RecordOf(const AttentionWeights& attention) {
  record::Record record;
  const absl::StatusOr<record::Exact> values = AttentionMapValues(attention);
  EXPECT_TRUE(values.ok()) << values.status();
  if (values.ok()) record.mutable_exact()->MergeFrom(*values);
  return record;
}

TEST(AttentionMapRecord, AMapComesBackInShadesOfItsPeak) {
  const std::vector<float> weights = {0.5f, 0.25f, 0.25f, 0, 0.1f, 0.9f,  // the first head, two rows of three
                                      0,    0,     0,     0, 0,    0};
  AttentionWeights attention;
  attention.weights = weights;
  attention.heads = 2;
  attention.rows = 2;
  attention.positions = 3;
  attention.target = "a>";
  attention.audio_positions = 2;
  attention.seconds_per_position = 0.5;
  const absl::StatusOr<AttentionMap> map = ReadAttentionMap(RecordOf(attention));
  ASSERT_TRUE(map.ok()) << map.status();
  EXPECT_EQ(map->rows(), 2);
  EXPECT_EQ(map->columns, 3);
  EXPECT_EQ(map->target, "a>");
  // 255 · 0.5 / 0.9 = 141.7.
  EXPECT_THAT(map->heads[0], ElementsAre(142, 71, 71, 0, 28, 255));
  EXPECT_THAT(map->heads[1], ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_EQ(map->peaks[0], 0.9f);
  EXPECT_EQ(map->peaks[1], 0);
  EXPECT_EQ(map->positions, 3);
  EXPECT_EQ(map->audio_positions, 2);
  EXPECT_EQ(map->seconds_per_position, 0.5);
}

TEST(AttentionMapRecord, PaddingOfTheTextIsLeftOutAndColumnsArePutTogether) {
  std::vector<float> weights(98 * 1377, 0.001f);
  weights[5] = 0.7f;         // first row, second column of five positions
  weights[4 * 1377] = 0.9f;  // a row of padding
  AttentionWeights attention;
  attention.weights = weights;
  attention.heads = 1;
  attention.rows = 98;
  attention.positions = 1377;
  attention.target = "abc>";
  const absl::StatusOr<AttentionMap> map = ReadAttentionMap(RecordOf(attention));
  ASSERT_TRUE(map.ok()) << map.status();
  EXPECT_EQ(map->rows(), 4);
  EXPECT_EQ(map->columns, 276);
  EXPECT_EQ(map->heads[0][1], 255);
  EXPECT_EQ(map->heads[0][0], 0);
  EXPECT_EQ(map->peaks[0], 0.7f);
  EXPECT_EQ(map->positions, 1377);
  EXPECT_EQ(map->audio_positions, 0);
}

TEST(AttentionMapRecord, WhatIsNoMapIsRefused) {
  std::vector<float> weights(6, 0.5f);
  AttentionWeights attention;
  attention.weights = weights;
  attention.heads = 1;
  attention.rows = 2;
  attention.positions = 4;
  attention.target = "a>";
  EXPECT_EQ(AttentionMapValues(attention).status().message(), "attention map: 6 weights for [1, 2, 4]");
  attention.positions = 3;
  attention.target = "";
  EXPECT_EQ(AttentionMapValues(attention).status().message(), "attention map: the target is empty");
  attention.target = "a>";
  for (const float bad : {-0.1f, NAN, INFINITY}) {
    weights[2] = bad;
    EXPECT_EQ(AttentionMapValues(attention).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(AttentionMapRecord, DamagedRecordsAreNamed) {
  record::Record record;
  EXPECT_EQ(ReadAttentionMap(record).status().code(), absl::StatusCode::kNotFound);
  for (const char* shape : {"", "[1, 2]", "[1, 2, 0]", "[1, 2, x]", "[1, 99999999999, 99999999999]", "[65, 1, 1]"}) {
    record.mutable_exact()->clear_value();
    *record.mutable_exact()->add_value() = TextValue("attention map shape", shape);
    EXPECT_THAT(ReadAttentionMap(record).status().message(), HasSubstr("is no shape")) << shape;
  }
  const std::vector<float> weights(6, 0.5f);
  AttentionWeights attention;
  attention.weights = weights;
  attention.heads = 1;
  attention.rows = 2;
  attention.positions = 3;
  attention.target = "a>";
  const record::Record whole = RecordOf(attention);
  record = whole;
  record.mutable_exact()->mutable_series(1)->set_integer(0, 256);
  EXPECT_THAT(ReadAttentionMap(record).status().message(), HasSubstr("a value is not in 0 to 255"));
  record = whole;
  record.mutable_exact()->mutable_series(1)->add_integer(1);
  EXPECT_THAT(ReadAttentionMap(record).status().message(), HasSubstr("head 0 has not one value a cell"));
  record = whole;
  record.mutable_exact()->mutable_series(0)->Clear();
  EXPECT_THAT(ReadAttentionMap(record).status().message(), HasSubstr("not one peak a head"));
}

}  // namespace
}  // namespace plumbline::ljspeech
