// Which graphs can be cut along their batch, and where.
#include "compiler/batch.h"

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/passes/differentiate.h"
#include "gtest/gtest.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

std::string Obstacle(const Graph& graph) {
  const absl::Status status = CheckBatchSeparates(graph, "B");
  EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kFailedPrecondition) << status;
  return std::string(status.message());
}

Attributes Features(int64_t count) { return {{"features", AttributeValue(Size(count))}}; }
Attributes Axis(int64_t axis) { return {{"axis", AttributeValue(Size(axis))}}; }
Attributes Permutation(absl::string_view order) {
  return {{"permutation", AttributeValue(ParseShape(order))}};
}

// A layer of 64 x 64 and a squared error.
TestGraph Layer() {
  TestGraph test;
  const ValueId x = test.Input("x", "B, 64");
  const ValueId y = test.Node(
      "linear", {x, test.Parameter("w", "64, 64"), test.Parameter("b", "64")}, Features(64));
  test.Output("y", test.Node("relu", {y}));
  test.Output("loss", test.Node("mean_squared_error", {y, test.Input("target", "B, 64")}),
              OutputKind::kLoss);
  return test;
}

TEST(CheckBatchSeparatesTest, LayersAndLossesSeparate) { EXPECT_EQ(Obstacle(Layer().graph()), ""); }

TEST(CheckBatchSeparatesTest, AttentionSeparates) {
  TestGraph test;
  const ValueId q = test.Input("q", "B, H, L, D");
  const ValueId scores = test.Node("matmul", {q, q}, {{"transpose_b", AttributeValue(true)}});
  test.Output("plain", test.Node("matmul", {test.Node("softmax", {scores}), q}));
  test.Output("fused", test.Node("softmax_attention", {q, q, q}));
  const ValueId heads_last = test.Node("transpose", {q}, Permutation("0, 2, 1, 3"));
  test.Output("joined", test.Node("reshape", {heads_last},
                                  {{"shape", AttributeValue(ParseShape("B, L, H*D"))}}));
  EXPECT_EQ(Obstacle(test.graph()), "");
}

TEST(CheckBatchSeparatesTest, ScaledLossesAddUp) {
  TestGraph test = Layer();
  const ValueId loss = test.graph().outputs().back().value;
  test.graph().mutable_outputs().back().kind = OutputKind::kLossTerm;
  test.Output("total", test.Node("add", {loss, test.Node("scale", {loss}, Real("by", 0.5))}),
              OutputKind::kLoss);
  EXPECT_EQ(Obstacle(test.graph()), "");
}

TEST(CheckBatchSeparatesTest, NeedsABatchSymbol) {
  EXPECT_EQ(CheckBatchSeparates(Layer().graph(), "").message(), "the model has no batch symbol");
}

TEST(CheckBatchSeparatesTest, RefusesTheBatchOnAnotherAxis) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, 4");
  test.Output("y", test.Named("turn", "transpose", {x}, Permutation("1, 0")));
  EXPECT_EQ(Obstacle(test.graph()),
            "'turn' (transpose) has the shape [4, B], where B does not stand alone on axis 0");
}

TEST(CheckBatchSeparatesTest, RefusesTheBatchWithinALargerAxis) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L, 4");
  test.Output(
      "y", test.Named("rows", "reshape", {x}, {{"shape", AttributeValue(ParseShape("B*L, 4"))}}));
  EXPECT_EQ(Obstacle(test.graph()),
            "'rows' (reshape) has the shape [B·L, 4], where B does not stand alone on axis 0");
}

TEST(CheckBatchSeparatesTest, RefusesTheBatchWithinADerivedSymbol) {
  TestGraph test;
  test.Input("x", "B");
  const Size half =
      test.graph().symbols().Derive(DerivedKind::kFloorDiv, Size::Symbol("B"), Size(2));
  const ValueId h = test.graph().AddInput("h", TensorType{DataType::kF32, {half}});
  test.Output("y", test.Node("exp", {h}));
  EXPECT_EQ(Obstacle(test.graph()),
            "'h' (input) has the shape [floor_div(B, 2)], where B does not stand alone on axis 0");
}

TEST(CheckBatchSeparatesTest, RefusesAParameterOfTheBatchsSize) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, 4");
  test.Output("y", test.Node("add", {x, test.Parameter("w", "B, 4")}));
  EXPECT_EQ(Obstacle(test.graph()),
            "'w' (parameter) has the shape [B, 4], which depends on the batch");
}

TEST(CheckBatchSeparatesTest, RefusesAnOpWhoseDefinitionMixesItems) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, 4");
  test.Output("y", test.Named("across", "softmax", {x}, Axis(0)));
  EXPECT_EQ(Obstacle(test.graph()),
            "'across' (softmax) computes an item's result from several items");
}

TEST(CheckBatchSeparatesTest, RefusesAResultOfAllItems) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, 4");
  test.Output("y", test.Named("gram", "matmul", {x, x}, {{"transpose_a", AttributeValue(true)}}));
  EXPECT_NE(Obstacle(test.graph()).find("'gram' (matmul) computes "), std::string::npos)
      << Obstacle(test.graph());
}

TEST(CheckBatchSeparatesTest, RefusesAMeanThatMeetsSingleItems) {
  TestGraph test = Layer();
  const ValueId y = test.graph().outputs()[0].value;
  const ValueId loss = test.graph().outputs()[1].value;
  test.Output("mixed", test.Named("mixed", "sub", {y, loss}, {}));
  EXPECT_EQ(Obstacle(test.graph()),
            "'mixed' (sub) combines single items with a mean over the batch");
}

TEST(CheckBatchSeparatesTest, RefusesASeededOutputWithoutTheBatch) {
  TestGraph test;
  const ValueId w = test.Node("exp", {test.Parameter("w", "4")});
  test.Output("y", test.Node("add", {test.Input("x", "B, 4"), w}));
  test.Output("w", w);
  EXPECT_EQ(Obstacle(test.graph()), "the output 'w' of shape [4] has no batch axis");
}

std::string Cut(double operations, double bytes, int64_t items) {
  const ShardPlan plan = CutBatch(operations, bytes, items);
  EXPECT_EQ((plan.shard_count - 1) * plan.shard_size + plan.last_size, items);
  EXPECT_GE(plan.last_size, 1);
  EXPECT_LE(plan.last_size, plan.shard_size);
  return std::to_string(plan.shard_count) + " x " + std::to_string(plan.shard_size);
}

TEST(CutBatchTest, LargeItemsAreAShardEach) {
  // Softmax attention, L = 1024, D = 64, one head.
  EXPECT_EQ(Cut(4.0 * 1024 * 1024 * 64, 0, 8), "8 x 1");
  EXPECT_EQ(Cut(4.0 * 1024 * 1024 * 64, 0, 7), "7 x 1");
  EXPECT_EQ(Cut(1e12, 0, 1), "1 x 1");
}

TEST(CutBatchTest, LittleWorkIsOneShard) {
  EXPECT_EQ(Cut(1000, 0, 64), "1 x 64");
  EXPECT_EQ(Cut(0, 0, 64), "1 x 64");
}

TEST(CutBatchTest, TheSmallConvolutionalNetworkGivesTheMeasuredShards) {
  const double operations = 2.7e6, bytes = 6 * 4 * 224892.0;
  EXPECT_EQ(Cut(operations, bytes, 8), "1 x 8");
  EXPECT_EQ(Cut(operations, bytes, 64), "2 x 32");
  EXPECT_EQ(Cut(operations, bytes, 256), "8 x 32");
}

TEST(CutBatchTest, ALastPartialShardHasWhatIsLeft) {
  const ShardPlan plan = CutBatch(5e6, 0, 30);  // at least 4 items a shard
  EXPECT_EQ(plan.shard_count, 4);
  EXPECT_EQ(plan.shard_size, 8);
  EXPECT_EQ(plan.last_size, 6);
  EXPECT_EQ(plan.reason,
            "4 shards of 8 items; an item takes 5e+06 operations, a shard pays from 2e+07 on");
}

TEST(CutBatchTest, EveryShardButTheLastPaysAndNoneIsTwiceTooLarge) {
  for (int64_t items = 1; items < 300; items += 7) {
    const ShardPlan plan = CutBatch(3e6, 0, items);  // at least 7 items
    if (plan.shard_count == 1) continue;
    EXPECT_GE(plan.shard_size, 7) << items;
    EXPECT_LE(plan.shard_size, 14) << items;
  }
}

TEST(PlanShardsTest, CountsTheProgramAndItsParameters) {
  // 2·64·64 + 64 (bias) + 64 (relu) + 192 (loss) operations an item, far below what a shard needs.
  const Graph forward = Layer().graph();
  EXPECT_EQ(PlanShards(forward, "B", {{"B", 1000}})->shard_count, 1);
  const ShardPlan many = PlanShards(forward, "B", {{"B", 100000}}).value();
  EXPECT_EQ(many.shard_count, 32);
  EXPECT_EQ(many.reason.find("32 shards of 3125 items"), 0u) << many.reason;
  Graph training = forward;
  ASSERT_TRUE(Differentiate(training, {{"w", "b"}}).ok());
  EXPECT_EQ(PlanShards(training, "B", {{"B", 100000}})->shard_count, 64);
}

TEST(PlanShardsTest, NeedsEverySize) {
  EXPECT_FALSE(PlanShards(Layer().graph(), "B", {}).ok());
  TestGraph test;
  test.Output("y", test.Node("exp", {test.Input("x", "B, L")}));
  EXPECT_FALSE(PlanShards(test.graph(), "B", {{"B", 4}}).ok());
}

}  // namespace
}  // namespace plumbline
