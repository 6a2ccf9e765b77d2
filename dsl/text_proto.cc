#include "dsl/text_proto.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/read_source.h"
#include "dsl/source.h"
#include "dsl/text_lexer.h"
#include "dsl/text_scalar.h"
#include "dsl/utf8.h"

namespace plumbline {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMostListedFields = 12;

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

// What may stand in a message, if that is short enough to be of help.
std::string ListFields(absl::string_view message, const Descriptor& type) {
  if (type.field_count() == 0) return absl::StrCat(message, " has no fields");
  if (type.field_count() > kMostListedFields) return "";
  std::string list = absl::StrCat("fields of ", message, ": ");
  for (int i = 0; i < type.field_count(); ++i) {
    absl::StrAppend(&list, i > 0 ? ", " : "", type.field(i)->name());
  }
  return list;
}

class Reader {
 public:
  Reader(const Source& source, LocationTable* locations, Diagnostics& diagnostics)
      : source_(source), locations_(*locations), diagnostics_(diagnostics),
        lexer_(source, diagnostics) {}

  // Reads to the end of the file. False when reading stopped early.
  bool ReadFile(Message* message) {
    const std::string& name = message->GetDescriptor()->name();
    open_.push_back({message->GetDescriptor(), name, {}});
    while (token().kind != Token::Kind::kEnd) {
      if (!ReadField(message, name)) return false;
    }
    return true;
  }

 private:
  using Kind = Token::Kind;

  const Token& token() const { return lexer_.current(); }
  SourceLocation Here() const { return source_.Locate(token().offset); }

  // Each Read function returns false when reading has to stop; what can be skipped is reported and true.
  bool ReadField(Message* message, const std::string& message_name) {
    const SourceLocation location = Here();
    if (token().Is('[')) return Stop("extensions are not part of the language", "");
    if (token().kind != Kind::kIdentifier) return StopAtUnexpected("a field name");
    if (++values_ > kMaxTextProtoValues) return StopAtTooMany();
    const std::string name(token().text);
    lexer_.Next();
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) {
      ReportUnknownField(*message, message_name, name, location);
      locations_.MarkDamaged(*message);
      return SkipValue() && SkipSeparator();
    }
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (token().Is(':')) {
      lexer_.Next();
    } else if (!is_message) {
      if (token().kind == Kind::kInvalid) return false;
      Report(Here(), absl::StrCat("expected ':' after '", name, "'"),
             absl::StrCat("write ", name, ": \"...\""));
      locations_.MarkDamaged(*message);
    }
    if (field->is_repeated() && token().Is('[')) return ReadList(message, field, location);
    return ReadValue(message, field, location) && SkipSeparator();
  }

  bool ReadList(Message* message, const FieldDescriptor* field, SourceLocation location) {
    const SourceLocation opened = Here();
    lexer_.Next();
    while (!token().Is(']')) {
      if (token().kind == Kind::kEnd) return StopAtUnclosed("[", opened);
      if (++values_ > kMaxTextProtoValues) return StopAtTooMany();
      if (!ReadValue(message, field, location)) return false;
      if (token().Is(']')) break;
      if (!token().Is(',')) return StopAtUnexpected("',' or ']'");
      lexer_.Next();
      if (token().Is(']')) return StopAtUnexpected("a value");
    }
    lexer_.Next();
    return SkipSeparator();
  }

  bool ReadValue(Message* message, const FieldDescriptor* field, SourceLocation location) {
    const Reflection& reflection = *message->GetReflection();
    const bool repeated = field->is_repeated();
    if (!repeated && IsTaken(*message, *field, location)) {
      locations_.MarkDamaged(*message);
      return SkipValue();
    }
    const int index = repeated ? reflection.FieldSize(*message, field) : 0;
    const SourceLocation value = Here();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!token().Is('{') && !token().Is('<')) {
        if (token().kind == Kind::kEnd || token().kind == Kind::kSymbol) {
          return StopAtUnexpected(absl::StrCat("'{' after '", field->name(), "'"));
        }
        Report(value, absl::StrCat(field->name(), " wants a block in braces, found ", Found()),
               absl::StrCat("write ", field->name(), " { ... }"));
        locations_.MarkDamaged(*message);
        return SkipValue();
      }
      Message* inner = repeated ? reflection.AddMessage(message, field)
                                : reflection.MutableMessage(message, field);
      locations_.Add(*message, field->number(), index, location, value);
      return ReadMessage(inner, field->name(), location);
    }
    const int errors_before = diagnostics_.error_count();
    const ScalarOutcome outcome = ReadScalar(source_, lexer_, *field, message, diagnostics_);
    if (outcome == ScalarOutcome::kNoScalar) return StopAtUnexpected("a value");
    const bool reported = diagnostics_.error_count() != errors_before;
    if (reported || outcome == ScalarOutcome::kRefused) locations_.MarkDamaged(*message);
    if (outcome == ScalarOutcome::kRead) {
      locations_.Add(*message, field->number(), index, location, value);
    }
    return token().kind != Kind::kInvalid;
  }

  // At an opening brace.
  bool ReadMessage(Message* message, const std::string& name, SourceLocation location) {
    if (open_.size() > kMaxTextProtoDepth) return StopAtTooDeep();
    open_.push_back({message->GetDescriptor(), name, location});
    const char close = token().Is('{') ? '}' : '>';
    lexer_.Next();
    while (!token().Is(close)) {
      if (token().kind == Kind::kEnd) return StopAtUnclosed(name, location);
      if (!ReadField(message, name)) return false;
    }
    lexer_.Next();
    open_.pop_back();
    return true;
  }

  bool IsTaken(const Message& message, const FieldDescriptor& field, SourceLocation location) {
    SourceLocation before = locations_.Name(message, field.number(), 0);
    if (before.known()) {
      Report(location, absl::StrCat("'", field.name(), "' is given twice"),
             absl::StrCat("first given in line ", before.line));
      return true;
    }
    const auto* oneof = field.real_containing_oneof();
    if (oneof == nullptr) return false;
    const FieldDescriptor* other =
        message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
    if (other == nullptr) return false;
    before = locations_.Name(message, other->number(), 0);
    Report(location,
           absl::StrCat("'", field.name(), "' beside '", other->name(),
                        "': only one of them may stand here"),
           absl::StrCat("'", other->name(), "' is in line ", before.line));
    return true;
  }

  // Skips the value of an unknown or superfluous field, whatever it is. Not recursive.
  bool SkipValue() {
    if (token().Is(':')) lexer_.Next();
    if (token().Is('-')) lexer_.Next();
    if (token().kind == Kind::kString) {
      while (token().kind == Kind::kString) lexer_.Next();
      return token().kind != Kind::kInvalid;
    }
    if (!token().Is('{') && !token().Is('<') && !token().Is('[')) {
      if (token().kind == Kind::kEnd || token().kind == Kind::kSymbol) {
        return StopAtUnexpected("a value");
      }
      lexer_.Next();
      return token().kind != Kind::kInvalid;
    }
    const SourceLocation opened = Here();
    std::string open;
    do {
      if (token().kind == Kind::kEnd) return StopAtUnclosed(std::string(1, open[0]), opened);
      if (token().kind == Kind::kInvalid) return false;
      if (token().Is('{') || token().Is('<') || token().Is('[')) {
        open += token().text[0];
        if (open_.size() - 1 + open.size() > kMaxTextProtoDepth) return StopAtTooDeep();
      } else if (token().Is('}') || token().Is('>') || token().Is(']')) {
        const char wanted = open.back() == '{' ? '}' : open.back() == '<' ? '>' : ']';
        if (!token().Is(wanted)) return StopAtUnexpected(absl::StrCat("'", std::string(1, wanted), "'"));
        open.pop_back();
      }
      lexer_.Next();
    } while (!open.empty());
    return token().kind != Kind::kInvalid;
  }

  bool SkipSeparator() {
    if (token().Is(',') || token().Is(';')) lexer_.Next();
    return token().kind != Kind::kInvalid;
  }

  void ReportUnknownField(const Message& message, const std::string& message_name,
                          const std::string& name, SourceLocation location) {
    const Descriptor& type = *message.GetDescriptor();
    std::string hint;
    if (!diagnostics_.full()) {
      hint = DidYouMean(name, FieldNames(type));
      if (hint.empty()) hint = ListFields(message_name, type);
      const std::string outer = OuterMessageWith(name);
      if (!outer.empty()) hint = outer;
      if (name == "import" || name == "include" || name == "package" || name == "syntax") {
        hint = "a file stands for itself: there are no imports or packages";
      }
    }
    Report(location, absl::StrCat(message_name, " has no field ", Quoted(name)), hint);
  }

  // A field that an enclosing message has stands here because a brace is missing.
  std::string OuterMessageWith(const std::string& name) const {
    for (size_t i = open_.size(); i-- > 1;) {
      if (open_[i - 1].type->FindFieldByName(name) == nullptr) continue;
      return absl::StrCat("'", name, "' belongs to ", open_[i - 1].name, "; is '", open_[i].name,
                          "' of line ", open_[i].location.line, " closed?");
    }
    return "";
  }

  std::string Found() const {
    if (token().kind == Kind::kEnd) return "the end of the file";
    if (token().kind == Kind::kString) return "a string";
    return Quoted(token().text);
  }

  void Report(SourceLocation location, std::string message, std::string hint) {
    diagnostics_.Add(Error(source_, location, std::move(message)).Hint(std::move(hint)));
  }

  bool Stop(std::string message, std::string hint) {
    Report(Here(), std::move(message), std::move(hint));
    return false;
  }

  bool StopAtUnexpected(absl::string_view wanted) {
    if (token().kind == Kind::kInvalid) return false;  // reported by the lexer
    return Stop(absl::StrCat("expected ", wanted, ", found ", Found()), "");
  }

  bool StopAtUnclosed(absl::string_view name, SourceLocation opened) {
    Report(opened, absl::StrCat("'", name, "' is never closed"),
           "the file ends before its closing bracket");
    return false;
  }

  bool StopAtTooDeep() {
    return Stop("nested too deep", absl::StrCat("the limit is ", kMaxTextProtoDepth, " levels"));
  }

  bool StopAtTooMany() {
    return Stop("too many values in one file",
                absl::StrCat("the limit is ", kMaxTextProtoValues));
  }

  struct Open {
    const Descriptor* type;
    std::string name;
    SourceLocation location;
  };

  const Source& source_;
  LocationTable& locations_;
  Diagnostics& diagnostics_;
  TextLexer lexer_;
  std::vector<Open> open_;  // the file's message and those around the present place
  int values_ = 0;
};

// Reports the first character that no text file of ours may contain.
bool CheckCharacters(const Source& source, Diagnostics& diagnostics) {
  const absl::string_view text = source.text();
  const size_t invalid = FirstInvalidUtf8(text);
  if (invalid < text.size()) {
    diagnostics.Add(Error(source, source.Locate(invalid), "the file is not valid UTF-8 here")
                        .Hint("save it as UTF-8"));
    return false;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80 || byte == '\r' || !IsUnprintable(byte)) continue;
    diagnostics.Add(Error(source, source.Locate(i), "a control character in the file"));
    return false;
  }
  return true;
}

bool CheckHeader(const Source& source, const std::string& wanted, Diagnostics& diagnostics) {
  const std::string declared = DeclaredMessage(source);
  if (declared.empty() || declared == wanted) return true;
  const size_t offset = source.text().find("proto-message:");
  diagnostics.Add(Error(source, source.Locate(offset),
                        absl::StrCat("this file holds the message ", Quoted(declared), ", not '",
                                     wanted, "'"))
                      .Hint("the header says so"));
  return false;
}

}  // namespace

void LocationTable::Add(const Message& message, int field, int index, SourceLocation name,
                        SourceLocation value) {
  places_[Key(&message, field, index)] = {name, value};
}

SourceLocation LocationTable::Name(const Message& message, int field, int index) const {
  const auto found = places_.find(Key(&message, field, index));
  return found == places_.end() ? SourceLocation() : found->second.name;
}

SourceLocation LocationTable::Value(const Message& message, int field, int index) const {
  const auto found = places_.find(Key(&message, field, index));
  return found == places_.end() ? SourceLocation() : found->second.value;
}

ParseOutcome ParseTextProto(const Source& source, Message* message, LocationTable* locations,
                            Diagnostics& diagnostics) {
  message->Clear();
  if (!CheckCharacters(source, diagnostics) ||
      !CheckHeader(source, message->GetDescriptor()->name(), diagnostics)) {
    return ParseOutcome::kUnreadable;
  }
  const int errors_before = diagnostics.error_count();
  if (!Reader(source, locations, diagnostics).ReadFile(message)) return ParseOutcome::kUnreadable;
  return diagnostics.error_count() == errors_before ? ParseOutcome::kClean
                                                    : ParseOutcome::kDamaged;
}

}  // namespace plumbline
