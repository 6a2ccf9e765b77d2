// Binding of symbols from shapes, and the interpreter in double.
#include "compiler/ir/evaluate.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

Array Vector(std::vector<double> values) {
  Array array({static_cast<int64_t>(values.size())});
  array.data = std::move(values);
  return array;
}

std::string BindingError(const Graph& graph,
                         const std::map<std::string, std::vector<int64_t>>& shapes) {
  return std::string(BindFromShapes(graph, shapes).status().message());
}

TEST(BindFromShapesTest, ReadsSymbolsOffWholeAxesAndChecksTheOthers) {
  TestGraph test;
  test.Input("x", "B, 2*L");
  test.Input("y", "L, 3");
  const Bindings bindings = BindFromShapes(test.graph(), {{"x", {5, 8}}, {"y", {4, 3}}}).value();
  EXPECT_EQ(bindings, (Bindings{{"B", 5}, {"L", 4}}));
  EXPECT_EQ(BindingError(test.graph(), {{"x", {5, 9}}, {"y", {4, 3}}}),
            "input 'x' has shape [5, 9], expected [B, 2·L]");
  EXPECT_EQ(BindingError(test.graph(), {{"x", {5, 8}}, {"y", {4, 2}}}),
            "input 'y' has shape [4, 2], expected [L, 3]");
  EXPECT_EQ(BindingError(test.graph(), {{"x", {5}}, {"y", {4, 3}}}),
            "input 'x' has shape [5], expected [B, 2·L]");
  EXPECT_EQ(BindingError(test.graph(), {{"x", {5, 8}}}), "symbol 'L' has no value");
}

TEST(BindFromShapesTest, RefusesSymbolsThatDisagreeOrExceedTheirBound) {
  TestGraph test;
  test.Input("x", "B");
  test.Input("y", "B");
  test.graph().symbols().Declare("B", 8);
  EXPECT_EQ(BindingError(test.graph(), {{"x", {2}}, {"y", {3}}}),
            "input 'y' has shape [3], but B is 2 in an earlier input");
  EXPECT_EQ(BindingError(test.graph(), {{"x", {9}}}),
            "input 'x': B is 9, but the model allows at most 8");
}

TEST(EvaluateTest, RunsNodesOnBoundShapes) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  const ValueId y = test.Node("mul", {x, test.Constant("N", 3)});
  test.Output("y", y);
  test.Output("x", x);
  const auto results = Evaluate(test.graph(), {{"x", Vector({1, -2})}}).value();
  EXPECT_EQ(results.at("y").data, (std::vector<double>{3, -6}));
  EXPECT_EQ(results.at("x").data, (std::vector<double>{1, -2}));
}

TEST(EvaluateTest, AppliesPostOpsInOrder) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  const ValueId y = test.Node("scale", {x}, Real("by", 2));
  test.Output("y", y);
  Node& node = test.graph().mutable_node(test.graph().value(y).producer);
  node.inputs.push_back(x);
  node.post_ops.push_back(PostOp{AllOps().Find("sub"), {}, PostOpSpec{PostOpKind::kSub, 0, 0}, 1, "fused"});
  node.post_ops.push_back(
      PostOp{AllOps().Find("relu"), {}, PostOpSpec{PostOpKind::kRelu, 0, 0}, kNone, "fused"});
  const auto results = Evaluate(test.graph(), {{"x", Vector({3, -4})}}).value();
  EXPECT_EQ(results.at("y").data, (std::vector<double>{3, 0}));
}

TEST(EvaluateTest, NeedsEverySourceThatIsRead) {
  TestGraph test;
  const ValueId x = test.Input("x", "2");
  test.Input("unused", "2");
  test.Output("y", test.Node("relu", {x}));
  EXPECT_TRUE(Evaluate(test.graph(), {{"x", Vector({1, 2})}}).ok());
  EXPECT_EQ(Evaluate(test.graph(), {}).status().message(), "no value for 'x'");
}

TEST(EvaluateTest, ChecksTheShapesOfParameters) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  const ValueId w = test.Parameter("w", "3");
  test.Output("y", test.Node("relu", {x}));
  test.Output("w", w);
  EXPECT_EQ(Evaluate(test.graph(), {{"x", Vector({1})}, {"w", Vector({1, 2})}}).status().message(),
            "'w' has shape [2], expected [3]");
}

// An op whose reference is wrong or missing.
OpDefinition Broken(const char* name,
                    absl::StatusOr<std::vector<Array>> (*evaluate)(const EvaluateContext&)) {
  OpDefinition op = *AllOps().Find("relu");
  op.name = name;
  op.evaluate = evaluate;
  return op;
}

std::string ErrorOf(const OpDefinition& op) {
  std::vector<OpDefinition> ops = AllOps().definitions();
  ops.push_back(op);
  const OpRegistry registry(std::move(ops));
  TestGraph test(registry);
  test.Output("y", test.Named("node", op.name, {test.Input("x", "N")}, {}));
  return std::string(Evaluate(test.graph(), {{"x", Vector({1})}}).status().message());
}

TEST(EvaluateTest, ErrorsNameTheNode) {
  EXPECT_EQ(ErrorOf(Broken("missing", nullptr)), "node 'node': missing: not available yet");
  EXPECT_EQ(ErrorOf(Broken("refusing",
                           [](const EvaluateContext&) -> absl::StatusOr<std::vector<Array>> {
                             return absl::InvalidArgumentError("label 7 is out of range");
                           })),
            "node 'node': label 7 is out of range");
}

TEST(EvaluateTest, AReferenceMustKeepToTheInferredShape) {
  EXPECT_EQ(ErrorOf(Broken("other_shape",
                           [](const EvaluateContext&) -> absl::StatusOr<std::vector<Array>> {
                             return std::vector<Array>{Array({7})};
                           })),
            "node 'node': other_shape: the reference gives other shapes than inferred");
  EXPECT_EQ(ErrorOf(Broken("no_result",
                           [](const EvaluateContext&) -> absl::StatusOr<std::vector<Array>> {
                             return std::vector<Array>{};
                           })),
            "node 'node': no_result: the reference gives other shapes than inferred");
}

}  // namespace
}  // namespace plumbline
