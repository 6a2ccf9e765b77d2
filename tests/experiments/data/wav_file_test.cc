// WAV files that are taken, and the many that are refused, with what is said of them.
#include "experiments/data/wav_file.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Little(uint64_t number, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(number >> 8 * i & 0xFF);
  return bytes;
}

std::string Chunk(const std::string& name, const std::string& content) {
  return name + Little(content.size(), 4) + content + (content.size() % 2 != 0 ? std::string(1, '\0') : "");
}

std::string Riff(const std::string& chunks) { return "RIFF" + Little(chunks.size() + 4, 4) + "WAVE" + chunks; }

// The fields of a format chunk, each of which a test may spoil.
struct Format {
  uint32_t tag = 1, channels = 1, rate = 22050, byte_rate = 44100, block = 2, bits = 16;

  std::string bytes() const {
    return Little(tag, 2) + Little(channels, 2) + Little(rate, 4) + Little(byte_rate, 4) + Little(block, 2) +
           Little(bits, 2);
  }
};

const std::string& Samples() {
  static const std::string* const samples = new std::string("\x01\x00\xFF\xFF\x00\x80\xFF\x7F", 8);
  return *samples;
}

std::string File(const Format& format) { return Riff(Chunk("fmt ", format.bytes()) + Chunk("data", Samples())); }

// The GUID of a coding in an extensible format chunk.
std::string Extensible(uint32_t tag, const std::string& tail) {
  Format format;
  format.tag = 0xFFFE;
  return format.bytes() + Little(22, 2) + Little(16, 2) + Little(4, 4) + Little(tag, 2) + tail;
}
const std::string& GuidTail() {
  static const std::string* const tail = new std::string("\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71", 14);
  return *tail;
}

std::string ErrorOf(const std::string& bytes) {
  const auto samples = ParseWav(bytes);
  EXPECT_TRUE(absl::IsInvalidArgument(samples.status())) << samples.status();
  return std::string(samples.status().message());
}

void ExpectTaken(const std::string& bytes) {
  const auto samples = ParseWav(bytes);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(*samples, ElementsAre(1, -1, -32768, 32767));
}

TEST(ParseWav, ReadsSamplesExactly) {
  ExpectTaken(File({}));
  ExpectTaken(FormatWav({1, -1, -32768, 32767}));
  EXPECT_EQ(FormatWav({1, -1, -32768, 32767}), File({}));
}

TEST(ParseWav, TakesFormatChunksOfEveryLength) {
  const std::string data = Chunk("data", Samples());
  ExpectTaken(Riff(Chunk("fmt ", Format().bytes() + Little(0, 2)) + data));
  ExpectTaken(Riff(Chunk("fmt ", Extensible(1, GuidTail())) + data));
  EXPECT_THAT(ErrorOf(Riff(Chunk("fmt ", Format().bytes().substr(0, 14)) + data)), HasSubstr("14 bytes"));
  EXPECT_THAT(ErrorOf(Riff(Chunk("fmt ", "") + data)), HasSubstr("0 bytes"));
  EXPECT_THAT(ErrorOf(Riff(Chunk("fmt ", Extensible(1, GuidTail()).substr(0, 38)) + data)), HasSubstr("cut off"));
  EXPECT_THAT(ErrorOf(Riff(Chunk("fmt ", Extensible(1, std::string(14, 'x'))) + data)), HasSubstr("GUID"));
  EXPECT_THAT(ErrorOf(Riff(Chunk("fmt ", Extensible(3, GuidTail())) + data)), HasSubstr("floating point (3)"));
}

TEST(ParseWav, PassesOverOtherChunksAndTheLengthOfTheWhole) {
  const std::string format = Chunk("fmt ", Format().bytes()), data = Chunk("data", Samples());
  ExpectTaken(Riff(Chunk("LIST", "abc") + Chunk("bext", std::string(602, '\0')) + format + Chunk("JUNK", "") + data));
  ExpectTaken(Riff(format + Chunk("abcd", "x") + data + Chunk("LIST", "after it")));
  EXPECT_THAT(ErrorOf(Riff(format + Chunk(std::string("a\0b ", 4), "x") + data)), HasSubstr("libsndfile refuses it"));
  ExpectTaken(Riff(format + data) + "tail");  // too short for a chunk
  for (const uint64_t stated : {uint64_t{0}, uint64_t{0xFFFFFFFF}, uint64_t{20}, uint64_t{1000}}) {
    std::string bytes = File({});
    bytes.replace(4, 4, Little(stated, 4));
    ExpectTaken(bytes);
  }
  Format wrong_byte_rate;
  wrong_byte_rate.byte_rate = 1;
  ExpectTaken(File(wrong_byte_rate));
}

TEST(ParseWav, NamesOtherContainers) {
  const std::string rest = File({}).substr(4);
  EXPECT_THAT(ErrorOf("RIFX" + rest), StartsWith("it is big-endian WAV (RIFX), not a WAV file of one channel"));
  EXPECT_THAT(ErrorOf("RF64" + rest), HasSubstr("RF64"));
  EXPECT_THAT(ErrorOf("BW64" + rest), HasSubstr("BW64"));
  EXPECT_THAT(ErrorOf("riff" + rest), HasSubstr("Wave64"));
  EXPECT_THAT(ErrorOf("FORM" + rest), HasSubstr("AIFF"));
  EXPECT_THAT(ErrorOf("fLaC" + rest), HasSubstr("FLAC"));
  EXPECT_THAT(ErrorOf("OggS" + rest), HasSubstr("Ogg"));
  EXPECT_THAT(ErrorOf("<html>moved</html>"), HasSubstr("markup"));
  EXPECT_THAT(ErrorOf("version https://git-lfs"), HasSubstr("does not begin with RIFF"));
  std::string cursor = File({});
  cursor.replace(8, 4, "ACON");
  EXPECT_THAT(ErrorOf(cursor), HasSubstr("'ACON'"));
  EXPECT_EQ(ErrorOf(""), "the file is empty");
}

TEST(ParseWav, RefusesChunksThatAreMissingDoubledOrOutOfOrder) {
  const std::string format = Chunk("fmt ", Format().bytes()), data = Chunk("data", Samples());
  EXPECT_EQ(ErrorOf(Riff(data + format)), "its samples come before their format");
  EXPECT_EQ(ErrorOf(Riff(format + format + data)), "it has two chunks 'fmt '");
  EXPECT_EQ(ErrorOf(Riff(format + data + data)), "it has two chunks 'data'");
  EXPECT_EQ(ErrorOf(Riff(format)), "it has no samples");
  EXPECT_EQ(ErrorOf(Riff("")), "it has no format chunk");
  EXPECT_EQ(ErrorOf(Riff(format + Chunk("data", ""))), "it has no samples");
  EXPECT_EQ(ErrorOf(Riff(format + Chunk("data", "abc"))), "its last sample is cut off");
}

TEST(ParseWav, RefusesLengthsBeyondTheFile) {
  const std::string format = Chunk("fmt ", Format().bytes());
  EXPECT_EQ(ErrorOf(Riff(format + "data" + Little(0xFFFFFFFF, 4) + Samples())),
            "its chunk 'data' states 4294967295 bytes, the file has 8 more: it is cut off, or was written as a stream");
  EXPECT_THAT(ErrorOf(Riff(format + "data" + Little(9, 4) + Samples())), HasSubstr("states 9 bytes"));
  EXPECT_THAT(ErrorOf(Riff("LIST" + Little(0xFFFFFFFE, 4) + format)), HasSubstr("'LIST' states 4294967294 bytes"));
}

TEST(ParseWav, RefusesEveryFileThatIsCutOff) {
  const std::string whole = File({});
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_NE(ErrorOf(whole.substr(0, size)), "") << size;
}

TEST(ParseWav, SurvivesEveryChangedByte) {
  const std::string whole = File({});
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0, 1, 0x7F, 0x80, 0xFF}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(value);
      const auto samples = ParseWav(bytes);
      if (samples.ok()) {
        EXPECT_EQ(samples->size(), 4u) << at;
      }
    }
  }
}

TEST(ParseWav, NamesWhatCodingsItFindsAndWants) {
  for (const auto& [tag, name] : std::vector<std::pair<uint32_t, std::string>>{
           {0, "unknown"}, {2, "Microsoft ADPCM"}, {3, "floating point"}, {6, "A-law"}, {7, "mu-law"},
           {0x11, "IMA ADPCM"}, {0x55, "MP3"}}) {
    Format format;
    format.tag = tag;
    EXPECT_EQ(ErrorOf(File(format)), absl::StrCat("its coding is ", name, " (", tag, "), not PCM (1)"));
  }
  for (const uint32_t channels : {0u, 2u, 65535u}) {
    Format format;
    format.channels = channels;
    EXPECT_EQ(ErrorOf(File(format)), absl::StrCat("it has ", channels, " channels, not one"));
  }
  for (const uint32_t rate : {0u, 1u, 16000u, 44100u, 0x80000000u, 0xFFFFFFFFu}) {
    Format format;
    format.rate = rate;
    EXPECT_EQ(ErrorOf(File(format)), absl::StrCat("its rate is ", rate, " Hz, not 22050; resample it first"));
  }
  for (const uint32_t bits : {0u, 1u, 5u, 8u, 12u, 20u, 24u, 32u, 36u, 45u, 53u, 64u}) {
    Format format;
    format.bits = bits;
    EXPECT_EQ(ErrorOf(File(format)), absl::StrCat("its samples have ", bits, " bits, not 16"));
  }
  for (const uint32_t block : {0u, 1u, 4u, 65535u}) {
    Format format;
    format.block = block;
    EXPECT_EQ(ErrorOf(File(format)), absl::StrCat("its blocks have ", block, " bytes, not 2"));
  }
}

TEST(ReadWav, TellsWhichFileAndRefusesLongOnesUnread) {
  std::string folder = ::testing::TempDir() + "/wav-XXXXXX";
  folder = mkdtemp(folder.data());
  const std::string path = folder + "/a.wav";
  EXPECT_TRUE(absl::IsNotFound(ReadWav(path).status()));
  std::ofstream(path, std::ios::binary) << "fLaC";
  EXPECT_THAT(std::string(ReadWav(path).status().message()), StartsWith(path + ": error: it is FLAC"));
  std::ofstream(path, std::ios::binary) << FormatWav(std::vector<int16_t>(600 * 22050 + 40000));
  EXPECT_THAT(std::string(ReadWav(path).status().message()), HasSubstr("larger than the limit"));
  EXPECT_THAT(std::string(ReadWav(folder).status().message()), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace plumbline
