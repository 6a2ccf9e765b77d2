// The loss of squared differences.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

OpCase Make(const char* prediction, const char* target) {
  return OpCase("mean_squared_error").Input(prediction).Input(target);
}

TEST(MeanSquaredErrorTest, IsAMeanOverAllElements) {
  EXPECT_EQ(Make("B, 3", "B, 3").Types(), "F32 []");
  EXPECT_EQ(
      Make("2, 2", "2, 2").Values(0, {1, 2, 3, 4}).Values(1, {1, 0, 3, 0}).Evaluate()[0].data[0],
      5);
}

TEST(MeanSquaredErrorTest, RefusesShapesThatDiffer) {
  EXPECT_EQ(Make("B, 3", "B, 1").Types(),
            "error: mean_squared_error: prediction [B, 3] and target [B, 1] differ in shape");
  EXPECT_EQ(OpCase("mean_squared_error").Input("3").Input("3", DataType::kS64).Types(),
            "error: mean_squared_error: input 'target' must be F32, not S64");
}

TEST(MeanSquaredErrorTest, MatchesItsDefinition) {
  for (const char* shape : {"", "1", "7", "3, 40", "2, 3, 4"}) Make(shape, shape).Check();
  Make("B, 3", "B, 3").Bind("B", 4).Check();
  Make("10007", "10007").CheckLowering();
}

TEST(MeanSquaredErrorTest, CountsThreeAnElement) {
  EXPECT_EQ(Make("B, 3", "B, 3").Operations(), "9·B");
}

}  // namespace
}  // namespace plumbline
