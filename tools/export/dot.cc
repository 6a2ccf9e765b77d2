// Clusters first, then edges.
#include "tools/export/dot.h"

#include <map>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace plumbline {
namespace {

// A string of dot's. A line break in `text` is one in the label.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}), "\"");
}

// What stands together under one prefix of paths, in the order in which it was met.
struct Cluster {
  std::string path;
  std::vector<std::string> lines;  // of its own nodes
  std::vector<std::string> order;  // names of the clusters within
  std::map<std::string, std::unique_ptr<Cluster>> inner;

  Cluster& Within(const std::string& name) {
    std::unique_ptr<Cluster>& cluster = inner[name];
    if (cluster == nullptr) {
      cluster = std::make_unique<Cluster>();
      cluster->path = path.empty() ? name : absl::StrCat(path, ".", name);
      order.push_back(name);
    }
    return *cluster;
  }

  void Print(const std::string& indent, std::string& text) const {
    for (const std::string& line : lines) absl::StrAppend(&text, indent, line, "\n");
    for (const std::string& name : order) {
      const Cluster& cluster = *inner.at(name);
      absl::StrAppend(&text, indent, "subgraph ", Quoted(absl::StrCat("cluster_", cluster.path)), " {\n", indent,
                      "  label=", Quoted(name), ";\n");
      cluster.Print(indent + "  ", text);
      absl::StrAppend(&text, indent, "}\n");
    }
  }
};

class Drawing {
 public:
  explicit Drawing(const Graph& graph) : graph_(graph), users_(graph.Users()) {}

  std::string Text(absl::string_view title) {
    std::string edges;
    for (const NodeId id : graph_.Order()) {
      const Node& node = graph_.node(id);
      if (IsOwnParameter(node)) continue;
      Place(node);
      for (const ValueId input : node.inputs) {
        if (IsOwnParameter(graph_.producer(input))) continue;
        absl::StrAppend(&edges, "  ", Quoted(Id(graph_.producer(input))), " -> ", Quoted(Id(node)), ";\n");
      }
    }
    for (const GraphOutput& output : graph_.outputs()) {
      const std::string id = absl::StrCat("output/", output.name);
      root_.lines.push_back(
          absl::StrCat(Quoted(id), " [label=", Quoted(output.name), ", shape=ellipse, peripheries=2];"));
      absl::StrAppend(&edges, "  ", Quoted(Id(graph_.producer(output.value))), " -> ", Quoted(id), ";\n");
    }
    std::string text = absl::StrCat("digraph ", Quoted(title), " {\n  node [shape=box, fontname=\"sans-serif\"];\n");
    root_.Print("  ", text);
    return absl::StrCat(text, edges, "}\n");
  }

 private:
  static std::string Id(const Node& node) {
    return node.op->source == SourceKind::kInput ? absl::StrCat("input/", node.name) : node.name;
  }

  // A parameter that one node alone reads and that bears its name.
  bool IsOwnParameter(const Node& node) const {
    const std::vector<NodeId>& users = users_[node.outputs[0]];
    return node.op->source == SourceKind::kParameter && users.size() == 1 &&
           absl::StartsWith(node.name, absl::StrCat(graph_.node(users[0]).name, "."));
  }

  std::string Label(const Node& node) const {
    const SymbolTable& symbols = graph_.symbols();
    const std::vector<std::string> path = absl::StrSplit(node.name, '.');
    const std::string& name = node.op->source == SourceKind::kNone ? path.back() : node.name;
    std::string label = absl::StrCat(name, "\n", node.op->name);
    std::string attributes;
    for (const auto& [attribute, value] : node.attributes.values()) {
      absl::StrAppend(&attributes, attributes.empty() ? " " : ", ", attribute, " ", ToString(value, symbols));
    }
    if (node.op->source == SourceKind::kNone) absl::StrAppend(&label, attributes);
    for (const ValueId input : node.inputs) {
      const Node& source = graph_.producer(input);
      if (!IsOwnParameter(source)) continue;
      absl::StrAppend(&label, "\n", source.name.substr(node.name.size() + 1), " ",
                      ToString(graph_.type(input).shape, symbols));
    }
    return absl::StrCat(label, "\n", ToString(graph_.type(node.outputs[0]), symbols));
  }

  void Place(const Node& node) {
    Cluster* cluster = &root_;
    std::vector<std::string> path = absl::StrSplit(node.name, '.');
    path.pop_back();
    const bool source = node.op->source != SourceKind::kNone;
    for (const std::string& part : path) {
      if (!source) cluster = &cluster->Within(part);
    }
    cluster->lines.push_back(absl::StrCat(Quoted(Id(node)), " [label=", Quoted(Label(node)),
                                          source ? ", shape=ellipse];" : "];"));
  }

  const Graph& graph_;
  const std::vector<std::vector<NodeId>> users_;
  Cluster root_;
};

}  // namespace

std::string DotText(const Graph& graph, absl::string_view title) { return Drawing(graph).Text(title); }

}  // namespace plumbline
