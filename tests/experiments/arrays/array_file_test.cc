// Files of arrays: what was written reads back, what numpy writes is read, and damaged files are refused.
#include "experiments/arrays/array_file.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

// A .npy file of this header and payload.
std::string Npy(const std::string& header, const std::string& payload) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file.push_back(static_cast<char>(header.size() & 0xff));
  file.push_back(static_cast<char>(header.size() >> 8));
  return file + header + payload;
}

std::string Header(const std::string& descr, const std::string& order, const std::string& shape) {
  return absl::StrCat("{'descr': '", descr, "', 'fortran_order': ", order, ", 'shape': ", shape, ", }\n");
}

std::string Error(const std::string& file) { return std::string(ParseNpy(file).status().message()); }

TEST(Npy, ReadsBackWhatItWrote) {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{}, {1}, {2, 3}, {0, 4}}) {
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    const FileArray array = MakeArray(shape, std::vector<float>(static_cast<size_t>(count), 1.5f));
    const auto read = ParseNpy(SerializeNpy(array));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->shape, shape);
    EXPECT_EQ(read->bytes, array.bytes);
  }
}

TEST(Npy, TransposesFortranOrderAndSwapsBytes) {
  const auto fortran = ParseNpy(Npy(Header("|u1", "True", "(2, 3)"), std::string("\0\3\1\4\2\5", 6)));
  ASSERT_TRUE(fortran.ok()) << fortran.status();
  EXPECT_EQ(fortran->bytes, std::string("\0\1\2\3\4\5", 6));
  const auto big = ParseNpy(Npy(Header(">u2", "False", "(1,)"), std::string("\1\2", 2)));
  ASSERT_TRUE(big.ok());
  EXPECT_EQ(*ToIntegers(*big), std::vector<int64_t>{258});
}

TEST(Npy, RefusesWhatItCannotTrust) {
  EXPECT_THAT(Error(""), HasSubstr("no .npy array"));
  EXPECT_THAT(Error(Npy(Header("|O", "False", "(1,)"), "x")), HasSubstr("pickle"));
  EXPECT_THAT(Error(Npy(Header("<U4", "False", "(1,)"), "x")), HasSubstr("plain numbers"));
  EXPECT_THAT(Error(Npy(Header("<f4", "False", "(2,)"), "1234")), HasSubstr("needs 8 bytes"));
  EXPECT_THAT(Error(Npy(Header("<f4", "False", "(-1,)"), "")), HasSubstr("malformed"));
  EXPECT_THAT(Error(Npy(Header("<f4", "False", "(3)"), std::string(12, 'x'))), HasSubstr("no tuple"));
  EXPECT_THAT(Error(Npy(Header("<f4", "False", "(4294967296, 4294967296)"), "")), HasSubstr("larger than any memory"));
  EXPECT_THAT(Error(Npy("{'descr': '<f4', 'shape': (1,), }", "1234")), HasSubstr("lacks"));
  EXPECT_THAT(Error(Npy("__import__('os')", "")), HasSubstr("no dictionary"));
}

TEST(Npy, RefusesEveryTruncation) {
  const std::string whole = SerializeNpy(MakeArray({3}, std::vector<double>{1, 2, 3}));
  for (size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(ParseNpy(whole.substr(0, length)).ok());
}

TEST(Npz, ReadsBackWhatItWroteAndIsDeterministic) {
  NamedArrays arrays;
  arrays["a"] = MakeArray({2}, std::vector<float>{1, 2});
  arrays["grad/b.weight"] = MakeArray({}, std::vector<double>{3});
  const auto file = SerializeNpz(arrays);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*file, *SerializeNpz(arrays));
  const auto read = ParseNpz(*file);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(read->at("grad/b.weight").bytes, arrays["grad/b.weight"].bytes);
}

TEST(Npz, ReadsBackAnArchiveWithoutArrays) {
  const auto file = SerializeNpz({});
  ASSERT_TRUE(file.ok()) << file.status();
  const auto read = ParseNpz(*file);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->empty());
}

TEST(Npz, RefusesEveryTruncationAndFlippedPayloads) {
  NamedArrays arrays;
  arrays["a"] = MakeArray({8}, std::vector<float>(8, 1));
  const std::string whole = *SerializeNpz(arrays);
  for (size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(ParseNpz(whole.substr(0, length)).ok());
  std::string flipped = whole;
  flipped[150] = static_cast<char>(flipped[150] ^ 1);  // within the data: the CRC tells
  EXPECT_FALSE(ParseNpz(flipped).ok());
}

// A safetensors file of this header and data.
std::string Safetensors(const std::string& header, const std::string& data) {
  std::string file(8, '\0');
  for (int i = 0; i < 8; ++i) file[i] = static_cast<char>(header.size() >> (8 * i));
  return file + header + data;
}

TEST(Safetensors, ReadsTensorsAndRefusesBadOnes) {
  const std::string entry = R"("a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]})";
  const auto good = ParseSafetensors(Safetensors("{" + entry + "}", std::string(4, '\0')));
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(ToFloats(good->at("a")), std::vector<float>{0});
  const auto error = [](const std::string& file) { return std::string(ParseSafetensors(file).status().message()); };
  EXPECT_THAT(error(Safetensors("{" + entry + ", " + entry + "}", std::string(4, '\0'))), HasSubstr("twice"));
  EXPECT_THAT(error(Safetensors("{" + entry + "}", std::string(8, '\0'))), HasSubstr("overlap or leave bytes"));
  EXPECT_THAT(error(Safetensors("{" + entry + "}", "")), HasSubstr("outside the file"));
  EXPECT_THAT(error(Safetensors("[1]", "")), HasSubstr("no JSON object"));
  EXPECT_THAT(error(std::string(8, '\xff')), HasSubstr("longer than the file"));
}

}  // namespace
}  // namespace plumbline
