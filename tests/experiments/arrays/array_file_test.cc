// Files of arrays: what was written reads back, what numpy writes is read, and damaged files are refused.
#include "experiments/arrays/array_file.h"

#include <string>
#include <utility>
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

// A .npy file of format version 2 or 3: four bytes of header length.
std::string LongNpy(char major, const std::string& header, const std::string& payload) {
  std::string file("\x93NUMPY", 6);
  file += {major, '\0'};
  for (int i = 0; i < 4; ++i) file.push_back(static_cast<char>(header.size() >> (8 * i)));
  return file + header + payload;
}

TEST(Npy, ReadsEveryFormatVersionAndAnyOrderOfKeys) {
  for (const char major : {'\2', '\3'}) {
    const auto read = ParseNpy(LongNpy(major, Header("|u1", "False", "(2,)") + std::string(70000, ' '), "ab"));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->bytes, "ab");
  }
  const auto read = ParseNpy(Npy("{\"shape\":(2,),\"descr\":\"|u1\",\"fortran_order\":False}", "ab"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->bytes, "ab");
}

TEST(Npy, RefusesOtherFormatVersions) {
  const std::string header = Header("|u1", "False", "(2,)");
  std::string file = Npy(header, "ab");
  for (const auto& [major, minor] : std::vector<std::pair<int, int>>{{0, 0}, {4, 0}, {1, 1}, {255, 255}}) {
    file[6] = static_cast<char>(major);
    file[7] = static_cast<char>(minor);
    EXPECT_THAT(Error(file), HasSubstr(absl::StrCat("version ", major, ".", minor)));
  }
}

TEST(Npy, RefusesHeaderLengthsBeyondTheFile) {
  std::string file = Npy(Header("|u1", "False", "(2,)"), "ab");
  file[8] = file[9] = '\xff';
  EXPECT_THAT(Error(file), HasSubstr("longer than the file"));
  EXPECT_THAT(Error(Npy("", "ab")), HasSubstr("no dictionary"));
  EXPECT_THAT(Error(Npy("{", "ab")), HasSubstr("malformed"));
  std::string longer = LongNpy('\2', Header("|u1", "False", "(2,)"), "ab");
  for (int i = 8; i < 12; ++i) longer[static_cast<size_t>(i)] = '\xff';
  EXPECT_THAT(Error(longer), HasSubstr("longer than the file"));
}

TEST(Npy, RefusesHeadersThatAreNoSuchLiteral) {
  const auto with_shape = [](const std::string& shape) { return Error(Npy(Header("|u1", "False", shape), "ab")); };
  for (const char* shape : {"(1_000,)", "(1e3,)", "(0x10,)", "(2 2)", "(,)", "(2,", "[2]", "2", "(+2,)", "(99999999999999999999,)"}) {
    EXPECT_THAT(with_shape(shape), testing::AnyOf(HasSubstr("malformed"), HasSubstr("no tuple"))) << shape;
  }
  EXPECT_THAT(with_shape(absl::StrCat("(", std::string(79, '1'), ")")), HasSubstr("malformed"));
  std::string axes = "(";
  for (int i = 0; i < 40; ++i) axes += "1, ";
  EXPECT_THAT(with_shape(axes + ")"), HasSubstr("more than 32 axes"));
  for (const char* order : {"1", "true", "None", "'True'"}) {
    EXPECT_THAT(Error(Npy(Header("|u1", order, "(2,)"), "ab")), HasSubstr("no boolean")) << order;
  }
  EXPECT_THAT(Error(Npy("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "ab")),
              HasSubstr("'descr' twice"));
  EXPECT_THAT(Error(Npy("{'descr': '|u1', 'more': 1, 'fortran_order': False, 'shape': (2,)}", "ab")),
              HasSubstr("unknown key 'more'"));
  EXPECT_THAT(Error(Npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "ab")),
              HasSubstr("structured"));
  EXPECT_THAT(Error(Npy(Header("|u1", "False", "(2,)") + "x", "ab")), HasSubstr("text after"));
}

TEST(Npy, RefusesTrailingBytesAndReadsEmptyArraysOfHugeShape) {
  EXPECT_THAT(Error(Npy(Header("|u1", "False", "(2,)"), "abc")), HasSubstr("3 follow the header"));
  const auto read = ParseNpy(Npy(Header("<f8", "True", "(0, 4611686018427387904, 4611686018427387904)"), ""));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 0);
}

TEST(Npy, RefusesTypesThatAreNoPlainNumbers) {
  for (const char* descr : {"<f2", "<c8", "|S3", "<U4", "<M8[ns]", "|V4", "f4", "*f4", "", "<f44"}) {
    EXPECT_THAT(Error(Npy(Header(descr, "False", "(1,)"), "abcd")), HasSubstr("plain numbers")) << descr;
  }
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

}  // namespace
}  // namespace plumbline
