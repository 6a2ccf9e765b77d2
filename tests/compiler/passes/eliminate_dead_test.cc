// Dead nodes go, the interface stays.
#include "compiler/passes/eliminate_dead.h"

#include "gtest/gtest.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

TEST(EliminateDeadTest, RemovesWhatNoOutputNeeds) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  const ValueId y = test.Node("relu", {x});
  test.Node("exp", {test.Node("neg", {y})});
  test.Constant("L", 1);
  test.Output("y", y);
  EXPECT_TRUE(EliminateDead(test.graph()).value());
  int kept = 0;
  for (NodeId id = 0; id < test.graph().node_count(); ++id) kept += !test.graph().node(id).removed;
  EXPECT_EQ(kept, 2);
  EXPECT_FALSE(EliminateDead(test.graph()).value());
}

TEST(EliminateDeadTest, KeepsUnusedInputsAndParameters) {
  TestGraph test;
  const ValueId x = test.Input("x", "L");
  test.Input("label", "L", DataType::kS64);
  test.Parameter("w", "3");
  test.Output("x", x);
  EXPECT_FALSE(EliminateDead(test.graph()).value());
  EXPECT_NE(test.graph().FindSource("label"), kNone);
  EXPECT_NE(test.graph().FindSource("w"), kNone);
}

}  // namespace
}  // namespace plumbline
