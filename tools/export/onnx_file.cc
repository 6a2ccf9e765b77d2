// Names of values, then node by node in the graph's order.
#include "tools/export/onnx_file.h"

#include <climits>
#include <cstring>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/costs.h"
#include "dsl/diagnostic.h"
#include "experiments/engine_version.h"
#include "tools/export/onnx_builder.h"
#include "tools/export/onnx_ops.h"

namespace plumbline {
namespace {

constexpr int64_t kIrVersion = 8;  // the one that came with opset 17
constexpr char kOwnDomain[] = "plumbline";

onnx::ModelProto NewModel(const Model& model) {
  onnx::ModelProto file;
  file.set_ir_version(kIrVersion);
  file.set_producer_name("plumbline");
  file.set_producer_version(std::string(kEngineVersion));
  file.mutable_graph()->set_name(model.expanded.name.empty() ? "model" : model.expanded.name);
  onnx::StringStringEntryProto& identity = *file.add_metadata_props();
  identity.set_key("plumbline.identity");
  identity.set_value(model.identity);
  return file;
}

absl::StatusOr<std::string> Bytes(const onnx::ModelProto& file) {
  if (file.ByteSizeLong() > static_cast<size_t>(INT_MAX)) {
    return absl::ResourceExhaustedError("the file would have more than 2 GiB, which protobuf cannot hold");
  }
  return file.SerializeAsString();
}

onnx::TensorProto Parameter(const Graph& graph, NodeId id, const ParameterValues* weights) {
  const Node& node = graph.node(id);
  onnx::TensorProto tensor;
  tensor.set_name(node.name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const int64_t size : ConcreteShape(graph.type(node.outputs[0]).shape)) tensor.add_dims(size);
  if (weights == nullptr) return tensor;
  const std::vector<float>& values = weights->at(node.name);
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(&bytes[0], values.data(), bytes.size());
  tensor.set_raw_data(std::move(bytes));
  return tensor;
}

// The nodes of a kind that outputs depend on.
std::vector<NodeId> UsedSources(const Graph& graph, SourceKind kind) {
  const std::vector<int> uses = graph.UseCounts();
  std::vector<NodeId> used;
  for (const NodeId id : graph.Sources(kind)) {
    if (uses[graph.node(id).outputs[0]] > 0) used.push_back(id);
  }
  return used;
}

// Collects mistakes with the places of their nodes.
class Mistakes {
 public:
  explicit Mistakes(const ExpandedModel& model) : model_(model) {
    for (const ExpandedNode& node : model.nodes) nodes_[node.path] = &node;
  }

  void OfNode(const Node& node, absl::string_view message) {
    const auto found = nodes_.find(node.name);
    const SourceLocation location = found == nodes_.end() ? SourceLocation() : found->second->location;
    const int scope = found == nodes_.end() ? 0 : found->second->scope;
    diagnostics_.Add(Error(*model_.source, location, absl::StrCat("export of ", node.op->name, " '", node.name, "': ",
                                                                  message))
                         .Calls(CallChainOf(model_, scope)));
  }

  void OfOutput(const std::string& name, absl::string_view message) {
    SourceLocation location;
    for (const ExpandedOutput& output : model_.outputs) {
      if (output.name == name) location = output.location;
    }
    diagnostics_.Add(Error(*model_.source, location, absl::StrCat("export of output '", name, "': ", message)));
  }

  absl::Status status() const {
    if (!diagnostics_.has_errors()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StripSuffix(diagnostics_.Render(), "\n"));
  }

 private:
  const ExpandedModel& model_;
  std::map<std::string, const ExpandedNode*> nodes_;
  Diagnostics diagnostics_;
};

// A graph on its way to an ONNX file.
class OnnxExport {
 public:
  OnnxExport(const Model& model, const Graph& graph, const ParameterValues* weights)
      : graph_(graph), weights_(weights), mistakes_(model.expanded), file_(NewModel(model)) {
    file_.add_opset_import()->set_domain("");
    file_.mutable_opset_import(0)->set_version(kOnnxOpset);
  }

  absl::StatusOr<std::string> Run() {
    NameValues();
    OnnxBuilder builder(graph_, UsedSources(graph_, SourceKind::kInput), *file_.mutable_graph());
    AddSources();
    for (const NodeId id : graph_.Order()) AddNode(id, builder);
    AddOutputs(builder);
    const absl::Status status = mistakes_.status();
    if (!status.ok()) return status;
    return Bytes(file_);
  }

 private:
  // Sources and nodes keep their names. Outputs have a namespace of their own in the language but not here: a node that
  // bears the name of an output with another value steps aside.
  void NameValues() {
    std::map<std::string, ValueId> outputs;
    for (const GraphOutput& output : graph_.outputs()) outputs[output.name] = output.value;
    for (const NodeId id : graph_.Order()) {
      const Node& node = graph_.node(id);
      const auto output = outputs.find(node.name);
      const bool taken = output != outputs.end() && output->second != node.outputs[0];
      if (taken && node.op->source != SourceKind::kNone) {
        mistakes_.OfOutput(node.name, "ONNX has one namespace, and an input or parameter bears this name");
      }
      names_[node.outputs[0]] = taken ? absl::StrCat(node.name, "/value") : node.name;
    }
  }

  void AddSources() {
    onnx::GraphProto& graph = *file_.mutable_graph();
    for (const NodeId id : UsedSources(graph_, SourceKind::kInput)) {
      const Node& node = graph_.node(id);
      *graph.add_input() = OnnxValue(node.name, graph_.type(node.outputs[0]), graph_.symbols());
    }
    for (const NodeId id : UsedSources(graph_, SourceKind::kParameter)) {
      const Node& node = graph_.node(id);
      if (weights_ == nullptr) {
        *graph.add_input() = OnnxValue(node.name, graph_.type(node.outputs[0]), graph_.symbols());
      } else {
        *graph.add_initializer() = Parameter(graph_, id, weights_);
      }
    }
  }

  void AddNode(NodeId id, OnnxBuilder& builder) {
    const Node& node = graph_.node(id);
    if (node.op->source != SourceKind::kNone) return;
    const OnnxMapping mapping = FindOnnxMapping(node.op->name);
    if (mapping == nullptr) return mistakes_.OfNode(node, "this op has no mapping to ONNX");
    builder.BeginNode(node.name);
    std::vector<std::string> inputs;
    for (const ValueId input : node.inputs) inputs.push_back(names_.at(input));
    const std::string& name = names_.at(node.outputs[0]);
    const absl::Status status = mapping(OnnxOp{graph_.view(id), std::move(inputs), name, builder});
    if (!status.ok()) return mistakes_.OfNode(node, status.message());
    values_.emplace_back(node.outputs[0], name);
  }

  void AddOutputs(OnnxBuilder& builder) {
    onnx::GraphProto& graph = *file_.mutable_graph();
    std::set<std::string> given;
    for (const GraphOutput& output : graph_.outputs()) {
      *graph.add_output() = OnnxValue(output.name, graph_.type(output.value), graph_.symbols());
      given.insert(output.name);
      const std::string& value = names_.at(output.value);
      if (value != output.name) builder.AddNamed("Identity", {value}, {output.name}, {});
    }
    for (const auto& [value, name] : values_) {
      if (given.count(name) > 0) continue;
      *graph.add_value_info() = OnnxValue(name, graph_.type(value), graph_.symbols());
    }
  }

  const Graph& graph_;
  const ParameterValues* const weights_;
  Mistakes mistakes_;
  onnx::ModelProto file_;
  std::map<ValueId, std::string> names_;
  std::vector<std::pair<ValueId, std::string>> values_;
};

// What a reader wants to know of a node: its formula, and its costs as `explain` gives them.
std::string Documentation(const OpDefinition& op, const NodeCost& cost, const SymbolTable& symbols) {
  return absl::StrCat(op.formula, "\n\noperations: ", symbols.ToString(cost.operations), "\nbytes: ",
                      cost.view ? "none, a view" : symbols.ToString(cost.bytes), "\nlive activations: ",
                      symbols.ToString(cost.memory), " bytes");
}

void AddProperty(onnx::ModelProto& file, absl::string_view key, std::string value) {
  onnx::StringStringEntryProto& entry = *file.add_metadata_props();
  entry.set_key(std::string(key));
  entry.set_value(std::move(value));
}

}  // namespace

absl::StatusOr<std::string> OnnxFile(const Model& model, const Graph& graph, const ParameterValues* weights) {
  return OnnxExport(model, graph, weights).Run();
}

absl::StatusOr<std::string> NetronFile(const Model& model, const Graph& graph, const ParameterValues* weights) {
  const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(graph, {});
  if (!costs.ok()) return costs.status();
  std::map<NodeId, const NodeCost*> cost_of;
  for (const NodeCost& cost : costs->nodes) cost_of[cost.node] = &cost;
  const SymbolTable& symbols = graph.symbols();
  onnx::ModelProto file = NewModel(model);
  onnx::OperatorSetIdProto& operators = *file.add_opset_import();
  operators.set_domain(kOwnDomain);
  operators.set_version(1);
  AddProperty(file, "operations", symbols.ToString(costs->operations));
  AddProperty(file, "bytes", symbols.ToString(costs->bytes));
  onnx::GraphProto& result = *file.mutable_graph();
  const auto value = [&](ValueId id, const std::string& name) { return OnnxValue(name, graph.type(id), symbols); };
  for (const NodeId id : graph.Order()) {
    const Node& node = graph.node(id);
    if (node.op->source == SourceKind::kInput) *result.add_input() = value(node.outputs[0], node.name);
    if (node.op->source == SourceKind::kParameter) *result.add_initializer() = Parameter(graph, id, weights);
    if (node.op->source != SourceKind::kNone) continue;
    onnx::NodeProto& written = *result.add_node();
    written.set_name(node.name);
    written.set_op_type(node.op->name);
    written.set_domain(kOwnDomain);
    for (const ValueId input : node.inputs) written.add_input(graph.producer(input).name);
    written.add_output(node.name);
    for (const auto& [name, attribute] : node.attributes.values()) {
      *written.add_attribute() = OnnxText(name, ToString(attribute, symbols));
    }
    const auto cost = cost_of.find(id);
    if (cost != cost_of.end()) written.set_doc_string(Documentation(*node.op, *cost->second, symbols));
    *result.add_value_info() = value(node.outputs[0], node.name);
  }
  for (const GraphOutput& output : graph.outputs()) {
    const std::string& name = graph.producer(output.value).name;
    *result.add_output() = value(output.value, name);
    if (name != output.name) result.mutable_output(result.output_size() - 1)->set_doc_string(output.name);
  }
  return Bytes(file);
}

}  // namespace plumbline
