// Shapes, parameters and costs of the ops whose evaluation comes with the models that need them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<Size> List(std::vector<int64_t> numbers) {
  return std::vector<Size>(numbers.begin(), numbers.end());
}

OpCase Conv2d(const char* shape, int64_t channels, std::vector<int64_t> kernel) {
  return OpCase("conv2d")
      .Input(shape)
      .Set("channels", Size(channels))
      .Set("kernel", List(std::move(kernel)));
}

OpCase Conv1d(const char* shape, int64_t channels, int64_t kernel) {
  return OpCase("conv1d")
      .Input(shape)
      .Set("channels", Size(channels))
      .Set("kernel", List({kernel}));
}

TEST(ConvTest, SizesFollowKernelPaddingStrideAndDilation) {
  EXPECT_EQ(Conv2d("B, 1, 28, 28", 8, {3}).Set("padding", List({1})).Types(), "F32 [B, 8, 28, 28]");
  EXPECT_EQ(Conv2d("B, 8, 14, 14", 16, {3}).Types(), "F32 [B, 16, 12, 12]");
  EXPECT_EQ(
      Conv2d("B, 1, 28, 28", 8, {3}).Set("padding", List({1})).Set("stride", List({2})).Types(),
      "F32 [B, 8, 14, 14]");
  EXPECT_EQ(Conv2d("B, 3, 20, 30", 4, {3, 5})
                .Set("dilation", List({2, 1}))
                .Set("stride", List({1, 3}))
                .Types(),
            "F32 [B, 4, 16, 9]");
}

TEST(ConvTest, SymbolicSizesAreDerived) {
  EXPECT_EQ(Conv1d("B, 80, T", 200, 3).Set("padding", List({1})).Types(), "F32 [B, 200, T]");
  EXPECT_EQ(Conv1d("B, 200, T", 200, 3).Set("padding", List({1})).Set("stride", List({2})).Types(),
            "F32 [B, 200, floor_div(T - 1, 2) + 1]");
}

TEST(ConvTest, ParametersArePytorchs) {
  EXPECT_EQ(
      Conv2d("B, 4, 9, 9", 8, {3, 1}).Set("groups", Size(2)).Parameters(),
      "weight [8, 2, 3, 1] uniform(-0.408248, 0.408248); bias [8] uniform(-0.408248, 0.408248)");
  EXPECT_EQ(Conv1d("B, 4, T", 8, 4).Set("bias", false).Parameters(),
            "weight [8, 4, 4] uniform(-0.25, 0.25)");
}

TEST(ConvTest, CountsAMultiplyAddForEachTap) {
  EXPECT_EQ(Conv2d("B, 1, 28, 28", 8, {3}).Set("padding", List({1})).Operations(),
            "119168·B");  // 28² · 8 (2·9 + 1)
  EXPECT_EQ(Conv1d("B, 4, T", 8, 3)
                .Set("padding", List({1}))
                .Set("groups", Size(2))
                .Set("bias", false)
                .Operations(),
            "96·B·T");
}

TEST(ConvTest, RefusesBadAttributes) {
  EXPECT_EQ(Conv2d("B, 1, 8, 8", 8, {0}).Types(),
            "error: [kernel] conv2d: kernel must be at least 1, not 0");
  EXPECT_EQ(Conv2d("B, 1, 8, 8", 8, {3}).Set("stride", List({0})).Types(),
            "error: [stride] conv2d: stride must be at least 1, not 0");
  EXPECT_EQ(Conv2d("B, 1, 8, 8", 8, {3}).Set("dilation", List({0})).Types(),
            "error: [dilation] conv2d: dilation must be at least 1, not 0");
  EXPECT_EQ(Conv2d("B, 1, 8, 8", 8, {3}).Set("padding", List({-1})).Types(),
            "error: [padding] conv2d: padding must be at least 0, not -1");
  EXPECT_EQ(Conv2d("B, 1, 8, 8", 8, {1, 2, 3}).Types(),
            "error: [kernel] conv2d: kernel has 3 entries, expected 1 or 2");
  EXPECT_EQ(Conv2d("B, 1, 8, 8", 0, {3}).Types(),
            "error: [channels] conv2d: channels must be at least 1, not 0");
  EXPECT_EQ(Conv2d("B, 6, 8, 8", 9, {3}).Set("groups", Size(2)).Types(),
            "error: [groups] conv2d: groups (2) must divide the 6 input channels and the 9 output "
            "channels");
  EXPECT_EQ(Conv2d("B, 6, 8, 8", 9, {3}).Set("groups", Size(0)).Types(),
            "error: [groups] conv2d: groups must be at least 1, not 0");
  EXPECT_EQ(Conv2d("B, 1, 8, 8", 8, {11}).Set("padding", List({1})).Types(),
            "error: [kernel] conv2d: the kernel spans 11 positions, but axis 2 of [B, 1, 8, 8] has "
            "10 with its padding");
  EXPECT_THAT(Conv2d("B, 1, 8, 8", 8, {int64_t{1} << 40}).Types(),
              HasSubstr("kernel must be at most 2147483647"));
}

TEST(ConvTest, RefusesBadInputs) {
  EXPECT_EQ(Conv2d("B, 28, 28", 8, {3}).Types(),
            "error: conv2d: input 'x' must be [batch, channels, height, width], not [B, 28, 28]");
  EXPECT_EQ(OpCase("conv2d")
                .Input("B, 1, 8, 8", DataType::kU8)
                .Set("channels", Size(1))
                .Set("kernel", List({1}))
                .Types(),
            "error: conv2d: input 'x' must be F32, not U8");
  EXPECT_THAT(Conv1d("B, C, T", 8, 3).Types(), HasSubstr("must be a number, not C"));
}

TEST(ConvTest, SymbolicSizeIsRefusedOnlyWhenNoValueFits) {
  EXPECT_EQ(Conv1d("B, 4, T", 8, 9).Types(), "F32 [B, 8, T - 8]");
  EXPECT_THAT(Conv1d("B, 4, 5", 8, 9).Types(), StartsWith("error: [kernel]"));
}

OpCase Pool(const char* op, const char* shape, std::vector<int64_t> kernel) {
  return OpCase(op).Input(shape).Set("kernel", List(std::move(kernel)));
}

TEST(PoolTest, StrideIsTheKernelUnlessGiven) {
  EXPECT_EQ(Pool("max_pool2d", "B, 8, 28, 28", {2}).Types(),
            "F32 [B, 8, 14, 14]; U8 [B, 14, 14, 8]");
  EXPECT_EQ(Pool("avg_pool2d", "B, 8, 29, 28", {3, 2}).Types(), "F32 [B, 8, 9, 14]");
  EXPECT_EQ(Pool("max_pool2d", "B, 8, 7, 7", {3})
                .Set("stride", List({1}))
                .Set("padding", List({1}))
                .Types(),
            "F32 [B, 8, 7, 7]; U8 [B, 7, 7, 8]");
}

TEST(PoolTest, CountsComparisonsOrAdditions) {
  EXPECT_EQ(Pool("max_pool2d", "B, 1, 4, 4", {2}).Operations(), "12·B");
  EXPECT_EQ(Pool("avg_pool2d", "B, 1, 4, 4", {2}).Operations(), "16·B");
}

TEST(PoolTest, RefusesBadAttributes) {
  EXPECT_EQ(Pool("max_pool2d", "B, 8, 7, 7", {2}).Set("padding", List({2})).Types(),
            "error: [padding] max_pool2d: padding 2 is more than half of kernel 2, so that a "
            "window could lie in the "
            "padding alone");
  EXPECT_EQ(Pool("avg_pool2d", "B, 8, 7, 7", {0}).Types(),
            "error: [kernel] avg_pool2d: kernel must be at least 1, not 0");
  EXPECT_THAT(Pool("max_pool2d", "B, 8, 1, 7", {2}).Types(),
              HasSubstr("spans 2 positions, but axis 2"));
}

TEST(DropoutTest, RateIsAProbabilityBelowOne) {
  EXPECT_EQ(OpCase("dropout").Input("B, 4").Set("rate", 0.7).Types(), "F32 [B, 4]");
  EXPECT_EQ(OpCase("dropout").Input("B, 4").Set("rate", 0.7).Operations(), "8·B");
  for (const double rate : {-0.1, 1.0, 1.5}) {
    EXPECT_THAT(OpCase("dropout").Input("B, 4").Set("rate", rate).Types(),
                HasSubstr("[rate] dropout: rate must be at least 0 and less than 1"));
  }
}

TEST(RecurrentTest, ParametersArePytorchs) {
  EXPECT_EQ(OpCase("lstm").Input("B, S, 3").Set("width", Size(4)).Parameters(),
            "weight_ih_l0 [16, 3] uniform(-0.5, 0.5); weight_hh_l0 [16, 4] uniform(-0.5, 0.5); "
            "bias_ih_l0 [16] uniform(-0.5, 0.5); bias_hh_l0 [16] uniform(-0.5, 0.5)");
  const std::string two = OpCase("gru")
                              .Input("B, S, 3")
                              .Set("width", Size(4))
                              .Set("layers", Size(2))
                              .Set("bidirectional", true)
                              .Parameters();
  EXPECT_THAT(two, StartsWith("weight_ih_l0 [12, 3]"));
  EXPECT_THAT(two, HasSubstr("bias_hh_l0_reverse [12]"));
  EXPECT_THAT(two, HasSubstr("weight_ih_l1 [12, 8]"));
  EXPECT_THAT(two, HasSubstr("weight_hh_l1_reverse [12, 4]"));
}

TEST(RecurrentTest, OutputHasTheWidthOfAllDirections) {
  EXPECT_EQ(OpCase("rnn").Input("B, S, 3").Set("width", Size(4)).Types(), "F32 [B, S, 4]");
  EXPECT_EQ(
      OpCase("lstm").Input("B, S, 3").Set("width", Size(4)).Set("bidirectional", true).Types(),
      "F32 [B, S, 8]");
  EXPECT_THAT(OpCase("lstm").Input("B, S, F").Set("width", Size(4)).Types(),
              HasSubstr("must be a number, not F"));
  EXPECT_EQ(OpCase("lstm").Input("B, S, 3").Set("width", Size(0)).Types(),
            "error: [width] lstm: width must be at least 1, not 0");
}

TEST(RecurrentTest, CountsProductsBiasesAndGates) {
  // A position: 2·4·4·(3 + 4) + 3·4·4 + 18·4 = 344; 2·1·4·7 + 3·4 + 4 = 72.
  EXPECT_EQ(OpCase("lstm").Input("B, S, 3").Set("width", Size(4)).Operations(), "344·B·S");
  EXPECT_EQ(OpCase("rnn").Input("B, S, 3").Set("width", Size(4)).Operations(), "72·B·S");
}

TEST(LabelLossTest, LabelsHaveTheShapeOfPositions) {
  EXPECT_EQ(OpCase("negative_log_likelihood").Input("B, 4").Input("B", DataType::kS64).Types(),
            "F32 []");
  EXPECT_EQ(OpCase("cross_entropy").Input("B, S, 35").Input("B, S", DataType::kS64).Types(),
            "F32 []");
  EXPECT_EQ(OpCase("accuracy").Input("B, 4").Input("B", DataType::kS64).Types(), "F32 []");
  EXPECT_EQ(OpCase("accuracy").Input("B, 4").Input("B, 1", DataType::kS64).Types(),
            "error: accuracy: label must have the shape of scores without its last axis; scores is "
            "[B, 4], label is "
            "[B, 1]");
  EXPECT_EQ(OpCase("negative_log_likelihood").Input("B, 4").Input("B").Types(),
            "error: negative_log_likelihood: input 'label' must be S64, not F32");
  EXPECT_THAT(OpCase("cross_entropy")
                  .Input("B, 4")
                  .Input("B", DataType::kS64)
                  .Set("label_smoothing", 1.0)
                  .Types(),
              StartsWith("error: [label_smoothing]"));
}

TEST(LabelLossTest, CountsEachPosition) {
  EXPECT_EQ(OpCase("negative_log_likelihood").Input("B, 4").Input("B", DataType::kS64).Operations(),
            "B + 1");
  EXPECT_EQ(OpCase("cross_entropy").Input("B, 4").Input("B", DataType::kS64).Operations(),
            "17·B + 1");
  EXPECT_EQ(OpCase("accuracy").Input("B, 4").Input("B", DataType::kS64).Operations(), "5·B");
}

}  // namespace
}  // namespace plumbline
