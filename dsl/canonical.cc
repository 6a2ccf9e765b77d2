#include "dsl/canonical.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>


#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/initializer.h"

namespace plumbline {
namespace {

absl::string_view Word(InputDType dtype) {
  switch (dtype) {
    case InputDType::kF32:
      return "F32";
    case InputDType::kS64:
      return "S64";
    case InputDType::kU8:
      return "U8";
  }
  return "F32";
}

class Printer {
 public:
  explicit Printer(const ExpandedModel& model) : model_(model) {}

  std::string Print() {
    Line("plumbline canonical model 1");
    if (!model_.batch.empty()) Line(absl::StrCat("batch ", model_.batch));
    for (const ExpandedInput& input : model_.inputs) PrintInput(input);
    for (size_t i = 1; i < model_.scopes.size(); ++i) PrintScope(i);
    for (const ExpandedNode& node : model_.nodes) {
      Line(absl::StrCat("node ", node.path, NodeText(node)));
    }
    for (const ExpandedOutput& output : model_.outputs) {
      Line(absl::StrCat("output ", output.name, " = ", Value(output.value)));
    }
    for (const ExpandedLoss& loss : model_.losses) {
      Line(absl::StrCat("loss ", loss.name, " weight ", ToString(Number(loss.weight)),
                        NodeText(loss.node)));
    }
    for (const ExpandedMetric& metric : model_.metrics) {
      Line(absl::StrCat("metric ", metric.name, NodeText(metric.node)));
    }
    if (model_.decode.has_value()) {
      Line(absl::StrCat("decode ", model_.inputs[static_cast<size_t>(model_.decode->input)].name,
                        " along ", model_.decode->symbol, " to ",
                        model_.outputs[static_cast<size_t>(model_.decode->output)].name));
    }
    return std::move(text_);
  }

 private:
  void Line(absl::string_view line) { absl::StrAppend(&text_, line, "\n"); }

  const std::string& Value(ValueRef ref) const {
    const size_t index = static_cast<size_t>(ref.index);
    return ref.kind == ValueRef::Kind::kInput ? model_.inputs[index].name
                                              : model_.nodes[index].path;
  }

  void PrintInput(const ExpandedInput& input) {
    std::string shape;
    for (const InputDimension& dimension : input.shape) {
      absl::StrAppend(&shape, shape.empty() ? "" : ", ", ToString(dimension.size));
      if (dimension.bound.has_value()) absl::StrAppend(&shape, "<=", *dimension.bound);
    }
    Line(absl::StrCat("input ", input.name, " ", Word(input.dtype), " [", shape, "]"));
  }

  void PrintScope(size_t index) {
    const ExpandedScope& scope = model_.scopes[index];
    std::string bindings;
    for (const ScopeBinding& binding : scope.bindings) {
      absl::StrAppend(&bindings, " ", Value(binding.value));
      if (!binding.has_pattern) continue;
      std::string pattern;
      for (const PatternEntry& entry : binding.pattern) {
        absl::StrAppend(&pattern, pattern.empty() ? "" : ", ",
                        entry.binds ? absl::StrCat("?", entry.name) : ToString(entry.check));
      }
      absl::StrAppend(&bindings, " [", pattern, "]");
    }
    Line(absl::StrCat("scope ", index, " in ", scope.parent, bindings));
  }

  std::string NodeText(const ExpandedNode& node) const {
    std::string text = absl::StrCat(" ", node.op, "(");
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      absl::StrAppend(&text, i > 0 ? ", " : "", Value(node.inputs[i]));
    }
    text += ")";
    for (const ExpandedAttribute& attribute : node.attributes) {
      absl::StrAppend(&text, " ", attribute.name, "=", AttributeText(attribute));
    }
    for (const ExpandedInit& init : node.inits) {
      absl::StrAppend(&text, " init ", init.parameter, "=", ToString(init.initializer));
    }
    if (!node.parameters_of.empty()) absl::StrAppend(&text, " parameters_of ", node.parameters_of);
    if (node.scope != 0) absl::StrAppend(&text, " scope ", node.scope);
    return text;
  }

  static std::string AttributeText(const ExpandedAttribute& attribute) {
    switch (attribute.kind) {
      case ExpandedAttribute::Kind::kText:
        return absl::StrCat("\"", absl::Utf8SafeCEscape(attribute.text), "\"");
      case ExpandedAttribute::Kind::kInitializer:
        return attribute.initializer.has_value() ? ToString(*attribute.initializer) : "";
      case ExpandedAttribute::Kind::kExpressions:
        break;
    }
    std::string list;
    for (const Expression& value : attribute.values) {
      absl::StrAppend(&list, list.empty() ? "" : ", ", ToString(value));
    }
    return absl::StrCat("[", list, "]");
  }

  const ExpandedModel& model_;
  std::string text_;
};

}  // namespace

std::string CanonicalText(const ExpandedModel& model) { return Printer(model).Print(); }

std::string Identity(const ExpandedModel& model) {
  const std::string text = CanonicalText(model);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), length));
}

}  // namespace plumbline
