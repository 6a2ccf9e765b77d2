// The ops of one operand.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// Sizes below, at and above vector widths; a scalar; many axes.
const char* const kShapes[] = {"", "1", "7", "64, 3", "2, 1, 3, 5, 1, 2, 3", "1037"};

void CheckEverywhere(OpCase (*make)(const std::string& shape)) {
  for (const char* shape : kShapes) {
    SCOPED_TRACE(shape);
    make(shape).Check();
  }
}

TEST(ReluTest, KeepsPositiveElements) {
  EXPECT_THAT(OpCase("relu").Input("4").Values(0, {-1, 0, 2, -3}).Evaluate()[0].data,
              ElementsAre(0, 0, 2, 0));
  CheckEverywhere([](const std::string& shape) { return OpCase("relu").Input(shape); });
}

TEST(TanhTest, MatchesItsDefinition) {
  EXPECT_DOUBLE_EQ(OpCase("tanh").Input("").Values(0, {0.5}).Evaluate()[0].data[0], std::tanh(0.5));
  CheckEverywhere(
      [](const std::string& shape) { return OpCase("tanh").Input(shape).Range(0, -4, 4); });
}

TEST(SigmoidTest, MatchesItsDefinition) {
  EXPECT_DOUBLE_EQ(OpCase("sigmoid").Input("").Values(0, {0}).Evaluate()[0].data[0], 0.5);
  CheckEverywhere(
      [](const std::string& shape) { return OpCase("sigmoid").Input(shape).Range(0, -6, 6); });
}

TEST(ExpTest, MatchesItsDefinition) {
  EXPECT_DOUBLE_EQ(OpCase("exp").Input("").Values(0, {1}).Evaluate()[0].data[0], std::exp(1.0));
  CheckEverywhere(
      [](const std::string& shape) { return OpCase("exp").Input(shape).Range(0, -5, 5); });
}

TEST(LogTest, MatchesItsDefinition) {
  EXPECT_DOUBLE_EQ(OpCase("log").Input("").Values(0, {2}).Evaluate()[0].data[0], std::log(2.0));
  CheckEverywhere(
      [](const std::string& shape) { return OpCase("log").Input(shape).Range(0, 0.1, 3); });
}

TEST(SqrtTest, MatchesItsDefinition) {
  EXPECT_DOUBLE_EQ(OpCase("sqrt").Input("").Values(0, {9}).Evaluate()[0].data[0], 3);
  CheckEverywhere(
      [](const std::string& shape) { return OpCase("sqrt").Input(shape).Range(0, 0.1, 3); });
}

TEST(NegTest, ChangesSigns) {
  EXPECT_THAT(OpCase("neg").Input("2").Values(0, {1, -2}).Evaluate()[0].data, ElementsAre(-1, 2));
  CheckEverywhere([](const std::string& shape) { return OpCase("neg").Input(shape); });
}

TEST(ScaleTest, MultipliesByTheAttribute) {
  EXPECT_THAT(OpCase("scale").Input("2").Values(0, {1, -2}).Set("by", 0.25).Evaluate()[0].data,
              ElementsAre(0.25, -0.5));
  CheckEverywhere(
      [](const std::string& shape) { return OpCase("scale").Input(shape).Set("by", -1.7); });
}

TEST(DivideBySizeTest, DividesByASymbol) {
  const OpCase op =
      OpCase("divide_by_size").Input("B, 2").Set("size", Size::Symbol("B") * Size(2)).Bind("B", 3);
  OpCase values = op;
  EXPECT_DOUBLE_EQ(values.Values(0, {6, 0, 0, 0, 0, 0}).Evaluate()[0].data[0], 1);
  op.Check();
}

TEST(GeluTest, MatchesItsDefinitions) {
  EXPECT_NEAR(OpCase("gelu").Input("").Values(0, {1}).Evaluate()[0].data[0], 0.8413447460685429,
              1e-15);
  EXPECT_NEAR(OpCase("gelu").Input("").Values(0, {1}).Set("tanh", true).Evaluate()[0].data[0],
              0.8411919906082768, 1e-15);
  CheckEverywhere(
      [](const std::string& shape) { return OpCase("gelu").Input(shape).Range(0, -3, 3); });
  CheckEverywhere([](const std::string& shape) {
    return OpCase("gelu").Input(shape).Range(0, -3, 3).Set("tanh", true);
  });
}

TEST(UnaryTest, KeepsTheTypeAndCountsElements) {
  EXPECT_EQ(OpCase("relu").Input("B, 2, L").Types(), "F32 [B, 2, L]");
  EXPECT_EQ(OpCase("relu").Input("B, 2, L").Operations(), "2·B·L");
  EXPECT_EQ(OpCase("sigmoid").Input("B, 2, L").Operations(), "8·B·L");
  EXPECT_EQ(OpCase("gelu").Input("7").Operations(), "35");
  EXPECT_EQ(OpCase("gelu").Input("7").Set("tanh", true).Operations(), "63");
  EXPECT_EQ(OpCase("exp").Input("B", DataType::kS64).Types(),
            "error: exp: input 'x' must be F32, not S64");
}

TEST(UnaryTest, FlushesDenormals) {
  OpCase("scale").Input("3").Values(0, {1e-39, 1, 0}).Set("by", 0.5).CheckLowering();
}

}  // namespace
}  // namespace plumbline
