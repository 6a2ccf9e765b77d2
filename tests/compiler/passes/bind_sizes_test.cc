// Numbers for symbols, in types, attributes and derived sizes.
#include "compiler/passes/bind_sizes.h"

#include <string>

#include "compiler/ir/verify.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

std::string Error(Graph graph, const Bindings& sizes) {
  return std::string(BindSizes(graph, sizes).message());
}

TEST(BindSizesTest, TypesAndAttributesBecomeNumbers) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  test.Output("y", test.Node("reshape", {x}, {{"shape", AttributeValue(ParseShape("B*L"))}}));
  const Graph before = test.graph();
  const Bindings sizes = {{"B", 2}, {"L", 3}};
  ASSERT_TRUE(BindSizes(test.graph(), sizes).ok());
  const ValueId y = test.graph().outputs()[0].value;
  EXPECT_EQ(test.graph().type(y).shape, ParseShape("6"));
  EXPECT_EQ(test.graph().producer(y).attributes.sizes("shape"), ParseShape("6"));
  ExpectSameResults(before, test.graph(), sizes);
}

TEST(BindSizesTest, OperandsOfPostOpsAreNoInputsOfTheOp) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId y = test.Node("matmul", {x, test.Parameter("w", "L, 5")});
  test.Output("y", y);
  Node& node = test.graph().mutable_node(test.graph().value(y).producer);
  node.inputs.push_back(test.Parameter("bias", "5"));
  node.post_ops.push_back(PostOp{AllOps().Find("add"), {}, PostOpSpec{PostOpKind::kAdd, 0, 0}, 2, "sum"});
  ASSERT_TRUE(BindSizes(test.graph(), {{"B", 2}, {"L", 3}}).ok());
  EXPECT_EQ(Verify(test.graph()).message(), "");
  EXPECT_EQ(test.graph().type(y).shape, ParseShape("2, 5"));
}

TEST(BindSizesTest, ErrorsNameTheNode) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId head = test.Named("head", "slice", {x},
                                  {{"axis", AttributeValue(Size(1))},
                                   {"begin", AttributeValue(Size(2))},
                                   {"end", AttributeValue(Size::Symbol("L"))}});
  test.Output("y", head);
  EXPECT_EQ(Error(test.graph(), {{"B", 2}, {"L", 3}}), "");
  EXPECT_EQ(Error(test.graph(), {{"B", 2}}), "node 'x' (input): symbol 'L' has no value");
  EXPECT_EQ(Error(test.graph(), {{"B", 0}, {"L", 3}}),
            "node 'x' (input): its shape would be [0, 3]; every size must be at least 1");
  EXPECT_EQ(Error(test.graph(), {{"B", 2}, {"L", 2}}).find("node 'head' (slice): "), 0u);
}

TEST(BindSizesTest, AValueOfMoreThan63BitsOfBytesIsRefused) {
  TestGraph test;
  test.Output("y", test.Node("exp", {test.Input("x", "N, N")}));
  EXPECT_NE(Error(test.graph(), {{"N", int64_t{1} << 31}}).find("more than 2^63 bytes"),
            std::string::npos);
}

}  // namespace
}  // namespace plumbline
