// A printer over protobuf's reflection, and the library's parser with limits and located errors.
#include "reports/canonical_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/unknown_field_set.h"
#include "reports/number_text.h"
#include "reports/text.h"

namespace plumbline {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kColumns = 100;

std::string Octal(absl::string_view bytes) {
  std::string result;
  for (const char byte : bytes) {
    absl::StrAppendFormat(&result, "\\%03o", static_cast<unsigned>(static_cast<uint8_t>(byte)));
  }
  return result;
}

std::string Quoted(absl::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    const absl::string_view bytes = text.substr(0, point.length);
    switch (point.value) {
      case '\n':
        result += "\\n";
        break;
      case '\t':
        result += "\\t";
        break;
      case '\r':
        result += "\\r";
        break;
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      default:
        absl::StrAppend(
            &result, point.valid && !IsInvisible(point.value) ? std::string(bytes) : Octal(bytes));
    }
    text.remove_prefix(point.length);
  }
  return result + "\"";
}

// The lines of `text`, each with its '\n' where it has one.
std::vector<absl::string_view> LinesOf(absl::string_view text) {
  std::vector<absl::string_view> lines;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t length = newline == absl::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

class Printer {
 public:
  absl::Status Print(const Message& message, int depth);
  std::string TakeText() { return std::move(text_); }

 private:
  absl::Status PrintField(const Message& message, const FieldDescriptor& field, int depth);
  void PrintString(const FieldDescriptor& field, const std::string& value, int depth);
  absl::Status PrintMessage(const FieldDescriptor& field, const Message& value, int depth);
  void PrintNumbers(const FieldDescriptor& field, const std::vector<std::string>& numbers,
                    int depth);

  std::string text_;
};

std::string Indent(int depth) { return std::string(2 * depth, ' '); }

// A value of a field that is neither string nor message. `index` is -1 for a singular field.
std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& get = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? get.GetInt32(message, &field)
                              : get.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? get.GetInt64(message, &field)
                              : get.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32: {
      const uint32_t value =
          one ? get.GetUInt32(message, &field) : get.GetRepeatedUInt32(message, &field, index);
      const bool bits = field.type() == FieldDescriptor::TYPE_FIXED32;
      return bits ? absl::StrFormat("0x%08x", value) : absl::StrCat(value);
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      const uint64_t value =
          one ? get.GetUInt64(message, &field) : get.GetRepeatedUInt64(message, &field, index);
      const bool bits = field.type() == FieldDescriptor::TYPE_FIXED64;
      return bits ? absl::StrFormat("0x%016x", value) : absl::StrCat(value);
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return ShortestText(one ? get.GetDouble(message, &field)
                              : get.GetRepeatedDouble(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return ShortestText(one ? get.GetFloat(message, &field)
                              : get.GetRepeatedFloat(message, &field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? get.GetBool(message, &field) : get.GetRepeatedBool(message, &field, index))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = one ? get.GetEnumValue(message, &field)
                             : get.GetRepeatedEnumValue(message, &field, index);
      const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
      return value != nullptr ? value->name() : absl::StrCat(number);
    }
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return "";
}

void Printer::PrintString(const FieldDescriptor& field, const std::string& value, int depth) {
  const std::vector<absl::string_view> lines = LinesOf(value);
  if (lines.size() < 2) {
    absl::StrAppend(&text_, Indent(depth), field.name(), ": ", Quoted(value), "\n");
    return;
  }
  absl::StrAppend(&text_, Indent(depth), field.name(), ":\n");
  for (const absl::string_view line : lines) {
    absl::StrAppend(&text_, Indent(depth + 1), Quoted(line), "\n");
  }
}

absl::Status Printer::PrintMessage(const FieldDescriptor& field, const Message& value, int depth) {
  absl::StrAppend(&text_, Indent(depth), field.name(), " {");
  const size_t empty = text_.size();
  text_ += "\n";
  absl::Status status = Print(value, depth + 1);
  if (!status.ok()) return status;
  if (text_.size() == empty + 1) {
    text_.pop_back();
    text_ += "}\n";
  } else {
    absl::StrAppend(&text_, Indent(depth), "}\n");
  }
  return absl::OkStatus();
}

void Printer::PrintNumbers(const FieldDescriptor& field, const std::vector<std::string>& numbers,
                           int depth) {
  std::string line = absl::StrCat(Indent(depth), field.name(), ": [");
  bool first_of_line = true;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const absl::string_view separator = i + 1 < numbers.size() ? "," : "]";
    if (!first_of_line && line.size() + 1 + numbers[i].size() + separator.size() > kColumns) {
      absl::StrAppend(&text_, line, "\n");
      line = Indent(depth + 1);
      first_of_line = true;
    }
    absl::StrAppend(&line, first_of_line ? "" : " ", numbers[i], separator);
    first_of_line = false;
  }
  absl::StrAppend(&text_, line, "\n");
}

absl::Status Printer::PrintField(const Message& message, const FieldDescriptor& field, int depth) {
  if (field.is_map()) {
    return absl::InvalidArgumentError(
        absl::StrCat(field.full_name(), ": a map has no canonical text"));
  }
  const Reflection& get = *message.GetReflection();
  const bool repeated = field.is_repeated();
  const int count = repeated ? get.FieldSize(message, &field) : 1;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    for (int i = 0; i < count; ++i) {
      PrintString(
          field,
          repeated ? get.GetRepeatedString(message, &field, i) : get.GetString(message, &field),
          depth);
    }
    return absl::OkStatus();
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    for (int i = 0; i < count; ++i) {
      absl::Status status = PrintMessage(
          field,
          repeated ? get.GetRepeatedMessage(message, &field, i) : get.GetMessage(message, &field),
          depth);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  if (!repeated) {
    absl::StrAppend(&text_, Indent(depth), field.name(), ": ", ScalarText(message, field, -1),
                    "\n");
    return absl::OkStatus();
  }
  std::vector<std::string> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(ScalarText(message, field, i));
  PrintNumbers(field, numbers, depth);
  return absl::OkStatus();
}

absl::Status Printer::Print(const Message& message, int depth) {
  const std::string& name = message.GetDescriptor()->full_name();
  if (depth >= kMaxTextDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": nested deeper than ", kMaxTextDepth, " messages"));
  }
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": has fields that are not known here"));
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  std::sort(fields.begin(), fields.end(), [](const FieldDescriptor* a, const FieldDescriptor* b) {
    return a->number() < b->number();
  });
  for (const FieldDescriptor* field : fields) {
    absl::Status status = PrintField(message, *field, depth);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

class CollectErrors : public google::protobuf::io::ErrorCollector {
 public:
  explicit CollectErrors(absl::string_view file) : file_(file) {}

  // The parser counts lines and columns from 0; line -1 is an error of the whole text.
  void AddError(int line, int column, const std::string& message) override {
    if (line < 0) {
      errors_.push_back(absl::StrCat(file_, ": error: ", message));
    } else {
      errors_.push_back(absl::StrCat(file_, ":", line + 1, ":", column + 1, ": error: ", message));
    }
  }
  void AddWarning(int, int, const std::string&) override {}

  std::string Errors() const { return absl::StrJoin(errors_, "\n"); }

 private:
  const std::string file_;
  std::vector<std::string> errors_;
};

}  // namespace

absl::StatusOr<std::string> CanonicalText(const Message& message) {
  Printer printer;
  absl::Status status = printer.Print(message, 0);
  if (!status.ok()) return status;
  return printer.TakeText();
}

absl::Status ParseMessageText(absl::string_view text, absl::string_view file, Message& message) {
  CollectErrors errors(file);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(kMaxTextDepth);
  if (parser.ParseFromString(std::string(text), &message)) return absl::OkStatus();
  const std::string all = errors.Errors();
  return absl::InvalidArgumentError(
      all.empty() ? absl::StrCat(file, ": error: cannot be read as text") : all);
}

}  // namespace plumbline
