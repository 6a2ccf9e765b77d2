// Escapes follow the GitHub Flavored Markdown specification, section 6.1 (backslash escapes)
// and 4.10 (tables, where a pipe ends a cell even inside code).
#include "reports/markdown.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "reports/csv.h"
#include "reports/number_text.h"
#include "reports/text.h"

namespace plumbline::md {
namespace {

constexpr double kLevel = 0.95;

std::string OneLine(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  }
  return line;
}

std::string Escaped(absl::string_view text) {
  std::string result;
  for (const char c : OneLine(VisibleText(text))) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '|':
      case '~':
      case '$':
        result += '\\';
        [[fallthrough]];
      default:
        result += c;
    }
  }
  return result;
}

// For HTML: every character that Markdown or HTML might read as more than itself.
std::string Entities(absl::string_view text) {
  std::string result;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80 || absl::ascii_isalnum(c) || c == ' ') {
      result += c;
    } else {
      absl::StrAppend(&result, "&#", static_cast<int>(c), ";");
    }
  }
  return result;
}

// The address of a link or image, without what would end it.
std::string Address(absl::string_view target) {
  std::string result;
  for (const char c : OneLine(VisibleText(target))) {
    if (absl::string_view(" <>()[]|\\\"'`*_").find(c) == absl::string_view::npos) {
      result += c;
    } else {
      absl::StrAppend(&result, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return result;
}

// True when Markdown reads more into the formula than TeX: a backslash before punctuation, or marks
// of emphasis, code, HTML or tables.
bool MarkdownReads(absl::string_view tex) {
  for (size_t i = 0; i < tex.size(); ++i) {
    if (absl::string_view("_*`<>|~[]&").find(tex[i]) != absl::string_view::npos) return true;
    if (tex[i] == '\\' && i + 1 < tex.size() && absl::ascii_ispunct(tex[i + 1])) return true;
  }
  return false;
}

// A block's first characters that would make it a list, heading or rule are taken literally.
std::string AtLineStart(absl::string_view markdown) {
  const size_t digits = std::min(markdown.find_first_not_of("0123456789"), markdown.size());
  if (digits > 0 && digits < markdown.size() &&
      (markdown[digits] == '.' || markdown[digits] == ')')) {
    return absl::StrCat(markdown.substr(0, digits), "\\", markdown.substr(digits));
  }
  const bool special =
      !markdown.empty() && absl::string_view("#+-=").find(markdown[0]) != absl::string_view::npos;
  return absl::StrCat(special ? "\\" : "", markdown);
}


std::string QuantityText(double value, absl::string_view unit, int digits) {
  if (unit.empty()) return SignificantText(value, digits);
  return unit == "B" ? BytesText(value, digits) : SiText(value, unit, digits);
}

absl::string_view Rule(Align align) {
  switch (align) {
    case Align::kLeft:
      return ":---";
    case Align::kRight:
      return "---:";
    case Align::kCenter:
      return ":---:";
  }
  return "---";
}

// Trusted Markdown without marks of emphasis and code; formulas stay as they are.
std::string Unmarked(absl::string_view markdown) {
  std::string text;
  bool formula = false;
  for (size_t i = 0; i < markdown.size(); ++i) {
    const char c = markdown[i];
    const bool escape = c == '\\' && i + 1 < markdown.size() && absl::ascii_ispunct(markdown[i + 1]);
    if (!formula && escape) {
      text += markdown[++i];
    } else if (c == '$') {
      formula = !formula;
      text += c;
    } else if (formula || (c != '*' && c != '`')) {
      text += c;
    }
  }
  return text;
}

Inline Italic(absl::string_view markdown, CellData data) {
  return WithData(absl::StrCat("*", markdown, "*"), std::move(data));
}

CellData NumberData(double value, absl::string_view unit) { return {ShortestText(value), "", "", std::string(unit)}; }

CellData EstimateData(const Estimate& estimate, absl::string_view unit) {
  return {ShortestText(estimate.value), ShortestText(estimate.interval.low), ShortestText(estimate.interval.high),
          std::string(unit)};
}

// What a cell is within a longer text.
std::string DataText(const CellData& data) {
  return data.unit.empty() ? data.text : absl::StrCat(data.text, " ", data.unit);
}

std::string RowText(absl::Span<const std::string> cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

}  // namespace

Inline Raw(absl::string_view markdown) {
  return WithData(markdown, {Unmarked(OneLine(markdown)), "", "", ""});
}

Inline WithData(absl::string_view markdown, CellData data) {
  Inline result;
  result.markdown_ = OneLine(markdown);
  result.data_ = std::move(data);
  return result;
}

Inline operator+(const Inline& a, const Inline& b) {
  return WithData(absl::StrCat(a.markdown(), b.markdown()),
                  {absl::StrCat(DataText(a.data()), DataText(b.data())), "", "", ""});
}

Inline Text(absl::string_view text) { return WithData(Escaped(text), {VisibleText(text), "", "", ""}); }

Inline Bold(absl::string_view text) {
  return WithData(absl::StrCat("**", Escaped(text), "**"), {std::string(text), "", "", ""});
}

Inline Code(absl::string_view text) {
  const std::string line = OneLine(VisibleText(text));
  if (line.empty()) return Raw("");
  const bool plain =
      line.find_first_of("`|") == std::string::npos && line.front() != ' ' && line.back() != ' ';
  return WithData(plain ? absl::StrCat("`", line, "`") : absl::StrCat("<code>", Entities(line), "</code>"),
                  {line, "", "", ""});
}

Inline Link(absl::string_view text, absl::string_view target) {
  return WithData(absl::StrCat("[", Escaped(text), "](", Address(target), ")"), {std::string(text), "", "", ""});
}

Inline Math(absl::string_view tex) {
  // A pipe would end a table's cell.
  const std::string safe =
      absl::StrReplaceAll(OneLine(tex), {{"\\|", "\\Vert "}, {"|", "\\vert "}});
  return WithData(MarkdownReads(safe) ? absl::StrCat("$`", safe, "`$") : absl::StrCat("$", safe, "$"),
                  {std::string(tex), "", "", ""});
}

Inline Exact(int64_t count) { return WithData(CountText(count), {absl::StrCat(count), "", "", ""}); }

Inline ExactReal(double value, int digits) { return WithData(SignificantText(value, digits), NumberData(value, "")); }

Inline ExactQuantity(double value, absl::string_view unit, int digits) {
  return WithData(Escaped(SiText(value, unit, digits)), NumberData(value, unit));
}

Inline ExactBytes(double bytes, int digits) { return WithData(BytesText(bytes, digits), NumberData(bytes, "B")); }

Inline ExactShortest(double value) { return WithData(ShortestText(value), NumberData(value, "")); }

Inline ExactEstimate(const absl::StatusOr<Estimate>& estimate, int decimals) {
  if (!estimate.ok()) return Absent(estimate.status().message());
  return WithData(Escaped(absl::StrCat(FixedText(estimate->value, decimals), " [",
                                       FixedText(estimate->interval.low, decimals), ",\u00A0",
                                       FixedText(estimate->interval.high, decimals), "]")),
                  EstimateData(*estimate, ""));
}

Inline Measured(double value, absl::string_view unit, int digits) {
  return Italic(Escaped(QuantityText(value, unit, digits)), NumberData(value, unit));
}

Inline MeasuredEstimate(const absl::StatusOr<Estimate>& estimate, absl::string_view unit,
                        int digits) {
  if (!estimate.ok()) return Absent(estimate.status().message());
  const Interval& interval = estimate->interval;
  const CellData data = EstimateData(*estimate, unit);
  if (unit == "B") {
    return Italic(absl::StrCat(BytesText(estimate->value, digits), " \\[",
                               BytesText(interval.low, digits), ", ",
                               BytesText(interval.high, digits), "\\]"),
                  data);
  }
  return Italic(Escaped(IntervalText(estimate->value, interval.low, interval.high, unit, digits)), data);
}

Inline MeasuredPlusMinus(double value, double half_width, int decimals) {
  return Italic(absl::StrCat(FixedText(value, decimals), "\u00A0±\u00A0", FixedText(half_width, decimals)),
                EstimateData({value, {value - half_width, value + half_width, 0}}, ""));
}

Inline MeasuredMedian(absl::Span<const double> samples, absl::string_view unit, int digits) {
  const absl::StatusOr<double> median = Median(samples);
  if (!median.ok()) return Absent(median.status().message());
  const absl::StatusOr<Estimate> estimate = MedianEstimate(samples, kLevel);
  if (estimate.ok()) return MeasuredEstimate(estimate, unit, digits);
  const Inline both = Measured(*median, unit, digits) + Text(absl::StrCat(" (", estimate.status().message(), ")"));
  return WithData(both.markdown(), NumberData(*median, unit));
}

Inline Absent(absl::string_view reason) { return WithData(Escaped(absl::StrCat("— (", reason, ")")), {}); }

Inline Convention() {
  return Raw(
      "Numbers in *italics* are measured: the median over rounds with its 95\u00A0% interval in "
      "brackets. Upright numbers are exact: counted, computed, or reproduced bit for bit.");
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<Inline> cells) { rows_.push_back(std::move(cells)); }

absl::StatusOr<std::string> Table::Markdown() const {
  std::vector<std::string> titles;
  std::vector<std::string> rules;
  for (const Column& column : columns_) {
    titles.push_back(column.title.markdown());
    rules.emplace_back(Rule(column.align));
  }
  std::string text = RowText(titles) + RowText(rules);
  for (const std::vector<Inline>& row : rows_) {
    if (row.size() != columns_.size()) {
      return absl::InternalError(absl::StrCat("table '", absl::StrJoin(titles, " | "),
                                              "': a row of ", row.size(), " cells for ",
                                              columns_.size(), " columns"));
    }
    std::vector<std::string> cells;
    for (const Inline& cell : row) cells.push_back(cell.markdown());
    text += RowText(cells);
  }
  return text;
}

std::string Table::Csv() const {
  const auto any = [&](size_t column, std::string CellData::* field) {
    return std::any_of(rows_.begin(), rows_.end(), [&](const std::vector<Inline>& row) {
      return column < row.size() && !(row[column].data().*field).empty();
    });
  };
  std::vector<std::pair<size_t, std::string CellData::*>> fields;
  std::vector<std::string> titles;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string& title = columns_[i].title.data().text;
    const std::pair<std::string CellData::*, const char*> extra[] = {
        {&CellData::text, ""}, {&CellData::low, " low"}, {&CellData::high, " high"}, {&CellData::unit, " unit"}};
    for (const auto& [field, suffix] : extra) {
      if (field != &CellData::text && !any(i, field)) continue;
      fields.emplace_back(i, field);
      titles.push_back(absl::StrCat(title, suffix));
    }
  }
  std::string text = CsvRow(titles);
  for (const std::vector<Inline>& row : rows_) {
    std::vector<std::string> cells;
    for (const auto& [column, field] : fields) {
      cells.push_back(column < row.size() ? row[column].data().*field : std::string());
    }
    text += CsvRow(cells);
  }
  return text;
}

void Document::AddBlock(absl::string_view block) {
  absl::StrAppend(&text_, text_.empty() ? "" : "\n", absl::StripSuffix(block, "\n"), "\n");
}

void Document::Heading(int level, const Inline& text) {
  AddBlock(absl::StrCat(std::string(std::clamp(level, 1, 6), '#'), " ", text.markdown()));
  heading_ = text.data().text;
}

void Document::Paragraph(const Inline& text) { AddBlock(AtLineStart(text.markdown())); }

void Document::Bullets(absl::Span<const Inline> items) {
  std::string block;
  for (const Inline& item : items) {
    absl::StrAppend(&block, "- ", AtLineStart(item.markdown()), "\n");
  }
  AddBlock(block);
}

void Document::Add(const Table& table) {
  const absl::StatusOr<std::string> text = table.Markdown();
  if (text.ok()) {
    AddBlock(*text);
    tables_.push_back({heading_, table.Csv()});
  } else {
    status_.Update(text.status());
  }
}

void Document::Formula(absl::string_view tex) {
  const absl::string_view body = absl::StripAsciiWhitespace(tex);
  if (MarkdownReads(body)) {
    CodeBlock("math", body);
  } else {
    AddBlock(absl::StrCat("$$\n", body, "\n$$"));
  }
}

void Document::CodeBlock(absl::string_view language, absl::string_view text) {
  std::string fence = "```";
  while (absl::StrContains(text, fence)) fence += '`';
  AddBlock(
      absl::StrCat(fence, language, "\n", VisibleText(absl::StripSuffix(text, "\n")), "\n", fence));
}

void Document::Image(absl::string_view description, absl::string_view file) {
  AddBlock(absl::StrCat("!", Link(description, file).markdown()));
}

absl::StatusOr<std::string> Document::Finish() const {
  if (!status_.ok()) return status_;
  if (ReportData::Current() != nullptr) ReportData::Current()->AddDocument(text_, tables_);
  return text_;
}

}  // namespace plumbline::md
