// Safetensors files: deterministic bytes that read back, and every way a header can lie refused in words.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "experiments/arrays/array_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

const std::map<std::string, std::string> kNoMetadata;

std::string Length(uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(length >> (8 * i)));
  return bytes;
}

// A file of this header and data.
std::string File(const std::string& header, const std::string& data) { return Length(header.size()) + header + data; }

std::string Entry(const std::string& name, const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return absl::StrCat("\"", name, "\": {\"dtype\": \"", dtype, "\", \"shape\": [", shape, "], \"data_offsets\": [",
                      offsets, "]}");
}

std::string Error(const std::string& header, const std::string& data) {
  const auto arrays = ParseSafetensors(File(header, data));
  EXPECT_TRUE(absl::IsInvalidArgument(arrays.status())) << header;
  return std::string(arrays.status().message());
}

NamedArrays Sample() {
  NamedArrays arrays;
  arrays["b.weight"] = MakeArray({2, 1}, std::vector<float>{1, 2});
  arrays["a.bias"] = MakeArray({}, std::vector<float>{3});
  arrays["z.double"] = MakeArray({1}, std::vector<double>{4});
  arrays["empty"] = MakeArray({0, 4}, std::vector<float>{});
  FileArray bytes;
  bytes.type = ElementType::kU8;
  bytes.shape = {3};
  bytes.bytes = "abc";
  arrays["bytes"] = bytes;
  return arrays;
}

TEST(Safetensors, ReadsBackWhatItWrote) {
  const auto file = SerializeSafetensors(Sample(), {{"step", "3"}});
  ASSERT_TRUE(file.ok()) << file.status();
  const auto read = ParseSafetensors(*file);
  ASSERT_TRUE(read.ok()) << read.status();
  const NamedArrays sample = Sample();
  ASSERT_EQ(read->size(), sample.size());
  for (const auto& [name, array] : sample) {
    EXPECT_EQ(read->at(name).type, array.type) << name;
    EXPECT_EQ(read->at(name).shape, array.shape) << name;
    EXPECT_EQ(read->at(name).bytes, array.bytes) << name;
  }
}

TEST(Safetensors, WritesTheseBytes) {
  NamedArrays arrays;
  arrays["w"] = MakeArray({1}, std::vector<float>{0});
  const std::string header =
      R"({"__metadata__":{"step":"3"},"w":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})";
  EXPECT_EQ(*SerializeSafetensors(arrays, {{"step", "3"}}), File(header + std::string(6, ' '), std::string(4, '\0')));
}

TEST(Safetensors, AlignsElements) {
  const std::string file = *SerializeSafetensors(Sample(), kNoMetadata);
  EXPECT_EQ(static_cast<unsigned char>(file[0]) % 8, 0);
  EXPECT_THAT(file, HasSubstr(R"("z.double":{"data_offsets":[0,8])"));
  EXPECT_THAT(file, HasSubstr(R"("a.bias":{"data_offsets":[8,12])"));
}

TEST(Safetensors, RefusesToWriteNamesThatTheFormatHasNot) {
  NamedArrays arrays;
  arrays["__metadata__"] = MakeArray({1}, std::vector<float>{0});
  EXPECT_TRUE(absl::IsInvalidArgument(SerializeSafetensors(arrays, kNoMetadata).status()));
  arrays.clear();
  arrays["\xff"] = MakeArray({1}, std::vector<float>{0});
  EXPECT_TRUE(absl::IsInvalidArgument(SerializeSafetensors(arrays, kNoMetadata).status()));
}

TEST(Safetensors, RefusesLengthsBeyondTheFile) {
  const auto error = [](const std::string& file) { return std::string(ParseSafetensors(file).status().message()); };
  EXPECT_THAT(error(""), HasSubstr("too short"));
  EXPECT_THAT(error(Length(0)), HasSubstr("no JSON object"));
  EXPECT_THAT(error(std::string(4096, '\0')), HasSubstr("no JSON object"));
  EXPECT_THAT(error(Length(uint64_t{1} << 63) + "{}"), HasSubstr("longer than the file"));
  EXPECT_THAT(error(Length(~uint64_t{0}) + "{}"), HasSubstr("longer than the file"));
  EXPECT_THAT(error(Length(3) + "{}"), HasSubstr("longer than the file"));
}

TEST(Safetensors, RefusesHeadersThatAreNoListOfTensors) {
  EXPECT_THAT(Error("[1]", ""), HasSubstr("no JSON object"));
  EXPECT_THAT(Error("{", ""), HasSubstr("no JSON object"));
  EXPECT_THAT(Error("{} x", ""), HasSubstr("no JSON object"));
  EXPECT_THAT(Error("{\"\xff\": 1}", ""), HasSubstr("no JSON object"));
  EXPECT_THAT(Error(std::string(100000, '['), ""), HasSubstr("no JSON object"));
  EXPECT_THAT(Error(R"({"a": 1})", ""), HasSubstr("tensor 'a': its entry lacks"));
  EXPECT_THAT(Error(R"({"a": {"dtype": "F32", "shape": [1]}})", ""), HasSubstr("its entry lacks"));
  EXPECT_THAT(Error(R"({"a": {"dtype": 1, "shape": [1], "data_offsets": [0, 4]}})", "1234"), HasSubstr("its entry lacks"));
}

TEST(Safetensors, RefusesNamesThatAreThereTwice) {
  const std::string entry = Entry("a", "F32", "1", "0, 4");
  EXPECT_THAT(Error("{" + entry + ", " + entry + "}", "1234"), HasSubstr("'a' is there twice"));
  EXPECT_THAT(Error(R"({"a": {"dtype": "F32", "dtype": "U8", "shape": [4], "data_offsets": [0, 4]}})", "1234"),
              HasSubstr("'dtype' is there twice"));
  EXPECT_TRUE(ParseSafetensors(File("{" + entry + ", " + Entry("b", "F32", "1", "4, 8") + "}", "12345678")).ok());
}

TEST(Safetensors, RefusesTypesAndShapesThatDoNotFit) {
  EXPECT_THAT(Error("{" + Entry("a", "F16", "2", "0, 4") + "}", "1234"), HasSubstr("type F16 is not supported"));
  EXPECT_THAT(Error("{" + Entry("a", "F32", "2", "0, 4") + "}", "1234"), HasSubstr("needs 8 bytes, but it has 4"));
  EXPECT_THAT(Error("{" + Entry("a", "F32", "-1", "0, 4") + "}", "1234"), HasSubstr("shape is malformed"));
  EXPECT_THAT(Error("{" + Entry("a", "F32", "1.0", "0, 4") + "}", "1234"), HasSubstr("shape is malformed"));
  for (const char* shape : {"4294967296, 4294967296", "9223372036854775807, 2", "18446744073709551615"}) {
    EXPECT_THAT(Error("{" + Entry("a", "F32", shape, "0, 4") + "}", "1234"), HasSubstr("larger than any memory"));
  }
}

TEST(Safetensors, RefusesOffsetsThatOverlapLeaveHolesOrLeaveTheFile) {
  const std::string first = Entry("a", "U8", "4", "0, 4");
  EXPECT_THAT(Error("{" + first + ", " + Entry("b", "U8", "4", "2, 6") + "}", "123456"), HasSubstr("overlap"));
  EXPECT_THAT(Error("{" + first + ", " + Entry("b", "U8", "4", "0, 4") + "}", "1234"), HasSubstr("overlap"));
  EXPECT_THAT(Error("{" + first + ", " + Entry("b", "U8", "2", "5, 7") + "}", "1234567"), HasSubstr("leave bytes unused"));
  EXPECT_THAT(Error("{" + first + "}", "12345"), HasSubstr("leave bytes unused"));
  EXPECT_THAT(Error("{" + first + "}", "123"), HasSubstr("outside the file"));
  EXPECT_THAT(Error("{" + Entry("a", "U8", "4", "4, 0") + "}", "1234"), HasSubstr("outside the file"));
  EXPECT_THAT(Error("{" + Entry("a", "U8", "4", "18446744073709551612, 18446744073709551616") + "}", "1234"),
              HasSubstr("malformed"));
  EXPECT_THAT(Error("{" + Entry("a", "U8", "4", "-4, 0") + "}", "1234"), HasSubstr("malformed"));
}

TEST(Safetensors, RefusesEveryTruncation) {
  const std::string whole = *SerializeSafetensors(Sample(), {{"step", "3"}});
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseSafetensors(whole.substr(0, length)).status())) << length;
  }
  EXPECT_FALSE(ParseSafetensors(whole + "x").ok());
}

// The format has no checksum: a flipped bit of the data, or of a name, goes unseen; none crashes.
TEST(Safetensors, SurvivesEveryFlippedBit) {
  std::string file = *SerializeSafetensors(Sample(), {{"step", "3"}});
  int refused = 0;
  for (size_t i = 0; i < file.size() * 8; ++i) {
    const char flip = static_cast<char>(1 << (i % 8));
    file[i / 8] = static_cast<char>(file[i / 8] ^ flip);
    refused += ParseSafetensors(file).ok() ? 0 : 1;
    file[i / 8] = static_cast<char>(file[i / 8] ^ flip);
  }
  EXPECT_GT(refused, 1000);
  EXPECT_TRUE(ParseSafetensors(file).ok());
}

TEST(Safetensors, AreWrittenWholeToAFile) {
  const std::string path = ::testing::TempDir() + "/weights.safetensors";
  ASSERT_TRUE(WriteSafetensors(path, Sample(), kNoMetadata).ok());
  const auto read = ReadArrays(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), Sample().size());
}

}  // namespace
}  // namespace plumbline
