// What is computed once, and what must stay apart.
#include "compiler/passes/eliminate_common.h"

#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

const Bindings kSizes = {{"B", 2}, {"L", 3}};

TEST(EliminateCommonTest, EqualSubgraphsAreMerged) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId first = test.Node("exp", {test.Node("scale", {x}, Real("by", 2))});
  const ValueId second = test.Node("exp", {test.Node("scale", {x}, Real("by", 2))});
  test.Output("y", test.Node("mul", {first, second}));
  const Graph before = test.graph();
  EXPECT_TRUE(EliminateCommon(test.graph()).value());
  EXPECT_EQ(OpSequence(test.graph()), "scale exp mul");
  ExpectSameResults(before, test.graph(), kSizes);
  EXPECT_FALSE(EliminateCommon(test.graph()).value());
}

TEST(EliminateCommonTest, TheFirstInOrderStays) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  test.Named("made_first", "exp", {x}, {});
  const ValueId late = test.Named("made_last", "exp", {x}, {});
  test.Output("y", late);
  test.Output("z", test.Node("relu", {late - 1}));
  EXPECT_TRUE(EliminateCommon(test.graph()).value());
  EXPECT_EQ(test.graph().producer(test.graph().outputs()[0].value).name, "made_last");
  EXPECT_EQ(CountNodes(test.graph(), "exp"), 1);
}

TEST(EliminateCommonTest, DifferentAttributesInputsOrOrderStayApart) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  const ValueId y = test.Input("y", "L");
  test.Output("a", test.Node("scale", {x}, Real("by", 2)));
  test.Output("b", test.Node("scale", {x}, Real("by", 3)));
  test.Output("c", test.Node("scale", {y}, Real("by", 2)));
  test.Output("d", test.Node("sub", {x, y}));
  test.Output("e", test.Node("sub", {y, x}));
  EXPECT_FALSE(EliminateCommon(test.graph()).value());
}

TEST(EliminateCommonTest, ZeroAndMinusZeroAreDifferentNumbers) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  test.Output("a", test.Node("div", {x, test.Constant("L", 0.0)}));
  test.Output("b", test.Node("div", {x, test.Constant("L", -0.0)}));
  EXPECT_FALSE(EliminateCommon(test.graph()).value());
}

TEST(EliminateCommonTest, EqualConstantsAreMergedAndThoseOfOtherShapesAreNot) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId a = test.Node("add", {x, test.Constant("L", 1)});
  const ValueId b = test.Node("add", {a, test.Constant("L", 1)});
  test.Output("y", test.Node("add", {b, test.Constant("B, L", 1)}));
  EXPECT_TRUE(EliminateCommon(test.graph()).value());
  EXPECT_EQ(CountNodes(test.graph(), "constant"), 2);
}

TEST(EliminateCommonTest, SourcesStayApart) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  const ValueId v = test.Parameter("v", "4");
  const ValueId w = test.Parameter("w", "4");
  test.Output("y", test.Node("add", {v, w}));
  test.Output("x", x);
  EXPECT_FALSE(EliminateCommon(test.graph()).value());
}

TEST(EliminateCommonTest, PostOpsCount) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  const ValueId plain = test.Node("exp", {x});
  const ValueId fused = test.Node("exp", {x});
  test.graph()
      .mutable_node(test.graph().value(fused).producer)
      .post_ops.push_back(
          PostOp{AllOps().Find("relu"), {}, PostOpSpec{PostOpKind::kRelu, 0, 0}, kNone, "fused"});
  test.Output("a", plain);
  test.Output("b", fused);
  EXPECT_FALSE(EliminateCommon(test.graph()).value());
}

}  // namespace
}  // namespace plumbline
