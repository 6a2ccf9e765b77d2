// Costs against hand counts: operations, bytes, live memory step by step, growth.
#include "compiler/costs.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "compiler/passes/assign_layouts.h"
#include "compiler/passes/bind_sizes.h"
#include "compiler/passes/differentiate.h"
#include "compiler/passes/plan_memory.h"
#include "compiler/passes/schedule.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

// "neg: 4·B·L; exp: 4·B·L": one polynomial of each node.
std::string Column(const Graph& graph, Polynomial NodeCost::*column) {
  const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(graph, {});
  EXPECT_TRUE(costs.ok()) << costs.status();
  std::string text;
  for (const NodeCost& node : costs->nodes) {
    text += (text.empty() ? "" : "; ") + node.op + ": " + graph.symbols().ToString(node.*column);
  }
  return text;
}
std::string Memory(const Graph& graph) { return Column(graph, &NodeCost::memory); }
std::string Bytes(const Graph& graph) { return Column(graph, &NodeCost::bytes); }
std::string Operations(const Graph& graph) { return Column(graph, &NodeCost::operations); }

int MemoryDegree(const Graph& graph, absl::string_view symbol) {
  const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(graph, {});
  EXPECT_TRUE(costs.ok()) << costs.status();
  const absl::StatusOr<NodeCost> peak = PeakMemoryIn(*costs, graph.symbols(), symbol);
  EXPECT_TRUE(peak.ok()) << peak.status();
  return graph.symbols().Degree(peak->memory, symbol);
}

TEST(CostsTest, CountsOperationsAndMovedBytesOfEachNode) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId y = test.Node("mul", {x, x});  // x is read once
  test.Output("y", test.Node("reduce_sum", {y}));
  EXPECT_EQ(Operations(test.graph()), "mul: B·L; reduce_sum: B·L");
  EXPECT_EQ(Bytes(test.graph()), "mul: 8·B·L; reduce_sum: 4·B·L + 4·B");
  const GraphCosts costs = AnalyzeCosts(test.graph(), {}).value();
  EXPECT_EQ(test.graph().symbols().ToString(costs.operations), "2·B·L");
  EXPECT_EQ(test.graph().symbols().ToString(costs.bytes), "12·B·L + 4·B");
}

TEST(CostsTest, ABufferIsLiveFromItsProducerToItsLastReader) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId wide = test.Node("matmul", {x, test.Parameter("w", "L, D")});
  const ValueId narrow = test.Node("reduce_max", {wide});
  test.Output("y", test.Node("softmax", {narrow}));
  EXPECT_EQ(Memory(test.graph()), "matmul: 4·B·D; reduce_max: 4·B·D + 4·B; softmax: 8·B");
}

TEST(CostsTest, AnElementwiseNodeWritesOverAnInputThatDies) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId once = test.Node("exp", {test.Node("neg", {x})});
  test.Output("y", test.Node("reduce_sum", {once}));
  EXPECT_EQ(Memory(test.graph()), "neg: 4·B·L; exp: 4·B·L; reduce_sum: 4·B·L + 4·B");
}

TEST(CostsTest, NothingWritesOverAnInputAnOutputOrAValueThatIsStillRead) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId a = test.Node("neg", {x});
  const ValueId b = test.Node("exp", {a});
  test.Output("sum", test.Node("reduce_sum", {test.Node("mul", {a, b})}));
  // exp may not take a's place, mul may; the result goes to the caller's memory.
  EXPECT_EQ(Memory(test.graph()), "neg: 4·B·L; exp: 8·B·L; mul: 8·B·L; reduce_sum: 4·B·L + 4·B");
  test.Output("a", a);
  EXPECT_EQ(Memory(test.graph()), "neg: 4·B·L; exp: 8·B·L; mul: 8·B·L; reduce_sum: 8·B·L + 4·B");
}

TEST(CostsTest, OutputsStayLiveToTheEnd) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  test.Output("y", test.Node("exp", {x}));
  test.Output("z", test.Node("neg", {x}));
  EXPECT_EQ(Memory(test.graph()), "exp: 4·B·L; neg: 8·B·L");
}

TEST(CostsTest, AViewCostsNothingAndKeepsItsSourceAlive) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId a = test.Node("exp", {x});
  const ValueId flat = test.Node("reshape", {a}, {{"shape", AttributeValue(ParseShape("B*L"))}});
  test.Output("y", test.Node("reduce_sum", {flat}));
  EXPECT_EQ(Memory(test.graph()), "exp: 4·B·L; reshape: 4·B·L; reduce_sum: 4·B·L + 4");
  EXPECT_EQ(Bytes(test.graph()), "exp: 8·B·L; reshape: 0; reduce_sum: 4·B·L + 4");
  EXPECT_TRUE(AnalyzeCosts(test.graph(), {})->nodes[1].view);
}

TEST(CostsTest, ACopyThatTheLayoutsNeedIsPartOfTheCosts) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  test.Output("y",
              test.Node("transpose", {x}, {{"permutation", AttributeValue(ParseShape("1, 0"))}}));
  EXPECT_EQ(Memory(test.graph()), "transpose: 0; contiguous: 4·B·L");
  EXPECT_EQ(Bytes(test.graph()), "transpose: 0; contiguous: 8·B·L");
  EXPECT_EQ(AnalyzeCosts(test.graph(), {})->nodes[1].node, kNone);
}

TEST(CostsTest, PostOpsCountWithTheirProducer) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId w = test.Parameter("w", "L, D");
  const ValueId y = test.Node("matmul", {x, w});
  test.Output("y", y);
  Node& node = test.graph().mutable_node(test.graph().value(y).producer);
  node.inputs.push_back(test.Parameter("bias", "D"));
  node.post_ops.push_back(PostOp{AllOps().Find("add"), {}, PostOpSpec{PostOpKind::kAdd, 0, 0}, 2, "sum"});
  node.post_ops.push_back(
      PostOp{AllOps().Find("relu"), {}, PostOpSpec{PostOpKind::kRelu, 0, 0}, kNone, "act"});
  EXPECT_EQ(Operations(test.graph()), "matmul: 2·B·L·D + 2·B·D");
  EXPECT_EQ(Bytes(test.graph()), "matmul: 4·B·L + 4·B·D + 4·L·D + 4·D");
}

TEST(CostsTest, GradientsOfParametersAreNoActivations) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  test.Output("y", test.Node("matmul", {x, test.Parameter("w", "L, D")}));
  Graph by_parameter = test.graph();
  ASSERT_TRUE(Differentiate(by_parameter, {{"w"}}).ok());
  const GraphCosts costs = AnalyzeCosts(by_parameter, {}).value();
  EXPECT_GE(costs.nodes.size(), 2u);
  for (const NodeCost& node : costs.nodes) {
    EXPECT_EQ(by_parameter.symbols().Degree(node.memory, "L"), 0) << node.name;
  }
  Graph by_input = test.graph();
  ASSERT_TRUE(Differentiate(by_input, {{"x"}}).ok());
  EXPECT_EQ(MemoryDegree(by_input, "L"), 1);
}

TEST(CostsTest, TheLongestChainCountsNodesThatNeedOneAnother) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const Shape shape = {Size::Symbol("B") * Size::Symbol("L")};
  const ValueId flat = test.Node("reshape", {x}, {{"shape", AttributeValue(shape)}});
  const ValueId left = test.Node("exp", {test.Node("neg", {flat})});
  const ValueId right = test.Node("tanh", {flat});
  test.Output("y", test.Node("mul", {left, right}));
  EXPECT_EQ(Column(test.graph(), &NodeCost::depth), "reshape: 0; neg: 1; exp: 1; tanh: 1; mul: 1");
  EXPECT_EQ(Column(test.graph(), &NodeCost::chain), "reshape: 0; neg: 1; exp: 2; tanh: 1; mul: 3");
  EXPECT_EQ(AnalyzeCosts(test.graph(), {})->depth, Polynomial(3));
}

// y = f(x) + g(x), where f has S operations one after another and g has 2·L.
Graph TwoSequences(const OpDefinition& f, const OpDefinition& g) {
  TestGraph test;
  const ValueId x = test.Input("x", "S, L");
  const ValueId first = test.Node("neg", {x}), second = test.Node("exp", {x});
  test.Output("y", test.Node("mul", {first, second}));
  Graph& graph = test.graph();
  graph.mutable_node(graph.value(first).producer).op = &f;
  graph.mutable_node(graph.value(second).producer).op = &g;
  return graph;
}

TEST(CostsTest, ANodeOfManyStepsMakesTheChainASizeOfTheGraph) {
  OpDefinition f = *AllOps().Find("neg"), g = *AllOps().Find("exp");
  f.depth = [](const NodeView& node) { return node.input_type(0).shape[0]; };
  g.depth = [](const NodeView& node) { return Polynomial(2) * node.input_type(0).shape[1]; };
  const Graph graph = TwoSequences(f, g);
  const auto depth = [&](const Bindings& sizes) {
    return graph.symbols().ToString(AnalyzeCosts(graph, sizes)->depth);
  };
  EXPECT_EQ(depth({}), "2·L + 1");
  EXPECT_EQ(depth({{"S", 64}, {"L", 31}}), "S + 1");
  EXPECT_EQ(depth({{"S", 64}, {"L", 33}}), "2·L + 1");
}

// Z = softmax(Q Kᵀ) V, forward and backward.
Graph PlainAttention() {
  TestGraph test;
  const ValueId q = test.Input("q", "B, H, L, D");
  const ValueId k = test.Input("k", "B, H, L, D");
  const ValueId v = test.Input("v", "B, H, L, D");
  const ValueId scores = test.Node("matmul", {q, k}, {{"transpose_b", AttributeValue(true)}});
  test.Output("z", test.Node("matmul", {test.Node("softmax", {scores}), v}));
  EXPECT_TRUE(Differentiate(test.graph(), {{"q", "k", "v"}}).ok());
  return test.graph();
}

Graph FusedAttention(absl::string_view op) {
  TestGraph test;
  const ValueId q = test.Input("q", "B, H, L, D");
  const ValueId k = test.Input("k", "B, H, L, D");
  const ValueId v = test.Input("v", "B, H, L, D");
  test.Output("z", test.Node(op, {q, k, v}));
  EXPECT_TRUE(Differentiate(test.graph(), {{"q", "k", "v"}}).ok());
  return test.graph();
}

TEST(CostsTest, MemoryOfAttentionForwardAndBackwardGrowsAsItMust) {
  const Graph plain = PlainAttention();
  EXPECT_EQ(MemoryDegree(plain, "L"), 2);
  EXPECT_EQ(MemoryDegree(plain, "B"), 1);
  EXPECT_EQ(plain.symbols().Degree(AnalyzeCosts(plain, {})->operations, "L"), 2);
  for (const char* op : {"softmax_attention", "taylor_attention"}) {
    const Graph fused = FusedAttention(op);
    EXPECT_EQ(MemoryDegree(fused, "L"), 1) << op;
    const int operations = fused.symbols().Degree(AnalyzeCosts(fused, {})->operations, "L");
    EXPECT_EQ(operations, std::string(op) == "softmax_attention" ? 2 : 1) << op;
  }
}

TEST(CostsTest, ThePeakAgreesWithThePlanForTheSameSizes) {
  const Bindings sizes = {{"B", 2}, {"H", 2}, {"L", 48}, {"D", 16}};
  const Graph graph = PlainAttention();
  const GraphCosts costs = AnalyzeCosts(graph, sizes).value();
  const NodeCost peak = PeakMemoryAt(costs, graph.symbols(), sizes).value();
  const int64_t peak_bytes = graph.symbols().Evaluate(peak.memory, sizes).value();
  Graph bound = graph;
  ASSERT_TRUE(BindSizes(bound, sizes).ok());
  const StorageTable storage = AssignLayouts(bound).value();
  const MemoryPlan plan = PlanMemory(bound, storage, Schedule(bound, storage)).value();
  int64_t handed_over = 0;
  for (const ExternalBuffer& output : plan.outputs) handed_over += output.bytes();
  EXPECT_LE(peak_bytes - handed_over, plan.activation_bytes);
  EXPECT_GE(peak_bytes, plan.activation_bytes);
}

TEST(CostsTest, SizesThatDoNotFitLeaveThePlainCosts) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  const ValueId shaped = test.Node("reshape", {x}, {{"shape", AttributeValue(ParseShape("1, L"))}});
  const ValueId wide = test.Node("concat", {shaped, shaped}, {{"axis", AttributeValue(Size(0))}});
  test.Output("y", test.Node("add", {wide, test.Parameter("w", "2, 1")}));
  test.graph().symbols().Declare("L", 4);
  const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(test.graph(), {{"L", 0}});
  ASSERT_TRUE(costs.ok()) << costs.status();
  EXPECT_EQ(costs->nodes.size(), 3u);
  EXPECT_FALSE(costs->nodes[0].view);
}

TEST(PeakMemoryTest, DependsOnTheSizesAndOnTheSymbolThatGrows) {
  TestGraph test;
  const ValueId q = test.Input("q", "L, D");
  const ValueId scores =
      test.Named("scores", "matmul", {q, q}, {{"transpose_b", AttributeValue(true)}});
  const ValueId short_side = test.Named("rows", "reduce_max", {scores}, {});
  const ValueId features =
      test.Named("gram", "matmul", {q, q}, {{"transpose_a", AttributeValue(true)}});
  test.Output("y", short_side);
  test.Output("z", test.Named("columns", "reduce_max", {features}, {}));
  const Graph& graph = test.graph();
  const GraphCosts costs = AnalyzeCosts(graph, {}).value();
  EXPECT_EQ(PeakMemoryIn(costs, graph.symbols(), "L")->name, "rows");
  EXPECT_EQ(PeakMemoryIn(costs, graph.symbols(), "D")->name, "columns");
  EXPECT_EQ(PeakMemoryAt(costs, graph.symbols(), {{"L", 100}, {"D", 10}})->name, "rows");
  EXPECT_EQ(PeakMemoryAt(costs, graph.symbols(), {{"L", 10}, {"D", 100}})->name, "columns");
  EXPECT_FALSE(PeakMemoryAt(costs, graph.symbols(), {{"L", 10}}).ok());
  EXPECT_FALSE(PeakMemoryAt(GraphCosts{}, graph.symbols(), {}).ok());
}

TEST(LocalSlopeTest, IsTheExponentOfAPowerAndBetweenThoseOfASum) {
  SymbolTable symbols;
  symbols.Declare("L", std::nullopt);
  symbols.Declare("D", std::nullopt);
  const Polynomial L = Polynomial::Symbol("L");
  const Polynomial D = Polynomial::Symbol("D");
  const std::vector<int64_t> sizes = {128, 256, 1024, 16384};
  EXPECT_NEAR(LocalSlope(Polynomial(3) * L * L * D, symbols, "L", sizes, {{"D", 16}}).value(), 2,
              1e-12);
  EXPECT_NEAR(LocalSlope(D, symbols, "L", sizes, {{"D", 16}}).value(), 0, 1e-12);
  // L² + 1000 L over {100, 10000}: log10 of (1.1e8 / 1.1e5) over 2 decades.
  const Polynomial mixed = L * L + Polynomial(1000) * L;
  EXPECT_NEAR(LocalSlope(mixed, symbols, "L", {100, 10000}, {}).value(), 1.5, 1e-12);
}

TEST(LocalSlopeTest, NeedsTwoSizesAndPositiveValues) {
  SymbolTable symbols;
  symbols.Declare("L", std::nullopt);
  const Polynomial L = Polynomial::Symbol("L");
  EXPECT_FALSE(LocalSlope(L, symbols, "L", {128}, {}).ok());
  EXPECT_FALSE(LocalSlope(L, symbols, "L", {128, 128}, {}).ok());
  EXPECT_FALSE(LocalSlope(L, symbols, "L", {}, {}).ok());
  EXPECT_FALSE(LocalSlope(Polynomial(0), symbols, "L", {128, 256}, {}).ok());
  EXPECT_FALSE(LocalSlope(L * Polynomial::Symbol("D"), symbols, "L", {128, 256}, {}).ok());
}

}  // namespace
}  // namespace plumbline
