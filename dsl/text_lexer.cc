#include "dsl/text_lexer.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"
#include "dsl/utf8.h"

namespace plumbline {
namespace {

bool IsWordStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool IsWordPart(char c) { return absl::ascii_isalnum(c) || c == '_'; }
bool IsOctal(char c) { return c >= '0' && c <= '7'; }

std::string EncodeUtf8(char32_t code) {
  std::string bytes;
  const auto tail = [code](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    bytes = {static_cast<char>(code)};
  } else if (code < 0x800) {
    bytes = {static_cast<char>(0xC0 | (code >> 6)), tail(0)};
  } else if (code < 0x10000) {
    bytes = {static_cast<char>(0xE0 | (code >> 12)), tail(6), tail(0)};
  } else {
    bytes = {static_cast<char>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)};
  }
  return bytes;
}

int DigitValue(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  return absl::ascii_tolower(c) - 'a' + 10;
}

// Up to `most` digits after the escape's first `skip` bytes.
DecodedCharacter DecodeDigits(absl::string_view text, size_t skip, size_t most, char32_t base,
                              char32_t* code) {
  size_t length = skip;
  *code = 0;
  while (length < text.size() && length < skip + most &&
         (base == 8 ? IsOctal(text[length]) : absl::ascii_isxdigit(text[length]))) {
    *code = *code * base + static_cast<char32_t>(DigitValue(text[length]));
    ++length;
  }
  if (length == skip) return {};
  return {std::string(1, static_cast<char>(*code)), length};
}

// \uXXXX and \UXXXXXXXX.
DecodedCharacter DecodeUnicode(absl::string_view text, size_t digits) {
  char32_t code = 0;
  const DecodedCharacter decoded = DecodeDigits(text, 2, digits, 16, &code);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (decoded.length != digits + 2 || code > 0x10FFFF || surrogate) return {};
  return {EncodeUtf8(code), decoded.length};
}

bool AllDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsHexadecimal(absl::string_view text) {
  return text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
         std::all_of(text.begin() + 2, text.end(), absl::ascii_isxdigit);
}

// digits [. digits] [e [sign] digits] [f], with a digit before or after the point.
bool IsReal(absl::string_view text) {
  const auto digits = [&text] {
    size_t count = 0;
    while (count < text.size() && absl::ascii_isdigit(text[count])) ++count;
    text.remove_prefix(count);
    return count;
  };
  size_t mantissa = digits();
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    mantissa += digits();
  }
  if (mantissa == 0) return false;
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty() || text == "f" || text == "F";
}

}  // namespace

DecodedCharacter DecodeCharacter(absl::string_view text) {
  if (text[0] != '\\') return {std::string(1, text[0]), 1};
  if (text.size() < 2) return {};
  constexpr absl::string_view kNames = "abfnrtv\\?'\"";
  constexpr absl::string_view kValues = "\a\b\f\n\r\t\v\\?'\"";
  const size_t simple = kNames.find(text[1]);
  if (simple != absl::string_view::npos) return {std::string(1, kValues[simple]), 2};
  char32_t code = 0;
  if (IsOctal(text[1])) {
    const DecodedCharacter decoded = DecodeDigits(text, 1, 3, 8, &code);
    return code > 0xFF ? DecodedCharacter{} : decoded;
  }
  if (text[1] == 'x' || text[1] == 'X') return DecodeDigits(text, 2, 2, 16, &code);
  if (text[1] == 'u') return DecodeUnicode(text, 4);
  if (text[1] == 'U') return DecodeUnicode(text, 8);
  return {};
}

TextLexer::TextLexer(const Source& source, Diagnostics& diagnostics)
    : source_(source), text_(source.text()), diagnostics_(diagnostics) {
  Next();
}

void TextLexer::Next() {
  if (current_.kind == Token::Kind::kInvalid) return;
  SkipSpaceAndComments();
  if (position_ >= text_.size()) {
    current_ = Token{Token::Kind::kEnd, {}, text_.size()};
    return;
  }
  const char c = text_[position_];
  if (IsWordStart(c)) {
    size_t length = 1;
    while (position_ + length < text_.size() && IsWordPart(text_[position_ + length])) ++length;
    Take(Token::Kind::kIdentifier, length);
  } else if (c == '"' || c == '\'') {
    LexString();
  } else if (absl::ascii_isdigit(c) ||
             (c == '.' && position_ + 1 < text_.size() &&
              absl::ascii_isdigit(text_[position_ + 1]))) {
    LexNumber();
  } else {
    Take(Token::Kind::kSymbol, std::max<size_t>(1, FirstUtf8Character(text_.substr(position_)).length));
  }
}

void TextLexer::Take(Token::Kind kind, size_t length) {
  current_ = Token{kind, text_.substr(position_, length), position_};
  position_ += length;
}

void TextLexer::Fail(size_t offset, const std::string& message, const std::string& hint) {
  diagnostics_.Add(Error(source_, source_.Locate(offset), message).Hint(hint));
}

void TextLexer::SkipSpaceAndComments() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (absl::ascii_isspace(c)) {
      ++position_;
    } else if (c == '#') {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else if (c == '/' && position_ + 1 < text_.size() &&
               (text_[position_ + 1] == '/' || text_[position_ + 1] == '*')) {
      SkipForeignComment();
    } else {
      return;
    }
  }
}

void TextLexer::SkipForeignComment() {
  Fail(position_, "a comment does not begin with '/'", "comments start with #");
  const bool to_line_end = text_[position_ + 1] == '/';
  const size_t end = to_line_end ? text_.find('\n', position_) : text_.find("*/", position_ + 2);
  position_ = end == absl::string_view::npos ? text_.size() : end + (to_line_end ? 0 : 2);
}

void TextLexer::LexString() {
  const size_t start = position_;
  const char quote = text_[start];
  size_t end = start + 1;
  while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
    end += text_[end] == '\\' && end + 1 < text_.size() && text_[end + 1] != '\n' ? 2 : 1;
  }
  if (end >= text_.size() || text_[end] != quote) {
    Fail(start, "the string is not closed on its line",
         "long strings may be written as several, one after the other");
    Take(Token::Kind::kInvalid, text_.size() - start);
    return;
  }
  Take(Token::Kind::kString, end + 1 - start);
}

void TextLexer::LexNumber() {
  size_t length = 1;
  while (position_ + length < text_.size()) {
    const char c = text_[position_ + length];
    const char before = text_[position_ + length - 1];
    const bool sign_of_exponent =
        (c == '+' || c == '-') && (before == 'e' || before == 'E') &&
        !IsHexadecimal(absl::StrCat(text_.substr(position_, length)));
    if (!IsWordPart(c) && c != '.' && !sign_of_exponent) break;
    ++length;
  }
  const absl::string_view number = text_.substr(position_, length);
  const bool leading_zero = number.size() > 1 && number[0] == '0' && absl::ascii_isdigit(number[1]);
  if (IsHexadecimal(number) || (AllDigits(number) && !leading_zero)) {
    Take(Token::Kind::kInteger, length);
  } else if (IsReal(number) && !leading_zero) {
    Take(Token::Kind::kReal, length);
  } else {
    Fail(position_,
         absl::StrCat(Quoted(number), leading_zero ? " begins with 0" : " is not a number"),
         leading_zero ? "numbers are decimal, never octal" : "");
    Take(Token::Kind::kBadNumber, length);
  }
}

std::string TextLexer::DecodeCurrent() {
  std::string value;
  const absl::string_view inside = current_.text.substr(1, current_.text.size() - 2);
  size_t position = 0;
  while (position < inside.size()) {
    const DecodedCharacter character = DecodeCharacter(inside.substr(position));
    const size_t offset = current_.offset + 1 + position;
    if (character.length == 0) {
      Fail(offset, "there is no such escape in a string", "write \\\\ for a backslash");
      return value;
    }
    value += character.bytes;
    position += character.length;
  }
  const size_t invalid = FirstInvalidUtf8(value);
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    const unsigned char byte = static_cast<unsigned char>(c);
    return byte < 0x80 && IsUnprintable(byte);
  });
  if (invalid < value.size()) Fail(current_.offset, "the string is not valid UTF-8", "");
  if (control) Fail(current_.offset, "the string contains a control character", "");
  if (invalid < value.size() || control) value.clear();
  return value;
}

}  // namespace plumbline
