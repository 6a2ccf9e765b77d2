#include "dsl/field_reader.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/ops.pb.h"
#include "dsl/source.h"
#include "dsl/string_location.h"
#include "dsl/text_proto.h"

namespace plumbline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool Obeys(NameRule rule, absl::string_view name) {
  if (rule == NameRule::kSimple) return IsName(name);
  if (name.size() > kMaxDottedNameLength) return false;
  for (const absl::string_view part : absl::StrSplit(name, '.')) {
    if (!IsName(part)) return false;
  }
  return true;
}

std::string RuleText(NameRule rule) {
  const std::string simple =
      "a name has up to 64 letters, digits and underscores and does not begin with a digit";
  return rule == NameRule::kSimple ? simple : absl::StrCat(simple, "; dots separate names in a path");
}

const FieldDescriptor& Field(const Message& message, int number) {
  return *message.GetDescriptor()->FindFieldByNumber(number);
}

}  // namespace

FieldReader::FieldReader(const Source& source, const LocationTable& locations,
                         const ExampleCalls& example_calls, Diagnostics& diagnostics)
    : source_(source), locations_(locations), diagnostics_(diagnostics),
      example_calls_(example_calls) {}

std::string FieldReader::Text(const Message& message, int field, int index) const {
  const FieldDescriptor& descriptor = Field(message, field);
  if (descriptor.is_repeated()) {
    return message.GetReflection()->GetRepeatedString(message, &descriptor, index);
  }
  return message.GetReflection()->GetString(message, &descriptor);
}

bool FieldReader::Has(const Message& message, int field) const {
  return message.GetReflection()->HasField(message, &Field(message, field));
}

SourceLocation FieldReader::Place(const Message& message, int field, int index) const {
  return locations_.Value(message, field, index);
}

SourceLocation FieldReader::FieldPlace(const Message& message, int field, int index) const {
  return locations_.Name(message, field, index);
}

void FieldReader::Report(SourceLocation location, std::string message, std::string hint) {
  diagnostics_.Add(Error(source_, location, std::move(message))
                       .Hint(std::move(hint))
                       .Calls(example_calls_.Chain(function_)));
}

void FieldReader::ReportIn(SourceLocation quote, const ExpressionError& error) {
  if (error.message.empty()) return;
  diagnostics_.Add(ErrorInString(source_, quote, error).Calls(example_calls_.Chain(function_)));
}

DeclaredName FieldReader::OptionalName(const Message& message, int field, int index,
                                       NameRule rule) {
  DeclaredName name;
  name.location = Place(message, field, index);
  if (!name.location.known()) return name;
  std::string text = Text(message, field, index);
  if (Obeys(rule, text)) {
    name.text = std::move(text);
  } else if (text.empty()) {
    Report(name.location, absl::StrCat("the ", Field(message, field).name(), " is empty"), "");
  } else {
    Report(name.location, absl::StrCat(Quoted(text), " is not a name"), RuleText(rule));
  }
  return name;
}

DeclaredName FieldReader::RequiredName(const Message& message, int field, NameRule rule,
                                       absl::string_view what) {
  DeclaredName name = OptionalName(message, field, 0, rule);
  if (!name.location.known()) {
    name.location = place_;
    if (!IsDamaged(message)) {
      const std::string& field_name = Field(message, field).name();
      Report(place_, absl::StrCat(what, " without ", field_name),
             absl::StrCat("write ", field_name, ": \"...\""));
    }
  }
  return name;
}

DeclaredExpression FieldReader::ReadExpression(const Message& message, int field) {
  DeclaredExpression result;
  result.given = Has(message, field);
  if (!result.given) return result;
  result.text = Text(message, field, 0);
  result.quote = Place(message, field, 0);
  const ExpressionOr<Expression> parsed = ParseExpression(result.text);
  result.valid = parsed.ok();
  if (parsed.ok()) {
    result.expression = *parsed;
  } else {
    ReportIn(result.quote, parsed.error());
  }
  return result;
}

DeclaredExpression FieldReader::RequiredExpression(const Message& message, int field,
                                                   absl::string_view what) {
  DeclaredExpression result = ReadExpression(message, field);
  if (!result.given && !IsDamaged(message)) {
    const std::string& name = Field(message, field).name();
    Report(place_, absl::StrCat(what, " without ", name),
           absl::StrCat("write ", name, ": \"...\""));
  }
  return result;
}

// Takes `T<=2754` apart.
bool FieldReader::ReadSize(const Expression& expression, bool bounds, SourceLocation quote,
                           DeclaredShape* shape) {
  DeclaredSize size;
  size.size = expression;
  if (expression.kind() == Expression::Kind::kLessEqual) {
    if (!bounds) {
      ReportIn(quote, {expression.offset(), "a bound belongs to a shape of the model's inputs", ""});
      return false;
    }
    if (expression.operands()[0].kind() != Expression::Kind::kName) {
      ReportIn(quote, {expression.offset(), "only a symbol has a bound", "write T<=1000"});
      return false;
    }
    size.size = expression.operands()[0];
    size.bound = expression.operands()[1];
  }
  shape->sizes.push_back(std::move(size));
  return true;
}

DeclaredShape FieldReader::ReadShape(const Message& message, int field, bool bounds) {
  DeclaredShape shape;
  shape.given = Has(message, field);
  if (!shape.given) return shape;
  shape.quote = Place(message, field, 0);
  const std::string text = Text(message, field, 0);
  shape.length = text.size();
  const ExpressionOr<std::vector<Expression>> list = ParseExpressionList(text);
  if (!list.ok()) {
    ReportIn(shape.quote, list.error());
    return shape;
  }
  shape.valid = true;
  for (const Expression& expression : *list) {
    shape.valid = ReadSize(expression, bounds, shape.quote, &shape) && shape.valid;
  }
  return shape;
}

DeclaredAttribute FieldReader::ReadAttribute(const Message& message, int field) {
  const FieldDescriptor& descriptor = Field(message, field);
  DeclaredAttribute attribute;
  attribute.name = descriptor.name();
  attribute.text = Text(message, field, 0);
  attribute.quote = Place(message, field, 0);
  attribute.valid = true;
  switch (descriptor.options().GetExtension(proto::reading)) {
    case proto::TEXT:
      attribute.kind = ExpandedAttribute::Kind::kText;
      return attribute;
    case proto::INITIALIZER:
      attribute.kind = ExpandedAttribute::Kind::kInitializer;
      return attribute;
    default:
      break;
  }
  const ExpressionOr<std::vector<Expression>> list = ParseExpressionList(attribute.text);
  attribute.valid = list.ok();
  if (list.ok()) {
    attribute.values = *list;
  } else {
    ReportIn(attribute.quote, list.error());
  }
  return attribute;
}

}  // namespace plumbline
