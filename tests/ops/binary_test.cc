// The ops of two broadcast operands, and sums of many arrays.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

OpCase Make(const char* op, const char* a, const char* b) {
  return OpCase(op).Input(a).Input(b).Range(1, 0.5, 2);
}

const char* const kOps[] = {"add", "sub", "mul", "div"};

TEST(BinaryTest, ComputesWhatItSays) {
  const auto value = [](const char* op) {
    return OpCase(op).Input("").Input("").Values(0, {3}).Values(1, {2}).Evaluate()[0].data[0];
  };
  EXPECT_EQ(value("add"), 5);
  EXPECT_EQ(value("sub"), 1);
  EXPECT_EQ(value("mul"), 6);
  EXPECT_EQ(value("div"), 1.5);
}

TEST(BinaryTest, BroadcastsLikeNumPy) {
  EXPECT_EQ(Make("add", "B, 1, L", "4, 1").Types(), "F32 [B, 4, L]");
  EXPECT_EQ(Make("add", "", "B").Types(), "F32 [B]");
  EXPECT_EQ(Make("add", "B, L", "B, L").Types(), "F32 [B, L]");
  const Array y =
      OpCase("sub").Input("2, 1").Input("3").Values(0, {10, 20}).Values(1, {1, 2, 3}).Evaluate()[0];
  EXPECT_THAT(y.shape, ElementsAre(2, 3));
  EXPECT_THAT(y.data, ElementsAre(9, 8, 7, 19, 18, 17));
}

TEST(BinaryTest, RefusesWhatDoesNotBroadcast) {
  EXPECT_EQ(Make("add", "2, 3", "2, 4").Types(),
            "error: add: [2, 3] and [2, 4] do not broadcast: axis -1 has sizes 3 and 4");
  EXPECT_EQ(Make("mul", "B, 3", "L, 3").Types(),
            "error: mul: [B, 3] and [L, 3] broadcast ambiguously: axis -2 has sizes B and L");
  EXPECT_EQ(Make("div", "B", "4").Types(),
            "error: div: [B] and [4] broadcast ambiguously: axis -1 has sizes B and 4");
  EXPECT_EQ(OpCase("sub").Input("3").Input("3", DataType::kS64).Types(),
            "error: sub: input 'b' must be F32, not S64");
}

TEST(BinaryTest, MatchesItsDefinitionForEveryBroadcast) {
  const std::pair<const char*, const char*> shapes[] = {
      {"", ""},
      {"1", "1"},
      {"7", "7"},
      {"5, 7", "5, 7"},
      {"5, 7", "7"},
      {"5, 7", "5, 1"},
      {"5, 7", "1, 1"},
      {"7", "5, 7"},
      {"5, 1", "5, 7"},
      {"", "5, 7"},
      {"5, 1", "7"},
      {"1, 7", "5, 1"},
      {"2, 3, 4, 5", "3, 1, 5"},
      {"2, 1, 4, 1", "3, 1, 5"},
      {"4, 3, 6, 5, 2", "4, 1, 6, 1, 2"},
      {"1, 3, 1, 2, 1, 3, 1, 2", "2, 1, 2, 1, 2, 1, 2, 1"},
      {"33, 65", "33, 65"},
      {"3, 1", "1, 70"},
  };
  for (const char* op : kOps) {
    for (const auto& [a, b] : shapes) {
      SCOPED_TRACE(testing::Message() << op << " [" << a << "] and [" << b << "]");
      Make(op, a, b).Check();
    }
  }
}

TEST(BinaryTest, MatchesItsDefinitionWhereArraysAreLarge) {
  const std::pair<const char*, const char*> shapes[] = {
      {"96, 48", "96, 48"}, {"96, 48", "48"}, {"48", "96, 48"}, {"96, 48", "96, 1"}, {"2, 3, 40, 50", "3, 1, 50"}};
  for (const char* op : kOps) {
    for (const auto& [a, b] : shapes) {
      SCOPED_TRACE(testing::Message() << op << " [" << a << "] and [" << b << "]");
      Make(op, a, b).CheckLowering();
    }
  }
}

TEST(BinaryTest, TakesMoreAxesThanOneDnn) {
  Make("sub", "2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2",
       "2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1")
      .CheckLowering();
}

TEST(BinaryTest, WorksInSymbols) {
  for (const char* op : kOps) Make(op, "B, 1, L", "4, 1").Bind("B", 2).Bind("L", 3).Check();
}

TEST(BinaryTest, ReadsRepeatedOperandsWithoutCopies) {
  for (const char* op : kOps) {
    Make(op, "4, 3, 5", "4, 3, 5").Strides(1, {5, 0, 1}).CheckLowering();
    Make(op, "4, 3, 5", "4, 3, 5").Strides(1, {0, 0, 0}).CheckLowering();
    Make(op, "4, 3, 5", "4, 3, 5").Strides(0, {3, 1, 0}).CheckLowering();
    Make(op, "4, 3, 5", "4, 3, 5").Strides(0, {3, 1, 0}).Strides(1, {0, 5, 1}).CheckLowering();
  }
}

TEST(BinaryTest, UsesPrimitivesWhereTheyAreFast) {
  EXPECT_THAT(Make("sub", "96, 48", "96, 48").Implementations(), ElementsAre("jit:uni"));
  EXPECT_THAT(Make("sub", "96, 48", "48").Implementations(), ElementsAre("jit:uni"));
  EXPECT_THAT(Make("add", "48", "96, 48").Implementations(), ElementsAre("jit:uni"));
  EXPECT_THAT(Make("sub", "48", "96, 48").Implementations(), ElementsAre("binary_loop"));
  EXPECT_THAT(Make("sub", "64, 48", "64, 48").Implementations(), ElementsAre("binary_loop"));
}

TEST(BinaryTest, CountsElementsOfTheOutput) {
  EXPECT_EQ(Make("div", "B, 1, L", "4, 1").Operations(), "4·B·L");
}

TEST(BinaryTest, PassesThroughWithANeutralConstant) {
  struct Case {
    const char* op;
    double constant;
    int position;
    bool passes;
  };
  for (const Case& c :
       {Case{"add", 0, 0, true}, Case{"add", 0, 1, true}, Case{"add", 1, 1, false},
        Case{"sub", 0, 1, true}, Case{"sub", 0, 0, false}, Case{"mul", 1, 0, true},
        Case{"mul", 0, 1, false}, Case{"div", 1, 1, true}, Case{"div", 1, 0, false}}) {
    EXPECT_EQ(OpCase::IdentityWithConstant(c.op, "2, 3", "3", c.constant, c.position), c.passes)
        << c.op << " " << c.constant << " " << c.position;
    EXPECT_FALSE(OpCase::IdentityWithConstant(c.op, "3", "2, 3", c.constant, c.position)) << c.op;
  }
}

// A product with an operand of another shape fused into it would be a reference kernel.
TEST(BinaryTest, IsAPostOpWhereOneDnnIsFast) {
  const auto fuses = [](const char* op, Shape value, Shape other, int position) {
    Graph graph(&AllOps());
    const ValueId a = graph.AddInput("a", {DataType::kF32, value});
    const ValueId b = graph.AddInput("b", {DataType::kF32, other});
    const ValueId y =
        *graph.Add(op, position == 0 ? std::vector<ValueId>{a, b} : std::vector<ValueId>{b, a}, {});
    const NodeView view = graph.view(graph.value(y).producer);
    return view.node.op->post_op(view, position).has_value();
  };
  for (const char* op : {"add", "sub", "mul", "div", "add_n"})
    EXPECT_TRUE(fuses(op, {4, 3, 5}, {4, 3, 5}, 0)) << op;
  for (const char* op : kOps) {
    EXPECT_TRUE(fuses(op, {4, 3, 5}, {5}, 0)) << op;
    EXPECT_TRUE(fuses(op, {4, 3, 5}, {1, 1, 5}, 0)) << op;
    EXPECT_TRUE(fuses(op, {4, 3, 5}, {}, 0)) << op;
    EXPECT_FALSE(fuses(op, {4, 3, 5}, {4, 3, 1}, 0)) << op;
    EXPECT_FALSE(fuses(op, {4, 3, 5}, {3, 5}, 0)) << op;
    EXPECT_FALSE(fuses(op, {5}, {3, 5}, 0)) << op;
  }
  EXPECT_TRUE(fuses("add", {3, 5}, {5}, 1));
  EXPECT_TRUE(fuses("mul", {3, 5}, {3, 5}, 1));
  EXPECT_FALSE(fuses("sub", {3, 5}, {3, 5}, 1));
  EXPECT_FALSE(fuses("div", {3, 5}, {5}, 1));
}

TEST(AddNTest, AddsInOrder) {
  OpCase op("add_n");
  for (int terms = 1; terms <= 20; ++terms) {
    op.Input("3, 1000");
    if (terms == 1 || terms == 2 || terms == 3 || terms == 20) op.CheckLowering();
    EXPECT_EQ(op.OperationCount(), (terms - 1) * 3000);
  }
  OpCase("add_n").Input("2, L").Input("2, L").Input("2, L").Bind("L", 4).CheckGradient();
}

TEST(AddNTest, RefusesDifferentShapes) {
  EXPECT_EQ(OpCase("add_n").Input("2").Input("3").Types(),
            "error: add_n: terms must be F32 of one shape");
}

}  // namespace
}  // namespace plumbline
