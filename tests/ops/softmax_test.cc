// Softmax and its logarithm.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

const char* const kOps[] = {"softmax", "log_softmax"};

// oneDNN's logarithm is off by up to 1.5e-6, whatever its value.
constexpr double kTolerance = 6e-5;

void Check(const OpCase& op) {
  op.CheckGradient();
  op.CheckLowering(kTolerance);
}

OpCase Make(const char* op, const std::string& x, int axis) {
  return OpCase(op).Input(x).Range(0, -3, 3).Set("axis", Size(axis));
}

TEST(SoftmaxTest, KeepsTheType) {
  EXPECT_EQ(OpCase("softmax").Input("B, 3, L").Types(), "F32 [B, 3, L]");
  EXPECT_EQ(Make("log_softmax", "B, 4", 2).Types(),
            "error: [axis] log_softmax: axis must be between -2 and 1 for [B, 4], not 2");
  EXPECT_EQ(Make("softmax", "", -1).Types(), "error: [axis] softmax: a scalar has no axis -1");
}

TEST(SoftmaxTest, ComputesWhatItSays) {
  const std::vector<double> x = {0, std::log(3.0)};
  EXPECT_THAT(Make("softmax", "2", 0).Values(0, x).Evaluate()[0].data,
              ElementsAre(DoubleEq(0.25), DoubleEq(0.75)));
  EXPECT_THAT(Make("log_softmax", "1, 2", 1).Values(0, x).Evaluate()[0].data,
              ElementsAre(DoubleEq(std::log(0.25)), DoubleEq(std::log(0.75))));
}

TEST(SoftmaxTest, MatchesItsDefinitionOnEveryAxis) {
  for (const char* op : kOps) {
    for (int axis = 0; axis < 4; ++axis) Check(Make(op, "2, 5, 3, 7", axis));
    for (const char* shape : {"1", "7", "1, 1", "5, 1", "1, 5", "3, 16", "3, 17"}) {
      SCOPED_TRACE(absl::StrCat(op, " [", shape, "]"));
      Check(Make(op, shape, -1));
      Check(Make(op, shape, 0));
    }
    Check(Make(op, "B, L", -1).Bind("B", 2).Bind("L", 5));
    Check(Make(op, "B, L, 3", 1).Bind("B", 2).Bind("L", 5));
    Make(op, "3, 5003", -1).CheckLowering(kTolerance);
    Make(op, "203, 64", 0).CheckLowering(kTolerance);
  }
}

TEST(SoftmaxTest, StaysFiniteForLargeInputs) {
  for (const char* op : kOps) {
    Make(op, "2, 3", -1)
        .Values(0, {1e4, 1e4 - 1, 0, -1e4, -1e4, -1e4 + 2})
        .CheckLowering(kTolerance);
  }
}

TEST(SoftmaxTest, GivesNothingToMaskedElements) {
  const double masked = -std::numeric_limits<double>::infinity();
  const OpCase op = Make("softmax", "2, 3", -1).Values(0, {1, masked, masked, 0, 1, masked});
  EXPECT_EQ(op.Evaluate()[0].data[1], 0);
  op.CheckLowering(kTolerance);
}

TEST(SoftmaxTest, CountsFiveAnElement) {
  for (const char* op : kOps) EXPECT_EQ(Make(op, "B, 3, L", -1).Operations(), "15·B·L");
}

}  // namespace
}  // namespace plumbline
