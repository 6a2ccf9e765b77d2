// Writing SVG: elements, escaping, coordinates of two decimals, and an estimate of how wide a text
// will be. Knows nothing of plots.
#ifndef PLUMBLINE_REPORTS_SVG_H_
#define PLUMBLINE_REPORTS_SVG_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace plumbline {

// Text for element content and attribute values: & < > " ' as references, line breaks and tabs as
// spaces, what is invisible or not UTF-8 as U+FFFD.
std::string SvgEscaped(absl::string_view text);

// A coordinate: at most two decimals, no trailing zeros, no negative zero. Not finite gives 0.
std::string SvgNumber(double value);

// An upper estimate of the width in pixels of `text` in a sans-serif font of this size. Fonts
// differ, so it is the width of a wide one (DejaVu Sans).
double TextWidth(absl::string_view text, double font_size);

// `text` broken at spaces into lines of at most `width` pixels; a longer word has a line of its
// own. At least one line, which may be empty.
std::vector<std::string> WrapText(absl::string_view text, double width, double font_size);

using SvgAttributes = std::vector<std::pair<absl::string_view, std::string>>;

enum class TextAnchor { kStart, kMiddle, kEnd };

struct TextStyle {
  double size;
  TextAnchor anchor;
  std::string color;
  bool bold;
  bool italic;
  bool halo;      // a white rim that keeps it legible on top of lines
  double turned;  // degrees, anticlockwise
};

class SvgWriter {
 public:
  // `label` is what a screen reader says.
  SvgWriter(double width, double height, absl::string_view label);

  void Open(absl::string_view element, const SvgAttributes& attributes);
  void Close();
  void Element(absl::string_view element, const SvgAttributes& attributes);
  void Line(double x1, double y1, double x2, double y2, const SvgAttributes& attributes);
  // (x, y) is on the baseline.
  void Text(double x, double y, absl::string_view text, const TextStyle& style);

  // The whole file. Nothing may be written afterwards.
  std::string Finish();

 private:
  void Indent();

  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_SVG_H_
