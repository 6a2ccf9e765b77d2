// Sum, mean and maximum over one axis.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

const char* const kOps[] = {"reduce_sum", "reduce_mean", "reduce_max"};

OpCase Make(const char* op, const char* shape, int axis, bool keep) {
  return OpCase(op).Input(shape).Set("axis", Size(axis)).Set("keep_dims", keep);
}

TEST(ReductionTest, RemovesOrKeepsTheAxis) {
  EXPECT_EQ(OpCase("reduce_sum").Input("B, 3, L").Types(), "F32 [B, 3]");
  EXPECT_EQ(Make("reduce_sum", "B, 3, L", 1, false).Types(), "F32 [B, L]");
  EXPECT_EQ(Make("reduce_max", "B, 3, L", -3, true).Types(), "F32 [1, 3, L]");
  EXPECT_EQ(Make("reduce_mean", "B", 0, false).Types(), "F32 []");
}

TEST(ReductionTest, RefusesAnAxisThatIsNotThere) {
  EXPECT_EQ(Make("reduce_sum", "B, 3", 2, false).Types(),
            "error: [axis] reduce_sum: axis must be between -2 and 1 for [B, 3], not 2");
  EXPECT_EQ(Make("reduce_max", "", -1, false).Types(),
            "error: [axis] reduce_max: a scalar has no axis -1");
  EXPECT_EQ(OpCase("reduce_mean").Input("B", DataType::kS64).Types(),
            "error: reduce_mean: input 'x' must be F32, not S64");
}

TEST(ReductionTest, ComputesWhatItSays) {
  const auto values = [](const char* op, int axis) {
    return Make(op, "2, 3", axis, false).Values(0, {1, 5, 3, 2, 2, 8}).Evaluate()[0].data;
  };
  EXPECT_THAT(values("reduce_sum", 1), ElementsAre(9, 12));
  EXPECT_THAT(values("reduce_sum", 0), ElementsAre(3, 7, 11));
  EXPECT_THAT(values("reduce_mean", 1), ElementsAre(3, 4));
  EXPECT_THAT(values("reduce_max", 0), ElementsAre(2, 5, 8));
}

TEST(ReductionTest, MatchesItsDefinitionOnEveryAxis) {
  for (const char* op : kOps) {
    for (int axis = 0; axis < 4; ++axis) {
      for (const bool keep : {false, true}) {
        SCOPED_TRACE(testing::Message() << op << " axis " << axis << " keep " << keep);
        Make(op, "2, 5, 3, 7", axis, keep).Check();
      }
    }
    for (const char* shape : {"1", "1, 1", "130, 1", "1, 130"}) {
      Make(op, shape, -1, false).Check();
      Make(op, shape, 0, true).Check();
    }
    Make(op, "B, 2, L", 1, false).Bind("B", 2).Bind("L", 3).Check();
    Make(op, "B, 2, L", -1, true).Bind("B", 2).Bind("L", 3).Check();
  }
}

// Long enough for whole vectors, unrolled groups, blocks and remainders of each.
TEST(ReductionTest, MatchesItsDefinitionOnLongAxes) {
  for (const char* op : kOps) {
    Make(op, "3, 9001", 1, false).CheckLowering();
    Make(op, "331, 2, 203", 0, false).CheckLowering();
    Make(op, "2, 77, 64", 1, false).CheckLowering();
  }
}

TEST(ReductionTest, SumsLongArraysAccurately) {
  const int64_t n = 1 << 20;
  std::vector<double> values(n, 0.1f);
  OpCase("reduce_mean").Input(std::to_string(n)).Values(0, values).CheckLowering(2e-6);
}

TEST(ReductionTest, SharesTheGradientAmongEqualMaxima) {
  const Array dx = OpCase("reduce_max_gradient")
                       .Input("2, 1")
                       .Input("2, 3")
                       .Input("2, 1")
                       .Set("axis", Size(1))
                       .Values(0, {6, 1})
                       .Values(1, {4, 4, 1, 2, 3, 1})
                       .Values(2, {4, 3})
                       .Evaluate()[0];
  EXPECT_THAT(dx.data, ElementsAre(3, 3, 0, 0, 1, 0));
}

TEST(ReductionTest, CountsElements) {
  EXPECT_EQ(Make("reduce_sum", "B, 3, L", 1, false).Operations(), "3·B·L");
  EXPECT_EQ(Make("reduce_max", "B, 3, L", 1, false).Operations(), "3·B·L");
  EXPECT_EQ(Make("reduce_mean", "B, 3, L", 1, false).Operations(), "4·B·L");
}

TEST(BroadcastToTest, RepeatsWhatHasSizeOne) {
  const Array y = OpCase("broadcast_to")
                      .Input("2, 1")
                      .Set("shape", std::vector<Size>{Size(2), Size(2), Size(3)})
                      .Values(0, {1, 2})
                      .Evaluate()[0];
  EXPECT_THAT(y.data, ElementsAre(1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2));
  OpCase("broadcast_to")
      .Input("L, 1")
      .Set("shape", std::vector<Size>{Size(2), Size::Symbol("L"), Size(3)})
      .Bind("L", 4)
      .Check();
  EXPECT_EQ(OpCase("broadcast_to")
                .Input("L, 2")
                .Set("shape", std::vector<Size>{Size::Symbol("L"), Size(3)})
                .Types(),
            "error: broadcast_to: [L, 2] does not broadcast to [L, 3]");
}

TEST(ContiguousTest, CopiesAnyLayout) {
  OpCase("contiguous").Input("3, 4, 5").PhysicalOrder(0, {2, 0, 1}, 0).CheckLowering();
  OpCase("contiguous").Input("3, 4, 5").PhysicalOrder(0, {0, 1, 2}, 3).CheckLowering();
  OpCase("contiguous").Input("33, 47").PhysicalOrder(0, {1, 0}, 0).CheckLowering();
  OpCase("contiguous").Input("3, 4, 5").Strides(0, {0, 1, 0}).CheckLowering();
  OpCase("contiguous").Input("3, 4").Strides(0, {1, 0}).CheckLowering();
  OpCase("contiguous")
      .Input("3, 4, 5", DataType::kS64)
      .PhysicalOrder(0, {2, 1, 0}, 1)
      .CheckLowering();
  OpCase("contiguous").Input("").CheckLowering();
  OpCase("contiguous")
      .Input("2, 1, 2, 2, 1, 2, 3")
      .PhysicalOrder(0, {6, 5, 4, 3, 2, 1, 0}, 0)
      .CheckLowering();
}

}  // namespace
}  // namespace plumbline
