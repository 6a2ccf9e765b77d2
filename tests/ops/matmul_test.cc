// Products of matrices.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

OpCase Make(const std::string& a, const std::string& b, bool transpose_a, bool transpose_b) {
  return OpCase("matmul")
      .Input(a)
      .Input(b)
      .Set("transpose_a", transpose_a)
      .Set("transpose_b", transpose_b);
}

OpCase Make(const std::string& a, const std::string& b) { return Make(a, b, false, false); }

TEST(MatmulTest, BroadcastsLeadingAxes) {
  EXPECT_EQ(Make("M, K", "K, N").Types(), "F32 [M, N]");
  EXPECT_EQ(Make("B, H, L, 16", "B, H, 16, L").Types(), "F32 [B, H, L, L]");
  EXPECT_EQ(Make("B, H, L, 16", "B, H, S, 16", false, true).Types(), "F32 [B, H, L, S]");
  EXPECT_EQ(Make("B, L, M", "B, L, N", true, false).Types(), "F32 [B, M, N]");
  EXPECT_EQ(Make("B, 1, L, K", "H, K, N").Types(), "F32 [B, H, L, N]");
  EXPECT_EQ(Make("M, K", "B, K, N").Types(), "F32 [B, M, N]");
}

TEST(MatmulTest, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(Make("B, H, L, 16", "B, H, 17, L").Types(),
            "error: matmul: inner sizes differ: [B, H, L, 16] and [B, H, 17, L]");
  EXPECT_EQ(Make("4, 5", "4, 5", false, false).Types(),
            "error: matmul: inner sizes differ: [4, 5] and [4, 5]");
  EXPECT_EQ(Make("4, 5", "6, 7", true, true).Types(),
            "error: matmul: inner sizes differ: [4, 5] and [6, 7], a transposed, b transposed");
  EXPECT_EQ(Make("2, 4, 5", "3, 5, 6").Types(),
            "error: matmul: leading axes do not broadcast: [2, 4, 5] and [3, 5, 6]");
  EXPECT_EQ(Make("B, 4, 5", "L, 5, 6").Types(),
            "error: matmul: leading axes do not broadcast: [B, 4, 5] and [L, 5, 6]");
  EXPECT_EQ(Make("5", "5, 6").Types(),
            "error: matmul: operands need at least 2 axes, not [5] and [5, 6]");
  EXPECT_EQ(OpCase("matmul").Input("4, 5").Input("5, 6", DataType::kS64).Types(),
            "error: matmul: input 'b' must be F32, not S64");
}

TEST(MatmulTest, ComputesAProduct) {
  const Array y = Make("2, 3", "3, 2")
                      .Values(0, {1, 2, 3, 4, 5, 6})
                      .Values(1, {1, 0, 0, 1, 2, 3})
                      .Evaluate()[0];
  EXPECT_THAT(y.data, ElementsAre(7, 11, 16, 23));
  const Array gram = Make("2, 2", "2, 2", true, true)
                         .Values(0, {1, 2, 3, 4})
                         .Values(1, {5, 6, 7, 8})
                         .Evaluate()[0];
  EXPECT_THAT(gram.data, ElementsAre(23, 31, 34, 46));
}

// Every transposition with sizes of 1 in every place.
TEST(MatmulTest, MatchesItsDefinitionForEverySizeAndTranspose) {
  for (int flags = 0; flags < 4; ++flags) {
    for (const auto& [m, k, n] : {std::tuple<int, int, int>{3, 4, 5},
                                  {1, 4, 5},
                                  {3, 1, 5},
                                  {3, 4, 1},
                                  {1, 1, 5},
                                  {1, 4, 1},
                                  {3, 1, 1},
                                  {1, 1, 1},
                                  {17, 33, 20}}) {
      for (const char* leading : {"", "2, ", "2, 3, "}) {
        const std::string a = absl::StrCat(leading, flags & 1 ? k : m, ", ", flags & 1 ? m : k);
        const std::string b = absl::StrCat(leading, flags & 2 ? n : k, ", ", flags & 2 ? k : n);
        SCOPED_TRACE(absl::StrCat("[", a, "] [", b, "] transposes ", flags));
        const OpCase op = Make(a, b, (flags & 1) != 0, (flags & 2) != 0);
        op.CheckLowering();
        if (m * k * n < 100) op.CheckGradient();
      }
    }
  }
}

TEST(MatmulTest, MatchesItsDefinitionForEveryBroadcast) {
  const std::pair<const char*, const char*> shapes[] = {
      {"2, 3, 4", "4, 5"},
      {"3, 4", "2, 4, 5"},
      {"2, 3, 4", "1, 4, 5"},
      {"1, 3, 4", "2, 4, 5"},
      {"2, 1, 3, 4", "3, 4, 5"},
      {"2, 3, 3, 4", "2, 1, 4, 5"},
      {"2, 3, 3, 4", "3, 4, 5"},
      {"2, 1, 2, 1, 2, 3, 4", "2, 2, 1, 3, 1, 4, 5"},
      {"2, 2, 1, 2, 2, 3, 4", "2, 2, 1, 2, 2, 4, 5"},
  };
  for (const auto& [a, b] : shapes) {
    SCOPED_TRACE(absl::StrCat("[", a, "] [", b, "]"));
    Make(a, b).Check();
  }
  for (const auto& [a, b] : {std::pair<const char*, const char*>{"2, 3, 4", "5, 4"},
                             {"3, 4", "2, 5, 4"},
                             {"2, 1, 3, 4", "3, 5, 4"}}) {
    Make(a, b, false, true).Check();
  }
  Make("2, 4, 3", "4, 5", true, false).Check();
  Make("2, 4, 3", "5, 4", true, true).Check();
}

TEST(MatmulTest, TakesMoreAxesThanOneDnn) {
  const OpCase op =
      Make("1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 3, 4", "2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 4, 2");
  op.CheckLowering();
  OpCase fused = op;
  fused.Then("relu", {}).Then("add", {}, "2").CheckLowering();
}

TEST(MatmulTest, WorksInSymbols) {
  Make("B, H, L, 3", "B, H, L, 3", false, true).Bind("B", 2).Bind("H", 2).Bind("L", 4).Check();
  Make("B, L, 3", "3, 2").Bind("B", 2).Bind("L", 4).Check();
}

TEST(MatmulTest, ReadsStridedOperandsInPlace) {
  // Heads that lie interleaved in rows of all heads, and their transposes.
  for (const int flags : {0, 2}) {
    const bool transposed = flags == 2;
    OpCase op = Make("2, 3, 5, 4", transposed ? "2, 3, 6, 4" : "2, 3, 4, 6", false, transposed);
    op.PhysicalOrder(0, {0, 2, 1, 3}, 0).CheckLowering();
    op.PhysicalOrder(1, {0, 2, 1, 3}, 0).CheckLowering();
    op.PhysicalOrder(1, {0, 1, 3, 2}, 0).CheckLowering();
    op.PhysicalOrder(0, {0, 1, 2, 3}, 3).CheckLowering();
  }
  Make("2, 3, 5, 4", "4, 6").PhysicalOrder(0, {0, 2, 1, 3}, 0).CheckLowering();
  Make("2, 5, 4", "2, 4, 6").Strides(1, {0, 6, 1}).CheckLowering();
  Make("2, 5, 4", "2, 4, 6").Strides(0, {0, 4, 1}).CheckLowering();
  Make("2, 3, 5, 4", "2, 3, 4, 6")
      .Strides(0, {20, 0, 4, 1})
      .Strides(1, {0, 24, 1, 4})
      .CheckLowering();
}

TEST(MatmulTest, RunsOpsOnItsResult) {
  for (const auto& [a, b] : {std::pair<const char*, const char*>{"17, 9", "9, 5"},
                             {"2, 17, 9", "9, 5"},
                             {"2, 3, 17, 9", "2, 3, 9, 5"},
                             {"1, 9", "9, 1"}}) {
    SCOPED_TRACE(absl::StrCat("[", a, "] [", b, "]"));
    for (const char* op : {"relu", "tanh", "sigmoid", "exp", "neg", "gelu"}) {
      Make(a, b).Then(op, {}).CheckLowering();
    }
    Make(a, b).Then("scale", {{"by", 0.25}}).Then("relu", {}).CheckLowering();
  }
  for (const char* op : {"add", "sub", "mul"}) {
    Make("2, 3, 17, 9", "2, 3, 9, 5").Then(op, {}, "2, 3, 17, 5").CheckLowering();
    Make("2, 3, 17, 9", "2, 3, 9, 5").Then(op, {}, "5").Then("exp", {}).CheckLowering();
    Make("2, 3, 17, 9", "2, 3, 9, 5")
        .Then("scale", {{"by", 2.0}})
        .Then(op, {}, "1")
        .CheckLowering();
    Make("2, 3, 17, 9", "9, 5").Then(op, {}, "2, 3, 17, 5").Then(op, {}, "1, 5").CheckLowering();
    Make("17, 9", "9, 1").Then(op, {}, "17, 1").CheckLowering();
    Make("1, 9", "9, 4").Then(op, {}, "1, 4").CheckLowering();
  }
}

TEST(MatmulTest, FoldsTheBatchWhereOneMatrixServesAll) {
  EXPECT_THAT(Make("2, 3, 64, 32", "32, 48").Implementations(), Each(Not(StartsWith("ref"))));
}

TEST(MatmulTest, CountsTwoOperationsForEachProduct) {
  EXPECT_EQ(Make("B, H, L, D", "B, H, L, D", false, true).Operations(), "2·B·H·L²·D");
  EXPECT_EQ(Make("B, 1, 4, 5", "3, 5, 6").Operations(), "720·B");
  EXPECT_EQ(Make("7, M", "7, N", true, false).Operations(), "14·M·N");
}

}  // namespace
}  // namespace plumbline
