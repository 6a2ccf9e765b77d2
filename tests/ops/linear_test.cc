// Affine maps of the last axis.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

OpCase Make(const std::string& x, int features, bool bias) {
  return OpCase("linear").Input(x).Set("features", Size(features)).Set("bias", bias);
}

TEST(LinearTest, MapsTheLastAxis) {
  EXPECT_EQ(Make("B, L, 16", 4, true).Types(), "F32 [B, L, 4]");
  EXPECT_EQ(Make("16", 4, true).Types(), "F32 [4]");
}

TEST(LinearTest, BringsParametersInPyTorchsLayout) {
  EXPECT_EQ(Make("B, 16", 4, true).Parameters(),
            "weight [4, 16] uniform(-0.25, 0.25); bias [4] uniform(-0.25, 0.25)");
  EXPECT_EQ(Make("B, 16", 4, false).Parameters(), "weight [4, 16] uniform(-0.25, 0.25)");
}

TEST(LinearTest, RefusesWhatHasNoWeights) {
  EXPECT_EQ(Make("B, 16", 0, true).Types(),
            "error: [features] linear: features must be at least 1, not 0");
  EXPECT_EQ(Make("", 4, true).Types(), "error: linear: x needs an axis");
  EXPECT_EQ(OpCase("linear").Input("4", DataType::kS64).Set("features", Size(2)).Types(),
            "error: linear: input 'x' must be F32, not S64");
}

TEST(LinearTest, ComputesWhatItSays) {
  const Array y = Make("1, 2", 2, true)
                      .Values(0, {1, 2})
                      .Values(1, {1, 2, 3, 4})
                      .Values(2, {10, 20})
                      .Evaluate()[0];
  EXPECT_THAT(y.data, ElementsAre(15, 31));
}

TEST(LinearTest, MatchesItsDefinitionForEverySize) {
  for (const bool bias : {false, true}) {
    for (const char* x : {"3, 4", "1, 4", "3, 1", "1, 1", "4", "1", "2, 3, 4", "2, 1, 2, 3"}) {
      for (const int features : {1, 2, 5}) {
        SCOPED_TRACE(absl::StrCat("[", x, "] -> ", features, bias ? " with bias" : ""));
        Make(x, features, bias).Check();
      }
    }
    Make("33, 70", 65, bias).CheckLowering();
    Make("B, L, 3", 2, bias).Bind("B", 2).Bind("L", 3).Check();
  }
}

TEST(LinearTest, RunsOpsOnItsResult) {
  for (const bool bias : {false, true}) {
    for (const char* op : {"relu", "tanh", "sigmoid", "exp", "gelu"}) {
      Make("2, 17, 9", 5, bias).Then(op, {}).CheckLowering();
      Make("17, 9", 1, bias).Then(op, {}).CheckLowering();
    }
    Make("2, 17, 9", 5, bias).Then("add", {}, "2, 17, 5").Then("relu", {}).CheckLowering();
    Make("2, 17, 9", 5, bias).Then("mul", {}, "5").CheckLowering();
    Make("9", 5, bias).Then("sub", {}, "5").CheckLowering();
    Make("9", 1, bias).Then("sub", {}, "").CheckLowering();
  }
}

TEST(LinearTest, CountsProductsAndBias) {
  EXPECT_EQ(Make("B, L, 16", 4, false).Operations(), "128·B·L");
  EXPECT_EQ(Make("B, L, 16", 4, true).Operations(), "132·B·L");
}

}  // namespace
}  // namespace plumbline
