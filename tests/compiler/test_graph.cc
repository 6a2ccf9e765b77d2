// Building, filling and comparing.
#include "tests/compiler/test_graph.h"

#include <cmath>
#include <random>
#include <stdexcept>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/verify.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

void Declare(SymbolTable& symbols, const Shape& shape) {
  for (const Size& size : shape) {
    for (const std::string& name : size.Symbols()) symbols.Declare(name, std::nullopt);
  }
}

void SetDefaults(const OpDefinition& op, Attributes& attributes) {
  for (const AttributeSpec& spec : op.attributes) {
    double value = 0;
    if (attributes.Has(spec.name) || !absl::SimpleAtod(spec.default_text, &value)) continue;
    if (spec.kind == AttributeKind::kReal) attributes.Set(spec.name, value);
    if (spec.kind == AttributeKind::kBool) attributes.Set(spec.name, value != 0);
    if (spec.kind == AttributeKind::kInteger || spec.kind == AttributeKind::kSize) {
      attributes.Set(spec.name, Size(static_cast<int64_t>(value)));
    }
    if (spec.kind == AttributeKind::kIntegerList || spec.kind == AttributeKind::kSizeList) {
      attributes.Set(spec.name, std::vector<Size>{Size(static_cast<int64_t>(value))});
    }
  }
}

[[noreturn]] void Fail(const std::string& message) {
  ADD_FAILURE() << message;
  throw std::runtime_error(message);
}

}  // namespace

Shape ParseShape(absl::string_view text) {
  Shape shape;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    Size size(1);
    for (absl::string_view factor : absl::StrSplit(part, '*')) {
      factor = absl::StripAsciiWhitespace(factor);
      int64_t number = 0;
      size *= absl::SimpleAtoi(factor, &number) ? Size(number) : Size::Symbol(factor);
    }
    shape.push_back(size);
  }
  return shape;
}

TestGraph::TestGraph() : graph_(&AllOps()) {}

ValueId TestGraph::Input(absl::string_view name, absl::string_view shape, DataType type) {
  Declare(graph_.symbols(), ParseShape(shape));
  return graph_.AddInput(name, TensorType{type, ParseShape(shape)});
}

ValueId TestGraph::Parameter(absl::string_view name, absl::string_view shape) {
  Declare(graph_.symbols(), ParseShape(shape));
  return graph_.AddParameter(name, ParseShape(shape), Initializer{});
}

ValueId TestGraph::Constant(absl::string_view shape, double fill) {
  return graph_.AddConstant(TensorType{DataType::kF32, ParseShape(shape)}, fill);
}

ValueId TestGraph::Node(absl::string_view op, std::vector<ValueId> inputs, Attributes attributes) {
  return Named("", op, std::move(inputs), std::move(attributes));
}

ValueId TestGraph::Named(absl::string_view name, absl::string_view op, std::vector<ValueId> inputs,
                         Attributes attributes) {
  const OpDefinition* definition = graph_.registry().Find(op);
  if (definition == nullptr) Fail(absl::StrCat("no op '", op, "'"));
  SetDefaults(*definition, attributes);
  const absl::StatusOr<NodeId> id =
      graph_.AddNode(*definition, name, std::move(inputs), std::move(attributes));
  if (!id.ok()) Fail(absl::StrCat(op, ": ", id.status().message()));
  return graph_.node(*id).outputs[0];
}

void TestGraph::Output(absl::string_view name, ValueId value, OutputKind kind) {
  graph_.mutable_outputs().push_back(GraphOutput{std::string(name), value, kind});
}

std::map<std::string, Array> RandomSources(const Graph& graph, const Bindings& sizes) {
  std::map<std::string, Array> sources;
  for (const SourceKind kind : {SourceKind::kInput, SourceKind::kParameter}) {
    for (const NodeId id : graph.Sources(kind)) {
      const Node& node = graph.node(id);
      const TensorType& type = graph.type(node.outputs[0]);
      std::vector<int64_t> shape;
      for (const Size& size : type.shape)
        shape.push_back(graph.symbols().Evaluate(size, sizes).value());
      Array array(shape);
      std::seed_seq seed(node.name.begin(), node.name.end());
      std::mt19937 random(seed);
      for (double& value : array.data) {
        value = type.data_type == DataType::kF32 ? random() / 2147483647.5 - 1 : random() % 3;
      }
      sources[node.name] = std::move(array);
    }
  }
  return sources;
}

std::map<std::string, Array> EvaluateRandom(const Graph& graph, const Bindings& sizes) {
  absl::StatusOr<std::map<std::string, Array>> results =
      Evaluate(graph, RandomSources(graph, sizes));
  if (!results.ok()) Fail(absl::StrCat("evaluation: ", results.status().message()));
  return *std::move(results);
}

void ExpectSameResults(const Graph& before, Graph after, const Bindings& sizes) {
  const absl::Status status = Verify(after);
  EXPECT_TRUE(status.ok()) << status << "\n" << after.ToString();
  const std::map<std::string, Array> expected = EvaluateRandom(before, sizes);
  const std::map<std::string, Array> actual = EvaluateRandom(after, sizes);
  ASSERT_EQ(expected.size(), actual.size());
  for (const auto& [name, array] : expected) {
    ASSERT_EQ(actual.count(name), 1u) << name;
    const Array& other = actual.at(name);
    ASSERT_EQ(array.shape, other.shape) << name;
    for (size_t i = 0; i < array.data.size(); ++i) {
      ASSERT_NEAR(array.data[i], other.data[i], 1e-12 * (1 + std::abs(array.data[i])))
          << name << " at " << i;
    }
  }
}

int CountNodes(const Graph& graph, absl::string_view op) {
  int count = 0;
  for (const NodeId id : graph.Order()) count += graph.node(id).op->name == op;
  return count;
}

int CountNodes(const Graph& graph) {
  int count = 0;
  for (const NodeId id : graph.Order()) count += graph.node(id).op->source == SourceKind::kNone;
  return count;
}

std::string OpSequence(const Graph& graph) {
  std::string sequence;
  for (const NodeId id : graph.Order()) {
    const Node& node = graph.node(id);
    if (node.op->source != SourceKind::kNone) continue;
    absl::StrAppend(&sequence, sequence.empty() ? "" : " ", node.op->name);
    for (const PostOp& post_op : node.post_ops) absl::StrAppend(&sequence, "+", post_op.op->name);
  }
  return sequence;
}

}  // namespace plumbline
