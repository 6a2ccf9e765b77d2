// The little of UTF-8 that diagnostics and the parser need: decoding with strict validation, and which characters must
// never reach a terminal as they are.
#ifndef PLUMBLINE_DSL_UTF8_H_
#define PLUMBLINE_DSL_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace plumbline {

struct Utf8Character {
  char32_t code = 0;
  size_t length = 1;  // bytes
  bool valid = false;  // false: the first byte starts no character (overlong forms and surrogates included)
};

// The first character of a text that is not empty.
Utf8Character FirstUtf8Character(absl::string_view text);

// Control characters other than line end and tab, marks that reorder text, and invisible ones.
bool IsUnprintable(char32_t code);

// Offset of the first byte that is no valid UTF-8; the size if all is.
size_t FirstInvalidUtf8(absl::string_view text);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_UTF8_H_
