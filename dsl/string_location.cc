#include "dsl/string_location.h"

#include <cstddef>

#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/source.h"
#include "dsl/text_lexer.h"

namespace plumbline {
namespace {

// Offset of the next literal's quote after `position`, if only space and comments lie between; else npos.
size_t NextLiteral(absl::string_view text, size_t position) {
  while (position < text.size()) {
    const size_t next = text.find_first_not_of(" \t\r\n", position);
    if (next == absl::string_view::npos || text[next] == '"' || text[next] == '\'') return next;
    if (text[next] != '#') return absl::string_view::npos;
    position = text.find('\n', next);
    if (position == absl::string_view::npos) break;
  }
  return absl::string_view::npos;
}

}  // namespace

SourceLocation LocateInString(const Source& source, SourceLocation quote, size_t offset) {
  const absl::string_view text = source.text();
  size_t open = source.Offset(quote);
  if (!quote.known() || open >= text.size()) return quote;
  size_t remaining = offset;
  while (true) {
    size_t position = open + 1;
    while (position < text.size() && text[position] != text[open] && text[position] != '\n') {
      const DecodedCharacter character = DecodeCharacter(text.substr(position));
      if (character.length == 0 || remaining < character.bytes.size()) {
        return source.Locate(position);
      }
      remaining -= character.bytes.size();
      position += character.length;
    }
    const size_t next = NextLiteral(text, position + 1);
    if (next == absl::string_view::npos) return source.Locate(position);
    open = next;
  }
}

Diagnostic ErrorInString(const Source& source, SourceLocation quote, const ExpressionError& error) {
  return Error(source, LocateInString(source, quote, error.offset), error.message).Hint(error.hint);
}

}  // namespace plumbline
