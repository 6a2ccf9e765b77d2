// Order, uses, names and printing of graphs.
#include "compiler/ir/graph.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

// y = (x - 1) + exp(x) and z = exp(x) * x, with nodes made in one of two orders.
Graph Diamond(bool reversed) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  ValueId exp = kNone, difference = kNone;
  const auto make_exp = [&] { exp = test.Node("exp", {x}); };
  const auto make_difference = [&] { difference = test.Node("sub", {x, test.Constant("", 1)}); };
  if (reversed) make_exp();
  make_difference();
  if (!reversed) make_exp();
  ValueId y = kNone;
  if (!reversed) y = test.Node("add", {difference, exp});
  const ValueId z = test.Node("mul", {exp, x});
  if (reversed) y = test.Node("add", {difference, exp});
  test.Output("y", y);
  test.Output("z", z);
  return test.graph();
}

TEST(GraphTest, OrderPutsProducersBeforeUsersAndFollowsTheOutputs) {
  EXPECT_EQ(OpSequence(Diamond(false)), "sub exp add mul");
}

TEST(GraphTest, OrderDoesNotDependOnTheOrderOfCreation) {
  EXPECT_EQ(OpSequence(Diamond(true)), OpSequence(Diamond(false)));
}

TEST(GraphTest, OrderKeepsUnusedSourcesAndLeavesOutDeadNodes) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  test.Input("unused", "N");
  test.Parameter("w", "3");
  test.Constant("N", 1);
  test.Node("relu", {x});
  test.Output("y", test.Node("exp", {x}));
  std::vector<std::string> names;
  for (const NodeId id : test.graph().Order()) names.push_back(test.graph().node(id).op->name);
  EXPECT_EQ(names, (std::vector<std::string>{"input", "input", "parameter", "exp"}));
}

TEST(GraphTest, WhatIsAddedForANodeIsNamedAfterItWhateverElseThereIs) {
  const auto names = [](bool more) {
    TestGraph test;
    const ValueId x = test.Input("x", "N");
    if (more) test.Node("relu", {x});
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i) {  // the owner's name is the graph's own, which grows
      const absl::StatusOr<ValueId> value = test.graph().AddFor(test.graph().producer(x).name, "exp", {x}, {});
      EXPECT_TRUE(value.ok()) << value.status();
      names.push_back(test.graph().producer(*value).name);
    }
    return names;
  };
  EXPECT_EQ(names(false)[0], "x/exp");
  EXPECT_EQ(names(false)[1], "x/exp#2");
  EXPECT_EQ(names(false)[39], "x/exp#40");
  EXPECT_EQ(names(true), names(false));
}

TEST(GraphTest, UsesAreCountedOncePerReferenceByLiveNodesAndOutputs) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  const ValueId square = test.Node("mul", {x, x});
  test.Node("relu", {square});  // dead
  test.Output("y", square);
  test.Output("again", square);
  const Graph& graph = test.graph();
  EXPECT_EQ(graph.UseCounts()[x], 2);
  EXPECT_EQ(graph.UseCounts()[square], 2);
  const NodeId producer = graph.value(square).producer;
  EXPECT_EQ(graph.Users()[x], (std::vector<NodeId>{producer, producer}));
  EXPECT_TRUE(graph.Users()[square].empty());
  EXPECT_TRUE(graph.view(producer).output_used(0));
}

TEST(GraphTest, ReplacingUsesReachesNodesAndOutputs) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  const ValueId a = test.Node("relu", {x});
  const ValueId b = test.Node("exp", {x});
  const ValueId y = test.Node("add", {a, a});
  test.Output("y", y);
  test.Output("a", a);
  test.graph().ReplaceUses(a, b);
  EXPECT_EQ(test.graph().producer(y).inputs, (std::vector<ValueId>{b, b}));
  EXPECT_EQ(test.graph().outputs()[1].value, b);
}

TEST(GraphTest, FindsInputsAndParametersByName) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  const ValueId w = test.Parameter("w", "3");
  test.Constant("N", 1);
  EXPECT_EQ(test.graph().FindSource("x"), x);
  EXPECT_EQ(test.graph().FindSource("w"), w);
  EXPECT_EQ(test.graph().FindSource("constant#2"), kNone);
  test.graph().Remove(test.graph().value(w).producer);
  EXPECT_EQ(test.graph().FindSource("w"), kNone);
}

TEST(GraphTest, ErrorsOfAddNameTheOp) {
  TestGraph test;
  const ValueId x = test.Input("x", "N");
  const ValueId y = test.Input("y", "2, 3");
  const ValueId z = test.Input("z", "4");
  EXPECT_EQ(test.graph().Add("rilu", {x}, {}).status().message(), "no op named 'rilu'");
  EXPECT_EQ(test.graph().Add("scale", {x}, {}).status().message(),
            "scale was made without its attribute 'by'");
  const absl::Status status = test.graph().Add("add", {y, z}, {}).status();
  EXPECT_EQ(std::string(status.message()).find("while making add: "), 0u) << status;
}

TEST(GraphTest, PrintsOneNodeALine) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, 2*L");
  test.Output("y", test.Named("half", "scale", {x}, Real("by", 0.5)));
  EXPECT_EQ(test.graph().ToString(),
            "%0: F32 [B, 2·L] = input()  # x\n"
            "%1: F32 [B, 2·L] = scale(%0) {by: 0.5}  # half\n"
            "output y = %1\n");
}

TEST(AttributeErrorTest, CarriesTheAttribute) {
  const absl::Status status = AttributeError("axis", "axis must be less than 2, not 5");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AttributeOfError(status), "axis");
  EXPECT_FALSE(AttributeOfError(absl::InvalidArgumentError("other")).has_value());
}

}  // namespace
}  // namespace plumbline
