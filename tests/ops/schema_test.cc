// The messages of dsl/ops.proto against the definitions of the ops: the language offers exactly
// what the ops take.
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsl/expression.h"
#include "dsl/ops.pb.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;

enum class Place { kNode, kLoss, kMetric };

Place PlaceOf(const OpDefinition& op) {
  if (op.is_loss) return Place::kLoss;
  return op.is_metric ? Place::kMetric : Place::kNode;
}

void ExpectSameFields(const Descriptor& message, const OpDefinition& op) {
  std::set<std::string> expected;
  for (const AttributeSpec& attribute : op.attributes) expected.insert(attribute.name);
  if (PlaceOf(op) != Place::kNode) expected.insert(op.inputs.begin(), op.inputs.end());
  std::set<std::string> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    EXPECT_EQ(message.field(i)->type(), FieldDescriptor::TYPE_STRING)
        << message.field(i)->full_name();
    fields.insert(message.field(i)->name());
  }
  EXPECT_EQ(fields, expected) << op.name;
  for (const AttributeSpec& attribute : op.attributes) {
    const FieldDescriptor* const field = message.FindFieldByName(attribute.name);
    if (field == nullptr) continue;
    EXPECT_EQ(field->options().GetExtension(proto::reading) == proto::EXPRESSION,
              attribute.kind != AttributeKind::kText)
        << field->full_name();
  }
}

// Checks the members of the oneof `op` of Node, Loss or Metric; returns their names.
std::set<std::string> CheckMembers(const Descriptor& message, Place place) {
  std::set<std::string> names;
  const auto& oneof = *message.FindOneofByName("op");
  for (int i = 0; i < oneof.field_count(); ++i) {
    const FieldDescriptor& field = *oneof.field(i);
    if (field.name() == "call") continue;
    names.insert(field.name());
    const OpDefinition* const op = AllOps().Find(field.name());
    if (op == nullptr) {
      ADD_FAILURE() << "no op named " << field.name();
      continue;
    }
    EXPECT_FALSE(op->internal) << op->name;
    EXPECT_EQ(static_cast<int>(PlaceOf(*op)), static_cast<int>(place)) << op->name;
    ExpectSameFields(*field.message_type(), *op);
  }
  return names;
}

TEST(SchemaTest, LanguageAndDefinitionsHaveTheSameOpsAndAttributes) {
  std::set<std::string> language = CheckMembers(*proto::Node::descriptor(), Place::kNode);
  language.merge(CheckMembers(*proto::Loss::descriptor(), Place::kLoss));
  language.merge(CheckMembers(*proto::Metric::descriptor(), Place::kMetric));
  std::set<std::string> defined;
  for (const OpDefinition& op : AllOps().definitions()) {
    if (!op.internal) defined.insert(op.name);
  }
  EXPECT_EQ(language, defined);
}

TEST(SchemaTest, NamesAreUnique) {
  std::set<std::string> names;
  for (const OpDefinition& op : AllOps().definitions()) {
    EXPECT_TRUE(names.insert(op.name).second) << op.name;
    std::set<std::string> attributes;
    for (const AttributeSpec& attribute : op.attributes) {
      EXPECT_TRUE(attributes.insert(attribute.name).second) << op.name << "." << attribute.name;
    }
  }
}

TEST(SchemaTest, EverythingIsDocumented) {
  for (const OpDefinition& op : AllOps().definitions()) {
    EXPECT_FALSE(op.formula.empty()) << op.name;
    for (const AttributeSpec& attribute : op.attributes) {
      EXPECT_FALSE(attribute.doc.empty()) << op.name << "." << attribute.name;
    }
  }
}

TEST(SchemaTest, DefaultsEvaluateToTheirKind) {
  const auto no_names = [](const std::string& name) -> ExpressionOr<std::optional<Number>> {
    return ExpressionError{0, name, ""};
  };
  for (const OpDefinition& op : AllOps().definitions()) {
    for (const AttributeSpec& attribute : op.attributes) {
      const std::string where = absl::StrCat(op.name, ".", attribute.name);
      if (attribute.required) {
        EXPECT_EQ(attribute.default_text, "") << where;
        continue;
      }
      if (attribute.default_text.empty() || attribute.kind == AttributeKind::kText) continue;
      const ExpressionOr<Expression> expression = ParseExpression(attribute.default_text);
      ASSERT_TRUE(expression.ok()) << where;
      if (attribute.kind == AttributeKind::kReal) {
        EXPECT_TRUE(EvaluateReal(*expression, no_names).ok()) << where;
      } else {
        EXPECT_TRUE(EvaluateInteger(*expression, no_names).ok()) << where;
      }
    }
  }
}

}  // namespace
}  // namespace plumbline
