// Every rule of the verifier, broken once.
#include "compiler/ir/verify.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

// y = scale(x), with room for damage.
class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    x_ = test_.Input("x", "B, 4");
    y_ = test_.Named("half", "scale", {x_}, Real("by", 0.5));
    z_ = test_.Named("tail", "relu", {y_}, {});
    test_.Output("z", z_);
  }
  Graph& graph() { return test_.graph(); }
  Node& half() { return graph().mutable_node(graph().value(y_).producer); }
  Node& tail() { return graph().mutable_node(graph().value(z_).producer); }
  std::string Error() { return std::string(Verify(graph()).message()); }

  TestGraph test_;
  ValueId x_, y_, z_;
};

TEST_F(VerifyTest, AcceptsASoundGraph) { EXPECT_EQ(Error(), ""); }

TEST_F(VerifyTest, ErrorsAreInternal) {
  half().attributes = {};
  EXPECT_EQ(Verify(graph()).code(), absl::StatusCode::kInternal);
}

TEST_F(VerifyTest, AnInputMustExist) {
  half().inputs = {99};
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): has an input that does not exist");
  half().inputs = {kNone};
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): has an input that does not exist");
}

TEST_F(VerifyTest, AnOutputMustHaveAValue) {
  graph().mutable_outputs()[0].value = kNone;
  EXPECT_EQ(Error(), "verifier: output 'z' has no value");
}

TEST_F(VerifyTest, ARemovedNodeMustNotBeUsed) {
  graph().Remove(graph().value(y_).producer);
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): is used although it was removed");
}

TEST_F(VerifyTest, ThereMustBeNoCycle) {
  half().inputs = {z_};
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): is part of a cycle");
}

TEST_F(VerifyTest, ANodeMustOwnItsOutputs) {
  graph().mutable_value(y_).index = 1;
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): does not own its outputs");
}

TEST_F(VerifyTest, RequiredAttributesMustBeThere) {
  half().attributes = {};
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): lacks its attribute 'by'");
}

TEST_F(VerifyTest, AttributesMustHaveTheirKind) {
  half().attributes.Set("by", true);
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): has an attribute 'by' of the wrong kind");
}

TEST_F(VerifyTest, AttributesMustBelongToTheOp) {
  half().attributes.Set("bye", 2.0);
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): has an attribute that its op does not know");
}

TEST_F(VerifyTest, TheNumberOfInputsMustFit) {
  half().inputs = {x_, x_};
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): has the wrong number of inputs");
  half().inputs = {};
  EXPECT_EQ(Error(), "verifier: node 'half' (scale): has the wrong number of inputs");
}

TEST_F(VerifyTest, ParametersMustHaveTheShapesTheOpAsksFor) {
  const ValueId weight = test_.Parameter("norm.weight", "4");
  const ValueId bias = test_.Parameter("norm.bias", "4");
  const ValueId normal = test_.Named("norm", "layer_norm", {z_, weight, bias}, {});
  test_.Output("normal", normal);
  EXPECT_EQ(Error(), "");
  Node& node = graph().mutable_node(graph().value(normal).producer);
  node.inputs = {z_, weight};
  EXPECT_EQ(Error(), "verifier: node 'norm' (layer_norm): has the wrong number of inputs");
  node.inputs = {z_, weight, test_.Parameter("other", "5")};
  EXPECT_EQ(Error(),
            "verifier: node 'norm' (layer_norm): its parameter 'bias' has the wrong shape");
}

TEST_F(VerifyTest, StoredTypesMustBeThoseInferred) {
  graph().mutable_value(y_).type.shape = ParseShape("B, 5");
  EXPECT_EQ(
      Error(),
      "verifier: node 'half' (scale): output 0 is stored as F32 [B, 5] but inferred as F32 [B, 4]");
}

TEST_F(VerifyTest, TypesMustBeInferable) {
  const ValueId wrong = test_.Input("wrong", "B, 4", DataType::kS64);
  half().inputs = {wrong};
  EXPECT_NE(Error().find("verifier: node 'half' (scale): "), std::string::npos);
}

TEST_F(VerifyTest, SizesMustNotOverflow) {
  graph().mutable_value(x_).type.shape[1] = Size(Rational::Overflow());
  EXPECT_EQ(Error(), "verifier: node 'x' (input): has a size that overflowed");
}

TEST_F(VerifyTest, SourcesMustHaveDistinctNames) {
  test_.Parameter("x", "4");
  EXPECT_EQ(Error(), "verifier: node 'x' (parameter): shares its name with another source");
}

TEST_F(VerifyTest, OutputsMustHaveDistinctNames) {
  test_.Output("z", y_);
  EXPECT_EQ(Error(), "verifier: two outputs are named 'z'");
}

TEST_F(VerifyTest, GradientsMustBelongToASource) {
  test_.Output("grad/x", y_, OutputKind::kGradient);
  EXPECT_EQ(Error(), "");
  test_.Output("grad/w", y_, OutputKind::kGradient);
  EXPECT_EQ(Error(), "verifier: output 'grad/w' has not the shape of its source");
}

TEST_F(VerifyTest, GradientsMustHaveTheShapeOfTheirSource) {
  test_.Parameter("w", "B, 5");
  test_.Output("grad/w", y_, OutputKind::kGradient);
  EXPECT_EQ(Error(), "verifier: output 'grad/w' has not the shape of its source");
}

TEST_F(VerifyTest, OnlySomeOpsAcceptPostOps) {
  tail().post_ops.push_back(PostOp{AllOps().Find("relu"), {}, PostOpSpec{}, kNone, "fused"});
  EXPECT_EQ(Error(), "verifier: node 'tail' (relu): does not accept post-ops");
}

TEST_F(VerifyTest, OperandsOfPostOpsAreTheLastInputs) {
  std::vector<OpDefinition> ops = AllOps().definitions();
  for (OpDefinition& op : ops) op.accepts_post_ops = op.accepts_post_ops || op.name == "relu";
  const OpRegistry registry(std::move(ops));
  TestGraph test(registry);
  const ValueId x = test.Input("x", "B, 4");
  const ValueId y = test.Named("tail", "relu", {x}, {});
  test.Output("y", y);
  Node& node = test.graph().mutable_node(test.graph().value(y).producer);
  node.inputs.push_back(x);
  node.post_ops.push_back(PostOp{AllOps().Find("add"), {}, PostOpSpec{PostOpKind::kAdd, 0, 0}, 1, "fused"});
  EXPECT_EQ(Verify(test.graph()).message(), "");
  node.post_ops[0].operand = 0;
  EXPECT_EQ(
      Verify(test.graph()).message(),
      "verifier: node 'tail' (relu): has a post-op whose operand is not the input meant for it");
}

}  // namespace
}  // namespace plumbline
