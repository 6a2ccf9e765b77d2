// One element a line, attributes in the order given, so that a changed plot has a readable diff.
#include "reports/svg.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "reports/number_text.h"
#include "reports/text.h"

namespace plumbline {
namespace {

// Widths in em of DejaVu Sans, by class.
double CharacterWidth(char32_t c) {
  if (c < 0x80) {
    const char ascii = static_cast<char>(c);
    if (absl::string_view("ijl.,:;|!' ").find(ascii) != absl::string_view::npos) return 0.33;
    if (absl::string_view("frtI()[]-/\\\"`").find(ascii) != absl::string_view::npos) return 0.42;
    if (absl::string_view("mwMW@%").find(ascii) != absl::string_view::npos) return 0.97;
    if (ascii >= 'A' && ascii <= 'Z') return 0.74;
    if (absl::string_view("+<=>~#^").find(ascii) != absl::string_view::npos) return 0.84;
    return 0.63;
  }
  if (c == 0x202F || c == 0x2009) return 0.2;            // thin spaces
  if (c == 0xB9 || c == 0xB2 || c == 0xB3) return 0.41;  // superscripts
  if (c >= 0x2070 && c <= 0x209F) return c == 0x207B ? 0.53 : 0.41;
  if (c >= 0x1100) return c >= 0x2E80 ? 1.05 : 0.84;  // symbols, wide scripts
  return 0.66;
}

absl::string_view AnchorName(TextAnchor anchor) {
  switch (anchor) {
    case TextAnchor::kStart:
      return "start";
    case TextAnchor::kMiddle:
      return "middle";
    case TextAnchor::kEnd:
      return "end";
  }
  return "start";
}

}  // namespace

std::string SvgEscaped(absl::string_view text) {
  std::string result;
  for (const char c : VisibleText(text)) {
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
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      case '\n':
      case '\t':
        result += ' ';
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string SvgNumber(double value) {
  if (!std::isfinite(value)) return "0";
  std::string text = FixedText(value, 2);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

double TextWidth(absl::string_view text, double font_size) {
  double width = 0;
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    width += CharacterWidth(point.value);
    text.remove_prefix(point.length);
  }
  return width * font_size;
}

std::vector<std::string> WrapText(absl::string_view text, double width, double font_size) {
  std::vector<std::string> lines = {""};
  for (const absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" \n\t"))) {
    if (word.empty()) continue;
    const std::string longer =
        lines.back().empty() ? std::string(word) : absl::StrCat(lines.back(), " ", word);
    if (lines.back().empty() || TextWidth(longer, font_size) <= width) {
      lines.back() = longer;
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

SvgWriter::SvgWriter(double width, double height, absl::string_view label) {
  const std::string w = SvgNumber(width);
  const std::string h = SvgNumber(height);
  Open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
               {"width", w},
               {"height", h},
               {"viewBox", absl::StrCat("0 0 ", w, " ", h)},
               {"font-family", "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"},
               {"role", "img"},
               {"aria-label", std::string(label)}});
  Element("rect", {{"width", w}, {"height", h}, {"fill", "#ffffff"}});
}

void SvgWriter::Indent() { text_.append(2 * open_.size(), ' '); }

void SvgWriter::Open(absl::string_view element, const SvgAttributes& attributes) {
  Indent();
  absl::StrAppend(&text_, "<", element);
  for (const auto& [name, value] : attributes) {
    absl::StrAppend(&text_, " ", name, "=\"", SvgEscaped(value), "\"");
  }
  text_ += ">\n";
  open_.emplace_back(element);
}

void SvgWriter::Close() {
  const std::string element = open_.back();
  open_.pop_back();
  Indent();
  absl::StrAppend(&text_, "</", element, ">\n");
}

void SvgWriter::Element(absl::string_view element, const SvgAttributes& attributes) {
  Open(element, attributes);
  open_.pop_back();
  text_.replace(text_.size() - 2, 2, "/>\n");
}

void SvgWriter::Line(double x1, double y1, double x2, double y2, const SvgAttributes& attributes) {
  SvgAttributes all = {
      {"x1", SvgNumber(x1)}, {"y1", SvgNumber(y1)}, {"x2", SvgNumber(x2)}, {"y2", SvgNumber(y2)}};
  all.insert(all.end(), attributes.begin(), attributes.end());
  Element("line", all);
}

void SvgWriter::Text(double x, double y, absl::string_view text, const TextStyle& style) {
  std::string common = absl::StrCat(" font-size=\"", SvgNumber(style.size), "\"");
  if (style.turned == 0) {
    absl::StrAppend(&common, " x=\"", SvgNumber(x), "\" y=\"", SvgNumber(y), "\"");
  } else {
    absl::StrAppend(&common, " transform=\"translate(", SvgNumber(x), " ", SvgNumber(y),
                    ") rotate(", SvgNumber(-style.turned), ")\"");
  }
  if (style.anchor != TextAnchor::kStart) {
    absl::StrAppend(&common, " text-anchor=\"", AnchorName(style.anchor), "\"");
  }
  if (style.bold) common += " font-weight=\"bold\"";
  if (style.italic) common += " font-style=\"italic\"";
  const std::string escaped = SvgEscaped(text);
  // Twice, because not every viewer knows paint-order.
  if (style.halo) {
    Indent();
    absl::StrAppend(&text_, "<text", common,
                    " fill=\"#ffffff\" stroke=\"#ffffff\" stroke-width=\"4\""
                    " stroke-linejoin=\"round\" aria-hidden=\"true\">",
                    escaped, "</text>\n");
  }
  Indent();
  absl::StrAppend(&text_, "<text", common, " fill=\"", SvgEscaped(style.color), "\">", escaped,
                  "</text>\n");
}

std::string SvgWriter::Finish() {
  while (!open_.empty()) Close();
  return std::move(text_);
}

}  // namespace plumbline
