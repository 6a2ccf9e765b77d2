// Decoding of UTF-8 by the table of the Unicode standard (table 3-7, well-formed byte sequences).
#include "reports/text.h"

#include <cstdint>

namespace plumbline {
namespace {

struct LeadByte {
  size_t length;
  char32_t payload;
  char32_t least;  // smaller values would be overlong
};

// Length 0: no lead byte.
LeadByte ClassifyLead(uint8_t byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte < 0xC0) return {0, 0, 0};
  if (byte < 0xE0) return {2, byte & 0x1Fu, 0x80};
  if (byte < 0xF0) return {3, byte & 0x0Fu, 0x800};
  if (byte < 0xF8) return {4, byte & 0x07u, 0x10000};
  return {0, 0, 0};
}

bool InRange(char32_t value, char32_t first, char32_t last) {
  return value >= first && value <= last;
}

}  // namespace

CodePoint DecodeCodePoint(absl::string_view text) {
  const uint8_t first = static_cast<uint8_t>(text[0]);
  const CodePoint invalid = {first, 1, false};
  const LeadByte lead = ClassifyLead(first);
  if (lead.length == 0 || lead.length > text.size()) return invalid;
  char32_t value = lead.payload;
  for (size_t i = 1; i < lead.length; ++i) {
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xC0) != 0x80) return invalid;
    value = (value << 6) | (byte & 0x3Fu);
  }
  if (value < lead.least || value > 0x10FFFF || InRange(value, 0xD800, 0xDFFF)) return invalid;
  return {value, lead.length, true};
}

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    if (!point.valid) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

bool IsInvisible(char32_t c) {
  return c < 0x20 || InRange(c, 0x7F, 0x9F) ||                     // C0, DEL, C1
         c == 0xAD || c == 0x61C || c == 0x180E || c == 0xFEFF ||  // soft hyphen, marks, BOM
         InRange(c, 0x200B, 0x200F) || InRange(c, 0x2028, 0x202E) || InRange(c, 0x2060, 0x206F) ||
         InRange(c, 0xFFF0, 0xFFFB) || (c & 0xFFFE) == 0xFFFE ||  // noncharacters
         InRange(c, 0xE0000, 0xE0FFF);                            // tags, variation selectors
}

std::string VisibleText(absl::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    const bool layout = point.value == '\n' || point.value == '\t';
    if (!point.valid || (IsInvisible(point.value) && !layout)) {
      result += "\xEF\xBF\xBD";
    } else {
      result.append(text.data(), point.length);
    }
    text.remove_prefix(point.length);
  }
  return result;
}

size_t CodePointCount(absl::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(DecodeCodePoint(text).length);
    ++count;
  }
  return count;
}

}  // namespace plumbline
