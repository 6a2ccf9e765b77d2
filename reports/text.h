// Unicode text as all writers of this folder see it: decoding of UTF-8 and the choice of characters
// that may stand in a report as they are. Knows no output format; escaping for one is done by that
// format's writer.
#ifndef PLUMBLINE_REPORTS_TEXT_H_
#define PLUMBLINE_REPORTS_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace plumbline {

// The first code point of a text. Bytes that are not UTF-8 (overlong forms, surrogates and values
// above U+10FFFF included) come one by one with `valid` false and `value` the byte.
struct CodePoint {
  char32_t value;
  size_t length;  // bytes taken, 1 to 4
  bool valid;
};

// `text` must not be empty.
CodePoint DecodeCodePoint(absl::string_view text);

bool IsValidUtf8(absl::string_view text);

// True for characters that a reader cannot see or that change how others are shown: controls,
// line and paragraph separators, zero-width and bidirectional formatting characters.
bool IsInvisible(char32_t code_point);

// `text` with every invalid byte and every invisible character replaced by U+FFFD, except '\n' and
// '\t', which stay. Fit for a Markdown or SVG writer.
std::string VisibleText(absl::string_view text);

// The number of code points of `text`; invalid bytes count one each.
size_t CodePointCount(absl::string_view text);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_TEXT_H_
