#include "dsl/text_scalar.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"
#include "dsl/text_lexer.h"

namespace plumbline {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A value of any scalar type, after checking and before it is set.
struct Scalar {
  std::string text;
  bool boolean = false;
  double real = 0;
  int64_t integer = 0;
  uint64_t natural = 0;
  const EnumValueDescriptor* enum_value = nullptr;
};

absl::string_view Wanted(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return "a string";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "a name";
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "a number";
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return "a natural number";
    default:
      return "an integer";
  }
}

class ScalarReader {
 public:
  ScalarReader(const Source& source, TextLexer& lexer, const FieldDescriptor& field,
               Diagnostics& diagnostics)
      : source_(source), lexer_(lexer), field_(field), diagnostics_(diagnostics),
        start_(lexer.current().offset) {}

  // The value, or nothing if it was refused. Stands behind it either way.
  std::optional<Scalar> Read() {
    const bool is_string = field_.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (is_string && lexer_.current().kind == Token::Kind::kString) return String();
    const bool negative = lexer_.current().Is('-');
    if (negative) lexer_.Next();
    const Token token = lexer_.current();
    if (token.kind == Token::Kind::kBadNumber) {
      lexer_.Next();
      return std::nullopt;
    }
    if (token.kind == Token::Kind::kString) {
      const std::string inside(token.text.substr(1, token.text.size() - 2));
      SkipStrings();
      return Refuse(absl::StrCat(field_.name(), " wants ", Wanted(field_), ", found a string"),
                    absl::StrCat("write it without quotes: ", inside));
    }
    if (token.kind == Token::Kind::kSymbol || token.kind == Token::Kind::kEnd) {
      return Refuse(absl::StrCat(field_.name(), " wants ", Wanted(field_)), "");
    }
    lexer_.Next();
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string found = absl::StrCat(negative ? "-" : "", token.text);
        return Refuse(absl::StrCat(field_.name(), " wants a string, found ", Quoted(found)),
                      absl::StrCat("write it in quotes: \"", found, "\""));
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return Boolean(token, negative);
      case FieldDescriptor::CPPTYPE_ENUM:
        return Enum(token, negative);
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Real(token, negative);
      default:
        return Integer(token, negative);
    }
  }

 private:
  std::optional<Scalar> Refuse(std::string message, std::string hint) {
    diagnostics_.Add(
        Error(source_, source_.Locate(start_), std::move(message)).Hint(std::move(hint)));
    return std::nullopt;
  }

  std::optional<Scalar> WrongKind(const Token& token, bool negative) {
    return Refuse(absl::StrCat(field_.name(), " wants ", Wanted(field_), ", found ",
                               Quoted(absl::StrCat(negative ? "-" : "", token.text))),
                  "");
  }

  void SkipStrings() {
    while (lexer_.current().kind == Token::Kind::kString) lexer_.Next();
  }

  std::optional<Scalar> String() {
    Scalar scalar;
    const int errors_before = diagnostics_.error_count();
    while (lexer_.current().kind == Token::Kind::kString) {
      scalar.text += lexer_.DecodeCurrent();
      lexer_.Next();
    }
    if (diagnostics_.error_count() != errors_before) return std::nullopt;
    return scalar;
  }

  std::optional<Scalar> Boolean(const Token& token, bool negative) {
    Scalar scalar;
    scalar.boolean = token.text == "true";
    if (negative || (!scalar.boolean && token.text != "false")) return WrongKind(token, negative);
    return scalar;
  }

  std::optional<Scalar> Enum(const Token& token, bool negative) {
    const EnumDescriptor& type = *field_.enum_type();
    std::vector<std::string> names;
    for (int i = 0; i < type.value_count(); ++i) {
      if (!absl::EndsWith(type.value(i)->name(), "_UNSPECIFIED")) {
        names.push_back(type.value(i)->name());
      }
    }
    std::string list;
    for (const std::string& name : names) absl::StrAppend(&list, list.empty() ? "" : ", ", name);
    const std::string known = absl::StrCat("one of ", list);
    if (negative || token.kind != Token::Kind::kIdentifier) {
      return Refuse(absl::StrCat(field_.name(), " wants a name, found ",
                                 Quoted(absl::StrCat(negative ? "-" : "", token.text))),
                    known);
    }
    Scalar scalar;
    scalar.enum_value = type.FindValueByName(std::string(token.text));
    if (scalar.enum_value == nullptr || absl::EndsWith(token.text, "_UNSPECIFIED")) {
      const std::string nearest = DidYouMean(token.text, names);
      return Refuse(absl::StrCat(field_.name(), " cannot be ", Quoted(token.text)),
                    nearest.empty() ? known : nearest);
    }
    return scalar;
  }

  std::optional<Scalar> Real(const Token& token, bool negative) {
    if (token.kind == Token::Kind::kIdentifier) {
      const std::string word = absl::AsciiStrToLower(token.text);
      if (word != "inf" && word != "infinity" && word != "nan") return WrongKind(token, negative);
      return Refuse(absl::StrCat(field_.name(), " must be finite"), "");
    }
    std::string digits(token.text);
    if (absl::EndsWithIgnoreCase(digits, "f") && !absl::StartsWithIgnoreCase(digits, "0x")) {
      digits.pop_back();
    }
    if (absl::StartsWithIgnoreCase(digits, "0x")) return WrongKind(token, negative);
    double value = 0;
    // Out of range gives the largest double or (nearly) nothing.
    const auto read = absl::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_float = field_.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT;
    const double largest =
        is_float ? double{std::numeric_limits<float>::max()} : std::numeric_limits<double>::max();
    const double smallest = is_float ? double{std::numeric_limits<float>::denorm_min()} : 0;
    const bool small = read.ec == std::errc::result_out_of_range && value < 1;
    if ((read.ec != std::errc() && !small) || std::abs(value) > largest) {
      return Refuse(absl::StrCat(field_.name(), " must be finite, found ", Quoted(token.text)),
                    absl::StrCat("the largest number here is ", is_float ? "3.4e38" : "1.8e308"));
    }
    if (small || (value != 0 && value < smallest)) {
      diagnostics_.Add(Warning(source_, source_.Locate(start_),
                               absl::StrCat(Quoted(token.text), " is so small that it becomes 0")));
      value = 0;
    }
    Scalar scalar;
    scalar.real = negative ? -value : value;
    return scalar;
  }

  std::optional<Scalar> Integer(const Token& token, bool negative) {
    const bool is_signed = field_.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
                           field_.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
    if (token.kind != Token::Kind::kInteger || (negative && !is_signed)) {
      return WrongKind(token, negative);
    }
    const bool hexadecimal = absl::StartsWithIgnoreCase(token.text, "0x");
    const absl::string_view digits = hexadecimal ? token.text.substr(2) : token.text;
    uint64_t value = 0;
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
    const bool is_wide = field_.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
                         field_.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
    const int bits = (is_wide ? 64 : 32) - (is_signed ? 1 : 0);
    const uint64_t largest = std::numeric_limits<uint64_t>::max() >> (64 - bits);
    if (read.ec != std::errc() || value > largest + (negative ? 1 : 0)) {
      return Refuse(absl::StrCat(field_.name(), " does not fit into ", is_wide ? 64 : 32, " bits"),
                    absl::StrCat("the largest value is ", largest));
    }
    Scalar scalar;
    scalar.natural = value;
    scalar.integer = static_cast<int64_t>(negative ? 0 - value : value);
    return scalar;
  }

  const Source& source_;
  TextLexer& lexer_;
  const FieldDescriptor& field_;
  Diagnostics& diagnostics_;
  const size_t start_;
};

void Set(const FieldDescriptor& field, const Scalar& scalar, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  const FieldDescriptor* f = &field;
  const bool add = field.is_repeated();
  const auto int32 = static_cast<int32_t>(scalar.integer);
  const auto uint32 = static_cast<uint32_t>(scalar.natural);
  const auto real32 = static_cast<float>(scalar.real);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return add ? reflection.AddInt32(message, f, int32) : reflection.SetInt32(message, f, int32);
    case FieldDescriptor::CPPTYPE_INT64:
      return add ? reflection.AddInt64(message, f, scalar.integer)
                 : reflection.SetInt64(message, f, scalar.integer);
    case FieldDescriptor::CPPTYPE_UINT32:
      return add ? reflection.AddUInt32(message, f, uint32)
                 : reflection.SetUInt32(message, f, uint32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return add ? reflection.AddUInt64(message, f, scalar.natural)
                 : reflection.SetUInt64(message, f, scalar.natural);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return add ? reflection.AddFloat(message, f, real32)
                 : reflection.SetFloat(message, f, real32);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return add ? reflection.AddDouble(message, f, scalar.real)
                 : reflection.SetDouble(message, f, scalar.real);
    case FieldDescriptor::CPPTYPE_BOOL:
      return add ? reflection.AddBool(message, f, scalar.boolean)
                 : reflection.SetBool(message, f, scalar.boolean);
    case FieldDescriptor::CPPTYPE_ENUM:
      return add ? reflection.AddEnum(message, f, scalar.enum_value)
                 : reflection.SetEnum(message, f, scalar.enum_value);
    case FieldDescriptor::CPPTYPE_STRING:
      return add ? reflection.AddString(message, f, scalar.text)
                 : reflection.SetString(message, f, scalar.text);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return;
  }
}

}  // namespace

ScalarOutcome ReadScalar(const Source& source, TextLexer& lexer, const FieldDescriptor& field,
                         Message* message, Diagnostics& diagnostics) {
  const Token& token = lexer.current();
  const bool is_value = token.kind == Token::Kind::kIdentifier ||
                        token.kind == Token::Kind::kInteger || token.kind == Token::Kind::kReal ||
                        token.kind == Token::Kind::kBadNumber ||
                        token.kind == Token::Kind::kString || token.Is('-');
  if (!is_value) return ScalarOutcome::kNoScalar;
  const std::optional<Scalar> scalar = ScalarReader(source, lexer, field, diagnostics).Read();
  if (!scalar.has_value()) return ScalarOutcome::kRefused;
  Set(field, *scalar, message);
  return ScalarOutcome::kRead;
}

}  // namespace plumbline
