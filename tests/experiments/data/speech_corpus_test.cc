// Metadata of a speech corpus: every way for a line to be wrong, and what LJ Speech has that looks wrong.
#include "experiments/data/speech_corpus.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kGood[] = "LJ001-0001|One, 1.|one, one.\n";

std::vector<SpeechClip> Clips(const std::string& text) {
  const auto clips = ParseSpeechMetadata(text, "metadata.csv");
  EXPECT_TRUE(clips.ok()) << clips.status();
  return clips.ok() ? *clips : std::vector<SpeechClip>();
}

// The message without what comes before the line's number.
std::string ErrorOf(const std::string& text) {
  const auto clips = ParseSpeechMetadata(text, "metadata.csv");
  EXPECT_TRUE(absl::IsInvalidArgument(clips.status())) << clips.status();
  return std::string(clips.status().message());
}

std::string ErrorOfSecond(const std::string& line) {
  const std::string prefix = "metadata.csv:2: error: ";
  const std::string error = ErrorOf(kGood + line + "\n");
  EXPECT_EQ(error.substr(0, prefix.size()), prefix);
  return error.substr(std::min(error.size(), prefix.size()));
}

TEST(SpeechMetadata, GivesTheNormalisedTextsInOrder) {
  const std::vector<SpeechClip> clips = Clips(std::string(kGood) + "LJ001-0002|B|two\n");
  ASSERT_THAT(clips, SizeIs(2));
  EXPECT_EQ(clips[0].id, "LJ001-0001");
  EXPECT_EQ(clips[0].text, "one, one.");
  EXPECT_EQ(clips[1].text, "two");
}

TEST(SpeechMetadata, TakesQuotesAsCharacters) {
  EXPECT_EQ(Clips("a|\"x|he said \"go\n")[0].text, "he said \"go");
  EXPECT_THAT(Clips("a|\"|\"\nb|\"|\"\n"), SizeIs(2));
}

TEST(SpeechMetadata, TakesOtherLineEndsAndAByteOrderMark) {
  EXPECT_EQ(Clips("\xEF\xBB\xBF" "a|x|one\r\nb|y|two\r\n")[1].text, "two");
  EXPECT_EQ(Clips("a|x|one")[0].text, "one");
  EXPECT_EQ(Clips("a||caf\xC3\xA9 \xF0\x9F\x98\x80")[0].text, "caf\xC3\xA9 \xF0\x9F\x98\x80");
}

TEST(SpeechMetadata, RefusesOtherNumbersOfFields) {
  EXPECT_EQ(ErrorOfSecond("x"), "the line has 1 field, three are wanted: ID|TEXT|NORMALISED TEXT");
  EXPECT_EQ(ErrorOfSecond("x|text"),
            "the line has 2 fields, three are wanted: ID|TEXT|NORMALISED TEXT; the normalised text is missing");
  EXPECT_EQ(ErrorOfSecond("x|a|b|c"),
            "the line has 4 fields, three are wanted: ID|TEXT|NORMALISED TEXT; a text cannot have |");
  EXPECT_EQ(ErrorOfSecond(""), "the line is empty");
}

TEST(SpeechMetadata, RefusesIdsThatAreNoPlainNames) {
  for (const std::string id : {"../secret", "/etc/passwd", "a/b", "..", ".", "a b", "", "a.wav", "caf\xC3\xA9"}) {
    EXPECT_THAT(ErrorOfSecond(id + "|a|b"), HasSubstr("letters, digits, - and _")) << id;
  }
  EXPECT_THAT(ErrorOfSecond(std::string(65, 'x') + "|a|b"), HasSubstr("xxx...' is not 1 to 64 letters"));
  EXPECT_EQ(ErrorOfSecond("LJ001-0001|a|b"), "the id 'LJ001-0001' is already that of line 1");
}

TEST(SpeechMetadata, RefusesLinesWithoutATextOrWithWhatIsNone) {
  EXPECT_EQ(ErrorOfSecond("x|a|"), "the clip 'x' has no text");
  EXPECT_EQ(ErrorOfSecond("x|a|  "), "the clip 'x' has no text");
  EXPECT_EQ(ErrorOfSecond("x|a|b\x1B[2J"), "byte 6 of the line is a control character");
  EXPECT_EQ(ErrorOfSecond(std::string("x|a|b\0c", 7)), "byte 6 of the line is a control character");
  for (const char* bytes : {"\xFF", "\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80",
                            "\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_EQ(ErrorOfSecond(std::string("x|a|") + bytes), "byte 5 of the line is not UTF-8");
  }
  EXPECT_EQ(ErrorOfSecond("x|a|" + std::string(10000000, 'a')), "the line has 10000004 bytes, more than 16384");
}

TEST(SpeechMetadata, RefusesFilesWithoutLines) {
  EXPECT_EQ(ErrorOf(""), "metadata.csv: error: there are no clips in it");
  EXPECT_EQ(ErrorOf("\xEF\xBB\xBF"), "metadata.csv: error: there are no clips in it");
  std::string folder = ::testing::TempDir() + "/corpus-XXXXXX";
  folder = mkdtemp(folder.data());
  EXPECT_TRUE(absl::IsNotFound(ReadSpeechMetadata(folder).status()));
}

}  // namespace
}  // namespace plumbline
