// Canonical text: its form, and that the library's parser reads it back.
#include "reports/canonical_text.h"

#include <cstring>
#include <iterator>
#include <limits>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"
#include "tests/reports/all_types.pb.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::AllTypes;

std::string Text(const google::protobuf::Message& message) {
  const absl::StatusOr<std::string> text = CanonicalText(message);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

TEST(CanonicalTextTest, PrintsFieldsByNumberWhateverTheOrderOfDeclaration) {
  AllTypes message;
  message.set_real(0.1);
  message.set_single(0.1f);
  message.set_color(AllTypes::GREEN);
  message.set_large_bits(0x3ff0000000000000);
  message.set_small_bits(10);
  message.mutable_child()->set_flag(true);
  message.add_children();
  EXPECT_EQ(Text(message),
            "color: GREEN\n"
            "single: 0.1\n"
            "small_bits: 0x0000000a\n"
            "large_bits: 0x3ff0000000000000\n"
            "real: 0.1\n"
            "child {\n"
            "  flag: true\n"
            "}\n"
            "children {}\n");
}

TEST(CanonicalTextTest, EmptyMessageIsEmptyText) { EXPECT_EQ(Text(AllTypes()), ""); }

TEST(CanonicalTextTest, PrintsAFieldWithPresenceThatHoldsItsDefault) {
  AllTypes message;
  message.set_maybe(0);
  message.set_word("");
  EXPECT_EQ(Text(message), "maybe: 0\nword: \"\"\n");
}

TEST(CanonicalTextTest, EscapesWhatCannotBeSeenAndKeepsTheRest) {
  AllTypes message;
  message.set_text(std::string("4·B·L² \"a\\b\"\t\r\x01\x7f") + '\0' + "z");
  message.set_raw("\xff\xc3");
  message.set_word("\xE2\x80\xAE");  // right-to-left override
  EXPECT_EQ(Text(message),
            "text: \"4·B·L² \\\"a\\\\b\\\"\\t\\r\\001\\177\\000z\"\n"
            "raw: \"\\377\\303\"\n"
            "word: \"\\342\\200\\256\"\n");
}

TEST(CanonicalTextTest, BreaksATextOfSeveralLinesAfterEachLine) {
  AllTypes message;
  message.set_text("a\n\nb");
  message.mutable_child()->set_text("one line\n");
  EXPECT_EQ(Text(message),
            "text:\n"
            "  \"a\\n\"\n"
            "  \"\\n\"\n"
            "  \"b\"\n"
            "child {\n"
            "  text: \"one line\\n\"\n"
            "}\n");
}

TEST(CanonicalTextTest, BreaksLongListsAtAHundredColumns) {
  AllTypes message;
  for (int i = 0; i < 60; ++i) message.add_integers(1000 + i);
  const std::string text = Text(message);
  EXPECT_THAT(text, StartsWith("integers: [1000, 1001, "));
  EXPECT_THAT(text, HasSubstr(",\n  10"));
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(end - begin, 100u);
    begin = end + 1;
  }
}

TEST(CanonicalTextTest, PrintsAnUnknownEnumValueByNumber) {
  AllTypes message;
  message.set_color(static_cast<AllTypes::Color>(42));
  EXPECT_EQ(Text(message), "color: 42\n");
}

TEST(CanonicalTextTest, RefusesMapsUnknownFieldsAndDeepNesting) {
  tests::WithMap with_map;
  (*with_map.mutable_entries())["a"] = 1;
  EXPECT_EQ(CanonicalText(with_map).status().code(), absl::StatusCode::kInvalidArgument);

  AllTypes unknown;
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddVarint(999, 1);
  EXPECT_EQ(CanonicalText(unknown).status().code(), absl::StatusCode::kInvalidArgument);

  AllTypes deep;
  AllTypes* inner = &deep;
  for (int i = 1; i < kMaxTextDepth; ++i) inner = inner->mutable_child();
  EXPECT_TRUE(CanonicalText(deep).ok());
  EXPECT_TRUE(ParseText<AllTypes>(Text(deep), "f").ok());
  inner->mutable_child();
  EXPECT_EQ(CanonicalText(deep).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(CanonicalTextTest, ParsingRefusesDeepNestingInsteadOfCrashing) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "child {";
  EXPECT_EQ(ParseText<AllTypes>(text, "f").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(CanonicalTextTest, ParsingErrorsNameFileLineAndColumn) {
  const absl::Status status = ParseText<AllTypes>("small: 1\n  shade: 3\n", "a.textproto").status();
  EXPECT_THAT(std::string(status.message()), StartsWith("a.textproto:2:"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("shade"));
}

TEST(CanonicalTextTest, EveryPrefixOfATextIsReadOrRefusedWithoutCrashing) {
  AllTypes message;
  message.set_text("a\n\"b\"");
  message.add_reals(-1e300);
  message.mutable_child()->add_children()->set_number(-5);
  const std::string text = Text(message);
  for (size_t size = 0; size <= text.size(); ++size) {
    const absl::Status status = ParseText<AllTypes>(text.substr(0, size), "f").status();
    if (!status.ok()) {
      EXPECT_THAT(std::string(status.message()), StartsWith("f:"));
    }
  }
}

// Fills every field with random bits, so that numbers of every size and every byte occur.
class RandomMessages {
 public:
  explicit RandomMessages(uint32_t seed) : random_(seed) {}

  AllTypes Next(int depth) {
    AllTypes m;
    if (Chance()) m.set_real(Double());
    if (Chance()) m.set_single(Float());
    if (Chance()) m.set_small(static_cast<int32_t>(random_()));
    if (Chance()) m.set_large(static_cast<int64_t>(random_()));
    if (Chance()) m.set_small_unsigned(static_cast<uint32_t>(random_()));
    if (Chance()) m.set_large_unsigned(random_());
    if (Chance()) m.set_small_bits(static_cast<uint32_t>(random_()));
    if (Chance()) m.set_large_bits(random_());
    if (Chance()) m.set_flag(true);
    if (Chance()) m.set_text(Words());
    if (Chance()) m.set_raw(Bytes());
    if (Chance()) m.set_color(AllTypes::RED);
    if (Chance()) m.set_maybe(Double());
    if (Chance()) m.set_word(Words());
    if (Chance()) m.set_number(static_cast<int64_t>(random_()));
    if (Chance()) m.set_zigzag(static_cast<int64_t>(random_()));
    if (Chance()) m.set_signed_bits(static_cast<int32_t>(random_()));
    while (Chance()) m.add_reals(Double());
    while (Chance()) m.add_singles(Float());
    while (Chance()) m.add_integers(static_cast<int64_t>(random_()));
    while (Chance()) m.add_words(random_());
    while (Chance()) m.add_flags(Chance());
    while (Chance()) m.add_colors(Chance() ? AllTypes::RED : AllTypes::COLOR_UNSPECIFIED);
    while (Chance()) m.add_texts(Words());
    while (Chance()) m.add_raws(Bytes());
    if (depth > 0) {
      if (Chance()) *m.mutable_child() = Next(depth - 1);
      while (Chance()) *m.add_children() = Next(depth - 1);
    }
    return m;
  }

 private:
  bool Chance() { return random_() % 2 == 0; }

  double Double() {
    const uint64_t bits = random_();
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    // A payload of a NaN has no text.
    return value == value ? value : std::numeric_limits<double>::quiet_NaN();
  }

  float Float() {
    const uint32_t bits = static_cast<uint32_t>(random_());
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    return value == value ? value : std::numeric_limits<float>::quiet_NaN();
  }

  std::string Bytes() {
    std::string bytes = Words();
    while (Chance()) bytes.push_back(static_cast<char>(random_()));
    return bytes + Words();
  }

  // UTF-8, which the library wants of a string.
  std::string Words() {
    static const char* const kPieces[] = {"\n", "·", "\"", "\\", "'",      "\t", "{",
                                          "#",  "?", "²",  "7",  "\u202E", "😀"};
    std::string words;
    while (Chance()) {
      if (Chance()) {
        words.push_back(static_cast<char>(random_() % 128));
      } else {
        words += kPieces[random_() % std::size(kPieces)];
      }
    }
    return words;
  }

  std::mt19937_64 random_;
};

TEST(CanonicalTextTest, RandomMessagesComeBackBitForBit) {
  RandomMessages random(1);
  for (int i = 0; i < 2000; ++i) {
    const AllTypes message = random.Next(2);
    const std::string text = Text(message);
    const absl::StatusOr<AllTypes> again = ParseText<AllTypes>(text, "f");
    ASSERT_TRUE(again.ok()) << again.status() << "\n" << text;
    ASSERT_EQ(again->SerializeAsString(), message.SerializeAsString()) << text;
    ASSERT_EQ(Text(*again), text);
  }
}

TEST(CanonicalTextTest, SpecialNumbersComeBack) {
  AllTypes message;
  for (const double value : {0.0, -0.0, 1e22, 1e23, 5e-324, 1.7976931348623157e308, 1e308,
                             123456789012345683968.0, 9007199254740993.0, -1.0 / 3}) {
    message.add_reals(value);
  }
  message.add_reals(std::numeric_limits<double>::infinity());
  message.add_reals(-std::numeric_limits<double>::infinity());
  message.add_singles(1e-45f);
  message.add_singles(3.4028235e38f);
  message.add_integers(std::numeric_limits<int64_t>::min());
  const absl::StatusOr<AllTypes> again = ParseText<AllTypes>(Text(message), "f");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), message.SerializeAsString());
}

}  // namespace
}  // namespace plumbline
