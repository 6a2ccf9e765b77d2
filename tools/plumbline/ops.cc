// plumbline ops: the op table, from the definitions themselves.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "compiler/passes/build_graph.h"
#include "dsl/diagnostic.h"
#include "ops/all_ops.h"
#include "tools/plumbline/command.h"
#include "tools/plumbline/op_example.h"

namespace plumbline {
namespace {

std::string KindName(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::kInteger: return "integer";
    case AttributeKind::kSize: return "size";
    case AttributeKind::kReal: return "real";
    case AttributeKind::kBool: return "condition";
    case AttributeKind::kIntegerList: return "integers";
    case AttributeKind::kSizeList: return "sizes";
    case AttributeKind::kText: return "text";
  }
  return "?";
}

std::string Signature(const OpDefinition& op) {
  std::vector<std::string> inputs = op.inputs;
  for (int i = 0; i < op.optional_inputs; ++i) {
    std::string& name = inputs[inputs.size() - 1 - i];
    name = absl::StrCat("[", name, "]");
  }
  return absl::StrCat("(", absl::StrJoin(inputs, ", "), op.variadic ? ", ..." : "", ")");
}

std::string AttributeList(const OpDefinition& op) {
  std::vector<std::string> parts;
  for (const AttributeSpec& spec : op.attributes) {
    parts.push_back(spec.default_text.empty() ? spec.name : absl::StrCat(spec.name, " (", spec.default_text, ")"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string Table() {
  std::string text;
  for (const OpDefinition& op : AllOps().definitions()) {
    if (op.internal) continue;
    absl::StrAppendFormat(&text, "%-24s %s\n", absl::StrCat(op.name, Signature(op)), op.formula);
    const std::string attributes = AttributeList(op);
    if (!attributes.empty()) absl::StrAppendFormat(&text, "%-24s   attributes: %s\n", "", attributes);
    if (!IsAvailable(op)) absl::StrAppendFormat(&text, "%-24s   not available yet\n", "");
  }
  absl::StrAppend(&text, "\nplumbline ops NAME explains an op: attributes, shapes, parameters, cost\n");
  return text;
}

std::string Describe(const OpDefinition& op) {
  std::string text = absl::StrCat(op.name, Signature(op), "\n  ", op.formula, "\n");
  if (op.is_loss) absl::StrAppend(&text, "  stands in `loss`; the fields are its inputs and attributes\n");
  if (op.is_metric) absl::StrAppend(&text, "  stands in `metric`; the fields are its inputs and attributes\n");
  if (!IsAvailable(op)) absl::StrAppend(&text, "  not available yet\n");
  if (!op.attributes.empty()) absl::StrAppend(&text, "attributes\n");
  for (const AttributeSpec& spec : op.attributes) {
    const std::string otherwise = spec.required ? "required"
                                  : spec.default_text.empty() ? "optional"
                                                              : absl::StrCat("default ", spec.default_text);
    absl::StrAppendFormat(&text, "  %-16s %-10s %-16s %s\n", spec.name, KindName(spec.kind), otherwise, spec.doc);
  }
  absl::StrAppend(&text, DescribeExample(op));
  return text;
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {}, 0, 1);
  if (!arguments.ok()) return UsageError("ops", arguments.status());
  Outcome outcome;
  if (arguments->positional().empty()) {
    outcome.output = Table();
    return outcome;
  }
  const std::string& name = arguments->positional()[0];
  const OpDefinition* op = AllOps().Find(name);
  if (op != nullptr && !op->internal) {
    outcome.output = Describe(*op);
    return outcome;
  }
  std::vector<std::string> names;
  for (const OpDefinition& known : AllOps().definitions()) {
    if (!known.internal) names.push_back(known.name);
  }
  outcome = Failed(absl::InvalidArgumentError(absl::StrCat("unknown op '", EscapeForTerminal(name), "'")));
  const std::string hint = DidYouMean(name, names);
  if (!hint.empty()) absl::StrAppend(&outcome.errors, "  ", hint, "\n");
  return outcome;
}

}  // namespace

Command OpsCommand() {
  return {"ops", "[NAME]", "the op table: attributes, defaults, shapes, formula, cost",
          R"(Without NAME: every op of the language with its formula and attributes.
With NAME: each attribute with type and default, and for an example in symbols the
shapes, the parameters, and the cost polynomials.

Costs count additions, multiplications, divisions and comparisons as 1 each, a
multiply-add as 2, and one exp, log, tanh or sqrt as 1.
)",
          Run};
}

}  // namespace plumbline
