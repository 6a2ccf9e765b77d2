#include "dsl/diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(SourceTest, LocatesOffsetsAndLinesWithAnyLineEnd) {
  const Source source("f", "ab\r\nc\n\nd");
  EXPECT_EQ(source.line_count(), 4);
  EXPECT_EQ(source.Line(1), "ab");
  EXPECT_EQ(source.Line(2), "c");
  EXPECT_EQ(source.Line(3), "");
  EXPECT_EQ(source.Line(4), "d");
  EXPECT_EQ(source.Line(5), "");
  EXPECT_EQ(source.Locate(0), (SourceLocation{1, 1}));
  EXPECT_EQ(source.Locate(4), (SourceLocation{2, 1}));
  EXPECT_EQ(source.Locate(100), (SourceLocation{4, 2}));
  for (size_t offset = 0; offset < source.text().size(); ++offset) {
    EXPECT_EQ(source.Offset(source.Locate(offset)), offset);
  }
}

TEST(SourceTest, AnEmptyTextHasAFirstPlace) {
  const Source source("f", "");
  EXPECT_EQ(source.line_count(), 0);
  EXPECT_EQ(source.Locate(0), (SourceLocation{1, 1}));
}

TEST(DiagnosticTest, ShowsPlaceLineCaretHintsAndCalls) {
  const Source source("dir/m.textproto", "one\n\tnode { bad }\n");
  const std::string text =
      Render(Error(source, {2, 9}, "bad word")
                 .Hint("did you mean 'good'?")
                 .Hint("")
                 .Calls({{"inner", "a.b", {1, 2}}, {"outer", "", {1, 1}}, {"", "", {}}}));
  EXPECT_EQ(text,
            "dir/m.textproto:2:9: error: bad word\n"
            "     node { bad }\n"
            "            ^\n"
            "  did you mean 'good'?\n"
            "  in function 'inner', called at dir/m.textproto:1:2 as 'a.b'\n"
            "  in function 'outer', called at dir/m.textproto:1:1\n");
}

TEST(DiagnosticTest, HasNoLineWhereNoneIsKnown) {
  EXPECT_EQ(Render(FileError("m", "no nodes")), "m: error: no nodes\n");
  EXPECT_EQ(Render(FileError("", "no file")), "error: no file\n");
}

TEST(DiagnosticTest, ElidesLongLinesAroundThePlaceWithoutSplittingCharacters) {
  std::string line;
  for (int i = 0; i < 1000; ++i) line += "é";
  for (int column = 1; column <= 2000; column += 7) {
    const Source source("m", line);
    const Diagnostic diagnostic = Error(source, {1, column}, "x");
    EXPECT_LT(diagnostic.excerpt.size(), 140u);
    EXPECT_THAT(Render(diagnostic), HasSubstr("..."));
    if (column % 2 == 1) {
      EXPECT_THAT(Render(diagnostic), Not(HasSubstr("\\x"))) << column;
    }
  }
}

TEST(DiagnosticTest, CaretStandsUnderCharactersNotBytes) {
  const Source source("m", "\"é\" x");
  EXPECT_THAT(Render(Error(source, {1, 6}, "x")), HasSubstr("    \"é\" x\n        ^\n"));
}

TEST(DiagnosticTest, LetsNothingThroughThatATerminalWouldObey) {
  const Source source("a\nb\x1b[31m", "bad \x07 \xe2\x80\xae\xff\n");
  const std::string text = Render(Error(source, {1, 5}, "said \x1b[0m"));
  EXPECT_THAT(text, HasSubstr("a\\nb\\x1b[31m:1:5: error: said \\x1b[0m\n"));
  EXPECT_THAT(text, HasSubstr("    bad \\x07 \\u202e\\xff\n        ^\n"));
}

TEST(DiagnosticTest, QuotesVeryLongNamesInShort) {
  const std::string quoted = Quoted(std::string(1 << 20, 'n'));
  EXPECT_LT(quoted.size(), 120u);
  EXPECT_THAT(quoted, EndsWith("(1048576 bytes)"));
}

TEST(NearestNameTest, FindsTypingMistakes) {
  EXPECT_EQ(NearestName("chanels", {"kernel", "channels"}), "channels");
  EXPECT_EQ(NearestName("f32", {"F32", "S64"}), "F32");
  EXPECT_EQ(NearestName("paddign", {"padding"}), "padding");
  EXPECT_EQ(NearestName("feature", {"features", "future"}), "features");
  EXPECT_EQ(DidYouMean("chanels", {"channels"}), "did you mean 'channels'?");
}

TEST(NearestNameTest, PrefersTheEarlierOfEquallyNearNames) {
  EXPECT_EQ(NearestName("conv3d", {"conv1d", "conv2d"}), "conv1d");
}

TEST(NearestNameTest, DoesNotGuessWildly) {
  EXPECT_EQ(NearestName("x", {"y", "z"}), "");
  EXPECT_EQ(NearestName("label", {"scores"}), "");
  EXPECT_EQ(NearestName("", {"a"}), "");
  EXPECT_EQ(NearestName(std::string(100, 'a'), {std::string(101, 'a')}), "");
  EXPECT_EQ(DidYouMean("x", {"y"}), "");
}

TEST(DiagnosticsTest, SortsByPlaceAndKeepsOneOfEach) {
  const Source source("m", "a\nb\nc\n");
  Diagnostics diagnostics;
  diagnostics.Add(Error(source, {3, 1}, "third"));
  diagnostics.Add(Warning(source, {1, 1}, "first"));
  diagnostics.Add(Error(source, {2, 1}, "second"));
  diagnostics.Add(Error(source, {2, 1}, "second").Calls({{"f", "", {}}}));
  diagnostics.Add(FileError("m", "whole file"));
  EXPECT_EQ(diagnostics.error_count(), 3);
  EXPECT_EQ(diagnostics.warning_count(), 1);
  std::string messages;
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    absl::StrAppend(&messages, diagnostic.message, ";");
  }
  EXPECT_EQ(messages, "whole file;first;second;third;");
}

TEST(DiagnosticsTest, KeepsTheFilesApart) {
  const Source first("b", "x");
  const Source second("a", "x");
  Diagnostics diagnostics;
  diagnostics.Add(Error(first, {1, 1}, "same"));
  diagnostics.Add(Error(second, {1, 1}, "same"));
  ASSERT_EQ(diagnostics.error_count(), 2);
  EXPECT_EQ(diagnostics.Sorted()[0].file, "b");
}

TEST(DiagnosticsTest, ShowsErrorsBeforeWarningsWhenThereAreTooMany) {
  const Source source("m", std::string(1000, '\n'));
  Diagnostics diagnostics;
  for (int i = 1; i <= 300; ++i) diagnostics.Add(Warning(source, {i, 1}, "minor"));
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.Add(Error(source, {900, 1}, "grave"));
  const std::string text = diagnostics.Render();
  EXPECT_THAT(text, HasSubstr("m:900:1: error: grave"));
  EXPECT_THAT(text, EndsWith("and 251 more\n"));
  EXPECT_FALSE(diagnostics.full());
  for (int i = 1; i <= Diagnostics::kMaxRendered; ++i) {
    diagnostics.Add(Error(source, {i, 1}, "grave"));
  }
  EXPECT_TRUE(diagnostics.full());
}

TEST(DiagnosticsTest, NotesAreNeitherErrorsNorWarnings) {
  const Source source("m", "x");
  Diagnostics diagnostics;
  diagnostics.Add(Note(source, {1, 1}, "not available yet"));
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.warning_count(), 0);
  EXPECT_THAT(diagnostics.Render(), HasSubstr("m:1:1: note: not available yet\n"));
}

}  // namespace
}  // namespace plumbline
