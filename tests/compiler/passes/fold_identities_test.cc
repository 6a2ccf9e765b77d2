// Identities disappear; what only looks like one stays.
#include "compiler/passes/fold_identities.h"

#include <vector>

#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

const Bindings kSizes = {{"B", 2}, {"L", 3}};

TEST(FoldIdentitiesTest, ChainsCollapseToTheirFirstValue) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId scaled = test.Node("scale", {x}, Real("by", 1));
  const ValueId shaped =
      test.Node("reshape", {scaled}, {{"shape", AttributeValue(ParseShape("B, L"))}});
  const ValueId sum = test.Node("add", {shaped, test.Constant("", 0)});
  test.Output("y", test.Node("relu", {sum}));
  const Graph before = test.graph();
  EXPECT_TRUE(FoldIdentities(test.graph()).value());
  EXPECT_EQ(OpSequence(test.graph()), "relu");
  ExpectSameResults(before, test.graph(), kSizes);
}

TEST(FoldIdentitiesTest, AnOutputMayBecomeASource) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  test.Output("y", test.Node("scale", {x}, Real("by", 1)));
  EXPECT_TRUE(FoldIdentities(test.graph()).value());
  EXPECT_EQ(test.graph().outputs()[0].value, x);
  EXPECT_FALSE(FoldIdentities(test.graph()).value());
}

TEST(FoldIdentitiesTest, ChangesOfShapeOrValueStay) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  test.Output("a", test.Node("scale", {x}, Real("by", 0.5)));
  test.Output("b", test.Node("add", {x, test.Constant("2, 1", 0)}));  // broadcasts x
  test.Output("c", test.Node("reshape", {x}, {{"shape", AttributeValue(ParseShape("1, L"))}}));
  EXPECT_FALSE(FoldIdentities(test.graph()).value());
}

TEST(FoldIdentitiesTest, ANodeWithPostOpsIsNoIdentity) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  const ValueId y = test.Node("scale", {x}, Real("by", 1));
  test.graph()
      .mutable_node(test.graph().value(y).producer)
      .post_ops.push_back(
          PostOp{AllOps().Find("relu"), {}, PostOpSpec{PostOpKind::kRelu, 0, 0}, kNone, "fused"});
  test.Output("y", y);
  EXPECT_FALSE(FoldIdentities(test.graph()).value());
}

TEST(FoldIdentitiesTest, AFalseClaimOfADefinitionIsAnError) {
  std::vector<OpDefinition> ops = AllOps().definitions();
  for (OpDefinition& op : ops) {
    if (op.name == "reshape") op.identity = [](const NodeView&) { return 0; };
  }
  const OpRegistry registry(std::move(ops));
  TestGraph test(registry);
  const ValueId x = test.Input("x", "L");
  test.Output("y",
              test.Named("row", "reshape", {x}, {{"shape", AttributeValue(ParseShape("1, L"))}}));
  EXPECT_EQ(FoldIdentities(test.graph()).status().message(),
            "node 'row' (reshape) claims to equal an input of another type");
}

}  // namespace
}  // namespace plumbline
