// Reads the string fields of a model's messages as what they mean: names, expressions, shapes. It reports what is wrong
// with each, with the call chain of the function at hand. Part of making declarations (dsl/declarations.h).
#ifndef PLUMBLINE_DSL_FIELD_READER_H_
#define PLUMBLINE_DSL_FIELD_READER_H_

#include <cstddef>
#include <string>

#include <google/protobuf/message.h>

#include "absl/strings/string_view.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/example_calls.h"
#include "dsl/expression.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"

namespace plumbline {

enum class NameRule {
  kSimple,  // [A-Za-z_][A-Za-z0-9_]{0,63}
  kDotted,  // such names with dots between them
};

inline constexpr size_t kMaxDottedNameLength = 512;

// Every field is optional or repeated, `index` 0 for those that are not repeated.
class FieldReader {
 public:
  // All outlive the reader.
  FieldReader(const Source& source, const LocationTable& locations,
              const ExampleCalls& example_calls, Diagnostics& diagnostics);

  // The function that is read from here on, for its call chain; -1: the top level.
  void SetFunction(int index) { function_ = index; }

  // The place of the message that is read from here on, for what it lacks.
  void SetPlace(SourceLocation place) { place_ = place; }

  // A name that has to be given: reports it as missing from `what`, unless the message is damaged anyway.
  DeclaredName RequiredName(const google::protobuf::Message& message, int field, NameRule rule,
                            absl::string_view what);
  // A name that may be absent.
  DeclaredName OptionalName(const google::protobuf::Message& message, int field, int index,
                            NameRule rule);
  DeclaredExpression ReadExpression(const google::protobuf::Message& message, int field);
  DeclaredExpression RequiredExpression(const google::protobuf::Message& message, int field,
                                        absl::string_view what);
  // Bounds are read only where `bounds` says so, and reported elsewhere.
  DeclaredShape ReadShape(const google::protobuf::Message& message, int field, bool bounds);
  DeclaredAttribute ReadAttribute(const google::protobuf::Message& message, int field);

  // The text of a string field that is present.
  std::string Text(const google::protobuf::Message& message, int field, int index) const;
  bool Has(const google::protobuf::Message& message, int field) const;

  // The place of the field's value and of its name; unknown when it is absent.
  SourceLocation Place(const google::protobuf::Message& message, int field, int index) const;
  SourceLocation FieldPlace(const google::protobuf::Message& message, int field, int index) const;
  bool IsDamaged(const google::protobuf::Message& message) const {
    return locations_.IsDamaged(message);
  }

  void Report(SourceLocation location, std::string message, std::string hint);
  void ReportIn(SourceLocation quote, const ExpressionError& error);

 private:
  bool ReadSize(const Expression& expression, bool bounds, SourceLocation quote,
                DeclaredShape* shape);

  const Source& source_;
  const LocationTable& locations_;
  Diagnostics& diagnostics_;
  const ExampleCalls& example_calls_;
  int function_ = -1;
  SourceLocation place_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_FIELD_READER_H_
