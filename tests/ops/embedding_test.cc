// Rows of a table by index, and the sum of their gradients.
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

TEST(EmbeddingTest, AppendsTheFeatures) {
  const auto make = [](DataType type, int64_t vocab) {
    return OpCase("embedding")
        .Input("B, S", type)
        .Set("vocab", Size(vocab))
        .Set("features", Size(200));
  };
  EXPECT_EQ(make(DataType::kS64, 35).Types(), "F32 [B, S, 200]");
  EXPECT_EQ(make(DataType::kS64, 35).Parameters(), "weight [35, 200] normal(0, 1)");
  EXPECT_EQ(make(DataType::kF32, 35).Types(),
            "error: embedding: input 'index' must be S64, not F32");
  EXPECT_EQ(make(DataType::kS64, 0).Types(),
            "error: [vocab] embedding: vocab must be at least 1, not 0");
}

TEST(EmbeddingTest, LoweringAndGradientFollowTheDefinition) {
  for (const char* shape : {"2, 5", "7", "1, 1", "3, 2, 4"}) {
    SCOPED_TRACE(shape);
    OpCase("embedding").Input(shape, DataType::kS64).Set("vocab", Size(3)).Set("features", Size(6)).Check();
  }
}

TEST(EmbeddingTest, GradientsOfOneRowAddUpInTheOrderOfPositions) {
  const std::vector<Array> y = OpCase("embedding")
                                   .Input("4", DataType::kS64)
                                   .Values(0, {2, 0, 2, 1})
                                   .Set("vocab", Size(3))
                                   .Set("features", Size(2))
                                   .Values(1, {1, 2, 3, 4, 5, 6})
                                   .Evaluate();
  EXPECT_EQ(y[0].data, (std::vector<double>{5, 6, 1, 2, 5, 6, 3, 4}));
}

}  // namespace
}  // namespace plumbline
