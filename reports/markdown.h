// Markdown as GitHub reads it, from parts that cannot break each other: text is escaped when it
// becomes a part, so a name with a pipe or a tag spoils no table. Writes only; there is no parser.
//
//   namespace md = plumbline::md;
//   md::Document report;
//   report.Heading(1, md::Text("Attention scaling"));
//   report.Paragraph(md::Convention());
//   md::Table table({{md::Text("L"), md::Align::kRight}, {md::Text("time"), md::Align::kRight}});
//   table.AddRow({md::Exact(1024), md::MeasuredMedian(samples, "s", 3)});
//   report.Add(table);
//   absl::StatusOr<std::string> text = report.Finish();
//
// The convention for numbers: *italic* is measured, with its interval in brackets or after ±;
// upright is exact, that is computed, counted or reproduced bit for bit. A number that is missing
// says why.
#ifndef PLUMBLINE_REPORTS_MARKDOWN_H_
#define PLUMBLINE_REPORTS_MARKDOWN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "reports/report_data.h"
#include "reports/statistics.h"

namespace plumbline::md {

// What a piece of text says, for programs: numbers with all their digits, in the unit itself.
struct CellData {
  std::string text;  // a number, or the text without markup; empty where a number is missing
  std::string low;   // ends of its interval; empty without one
  std::string high;
  std::string unit;  // of a number
};

// Markdown for inside a line or a table's cell: no line breaks, no bare pipes.
class Inline {
 public:
  const std::string& markdown() const { return markdown_; }
  const CellData& data() const { return data_; }

 private:
  friend Inline Raw(absl::string_view markdown);
  friend Inline WithData(absl::string_view markdown, CellData data);
  std::string markdown_;
  CellData data_;
};

// Trusted Markdown; line breaks become spaces.
Inline Raw(absl::string_view markdown);

// Trusted Markdown that says this to a program. (Raw's data is its text without marks of emphasis and code.)
Inline WithData(absl::string_view markdown, CellData data);

// The data of both is their texts, a number with its unit.
Inline operator+(const Inline& a, const Inline& b);

// Any text, shown as it is; line breaks become spaces, what is invisible or not UTF-8 U+FFFD.
Inline Text(absl::string_view text);
Inline Bold(absl::string_view text);
Inline Code(absl::string_view text);
Inline Link(absl::string_view text, absl::string_view target);

// TeX within a line. $...$, or $`...`$ where Markdown would change the formula.
Inline Math(absl::string_view tex);

// Exact numbers. A count of any size is written out in groups; the others are rounded for the eye.
Inline Exact(int64_t count);
Inline ExactReal(double value, int digits);
Inline ExactQuantity(double value, absl::string_view unit, int digits);  // with an SI prefix
Inline ExactBytes(double bytes, int digits);                             // with a binary prefix
Inline ExactShortest(double value);                                      // all digits

// A number with an interval that is computed from exact numbers, such as a mean over seeds:
// "0.8712 [0.8650, 0.8774]".
Inline ExactEstimate(const absl::StatusOr<Estimate>& estimate, int decimals);

// Measured numbers, in the unit "s", "B" (binary prefixes) or any other (SI prefixes); an empty one
// is a ratio.
Inline Measured(double value, absl::string_view unit, int digits);
Inline MeasuredEstimate(const absl::StatusOr<Estimate>& estimate, absl::string_view unit,
                        int digits);
Inline MeasuredPlusMinus(double value, double half_width, int decimals);

// Median of the samples with its 95 % interval; without interval, and saying so, below 6 samples.
Inline MeasuredMedian(absl::Span<const double> samples, absl::string_view unit, int digits);

// "— (REASON)".
Inline Absent(absl::string_view reason);

// The sentence that explains italic and upright.
Inline Convention();

enum class Align { kLeft, kRight, kCenter };

struct Column {
  Inline title;
  Align align;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // As many cells as columns.
  void AddRow(std::vector<Inline> cells);

  // Internal when a row has another number of cells than there are columns.
  absl::StatusOr<std::string> Markdown() const;

  // The same as CSV (reports/csv.h). A column in which a cell has an interval is followed by "TITLE low" and "TITLE
  // high", one in which a cell has a unit by "TITLE unit".
  std::string Csv() const;

 private:
  const std::vector<Column> columns_;
  std::vector<std::vector<Inline>> rows_;
};

// Blocks, parted by empty lines.
class Document {
 public:
  void Heading(int level, const Inline& text);  // 1 to 6
  void Paragraph(const Inline& text);
  void Bullets(absl::Span<const Inline> items);
  void Add(const Table& table);

  // A formula of its own: $$ ... $$, or a `math` fence where Markdown would change it.
  void Formula(absl::string_view tex);

  // `language` as GitHub names it, or empty.
  void CodeBlock(absl::string_view language, absl::string_view text);

  // `file` is a path relative to the document.
  void Image(absl::string_view description, absl::string_view file);

  // The whole document, or the first error of a table. Leaves the tables with ReportData::Current().
  absl::StatusOr<std::string> Finish() const;

 private:
  void AddBlock(absl::string_view block);

  std::string text_;
  std::string heading_;  // the last one's text
  std::vector<TableData> tables_;
  absl::Status status_;
};

}  // namespace plumbline::md

#endif  // PLUMBLINE_REPORTS_MARKDOWN_H_
