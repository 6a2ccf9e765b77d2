// The facts of a speech data set of three clips.
#include "experiments/run/speech_summary.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {


Split ThreeClips() {
  Split split;
  split.items = 3;
  split.texts = {"ab", "abcd", "ab"};
  split.seconds = {0.31, 0.5, 0.39};
  Column audio;
  audio.name = "audio";
  audio.item_shape = {2, 4};
  audio.values = std::vector<float>{-1, 0, 1, 0.5f, 2, 2, 3, 4, 5, 6};
  audio.starts = {0, 4, 6, 10};
  Column targets;
  targets.name = "targets";
  targets.item_shape = {2};
  targets.values = std::vector<int64_t>{1, 2, 2, 4, 1, 2};
  split.columns = {audio, targets};
  return split;
}

// "least value: count, count, ..."
std::string Text(const record::Record& record, const std::string& name) {
  const record::ExactSeries* const series = FindExactSeries(record, name);
  if (series == nullptr) return "none";
  std::string text = std::to_string(series->index(0)) + ":";
  for (const int64_t count : series->integer()) text += " " + std::to_string(count);
  return text;
}

TEST(SpeechSummary, CountsClipsSecondsTextsAndTokens) {
  DataSet data;
  data.train = data.test = ThreeClips();
  record::Record record;
  AddSpeechFacts(data, 3, *record.mutable_exact());
  EXPECT_EQ(*ExactInteger(record, "train clips"), 3);
  EXPECT_DOUBLE_EQ(*ExactReal(record, "train seconds"), 1.2);
  EXPECT_EQ(*ExactInteger(record, "test frames"), 5);
  EXPECT_EQ(Text(record, "train clips by duration"), "3: 2 0 1");
  EXPECT_EQ(Text(record, "train clips by text length"), "2: 2 0 1");
  EXPECT_EQ(Text(record, "train token counts"), "1: 2 3 0 1");
  EXPECT_EQ(Text(record, "validation clips by duration"), "none");
}

TEST(SpeechSummary, KeepsExamplesWithTheirSpectrograms) {
  DataSet data;
  data.train = data.test = ThreeClips();
  record::Record record;
  AddSpeechFacts(data, 3, *record.mutable_exact());
  EXPECT_EQ(*ExactText(record, "example 1 text"), "abcd");
  EXPECT_EQ(*ExactReal(record, "example 1 seconds"), 0.5);
  EXPECT_EQ(*ExactInteger(record, "example 0 frames"), 2);
  EXPECT_EQ(*ExactText(record, "example 0 features"), "0080ffbf");
  EXPECT_EQ(*ExactReal(record, "example 0 least"), -1);
  EXPECT_EQ(*ExactReal(record, "example 0 largest"), 1);
  EXPECT_EQ(*ExactText(record, "example 1 features"), "0000");  // all values are the same
  EXPECT_FALSE(ExactText(record, "example 3 text").ok());
}

TEST(SpeechSummary, SaysNothingOfOtherData) {
  DataSet data;
  data.train = ThreeClips();
  data.train.texts.clear();
  record::Record record;
  AddSpeechFacts(data, 3, *record.mutable_exact());
  EXPECT_EQ(record.exact().value_size() + record.exact().series_size(), 0);
}

}  // namespace
}  // namespace plumbline
