// plumbline params: names, shapes and number of trainable parameters.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

struct Row {
  std::string name;
  std::vector<int64_t> shape;
  std::string initializer;
};

std::string Describe(const Initializer& initializer) {
  switch (initializer.kind) {
    case Initializer::Kind::kUniform:
      return absl::StrFormat("uniform(%g, %g)", initializer.first, initializer.second);
    case Initializer::Kind::kNormal: return absl::StrFormat("normal(%g, %g)", initializer.first, initializer.second);
    case Initializer::Kind::kConstant: break;
  }
  return absl::StrFormat("constant(%g)", initializer.first);
}

std::vector<Row> Rows(const Graph& graph) {
  std::vector<Row> rows;
  for (const NodeId id : graph.Sources(SourceKind::kParameter)) {
    const Node& node = graph.node(id);
    rows.push_back({node.name, ConcreteShape(graph.type(node.outputs[0]).shape), Describe(node.initializer)});
  }
  return rows;
}

std::string Print(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) absl::StrAppend(&text, i > 0 ? ", " : "", shape[i]);
  return text + "]";
}

std::string ToText(const std::vector<Row>& rows, int64_t total) {
  size_t name_width = 0;
  size_t shape_width = 0;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    shape_width = std::max(shape_width, Print(row.shape).size());
  }
  std::string text;
  for (const Row& row : rows) {
    absl::StrAppendFormat(&text, "%-*s  %-*s  %10d  %s\n", static_cast<int>(name_width), row.name,
                          static_cast<int>(shape_width), Print(row.shape), ElementCount(row.shape), row.initializer);
  }
  absl::StrAppend(&text, "total ", total, "\n");
  return text;
}

std::string ToJson(const std::vector<Row>& rows, int64_t total) {
  nlohmann::ordered_json json;
  json["parameters"] = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    json["parameters"].push_back(
        {{"name", row.name}, {"shape", row.shape}, {"count", ElementCount(row.shape)}, {"init", row.initializer}});
  }
  json["total"] = total;
  return json.dump(2) + "\n";
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"set", true, true}, {"format"}}, 1, 1);
  if (!arguments.ok()) return UsageError("params", arguments.status());
  const auto format = arguments->Choice("format", {"text", "json"});
  if (!format.ok()) return UsageError("params", format.status());
  Outcome outcome;
  const std::optional<Model> model = LoadModelForUser(arguments->positional()[0], arguments->All("set"), outcome);
  if (!model) return outcome;
  const std::vector<Row> rows = Rows(model->graph);
  int64_t total = 0;
  for (const Row& row : rows) total += ElementCount(row.shape);
  outcome.output = *format == "json" ? ToJson(rows, total) : ToText(rows, total);
  return outcome;
}

}  // namespace

Command ParamsCommand() {
  return {"params", "MODEL [--set NAME=VALUE]... [--format=text|json]", "list and count the trainable parameters",
          R"(One line a parameter: name, shape, number of elements, and how it is initialised.
Names and layouts are those of PyTorch's state_dict. The last line is `total N`.

  --set NAME=VALUE   another value for a constant of the model
  --format=json      the same as JSON
)",
          Run};
}

}  // namespace plumbline
