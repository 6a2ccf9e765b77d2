// Decoding of UTF-8 and the choice of visible characters.
#include "reports/text.h"

#include "gtest/gtest.h"

namespace plumbline {
namespace {

TEST(TextTest, DecodesEveryLength) {
  EXPECT_EQ(DecodeCodePoint("a").value, U'a');
  EXPECT_EQ(DecodeCodePoint("é").value, U'é');
  EXPECT_EQ(DecodeCodePoint("⁻").value, U'⁻');
  EXPECT_EQ(DecodeCodePoint("😀").value, U'😀');
  EXPECT_EQ(DecodeCodePoint("😀x").length, 4u);
}

TEST(TextTest, RefusesOverlongSurrogatesAndTruncatedForms) {
  for (const char* bytes :
       {"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80", "\x80", "\xE2\x82", "\xC3(", "\xFF"}) {
    EXPECT_FALSE(DecodeCodePoint(bytes).valid);
    EXPECT_EQ(DecodeCodePoint(bytes).length, 1u);
    EXPECT_FALSE(IsValidUtf8(bytes));
  }
  EXPECT_TRUE(IsValidUtf8("aé⁻😀"));
  EXPECT_TRUE(IsValidUtf8(""));
}

TEST(TextTest, ReplacesInvisibleCharactersButKeepsLayout) {
  EXPECT_EQ(VisibleText("a\tb\nc"), "a\tb\nc");
  EXPECT_EQ(VisibleText("a\x1b[31m"), "a\uFFFD[31m");
  EXPECT_EQ(VisibleText("a\u202Eb"), "a\uFFFDb");
  EXPECT_EQ(VisibleText("\xFF"), "\uFFFD");
  EXPECT_EQ(VisibleText("\u202F\u00A0"), "\u202F\u00A0");
}

TEST(TextTest, CountsCodePoints) {
  EXPECT_EQ(CodePointCount(""), 0u);
  EXPECT_EQ(CodePointCount("aé😀\xFF"), 4u);
}

}  // namespace
}  // namespace plumbline
