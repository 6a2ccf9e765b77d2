// Which consumers move into their producer. The producer here is `exp`, made to accept post-ops;
// what the lowering of real producers does with them is tested with those ops.
#include "compiler/passes/fuse_post_ops.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

const OpRegistry& Registry() {
  static const OpRegistry* const registry = [] {
    std::vector<OpDefinition> ops = AllOps().definitions();
    for (OpDefinition& op : ops) op.accepts_post_ops = op.name == "exp";
    return new OpRegistry(std::move(ops));
  }();
  return *registry;
}

class FusePostOpsTest : public testing::Test {
 protected:
  FusePostOpsTest() : test_(Registry()) { x_ = test_.Input("x", "4, 3"); }
  // Fuses, compares the results, and gives the ops that are left; "" if the pass says that nothing
  // changed.
  std::string Fused() {
    const Graph before = test_.graph();
    const absl::StatusOr<bool> changed = FusePostOps(test_.graph());
    EXPECT_TRUE(changed.ok()) << changed.status();
    ExpectSameResults(before, test_.graph(), {});
    EXPECT_EQ(changed.value_or(false), OpSequence(before) != OpSequence(test_.graph()));
    return changed.value_or(false) ? OpSequence(test_.graph()) : "";
  }

  TestGraph test_;
  ValueId x_;
};

TEST_F(FusePostOpsTest, TakesAChainWithItsOperands) {
  const ValueId bias = test_.Input("bias", "3");
  const ValueId residual = test_.Input("residual", "4, 3");
  const ValueId y = test_.Node("add", {test_.Node("exp", {x_}), bias});
  test_.Output("y", test_.Node("sub", {test_.Node("relu", {y}), residual}));
  EXPECT_EQ(Fused(), "exp+add+relu+sub");
  const Node& node = test_.graph().producer(test_.graph().outputs()[0].value);
  EXPECT_EQ(node.inputs, (std::vector<ValueId>{x_, bias, residual}));
  EXPECT_EQ(node.post_ops[0].operand, 1);
  EXPECT_EQ(node.post_ops[1].operand, kNone);
  EXPECT_EQ(node.post_ops[2].operand, 2);
}

TEST_F(FusePostOpsTest, TakesACommutativeConsumerFromItsSecondInput) {
  const ValueId other = test_.Input("other", "4, 3");
  test_.Output("y", test_.Node("mul", {other, test_.Node("exp", {x_})}));
  EXPECT_EQ(Fused(), "exp+mul");
}

TEST_F(FusePostOpsTest, LeavesASubtrahend) {
  const ValueId other = test_.Input("other", "4, 3");
  test_.Output("y", test_.Node("sub", {other, test_.Node("exp", {x_})}));
  EXPECT_EQ(Fused(), "");
}

TEST_F(FusePostOpsTest, TakesAnOperandThatIsComputedLater) {
  const ValueId y = test_.Node("exp", {x_});
  const ValueId other = test_.Node("neg", {x_});
  test_.Output("y", test_.Node("add", {y, other}));
  EXPECT_EQ(Fused(), "neg exp+add");
}

TEST_F(FusePostOpsTest, StopsAtFour) {
  ValueId y = test_.Node("exp", {x_});
  for (int i = 0; i < 6; ++i) y = test_.Node("tanh", {y});
  test_.Output("y", y);
  EXPECT_EQ(Fused(), "exp+tanh+tanh+tanh+tanh tanh tanh");
}

TEST_F(FusePostOpsTest, LeavesAValueWithTwoReaders) {
  const ValueId y = test_.Node("exp", {x_});
  test_.Output("a", test_.Node("relu", {y}));
  test_.Output("b", test_.Node("neg", {y}));
  EXPECT_EQ(Fused(), "");
}

TEST_F(FusePostOpsTest, LeavesAValueThatIsReadTwiceByOneNode) {
  const ValueId y = test_.Node("exp", {x_});
  test_.Output("square", test_.Node("mul", {y, y}));
  EXPECT_EQ(Fused(), "");
}

TEST_F(FusePostOpsTest, LeavesAnOutput) {
  const ValueId y = test_.Node("exp", {x_});
  test_.Output("y", y);
  test_.Output("z", test_.Node("relu", {y}));
  EXPECT_EQ(Fused(), "");
}

TEST_F(FusePostOpsTest, LeavesAConsumerThatBroadcastsTheValue) {
  const ValueId other = test_.Input("other", "2, 4, 3");
  test_.Output("y", test_.Node("add", {test_.Node("exp", {x_}), other}));
  EXPECT_EQ(Fused(), "");
}

TEST_F(FusePostOpsTest, LeavesAConsumerThatIsNotElementwise) {
  test_.Output("y", test_.Node("transpose", {test_.Node("exp", {x_})},
                               {{"permutation", AttributeValue(ParseShape("1, 0"))}}));
  EXPECT_EQ(Fused(), "");
}

TEST_F(FusePostOpsTest, LeavesProducersThatDoNotAcceptPostOps) {
  test_.Output("y", test_.Node("relu", {test_.Node("neg", {x_})}));
  EXPECT_EQ(Fused(), "");
}

// Two outputs: exp(x) and x. Output 0 goes into `add` with something made of output 1.
TEST(FusePostOpsCycleTest, LeavesAnOperandThatDependsOnTheProducer) {
  std::vector<OpDefinition> ops = AllOps().definitions();
  OpDefinition both = *AllOps().Find("exp");
  both.name = "both";
  both.accepts_post_ops = true;
  both.infer = [](const InferContext& context) -> absl::StatusOr<std::vector<TensorType>> {
    return std::vector<TensorType>{context.inputs[0], context.inputs[0]};
  };
  ops.push_back(both);
  const OpRegistry registry(std::move(ops));
  TestGraph test(registry);
  const ValueId first = test.Node("both", {test.Input("x", "3")});
  test.Output("y", test.Node("add", {first, test.Node("neg", {first + 1})}));
  EXPECT_FALSE(FusePostOps(test.graph()).value());
}

}  // namespace
}  // namespace plumbline
