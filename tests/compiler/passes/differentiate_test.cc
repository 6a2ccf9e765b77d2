// Gradients of composite graphs against finite differences in double, and the structure of what is
// appended. Gradients of single ops are tested with the ops.
#include "compiler/passes/differentiate.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/verify.h"
#include "gtest/gtest.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

const Bindings kSizes = {{"B", 2}, {"L", 3}, {"D", 4}};

// The sum over all seeded outputs of output times seed.
double Objective(const Graph& forward, const std::map<std::string, Array>& sources) {
  const absl::StatusOr<std::map<std::string, Array>> results = Evaluate(forward, sources);
  EXPECT_TRUE(results.ok()) << results.status();
  double sum = 0;
  for (const GraphOutput& output : forward.outputs()) {
    const std::string name = output.kind == OutputKind::kLoss ? "grad/loss" : "grad/" + output.name;
    const auto seed = sources.find(name);
    if (seed == sources.end()) continue;
    const Array& value = results->at(output.name);
    for (size_t i = 0; i < value.data.size(); ++i) sum += value.data[i] * seed->second.data[i];
  }
  return sum;
}

// Differentiates by `names` and compares every element of every gradient with a central difference.
void CheckGradients(const Graph& forward, const std::vector<std::string>& names) {
  Graph graph = forward;
  const absl::StatusOr<bool> changed = Differentiate(graph, {names});
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_TRUE(*changed);
  const absl::Status verified = Verify(graph);
  ASSERT_TRUE(verified.ok()) << verified << "\n" << graph.ToString();
  std::map<std::string, Array> sources = RandomSources(graph, kSizes);
  const auto results = Evaluate(graph, sources).value();
  constexpr double kStep = 1e-5;
  for (const std::string& name : names) {
    const Array& gradient = results.at("grad/" + name);
    Array& source = sources.at(name);
    ASSERT_EQ(gradient.shape, source.shape) << name;
    for (size_t i = 0; i < source.data.size(); ++i) {
      const double value = source.data[i];
      source.data[i] = value + kStep;
      const double above = Objective(forward, sources);
      source.data[i] = value - kStep;
      const double below = Objective(forward, sources);
      source.data[i] = value;
      ASSERT_NEAR(gradient.data[i], (above - below) / (2 * kStep), 1e-8) << name << " at " << i;
    }
  }
}

std::string Error(Graph graph, std::vector<std::string> names) {
  const absl::StatusOr<bool> changed = Differentiate(graph, {std::move(names)});
  return changed.ok() ? "" : changed.status().ToString();
}

Attributes SizeAttribute(absl::string_view name, int64_t value) {
  return {{std::string(name), AttributeValue(Size(value))}};
}

// Two layers and a squared error.
TestGraph Perceptron() {
  TestGraph test;
  const ValueId x = test.Input("x", "B, D");
  const ValueId target = test.Input("target", "B, 3");
  const ValueId hidden = test.Named(
      "fc1", "linear", {x, test.Parameter("fc1.weight", "5, D"), test.Parameter("fc1.bias", "5")},
      SizeAttribute("features", 5));
  const ValueId active = test.Named("act", "tanh", {hidden}, {});
  const ValueId y =
      test.Named("fc2", "linear",
                 {active, test.Parameter("fc2.weight", "3, 5"), test.Parameter("fc2.bias", "3")},
                 SizeAttribute("features", 3));
  test.Output("y", y);
  const ValueId loss = test.Named("mse", "mean_squared_error", {y, target}, {});
  test.Output("loss", loss, OutputKind::kLoss);
  return test;
}

TEST(DifferentiateTest, Perceptron) {
  CheckGradients(Perceptron().graph(), {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "x"});
}

TEST(DifferentiateTest, PlainSoftmaxAttention) {
  TestGraph test;
  const ValueId q = test.Input("q", "B, 2, L, D");
  const ValueId k = test.Input("k", "B, 2, L, D");
  const ValueId v = test.Input("v", "B, 2, L, D");
  const ValueId scores = test.Node("matmul", {q, k}, {{"transpose_b", AttributeValue(true)}});
  const ValueId masked = test.Node("causal_mask", {test.Node("scale", {scores}, Real("by", 0.5))},
                                   {{"fill", AttributeValue(std::string("-inf"))}});
  test.Output("z", test.Node("matmul", {test.Node("softmax", {masked}), v}));
  CheckGradients(test.graph(), {"q", "k", "v"});
}

TEST(DifferentiateTest, BroadcastOperandsGetTheSumOverTheRepeatedAxes) {
  TestGraph test;
  ValueId y = test.Input("x", "B, L, D");
  const std::vector<std::string> shapes = {"",        "1",       "D",       "L, 1",   "1, D",
                                           "B, 1, 1", "B, L, D", "1, L, D", "B, 1, D"};
  std::vector<std::string> names = {"x"};
  for (const std::string& shape : shapes) {
    names.push_back("w" + std::to_string(names.size()));
    const ValueId w = test.Parameter(names.back(), shape);
    y = test.Node(names.size() % 2 == 0 ? "mul" : "add", {y, w});
  }
  test.Output("y", y);
  CheckGradients(test.graph(), names);
}

TEST(DifferentiateTest, TheBroadcastOperandMayHaveTheLowerRankOnTheLeft) {
  TestGraph test;
  const ValueId w = test.Parameter("w", "D");
  test.Output("y", test.Node("sub", {w, test.Input("x", "B, L, D")}));
  CheckGradients(test.graph(), {"w", "x"});
}

TEST(DifferentiateTest, AValueUsedSeveralTimes) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, D");
  const ValueId square = test.Node("mul", {x, x});
  const ValueId sum = test.Node("add", {square, test.Node("exp", {x})});
  test.Output("y", test.Node("mul", {sum, square}));
  CheckGradients(test.graph(), {"x"});
}

TEST(DifferentiateTest, SeveralOutputsAmongThemASource) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, D");
  const ValueId y = test.Node("tanh", {x});
  test.Output("y", y);
  test.Output("mean", test.Node("reduce_mean", {y}));
  test.Output("again", y);
  test.Output("x", x);
  CheckGradients(test.graph(), {"x"});
}

TEST(DifferentiateTest, ContributionsAreSummedByOneNode) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, D");
  for (const char* op : {"exp", "tanh", "neg", "sigmoid"}) test.Output(op, test.Node(op, {x}));
  Graph& graph = test.graph();
  ASSERT_TRUE(Differentiate(graph, {{"x"}}).ok());
  EXPECT_EQ(CountNodes(graph, "add_n"), 1);
  EXPECT_EQ(CountNodes(graph, "add"), 0);
  EXPECT_EQ(graph.producer(graph.outputs().back().value).inputs.size(), 4u);
}

TEST(DifferentiateTest, AppendsSeedsAndGradientsInTheOrderOfTheRequest) {
  TestGraph test = Perceptron();
  Graph& graph = test.graph();
  ASSERT_TRUE(Differentiate(graph, {{"fc2.bias", "x", "fc1.weight"}}).ok());
  std::vector<std::string> names;
  for (const GraphOutput& output : graph.outputs()) {
    if (output.kind == OutputKind::kGradient) names.push_back(output.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"grad/fc2.bias", "grad/x", "grad/fc1.weight"}));
  ASSERT_NE(graph.FindSource("grad/loss"), kNone);
  EXPECT_EQ(graph.type(graph.FindSource("grad/loss")).rank(), 0);
  EXPECT_EQ(graph.FindSource("grad/y"), kNone);
}

TEST(DifferentiateTest, AppendedNodesAreNamedAfterTheNodeTheyBelongTo) {
  TestGraph test = Perceptron();
  Graph& graph = test.graph();
  const NodeId first_new = graph.node_count();
  ASSERT_TRUE(Differentiate(graph, {{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}}).ok());
  std::map<std::string, int> seen;
  for (NodeId id = first_new; id < graph.node_count(); ++id) {
    const std::string& name = graph.node(id).name;
    EXPECT_EQ(++seen[name], 1) << name;
    const bool owned = absl::StartsWith(name, "grad/fc1/") || absl::StartsWith(name, "grad/act/") ||
                       absl::StartsWith(name, "grad/fc2/") || absl::StartsWith(name, "grad/mse/") ||
                       name == "grad/loss";
    EXPECT_TRUE(owned) << name;
  }
}

TEST(DifferentiateTest, NothingIsComputedForSourcesThatAreNotWanted) {
  TestGraph all = Perceptron();
  TestGraph last = Perceptron();
  ASSERT_TRUE(Differentiate(all.graph(), {{"fc1.weight", "fc2.weight"}}).ok());
  ASSERT_TRUE(Differentiate(last.graph(), {{"fc2.weight"}}).ok());
  EXPECT_GT(CountNodes(all.graph(), "tanh_gradient"), 0) << OpSequence(all.graph());
  EXPECT_EQ(CountNodes(last.graph(), "tanh_gradient"), 0);
}

TEST(DifferentiateTest, ASourceThatNothingDependsOnHasAZeroGradient) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, D");
  test.Parameter("unused", "3, 2");
  test.Output("y", test.Node("exp", {x}));
  ASSERT_TRUE(Differentiate(test.graph(), {{"unused"}}).ok());
  EXPECT_EQ(Verify(test.graph()).message(), "");
  const Node& zero = test.graph().producer(test.graph().outputs().back().value);
  EXPECT_EQ(zero.op->source, SourceKind::kConstant);
  EXPECT_EQ(zero.attributes.real("value"), 0);
  EXPECT_EQ(zero.name, "grad/unused/zero");
}

// (x·x) exp(x) + tanh(x), with its nodes made in one of two orders.
Graph Permuted(bool reversed) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, D");
  ValueId square, exp, tanh;
  if (reversed) {
    tanh = test.Named("tanh", "tanh", {x}, {});
    exp = test.Named("exp", "exp", {x}, {});
    square = test.Named("square", "mul", {x, x}, {});
  } else {
    square = test.Named("square", "mul", {x, x}, {});
    exp = test.Named("exp", "exp", {x}, {});
    tanh = test.Named("tanh", "tanh", {x}, {});
  }
  test.Output("y",
              test.Named("y", "add", {test.Named("product", "mul", {square, exp}, {}), tanh}, {}));
  return test.graph();
}

TEST(DifferentiateTest, TheSumsOrderDoesNotDependOnTheOrderOfCreation) {
  Graph first = Permuted(false);
  Graph second = Permuted(true);
  ASSERT_TRUE(Differentiate(first, {{"x"}}).ok());
  ASSERT_TRUE(Differentiate(second, {{"x"}}).ok());
  EXPECT_EQ(OpSequence(first), OpSequence(second));
  EXPECT_EQ(EvaluateRandom(first, kSizes).at("grad/x").data,
            EvaluateRandom(second, kSizes).at("grad/x").data);
}

TEST(DifferentiateTest, MetricsAndTermsOfTheLossAreNotDifferentiated) {
  TestGraph test = Perceptron();
  const Graph& forward = test.graph();
  const ValueId loss = forward.outputs().back().value;
  test.Output("loss/mse", loss, OutputKind::kLossTerm);
  test.Output("metric/y", test.Node("reduce_max", {forward.outputs()[0].value}),
              OutputKind::kMetric);
  ASSERT_TRUE(Differentiate(test.graph(), {{"fc1.weight"}}).ok());
  int inputs = 0;
  for (const NodeId id : test.graph().Sources(SourceKind::kInput)) {
    inputs += absl::StartsWith(test.graph().node(id).name, "grad/");
  }
  EXPECT_EQ(inputs, 1);
}

TEST(DifferentiateTest, AnEmptyRequestChangesNothing) {
  TestGraph test = Perceptron();
  const std::string before = test.graph().ToString();
  EXPECT_FALSE(Differentiate(test.graph(), {{}}).value());
  EXPECT_EQ(test.graph().ToString(), before);
}

TEST(DifferentiateTest, WrongRequestsAreRefused) {
  TestGraph test;
  const ValueId x = test.Input("x", "B");
  test.Input("label", "B", DataType::kS64);
  EXPECT_EQ(Error(test.graph(), {"x"}),
            "INVALID_ARGUMENT: neither a loss nor a float output to differentiate");
  test.Output("y", test.Node("exp", {x}));
  EXPECT_EQ(Error(test.graph(), {"w"}),
            "INVALID_ARGUMENT: no input or parameter 'w' to differentiate by");
  EXPECT_EQ(Error(test.graph(), {"label"}),
            "INVALID_ARGUMENT: 'label' is no float: it has no gradient");
  EXPECT_EQ(Error(test.graph(), {"x", "x"}),
            "INVALID_ARGUMENT: the gradient of 'x' is wanted twice");
  test.Input("grad/y", "B");
  EXPECT_EQ(Error(test.graph(), {"x"}),
            "INVALID_ARGUMENT: the graph already has an input 'grad/y'");
}

// The product's ops, with the gradient of `exp` gone, and its reference too if `available` is
// false.
std::string ErrorWithoutGradient(bool available) {
  TestGraph product;
  std::vector<OpDefinition> ops = product.graph().registry().definitions();
  for (OpDefinition& op : ops) {
    if (op.name != "exp") continue;
    op.gradient = nullptr;
    if (!available) op.evaluate = nullptr;
  }
  const OpRegistry registry(std::move(ops));
  TestGraph test(registry);
  test.Output("y", test.Named("weird", "exp", {test.Input("x", "B")}, {}));
  return Error(test.graph(), {"x"});
}

TEST(DifferentiateTest, AnOpWithoutGradientIsAnErrorThatNamesTheNode) {
  EXPECT_EQ(ErrorWithoutGradient(true),
            "UNIMPLEMENTED: gradient of node 'weird' (exp): not differentiable");
  EXPECT_EQ(ErrorWithoutGradient(false),
            "UNIMPLEMENTED: gradient of node 'weird' (exp): not available yet");
}

TEST(DifferentiateTest, AGradientThatCannotBelongToItsInputIsAnError) {
  TestGraph product;
  std::vector<OpDefinition> ops = product.graph().registry().definitions();
  for (OpDefinition& op : ops) {
    if (op.name != "exp") continue;
    op.gradient = [](GradientContext& context) {
      context.set_gradient(0, context.Add("reshape", {context.output_gradient(0)},
                                          {{"shape", AttributeValue(ParseShape("3, 2"))}}));
      return context.status();
    };
  }
  const OpRegistry registry(std::move(ops));
  TestGraph test(registry);
  test.Output("y", test.Named("weird", "exp", {test.Input("x", "2, 3")}, {}));
  EXPECT_EQ(Error(test.graph(), {"x"}),
            "INTERNAL: gradient of node 'weird' (exp): a gradient of shape [3, 2] for a value of "
            "shape [2, 3]");
}

}  // namespace
}  // namespace plumbline
