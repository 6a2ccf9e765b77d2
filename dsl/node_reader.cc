#include "dsl/node_reader.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/field_reader.h"
#include "dsl/op_catalog.h"
#include "dsl/ops.pb.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

// The member of the oneof `op` that is set, or null.
const FieldDescriptor* ChosenOp(const Message& message) {
  const OneofDescriptor* oneof = message.GetDescriptor()->FindOneofByName("op");
  return message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
}

// The fields of an op that were given, by number.
std::vector<const FieldDescriptor*> GivenFields(const Message& op) {
  std::vector<const FieldDescriptor*> fields;
  op.GetReflection()->ListFields(op, &fields);
  return fields;
}

bool ByName(const DeclaredAttribute& a, const DeclaredAttribute& b) { return a.name < b.name; }

// Sets op, its place and signature, and returns its message; null if there is none to go on with.
const Message* ReadOp(const Message& message, SourceLocation place, absl::string_view what,
                      const OpCatalog& catalog, FieldReader& reader, DeclaredNode* node) {
  const FieldDescriptor* chosen = ChosenOp(message);
  if (chosen == nullptr) {
    if (!reader.IsDamaged(message)) {
      reader.Report(place, absl::StrCat("no op in this ", what),
                    "write the op and its attributes, for instance linear { features: \"10\" }");
    }
    return nullptr;
  }
  node->op_location = reader.FieldPlace(message, chosen->number(), 0);
  const Message& op = message.GetReflection()->GetMessage(message, chosen);
  if (chosen->name() == "call") {
    node->op = chosen->name();
    return &op;
  }
  node->signature = catalog.Find(chosen->name());
  if (node->signature == nullptr) {
    reader.Report(node->op_location, absl::StrCat("the op '", chosen->name(), "' is not known here"),
                  "");
    return nullptr;
  }
  node->op = chosen->name();
  return &op;
}

DeclaredCall ReadCall(const proto::Call& call, SourceLocation place, FieldReader& reader) {
  DeclaredCall result;
  result.location = place;
  reader.SetPlace(place);
  result.function =
      reader.RequiredName(call, proto::Call::kFunctionFieldNumber, NameRule::kSimple, "call");
  result.repeat = reader.ReadExpression(call, proto::Call::kRepeatFieldNumber);
  result.share_parameters = reader.ReadExpression(call, proto::Call::kShareParametersFieldNumber);
  for (int i = 0; i < call.set_size(); ++i) {
    reader.SetPlace(reader.FieldPlace(call, proto::Call::kSetFieldNumber, i));
    DeclaredSet set;
    set.constant = reader.RequiredName(call.set(i), proto::Set::kNameFieldNumber,
                                       NameRule::kSimple, "set");
    set.value = reader.RequiredExpression(call.set(i), proto::Set::kValueFieldNumber, "set");
    const bool again = std::any_of(
        result.sets.begin(), result.sets.end(), [&set](const DeclaredSet& other) {
          return set.constant.given() && other.constant.text == set.constant.text;
        });
    if (again) {
      reader.Report(set.constant.location, absl::StrCat(Quoted(set.constant.text), " is set twice"),
                    "");
      continue;
    }
    result.sets.push_back(std::move(set));
  }
  return result;
}

std::vector<DeclaredInit> ReadInits(const proto::Node& node, FieldReader& reader) {
  std::vector<DeclaredInit> inits;
  for (int i = 0; i < node.init_size(); ++i) {
    const proto::Init& init = node.init(i);
    const SourceLocation place = reader.FieldPlace(node, proto::Node::kInitFieldNumber, i);
    reader.SetPlace(place);
    DeclaredInit result;
    result.parameter =
        reader.RequiredName(init, proto::Init::kNameFieldNumber, NameRule::kSimple, "init");
    result.quote = reader.Place(init, proto::Init::kValueFieldNumber, 0);
    if (!init.has_value() && !reader.IsDamaged(init)) {
      reader.Report(place, "init without value", "write value: \"constant(0)\"");
    }
    const bool again =
        std::any_of(inits.begin(), inits.end(), [&result](const DeclaredInit& other) {
          return other.parameter.text == result.parameter.text;
        });
    if (again && result.parameter.given()) {
      reader.Report(result.parameter.location,
                    absl::StrCat(Quoted(result.parameter.text), " has two initialisers"), "");
    }
    if (!init.has_value() || again || !result.parameter.given()) continue;
    result.text = init.value();
    inits.push_back(std::move(result));
  }
  return inits;
}

// The op of a loss or metric: fields named like the op's inputs are values, the others attributes.
void ReadValueFields(const Message& op, FieldReader& reader, DeclaredNode* node) {
  const OpSignature& signature = *node->signature;
  const auto is_input = [&signature](const std::string& name) {
    return std::find(signature.input_names.begin(), signature.input_names.end(), name) !=
           signature.input_names.end();
  };
  for (const FieldDescriptor* field : GivenFields(op)) {
    if (!is_input(field->name())) {
      node->attributes.push_back(reader.ReadAttribute(op, field->number()));
    }
  }
  std::sort(node->attributes.begin(), node->attributes.end(), ByName);
  for (size_t i = 0; i < signature.input_names.size(); ++i) {
    const FieldDescriptor* field = op.GetDescriptor()->FindFieldByName(signature.input_names[i]);
    if (field == nullptr) continue;
    reader.SetPlace(node->op_location);
    const bool required = static_cast<int>(i) < signature.min_inputs;
    DeclaredName value =
        required ? reader.RequiredName(op, field->number(), NameRule::kDotted, node->op)
                 : reader.OptionalName(op, field->number(), 0, NameRule::kDotted);
    if (required || value.location.known()) node->inputs.push_back(std::move(value));
  }
}

}  // namespace

DeclaredNode ReadNode(const proto::Node& node, SourceLocation place, NameRule rule,
                      const OpCatalog& catalog, FieldReader& reader) {
  using proto::Node;
  DeclaredNode result;
  result.location = place;
  reader.SetPlace(place);
  const Message* op = ReadOp(node, place, "node", catalog, reader, &result);
  if (node.has_call()) {
    result.name = reader.OptionalName(node, Node::kNameFieldNumber, 0, rule);
  } else {
    result.name = reader.RequiredName(node, Node::kNameFieldNumber, rule, "node");
  }
  if (node.has_name()) result.location = result.name.location;
  for (int i = 0; i < node.input_size(); ++i) {
    result.inputs.push_back(reader.OptionalName(node, Node::kInputFieldNumber, i, rule));
  }
  result.when = reader.ReadExpression(node, Node::kWhenFieldNumber);
  result.parameters_of =
      reader.OptionalName(node, Node::kParametersOfFieldNumber, 0, NameRule::kDotted);
  result.inits = ReadInits(node, reader);
  if (op == nullptr) return result;
  if (node.has_call()) {
    result.call = ReadCall(node.call(), result.op_location, reader);
    return result;
  }
  for (const FieldDescriptor* field : GivenFields(*op)) {
    result.attributes.push_back(reader.ReadAttribute(*op, field->number()));
  }
  std::sort(result.attributes.begin(), result.attributes.end(), ByName);
  return result;
}

DeclaredLoss ReadLoss(const proto::Loss& loss, SourceLocation place, const OpCatalog& catalog,
                      FieldReader& reader) {
  DeclaredLoss result;
  reader.SetPlace(place);
  const Message* op = ReadOp(loss, place, "loss", catalog, reader, &result.node);
  result.name =
      reader.RequiredName(loss, proto::Loss::kNameFieldNumber, NameRule::kSimple, "loss");
  result.node.location = result.name.location;
  result.weight = reader.ReadExpression(loss, proto::Loss::kWeightFieldNumber);
  if (op != nullptr) ReadValueFields(*op, reader, &result.node);
  return result;
}

DeclaredLoss ReadMetric(const proto::Metric& metric, SourceLocation place,
                        const OpCatalog& catalog, FieldReader& reader) {
  DeclaredLoss result;
  reader.SetPlace(place);
  const Message* op = ReadOp(metric, place, "metric", catalog, reader, &result.node);
  result.name =
      reader.RequiredName(metric, proto::Metric::kNameFieldNumber, NameRule::kSimple, "metric");
  result.node.location = result.name.location;
  if (op != nullptr) ReadValueFields(*op, reader, &result.node);
  return result;
}

}  // namespace plumbline
