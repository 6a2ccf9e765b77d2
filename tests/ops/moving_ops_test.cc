// Ops that move elements: masks, views, concatenation.
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Size> List(std::vector<int64_t> numbers) {
  return std::vector<Size>(numbers.begin(), numbers.end());
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(CausalMaskTest, RowKeepsColumnsUpToItself) {
  EXPECT_THAT(OpCase("causal_mask").Input("2, 3").Values(0, {1, 2, 3, 4, 5, 6}).Evaluate()[0].data,
              ElementsAre(1, -kInfinity, -kInfinity, 4, 5, -kInfinity));
  EXPECT_THAT(OpCase("causal_mask")
                  .Input("3, 2")
                  .Values(0, {1, 2, 3, 4, 5, 6})
                  .Set("fill", std::string("0"))
                  .Evaluate()[0]
                  .data,
              ElementsAre(1, 0, 3, 4, 5, 6));
}

TEST(CausalMaskTest, LoweringAndGradientAgreeWithTheDefinition) {
  for (const char* shape : {"1, 1", "5, 5", "2, 3, 4, 7", "3, 7, 4", "1, 33, 33"}) {
    OpCase("causal_mask").Input(shape).Set("fill", std::string("0")).Check();
    OpCase("causal_mask").Input(shape).CheckLowering();
  }
}

TEST(CausalMaskTest, RefusesOtherFillsAndVectors) {
  EXPECT_EQ(OpCase("causal_mask").Input("B, L, L").Set("fill", std::string("-1")).Types(),
            "error: [fill] causal_mask: fill must be \"-inf\" or \"0\", not \"-1\"");
  EXPECT_EQ(OpCase("causal_mask").Input("L").Types(),
            "error: causal_mask: input 'x' must have at least two axes, not [L]");
  EXPECT_EQ(OpCase("causal_mask").Input("B, L, L", DataType::kS64).Types(),
            "error: causal_mask: input 'x' must be F32, not S64");
}

OpCase Reshape(const char* input, std::vector<Size> shape) {
  return OpCase("reshape").Input(input).Set("shape", std::move(shape));
}

TEST(ReshapeTest, OneSizeMayBeTheRest) {
  const Size b = Size::Symbol("B"), l = Size::Symbol("L");
  EXPECT_EQ(Reshape("B, L, 12", {b, l, Size(3), Size(4)}).Types(), "F32 [B, L, 3, 4]");
  EXPECT_EQ(Reshape("B, L, 12", {b, Size(-1)}).Types(), "F32 [B, 12·L]");
  EXPECT_EQ(Reshape("B, L, 12", {Size(-1), Size(6)}).Types(), "F32 [2·B·L, 6]");
  EXPECT_EQ(Reshape("4, 6", {Size(-1)}).Types(), "F32 [24]");
  EXPECT_EQ(Reshape("4, 6", {Size(3), Size(-1), Size(2)}).Types(), "F32 [3, 4, 2]");
}

TEST(ReshapeTest, RefusesOtherNumbersOfElements) {
  EXPECT_EQ(Reshape("4, 6", {Size(5), Size(5)}).Types(),
            "error: [shape] reshape: [4, 6] has 24 elements, [5, 5] has 25");
  EXPECT_EQ(Reshape("4, 6", {Size(5), Size(-1)}).Types(),
            "error: [shape] reshape: the 24 elements of [4, 6] do not divide into groups of 5");
  EXPECT_EQ(Reshape("4, 6", {Size(-1), Size(-1)}).Types(),
            "error: [shape] reshape: only one size can be -1");
  EXPECT_EQ(Reshape("4, 6", {Size(0), Size(-1)}).Types(),
            "error: [shape] reshape: sizes must be positive or -1, not 0");
  EXPECT_EQ(Reshape("B, L", {Size::Symbol("B"), Size(2) * Size::Symbol("L")}).Types(),
            "error: [shape] reshape: [B, L] has B·L elements, [B, 2·L] has 2·B·L");
}

TEST(ReshapeTest, SymbolicSizesAreJudgedWhenTheyAreNumbers) {
  const OpCase op = Reshape("B, L", {Size(4), Size(6)});
  EXPECT_EQ(op.Types(), "F32 [4, 6]");
  OpCase good = op;
  good.Bind("B", 3).Bind("L", 8).Check();
}

TEST(ReshapeTest, ManySymbolsCostNoTime) {
  std::string shape = "s0";
  for (int i = 1; i < 60; ++i) shape += ", s" + std::to_string(i);
  EXPECT_EQ(Reshape(shape.c_str(), {Size::Symbol("s0"), Size::Symbol("s1")}).Types(),
            "F32 [s0, s1]");
}

TEST(ReshapeTest, KeepsElementsInOrder) {
  Reshape("2, 3, 4", List({6, 4})).Check();
  Reshape("2, 3, 4", List({4, 3, 2, 1})).Check();
  Reshape("1", {}).Check();
}

// The strides of the output as a view, "none" when it cannot be one.
std::string ViewOf(const char* op, Attributes attributes, std::vector<int64_t> shape,
                   std::vector<int64_t> strides) {
  Graph graph(&AllOps());
  const ValueId x =
      graph.AddInput("x", TensorType{DataType::kF32, Shape(shape.begin(), shape.end())});
  const absl::StatusOr<ValueId> y = graph.Add(op, {x}, std::move(attributes));
  if (!y.ok()) return y.status().ToString();
  const NodeId node = graph.value(*y).producer;
  const std::optional<Layout> layout =
      graph.node(node).op->view(graph.view(node), Layout{std::move(strides), 5});
  if (!layout) return "none";
  std::string text;
  for (const int64_t stride : layout->strides) text += std::to_string(stride) + " ";
  return text + "at " + std::to_string(layout->offset);
}

std::string ReshapeView(std::vector<int64_t> from, std::vector<int64_t> strides,
                        std::vector<int64_t> to) {
  return ViewOf("reshape", {{"shape", List(std::move(to))}}, std::move(from), std::move(strides));
}

TEST(ReshapeTest, IsAViewWhereStridesAllow) {
  EXPECT_EQ(ReshapeView({2, 3, 4}, {12, 4, 1}, {6, 4}), "4 1 at 5");
  EXPECT_EQ(ReshapeView({2, 3, 4}, {12, 4, 1}, {2, 12}), "12 1 at 5");
  EXPECT_EQ(ReshapeView({2, 12}, {20, 1}, {2, 3, 4}), "20 4 1 at 5");  // rows with gaps are split
  EXPECT_EQ(ReshapeView({2, 3, 4}, {20, 4, 1}, {6, 4}), "none");       // but not merged
  EXPECT_EQ(ReshapeView({2, 3, 4}, {1, 2, 6}, {6, 4}), "none");
  EXPECT_EQ(ReshapeView({4, 6}, {1, 4}, {4, 2, 3}), "1 12 4 at 5");  // a transposed axis is split
  EXPECT_EQ(ReshapeView({2, 1, 3}, {3, 77, 1}, {1, 6, 1}),
            "6 1 1 at 5");                                // strides of size 1 do not matter
  EXPECT_EQ(ReshapeView({2, 3}, {0, 0}, {6}), "0 at 5");  // one element repeated
  EXPECT_EQ(ReshapeView({4, 6}, {6, 1}, {3, 8}), "8 1 at 5");
  EXPECT_EQ(ReshapeView({4, 6}, {7, 1}, {3, 8}), "none");
}

TEST(ReshapeTest, CopiesWhereItIsNoView) {
  Reshape("2, 3, 4", List({6, 4})).PhysicalOrder(0, {2, 1, 0}, 0).CheckLowering();
  Reshape("2, 3, 4", List({6, 4})).PhysicalOrder(0, {0, 2, 1}, 3).CheckLowering();
  Reshape("3, 40, 50", List({6, 1000})).PhysicalOrder(0, {2, 0, 1}, 0).CheckLowering();
  Reshape("3, 40, 50", List({6, 1000})).PhysicalOrder(0, {0, 1, 2}, 2).CheckLowering();
}

TEST(FlattenTest, MergesTheLastAxes) {
  EXPECT_EQ(OpCase("flatten").Input("B, 16, 6, 6").Types(), "F32 [B, 576]");
  EXPECT_EQ(OpCase("flatten").Input("B, S, 6, 6").Set("from", Size(-2)).Types(), "F32 [B, S, 36]");
  EXPECT_EQ(OpCase("flatten").Input("B, L").Set("from", Size(0)).Types(), "F32 [B·L]");
  OpCase("flatten").Input("2, 3, 4").Check();
  EXPECT_EQ(OpCase("flatten").Input("B, L").Set("from", Size(2)).Types(),
            "error: [from] flatten: from must be between -2 and 1 for [B, L], not 2");
  EXPECT_EQ(OpCase("flatten").Input("").Types(), "error: [from] flatten: a scalar has no axis 1");
}

OpCase Transpose(const char* input, std::vector<int64_t> permutation) {
  return OpCase("transpose").Input(input).Set("permutation", List(std::move(permutation)));
}

TEST(TransposeTest, PermutesAxes) {
  EXPECT_EQ(Transpose("B, C, T", {0, 2, 1}).Types(), "F32 [B, T, C]");
  EXPECT_THAT(Transpose("2, 3", {1, 0}).Values(0, {1, 2, 3, 4, 5, 6}).Evaluate()[0].data,
              ElementsAre(1, 4, 2, 5, 3, 6));
  Transpose("2, 3, 4, 5", {3, 1, 0, 2}).Check();
  Transpose("3", {0}).Check();
  EXPECT_EQ(ViewOf("transpose", {{"permutation", List({1, 2, 0})}}, {2, 3, 4}, {12, 4, 1}),
            "4 1 12 at 5");
}

TEST(TransposeTest, RefusesWhatIsNoPermutation) {
  for (const std::vector<int64_t>& permutation : std::vector<std::vector<int64_t>>{
           {0, 0, 1}, {0, 1}, {0, 1, 3}, {0, -1, 1}, {}, {0, 1, 2, 3}}) {
    EXPECT_THAT(Transpose("B, C, T", permutation).Types(),
                HasSubstr("[permutation] transpose: permutation must hold each of the axes 0 .. 2 "
                          "of [B, C, T] once"));
  }
}

OpCase Concat(std::vector<const char*> inputs, int64_t axis) {
  OpCase op("concat");
  for (const char* input : inputs) op.Input(input);
  return op.Set("axis", Size(axis));
}

TEST(ConcatTest, AddsSizesOfTheAxis) {
  EXPECT_EQ(Concat({"B, 3, L", "B, 4, L", "B, S, L"}, 1).Types(), "F32 [B, S + 7, L]");
  EXPECT_THAT(
      Concat({"2, 1", "2, 2"}, -1).Values(0, {1, 2}).Values(1, {3, 4, 5, 6}).Evaluate()[0].data,
      ElementsAre(1, 3, 4, 2, 5, 6));
  Concat({"2, 3, 4", "2, 1, 4", "2, 5, 4"}, 1).Check();
  Concat({"2, 3", "5, 3"}, 0).Check();
  Concat({"2, 3"}, 1).Check();
  Concat({"4, 17, 33", "4, 17, 2"}, 2)
      .PhysicalOrder(0, {2, 1, 0}, 0)
      .PhysicalOrder(1, {0, 1, 2}, 5)
      .CheckLowering();
}

TEST(ConcatTest, RefusesInputsThatDifferElsewhere) {
  EXPECT_EQ(Concat({"B, 3, 2", "B, 4, 5"}, 1).Types(),
            "error: concat: inputs may differ in axis 1 only; input 0 is F32 [B, 3, 2], input 1 is "
            "F32 [B, 4, 5]");
  EXPECT_THAT(Concat({"B, 3", "B, 3, 1"}, 1).Types(), HasSubstr("input 1 is F32 [B, 3, 1]"));
  EXPECT_THAT(Concat({"B, 3"}, 2).Types(),
              HasSubstr("[axis] concat: axis must be between -2 and 1"));
  EXPECT_THAT(OpCase("concat").Input("B").Input("B", DataType::kS64).Set("axis", Size(0)).Types(),
              HasSubstr("input 1 is S64 [B]"));
}

OpCase Slice(const char* input, int64_t axis, Size begin, Size end) {
  return OpCase("slice")
      .Input(input)
      .Set("axis", Size(axis))
      .Set("begin", std::move(begin))
      .Set("end", std::move(end));
}

TEST(SliceTest, TakesARange) {
  EXPECT_EQ(Slice("98, 200", 0, Size(0), Size::Symbol("S")).Types(), "F32 [S, 200]");
  EXPECT_EQ(Slice("B, 9", -1, Size(2), Size(5)).Types(), "F32 [B, 3]");
  Slice("4, 9, 2", 1, Size(2), Size(5)).Check();
  Slice("4, 9", 0, Size(3), Size(4)).Check();
  EXPECT_EQ(
      ViewOf("slice", {{"axis", Size(1)}, {"begin", Size(2)}, {"end", Size(3)}}, {2, 3}, {3, 1}),
      "3 1 at 7");
}

TEST(SliceTest, RefusesRangesThatDoNotFit) {
  EXPECT_EQ(Slice("B, 9", 1, Size(-1), Size(5)).Types(),
            "error: [begin] slice: begin must not be negative, but is -1");
  EXPECT_EQ(Slice("B, 9", 1, Size(0), Size(10)).Types(),
            "error: [end] slice: end (10) lies beyond axis 1 of [B, 9]");
  EXPECT_EQ(Slice("B, 9", 1, Size(5), Size(5)).Types(),
            "error: [end] slice: end (5) must be greater than begin (5)");
  EXPECT_THAT(Slice("B, 9", 2, Size(0), Size(5)).Types(),
              HasSubstr("[axis] slice: axis must be between -2 and 1"));
  EXPECT_EQ(Slice("B, L", 1, Size(0), Size::Symbol("L") + Size(1)).Types(),
            "error: [end] slice: end (L + 1) lies beyond axis 1 of [B, L]");
}

TEST(PadTest, PutsZerosOnBothSides) {
  const auto pad = [](const char* input, int64_t axis, int64_t before, int64_t after) {
    return OpCase("pad")
        .Input(input)
        .Set("axis", Size(axis))
        .Set("before", Size(before))
        .Set("after", Size(after));
  };
  EXPECT_THAT(pad("2", 0, 1, 2).Values(0, {5, 6}).Evaluate()[0].data, ElementsAre(0, 5, 6, 0, 0));
  pad("2, 3, 4", 1, 2, 0).Check();
  pad("2, 3", 0, 0, 3).Check();
  pad("3, 20, 20", 1, 1, 1).PhysicalOrder(0, {2, 0, 1}, 0).CheckLowering();
}

TEST(BatchTest, OpsKnowWhetherBatchItemsStayApart) {
  const auto separates = [](const char* op, std::vector<Size> shape, Attributes attributes) {
    Graph graph(&AllOps());
    const ValueId x = graph.AddInput("x", TensorType{DataType::kF32, std::move(shape)});
    const absl::StatusOr<ValueId> y = graph.Add(op, {x}, std::move(attributes));
    EXPECT_TRUE(y.ok()) << y.status();
    const NodeId node = graph.value(*y).producer;
    return graph.node(node).op->separates_batch(graph.view(node));
  };
  const Size b = Size::Symbol("B");
  EXPECT_TRUE(separates("transpose", {b, 3, 4}, {{"permutation", List({0, 2, 1})}}));
  EXPECT_FALSE(separates("transpose", {b, 3, 4}, {{"permutation", List({1, 0, 2})}}));
  EXPECT_TRUE(separates("reshape", {b, 12}, {{"shape", std::vector<Size>{b, Size(3), Size(4)}}}));
  EXPECT_FALSE(separates("reshape", {b, 12}, {{"shape", std::vector<Size>{b * Size(3), Size(4)}}}));
  EXPECT_TRUE(separates("flatten", {b, 3, 4}, {{"from", Size(1)}}));
  EXPECT_FALSE(separates("flatten", {b, 3, 4}, {{"from", Size(0)}}));
  EXPECT_TRUE(separates("concat", {b, 3}, {{"axis", Size(1)}}));
  EXPECT_FALSE(separates("concat", {b, 3}, {{"axis", Size(-2)}}));
  EXPECT_TRUE(
      separates("slice", {b, 3}, {{"axis", Size(1)}, {"begin", Size(0)}, {"end", Size(2)}}));
  EXPECT_FALSE(
      separates("slice", {b, 3}, {{"axis", Size(0)}, {"begin", Size(0)}, {"end", Size(1)}}));
  EXPECT_TRUE(separates("causal_mask", {b, 3, 4}, {{"fill", std::string("0")}}));
  EXPECT_FALSE(separates("causal_mask", {b, 4}, {{"fill", std::string("0")}}));
}

}  // namespace
}  // namespace plumbline
