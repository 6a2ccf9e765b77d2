// Markdown that no name can break, and numbers that show whether they are exact.
#include "reports/markdown.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Of(const md::Inline& part) { return part.markdown(); }

TEST(MarkdownTest, TextIsShownAsItIs) {
  EXPECT_EQ(Of(md::Text("plain text, 1.5 (x)")), "plain text, 1.5 (x)");
  EXPECT_EQ(Of(md::Text("a|b`c`*d*_e_[f](g)")), "a\\|b\\`c\\`\\*d\\*\\_e\\_\\[f\\](g)");
  EXPECT_EQ(Of(md::Text("<script>&amp;$x$~~")), "&lt;script&gt;&amp;amp;\\$x\\$\\~\\~");
  EXPECT_EQ(Of(md::Text("two\nlines\t\x1b\xff")), "two lines \uFFFD\uFFFD");
  EXPECT_EQ(Of(md::Text("back\\slash|")), "back\\\\slash\\|");
}

TEST(MarkdownTest, CodeFallsBackToHtmlWhereASpanWouldBreak) {
  EXPECT_EQ(Of(md::Code("encoder.block0_att")), "`encoder.block0_att`");
  EXPECT_EQ(Of(md::Code("a|b`<")), "<code>a&#124;b&#96;&#60;</code>");
  EXPECT_EQ(Of(md::Code("x|\\")), "<code>x&#124;&#92;</code>");
  EXPECT_EQ(Of(md::Code("")), "");
}

TEST(MarkdownTest, LinksCannotBeEnded) {
  EXPECT_EQ(Of(md::Link("a]", "x y).md")), "[a\\]](x%20y%29.md)");
}

TEST(MarkdownTest, MathIsGuardedWhereMarkdownWouldReadIt) {
  EXPECT_EQ(Of(md::Math("L^2 \\cdot D")), "$L^2 \\cdot D$");
  EXPECT_EQ(Of(md::Math("r_j")), "$`r_j`$");
  EXPECT_EQ(Of(md::Math("|x| \\| y")), "$\\vert x\\vert  \\Vert  y$");
  md::Document document;
  document.Formula(" O(L^2 D) ");
  document.Formula("a \\\\ b");
  EXPECT_EQ(*document.Finish(), "$$\nO(L^2 D)\n$$\n\n```math\na \\\\ b\n```\n");
}

TEST(MarkdownTest, ExactIsUprightAndMeasuredIsItalic) {
  EXPECT_EQ(Of(md::Exact(224892)), "224\u202F892");
  EXPECT_EQ(Of(md::ExactReal(0.125, 3)), "0.125");
  EXPECT_EQ(Of(md::ExactQuantity(4.4e12, "FLOP", 3)), "4.40\u00A0TFLOP");
  EXPECT_EQ(Of(md::ExactBytes(1536, 3)), "1.50\u00A0KiB");
  EXPECT_EQ(Of(md::ExactShortest(0.1 + 0.2)), "0.30000000000000004");
  EXPECT_EQ(Of(md::ExactEstimate(Estimate{0.87124, {0.865, 0.8774, 0.95}}, 4)),
            "0.8712 \\[0.8650,\u00A00.8774\\]");
  EXPECT_EQ(Of(md::ExactEstimate(absl::NotFoundError("one seed"), 4)), "— (one seed)");
  EXPECT_EQ(Of(md::Measured(0.00123, "s", 3)), "*1.23\u00A0ms*");
  EXPECT_EQ(Of(md::Measured(1536, "B", 3)), "*1.50\u00A0KiB*");
  EXPECT_EQ(Of(md::Measured(1.35, "", 3)), "*1.35*");
  EXPECT_EQ(Of(md::MeasuredEstimate(Estimate{1.35, {1.3, 1.4, 0.95}}, "", 3)),
            "*1.35 \\[1.30,\u00A01.40\\]*");
  EXPECT_EQ(Of(md::MeasuredPlusMinus(1.984, 0.0312, 2)), "*1.98\u00A0±\u00A00.03*");
}

TEST(MarkdownTest, AMissingNumberSaysWhy) {
  EXPECT_EQ(Of(md::MeasuredEstimate(absl::FailedPreconditionError("no samples"), "s", 3)),
            "— (no samples)");
  EXPECT_EQ(Of(md::MeasuredMedian({}, "s", 3)), "— (no samples)");
  EXPECT_EQ(Of(md::MeasuredMedian({0.001, 0.002, 0.003}, "s", 3)),
            "*2.00\u00A0ms* (an interval of 95 % needs 6 samples, there are 3)");
  EXPECT_EQ(Of(md::MeasuredMedian({1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3}, "s", 2)),
            "*3.5\u00A0ms \\[1.0,\u00A06.0\\]*");
}

TEST(MarkdownTest, TablesKeepTheirShapeWhateverIsInThem) {
  md::Table table({{md::Text("name"), md::Align::kLeft}, {md::Math("L"), md::Align::kRight}});
  table.AddRow({md::Text("a|b\nc"), md::Exact(16384)});
  table.AddRow({md::Code("x|y"), md::Math("|x|")});
  EXPECT_EQ(*table.Markdown(),
            "| name | $L$ |\n"
            "| :--- | ---: |\n"
            "| a\\|b c | 16\u202F384 |\n"
            "| <code>x&#124;y</code> | $\\vert x\\vert $ |\n");
}

TEST(MarkdownTest, ARowOfAnotherLengthIsAnError) {
  md::Table table({{md::Text("a"), md::Align::kLeft}});
  table.AddRow({md::Text("1"), md::Text("2")});
  EXPECT_EQ(table.Markdown().status().code(), absl::StatusCode::kInternal);
  md::Document document;
  document.Add(table);
  document.Paragraph(md::Text("goes on"));
  EXPECT_EQ(document.Finish().status().code(), absl::StatusCode::kInternal);
}

TEST(MarkdownTest, BlocksArePartedByEmptyLines) {
  md::Document document;
  document.Heading(2, md::Text("Result #1"));
  document.Paragraph(md::Text("It is ") + md::Bold("linear") + md::Text("."));
  document.Bullets({md::Text("one"), md::Text("- two"), md::Text("3. three")});
  document.Image("time against L", "time.svg");
  document.CodeBlock("text", "a ``` b\n");
  EXPECT_EQ(*document.Finish(),
            "## Result #1\n"
            "\n"
            "It is **linear**.\n"
            "\n"
            "- one\n"
            "- \\- two\n"
            "- 3\\. three\n"
            "\n"
            "![time against L](time.svg)\n"
            "\n"
            "````text\n"
            "a ``` b\n"
            "````\n");
}

TEST(MarkdownTest, AParagraphDoesNotBecomeAListOrHeading) {
  for (const char* text : {"# no heading", "- no item", "+ no item", "1. no item", "2) no item",
                           "=== no rule", "> no quote", "```no fence"}) {
    md::Document document;
    document.Paragraph(md::Text(text));
    EXPECT_THAT(*document.Finish(), Not(testing::StartsWith(text))) << text;
  }
}

TEST(MarkdownTest, TheConventionShowsBothKinds) {
  EXPECT_THAT(Of(md::Convention()), HasSubstr("*italics*"));
}

}  // namespace
}  // namespace plumbline
