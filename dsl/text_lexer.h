// The tokens of protobuf's text format, with byte offsets. Strings are checked and decoded here; what tokens mean in
// sequence is dsl/text_proto.h.
#ifndef PLUMBLINE_DSL_TEXT_LEXER_H_
#define PLUMBLINE_DSL_TEXT_LEXER_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"

namespace plumbline {

struct Token {
  enum class Kind {
    kEnd,
    kIdentifier,
    kInteger,  // decimal without leading zeros, or hexadecimal
    kReal,
    kBadNumber,  // reported; the rest of the file can be read
    kString,   // one literal with its quotes
    kSymbol,   // one character
    kInvalid,  // reported; what follows cannot be made out
  };
  Kind kind = Kind::kEnd;
  absl::string_view text;  // within the source
  size_t offset = 0;

  bool Is(char symbol) const { return kind == Kind::kSymbol && text[0] == symbol; }
};

class TextLexer {
 public:
  // Both outlive the lexer. Comments begin with #; those of C are reported and skipped.
  TextLexer(const Source& source, Diagnostics& diagnostics);

  const Token& current() const { return current_; }
  void Next();

  // The value of the string literal that is current; reports what is wrong inside it.
  std::string DecodeCurrent();

 private:
  void SkipSpaceAndComments();
  void SkipForeignComment();
  void LexString();
  void LexNumber();
  void Take(Token::Kind kind, size_t length);
  void Fail(size_t offset, const std::string& message, const std::string& hint);

  const Source& source_;
  const absl::string_view text_;
  Diagnostics& diagnostics_;
  size_t position_ = 0;
  Token current_;
};

// One character of a string literal's inside: its decoded bytes and how many bytes of source it takes. `length` 0: no
// such escape.
struct DecodedCharacter {
  std::string bytes;
  size_t length = 0;
};

// `text` begins within a literal and is not empty.
DecodedCharacter DecodeCharacter(absl::string_view text);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_TEXT_LEXER_H_
