// Layer normalisation: types, gradients, kernels of all widths around the vectors'.
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(LayerNormTest, NormalisesTheLastAxis) {
  EXPECT_EQ(OpCase("layer_norm").Input("B, S, 200").Types(), "F32 [B, S, 200]");
  EXPECT_EQ(OpCase("layer_norm").Input("B, S, 200").Parameters(),
            "weight [200] constant(1); bias [200] constant(0)");
  EXPECT_EQ(OpCase("layer_norm").Input("B, 10").Operations(), "75·B");
  EXPECT_THAT(OpCase("layer_norm").Input("").Types(), HasSubstr("a scalar has no last axis"));
  EXPECT_THAT(OpCase("layer_norm").Input("B, 1").Types(),
              HasSubstr("the last axis of [B, 1] has one element"));
  EXPECT_THAT(OpCase("layer_norm").Input("B, 4").Set("epsilon", 0.0).Types(),
              StartsWith("error: [epsilon]"));
}

TEST(LayerNormTest, LoweringAndGradientFollowTheDefinition) {
  for (const char* shape : {"3, 5, 200", "2, 4", "1, 3", "1, 1, 17", "130, 33", "2, 64", "1, 1000"}) {
    SCOPED_TRACE(shape);
    OpCase("layer_norm").Input(shape).Range(0, -3, 2).Range(1, 0.5, 1.5).Check();
  }
}

TEST(LayerNormTest, RowsFarFromZeroKeepTheirDigits) {
  OpCase("layer_norm").Input("4, 48").Range(0, 99, 101).Range(1, 0.5, 1.5).CheckLowering(2e-4);
  OpCase("layer_norm").Input("7, 2").Set("epsilon", 0.5).Check();
  OpCase("layer_norm").Input("2, 40").Set("epsilon", 0.1).Range(0, -0.01, 0.01).Check();
}

}  // namespace
}  // namespace plumbline
