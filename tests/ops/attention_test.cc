// The two fused attentions: shapes, definitions, gradients, lowering, counts.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Kind {
  const char* op;
  int64_t terms;  // 0: softmax
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.op << " " << kind.terms; }

OpCase Attention(const Kind& kind, const char* q, const char* k, const char* v) {
  OpCase op(kind.op);
  op.Input(q).Input(k).Input(v).DifferentiateFirstOutput().Magnitude(0.1);
  if (kind.terms > 0) op.Set("terms", Size(kind.terms));
  return op;
}

OpCase Attention(const Kind& kind, const char* shape) {
  return Attention(kind, shape, shape, shape);
}

class AttentionTest : public testing::TestWithParam<Kind> {};

// An odd highest degree has denominators near 0, where nothing can be compared; scores are kept
// small for it.
INSTANTIATE_TEST_SUITE_P(Kinds, AttentionTest,
                         testing::Values(Kind{"softmax_attention", 0}, Kind{"taylor_attention", 2},
                                         Kind{"taylor_attention", 3}, Kind{"taylor_attention", 5}),
                         [](const testing::TestParamInfo<Kind>& info) {
                           return info.param.terms == 0
                                      ? "softmax"
                                      : "taylor" + std::to_string(info.param.terms);
                         });

TEST_P(AttentionTest, AgreesWithTheDefinition) {
  for (const bool causal : {false, true}) {
    for (const char* shape : {"1, 1, 1, 1", "2, 1, 1, 3", "1, 2, 7, 3", "2, 3, 5, 4"}) {
      SCOPED_TRACE(shape);
      Attention(GetParam(), shape).Set("causal", causal).Set("scale", 0.3).Check();
    }
  }
}

TEST_P(AttentionTest, AgreesForSizesBeyondATile) {
  for (const bool causal : {false, true}) {
    for (const char* shape : {"1, 2, 131, 16", "1, 1, 300, 5", "2, 1, 77, 33"}) {
      SCOPED_TRACE(shape);
      if (GetParam().terms > 3 && std::string(shape) == "2, 1, 77, 33")
        continue;  // 66,045 features
      Attention(GetParam(), shape).Set("causal", causal).Set("scale", 0.2).CheckLowering(1e-4);
    }
  }
}

TEST_P(AttentionTest, LengthsAndValueWidthsMayDiffer) {
  Attention(GetParam(), "1, 2, 3, 4", "1, 2, 5, 4", "1, 2, 5, 2").Set("scale", 0.3).Check();
  Attention(GetParam(), "2, 1, 6, 2", "2, 1, 1, 2", "2, 1, 1, 5").Set("scale", 0.3).Check();
  Attention(GetParam(), "1, 2, 70, 8", "1, 2, 133, 8", "1, 2, 133, 19")
      .Set("scale", 0.3)
      .CheckLowering(1e-4);
}

TEST_P(AttentionTest, LengthsHideLaterKeys) {
  for (const bool causal : {false, true}) {
    Attention(GetParam(), "5, 2, 4, 3")
        .Input("5", DataType::kS64)
        .Values(3, {4, 2, 1, 0, 9})
        .Set("causal", causal)
        .Set("scale", 0.3)
        .Check();
    Attention(GetParam(), "3, 1, 150, 8")
        .Input("3", DataType::kS64)
        .Values(3, {150, 97, -2})
        .Set("causal", causal)
        .Set("scale", 0.3)
        .CheckLowering(1e-4);
  }
  Attention(GetParam(), "2, 1, 3, 2", "2, 1, 5, 2", "2, 1, 5, 4")
      .Input("2", DataType::kS64)
      .Values(3, {2, 5})
      .Set("scale", 0.3)
      .Check();
}

TEST_P(AttentionTest, HiddenKeysAreAsGood) {
  const std::vector<double> long_k = {1, 2, 3, 4, 50, 60}, long_v = {1, -1, 2, 0, 70, 80};
  const Array hidden = Attention(GetParam(), "1, 1, 1, 2", "1, 1, 3, 2", "1, 1, 3, 2")
                           .Values(1, long_k)
                           .Values(2, long_v)
                           .Input("1", DataType::kS64)
                           .Values(3, {2})
                           .Evaluate()[0];
  const Array absent = Attention(GetParam(), "1, 1, 1, 2", "1, 1, 2, 2", "1, 1, 2, 2")
                           .Values(1, {1, 2, 3, 4})
                           .Values(2, {1, -1, 2, 0})
                           .Evaluate()[0];
  EXPECT_EQ(hidden.data, absent.data);
}

TEST_P(AttentionTest, HeadsAreColumnsOfThreeAxes) {
  for (const bool causal : {false, true}) {
    Attention(GetParam(), "2, 5, 6")
        .Set("heads", Size(2))
        .Set("causal", causal)
        .Set("scale", 0.3)
        .Check();
    Attention(GetParam(), "1, 70, 24")
        .Set("heads", Size(3))
        .Set("causal", causal)
        .Set("scale", 0.3)
        .CheckLowering(1e-4);
  }
  Attention(GetParam(), "2, 3, 6", "2, 4, 6", "2, 4, 4")
      .Set("heads", Size(2))
      .Set("scale", 0.3)
      .Check();
}

TEST_P(AttentionTest, ReadsStridedRows) {
  const auto make = [] { return Attention(GetParam(), "2, 3, 37, 8").Set("scale", 0.3); };
  make().PhysicalOrder(0, {0, 2, 1, 3}, 0).PhysicalOrder(1, {2, 1, 0, 3}, 5).CheckLowering(1e-4);
  make()
      .PhysicalOrder(1, {1, 0, 2, 3}, 3)
      .PhysicalOrder(2, {2, 0, 1, 3}, 0)
      .Set("causal", true)
      .CheckLowering(1e-4);
  Attention(GetParam(), "2, 19, 6")
      .Set("heads", Size(2))
      .Set("scale", 0.3)
      .PhysicalOrder(2, {1, 0, 2}, 1)
      .CheckLowering(1e-4);
}

TEST_P(AttentionTest, TypesInSymbols) {
  const std::string z = GetParam().terms == 0 ? "" : "; F32 [B, H, ";
  EXPECT_THAT(Attention(GetParam(), "B, H, L, D").Types(),
              StartsWith("F32 [B, H, L, D]; F32 [B, H, L]" + z));
  EXPECT_THAT(Attention(GetParam(), "B, H, N, D", "B, H, M, D", "B, H, M, W").Types(),
              StartsWith("F32 [B, H, N, W]; F32 [B, H, N]" + z));
  EXPECT_THAT(
      Attention(GetParam(), "B, N, 200", "B, M, 200", "B, M, 100").Set("heads", Size(2)).Types(),
      StartsWith("F32 [B, N, 100]; F32 [B, 2, N]"));
  EXPECT_THAT(Attention(GetParam(), "B, N, D").Set("heads", Size(2)).Types(),
              StartsWith("F32 [B, N, D]; F32 [B, 2, N]"));
}

TEST_P(AttentionTest, RefusesShapesThatDoNotFit) {
  const std::string op = GetParam().op;
  const auto error = [&](const char* q, const char* k, const char* v) {
    return Attention(GetParam(), q, k, v).Types();
  };
  EXPECT_EQ(error("B, L, D", "B, L, D", "B, L, D"),
            "error: " + op + ": input 'q' must be [batch, heads, length, width], not [B, L, D]");
  EXPECT_EQ(
      error("B, H, L, 4", "B, H, L, 5", "B, H, L, 4"),
      "error: " + op +
          ": q and k must have one width; q is [B, H, L, 4], k is [B, H, L, 5], v is [B, H, L, 4]");
  EXPECT_THAT(error("B, H, L, 4", "B, H, 8, 4", "B, H, 9, 4"),
              HasSubstr("k and v must have one length"));
  EXPECT_THAT(error("2, H, L, 4", "3, H, L, 4", "3, H, L, 4"),
              HasSubstr("must have one batch size"));
  EXPECT_THAT(error("B, 2, L, 4", "B, 2, L, 4", "B, 3, L, 4"),
              HasSubstr("must have as many heads"));
  EXPECT_EQ(
      Attention(GetParam(), "B, H, 4, 8", "B, H, 5, 8", "B, H, 5, 8").Set("causal", true).Types(),
      "error: [causal] " + op +
          ": causal needs queries and keys of one length; q is [B, H, 4, 8], k is [B, H, 5, 8]");
  EXPECT_EQ(Attention(GetParam(), "B, L, 200").Set("heads", Size(3)).Types(),
            "error: [heads] " + op + ": heads (3) must divide the width 200 of q [B, L, 200]");
  EXPECT_THAT(Attention(GetParam(), "B, L, 200").Set("heads", Size(0)).Types(),
              HasSubstr("heads must be at least 1"));
  EXPECT_EQ(Attention(GetParam(), "B, H, L, D").Input("B").Types(),
            "error: " + op + ": input 'lengths' must be S64, not F32");
  EXPECT_THAT(Attention(GetParam(), "4, H, L, D").Input("5", DataType::kS64).Types(),
              HasSubstr("lengths [5] must have one number for each batch item of q [4, H, L, D]"));
}

TEST_P(AttentionTest, GrowsWithTheLengthAsItShould) {
  for (const bool causal : {false, true}) {
    Graph graph(&AllOps());
    for (const char* symbol : {"B", "H", "L", "D"}) graph.symbols().Declare(symbol, std::nullopt);
    const TensorType type{
        DataType::kF32,
        {Size::Symbol("B"), Size::Symbol("H"), Size::Symbol("L"), Size::Symbol("D")}};
    const ValueId q = graph.AddInput("q", type), k = graph.AddInput("k", type),
                  v = graph.AddInput("v", type);
    Attributes attributes = {{"scale", 1.0}, {"causal", causal}};
    if (GetParam().terms > 0) attributes.Set("terms", Size(GetParam().terms));
    const ValueId z = *graph.Add(GetParam().op, {q, k, v}, attributes);
    const std::vector<ValueId> outputs = graph.producer(z).outputs;
    std::vector<ValueId> inputs = {q, k, v, z, z, outputs[1]};
    if (outputs.size() > 2 && !causal) inputs.push_back(outputs[2]);
    const absl::StatusOr<ValueId> dq =
        graph.Add(std::string(GetParam().op) + "_gradient", inputs, attributes);
    ASSERT_TRUE(dq.ok()) << dq.status();
    for (const ValueId value : {z, *dq}) {
      const NodeView node = graph.view(graph.value(value).producer);
      const Cost cost = node.node.op->cost(node);
      EXPECT_EQ(graph.symbols().Degree(cost.operations, "L"), GetParam().terms == 0 ? 2 : 1);
      EXPECT_EQ(graph.symbols().Degree(cost.scratch_bytes, "L"), 0);
      for (const ValueId output : node.node.outputs) {
        EXPECT_LE(graph.symbols().Degree(graph.type(output).Bytes(), "L"), 1);
      }
    }
  }
}

TEST(SoftmaxAttentionTest, IsTheSoftmaxOfTheScores) {
  const std::vector<Array> y = Attention({"softmax_attention", 0}, "1, 1, 2, 1")
                                   .Values(0, {1, 2})
                                   .Values(1, {3, -1})
                                   .Values(2, {10, 20})
                                   .Set("scale", 0.5)
                                   .Evaluate();
  const double a = std::exp(1.5), b = std::exp(-0.5);
  EXPECT_DOUBLE_EQ(y[0].data[0], (10 * a + 20 * b) / (a + b));
  EXPECT_DOUBLE_EQ(y[1].data[0], std::log(a + b));
}

TEST(SoftmaxAttentionTest, LargeScoresStayFinite) {
  Attention({"softmax_attention", 0}, "1, 1, 40, 4")
      .Range(0, -30, 30)
      .Range(1, -30, 30)
      .CheckLowering(2e-3);
}

TEST(SoftmaxAttentionTest, CountsProductsAndSoftmax) {
  const Kind softmax = {"softmax_attention", 0};
  EXPECT_EQ(Attention(softmax, "B, H, L, D").Operations(), "4·B·H·L²·D + 5·B·H·L²");
  EXPECT_EQ(Attention(softmax, "B, H, L, D").Set("causal", true).Operations(),
            "2·B·H·L²·D + 5/2·B·H·L² + 2·B·H·L·D + 5/2·B·H·L");
  // 2 heads of width 3: 10 pairs each, 2(3 + 3) + 5 operations a pair, and 2·3 to scale the
  // queries.
  EXPECT_EQ(Attention(softmax, "1, 2, 6", "1, 5, 6", "1, 5, 6")
                .Set("heads", Size(2))
                .Set("scale", 0.5)
                .OperationCount(),
            2 * (10 * 17 + 6));
}

TEST(TaylorAttentionTest, IsTheNormalisedSeries) {
  const std::vector<Array> y = Attention({"taylor_attention", 3}, "1, 1, 2, 1")
                                   .Values(0, {1, 2})
                                   .Values(1, {3, -1})
                                   .Values(2, {10, 20})
                                   .Set("scale", 0.5)
                                   .Evaluate();
  const double a = 1 + 1.5 + 1.125, b = 1 - 0.5 + 0.125;
  EXPECT_DOUBLE_EQ(y[0].data[0], (10 * a + 20 * b) / (a + b));
  EXPECT_DOUBLE_EQ(y[1].data[0], a + b);
}

TEST(TaylorAttentionTest, CountsTheLinearForm) {
  // M = 6, D = 2, n = 3 products: 2·3·2 for features, 6·(2·2 + 1) + 6·(2·2 + 2) for state and
  // result, 2 divisions.
  for (const bool causal : {false, true}) {
    EXPECT_EQ(Attention({"taylor_attention", 3}, "B, H, L, 2").Set("causal", causal).Operations(),
              "80·B·H·L");
  }
  EXPECT_EQ(Attention({"taylor_attention", 3}, "1, 1, 10, 64").OperationCount(),
            10 * (2 * 2080 * 2 + 2145 * 129 + 2145 * 130 + 64));
}

TEST(TaylorAttentionTest, RefusesBadTerms) {
  EXPECT_EQ(Attention({"taylor_attention", 1}, "B, H, L, D").Types(),
            "error: [terms] taylor_attention: terms must be at least 2, not 1");
}

}  // namespace
}  // namespace plumbline
