// Transcripts as tokens, as the exercise's published code encodes them, and back.
#include "experiments/data/speech_tokens.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(SpeechTokens, HaveThePublishedNumbers) {
  EXPECT_EQ(kSpeechTokens, 35);
  EXPECT_THAT(EncodeText(" ,.?-az", 9), ElementsAre(kStart, 4, 5, 6, 7, 8, 9, 34, kStop));
}

TEST(SpeechTokens, WrapLowerAndPad) {
  EXPECT_THAT(EncodeText("Cab", 8), ElementsAre(kStart, 11, 9, 10, kStop, kPadding, kPadding, kPadding));
  EXPECT_THAT(EncodeText("", 2), ElementsAre(kStart, kStop));
}

TEST(SpeechTokens, CutTheTextSoThatTheStopFits) {
  EXPECT_THAT(EncodeText("abc", 4), ElementsAre(kStart, 9, 10, kStop));
  const std::vector<int64_t> tokens = EncodeText(std::string(200, 'x'), 99);
  EXPECT_THAT(tokens, SizeIs(99));
  EXPECT_EQ(std::count(tokens.begin(), tokens.end(), 32), 97);
  EXPECT_EQ(tokens.back(), kStop);
}

TEST(SpeechTokens, GiveOneUnknownForACharacterOfSeveralBytes) {
  EXPECT_THAT(EncodeText("a\"\xC3\xA9;\xF0\x9F\x98\x80z", 12),
              ElementsAre(kStart, 9, kUnknown, kUnknown, kUnknown, kUnknown, 34, kStop, 2, 2, 2, 2));
}

TEST(SpeechTokens, AreCharactersAgain) {
  EXPECT_EQ(DecodeTokens(EncodeText("Well, is it 9-to-5?", 24)), "<well, is it #-to-#?>@@@");
  EXPECT_EQ(DecodeTokens({-1, 35, 34}), "##z");
  EXPECT_EQ(DecodeTokens({}), "");
}

}  // namespace
}  // namespace plumbline
