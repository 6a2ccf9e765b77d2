// Convolutions against their definition, for every way in which shapes can be odd.
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

std::vector<Size> List(std::vector<int64_t> numbers) {
  return std::vector<Size>(numbers.begin(), numbers.end());
}

OpCase Conv2d(const std::string& x, int64_t channels, std::vector<int64_t> kernel) {
  return OpCase("conv2d")
      .Input(x)
      .Set("channels", Size(channels))
      .Set("kernel", List(std::move(kernel)));
}

OpCase Conv1d(const std::string& x, int64_t channels, int64_t kernel) {
  return OpCase("conv1d")
      .Input(x)
      .Set("channels", Size(channels))
      .Set("kernel", List({kernel}));
}

TEST(ConvTest, IsACrossCorrelation) {
  const Array y = Conv1d("1, 1, 4", 1, 2)
                      .Values(0, {1, 2, 3, 4})
                      .Values(1, {10, 1})
                      .Values(2, {0.5})
                      .Evaluate()[0];
  EXPECT_THAT(y.data, ElementsAre(12.5, 23.5, 34.5));
}

TEST(ConvTest, PaddingIsZero) {
  const Array y = Conv2d("1, 1, 2, 2", 1, {3})
                      .Set("padding", List({1}))
                      .Set("bias", false)
                      .Values(0, {1, 2, 3, 4})
                      .Values(1, std::vector<double>(9, 1))
                      .Evaluate()[0];
  EXPECT_THAT(y.data, ElementsAre(10, 10, 10, 10));
}

TEST(ConvTest, MatchesItsDefinitionForEveryNumberOfChannels) {
  for (const int64_t in : {1, 3, 8}) {
    for (const int64_t out : {1, 3, 8, 16, 20}) {
      SCOPED_TRACE(absl::StrCat(in, " to ", out, " channels"));
      Conv2d(absl::StrCat("2, ", in, ", 5, 6"), out, {3}).Set("padding", List({1})).Check();
    }
  }
  for (const int64_t in : {16, 20}) {
    for (const int64_t out : {1, 8, 17, 40}) {
      SCOPED_TRACE(absl::StrCat(in, " to ", out, " channels"));
      Conv2d(absl::StrCat("5, ", in, ", 7, 5"), out, {3, 2}).CheckLowering();
    }
  }
}

TEST(ConvTest, MatchesItsDefinitionForEveryWindow) {
  for (const int64_t stride : {1, 2, 3}) {
    for (const int64_t padding : {0, 1, 2}) {
      for (const int64_t dilation : {1, 2}) {
        SCOPED_TRACE(absl::StrCat(stride, " ", padding, " ", dilation));
        Conv2d("1, 3, 7, 8", 4, {3})
            .Set("stride", List({stride}))
            .Set("padding", List({padding}))
            .Set("dilation", List({dilation}))
            .Check();
      }
    }
  }
  Conv2d("5, 2, 9, 11", 3, {2, 4})
      .Set("stride", List({3, 1}))
      .Set("padding", List({1, 3}))
      .Set("dilation", List({1, 2}))
      .Check();
  Conv2d("5, 8, 4, 9", 16, {1, 3}).Check();
  Conv2d("1, 8, 9, 4", 16, {4, 1}).Set("dilation", List({2, 1})).Check();
  Conv2d("3, 4, 5, 5", 6, {1}).Set("stride", List({2})).Check();
  Conv2d("2, 3, 6, 6", 5, {6}).Check();
}

TEST(ConvTest, GroupsSeeTheirOwnChannels) {
  for (const int64_t groups : {2, 4}) {
    for (const bool bias : {false, true}) {
      Conv2d("2, 4, 5, 6", 8, {3})
          .Set("groups", Size(groups))
          .Set("padding", List({1}))
          .Set("bias", bias)
          .Check();
    }
  }
  Conv1d("2, 20, 9", 40, 3).Set("groups", Size(2)).Set("stride", List({2})).Check();
}

TEST(ConvTest, OneAxisIsARow) {
  for (const int64_t length : {3, 4, 17, 40}) {
    Conv1d(absl::StrCat("2, 5, ", length), 6, 3).Check();
    Conv1d(absl::StrCat("1, 5, ", length), 20, 3)
        .Set("stride", List({2}))
        .Set("padding", List({1}))
        .Check();
  }
  Conv1d("1, 80, 130", 70, 3).Set("stride", List({2})).Set("padding", List({1})).CheckLowering();
  Conv1d("B, 2, T", 3, 2).Bind("B", 2).Bind("T", 5).Check();
}

TEST(ConvTest, ReadsImagesInAnyOrder) {
  for (const std::vector<int>& order :
       {std::vector<int>{0, 2, 3, 1}, {1, 0, 2, 3}, {0, 3, 2, 1}, {0, 3, 1, 2}}) {
    for (const int64_t padding : {0, 3}) {
      Conv2d("2, 8, 9, 10", 16, {3}).PhysicalOrder(0, order, padding).CheckLowering();
      Conv2d("2, 1, 9, 10", 3, {3}).PhysicalOrder(0, order, padding).CheckLowering();
    }
  }
}

TEST(ConvTest, RunsARelu) {
  Conv2d("2, 8, 9, 10", 16, {3}).Then("relu", {}).CheckLowering();
  Conv1d("2, 8, 30", 5, 3).Then("relu", {}).CheckLowering();
}

TEST(ConvTest, GradientsTakeTheReluThatFollowed) {
  for (const char* shape : {"2, 5, 6, 7", "1, 16, 3, 3"}) {
    const std::string channels = shape[3] == '5' ? "5" : "16";
    OpCase("conv2d_input_gradient")
        .Input(shape)
        .Input(absl::StrCat(channels, ", 3, 3, 3"))
        .Input(shape)
        .Set("kernel", List({3}))
        .Set("shape", channels == "5" ? List({2, 3, 8, 9}) : List({1, 3, 5, 5}))
        .CheckLowering();
  }
  OpCase("conv2d_weight_gradient")
      .Input("2, 3, 8, 9")
      .Input("2, 5, 6, 7")
      .Input("2, 5, 6, 7")
      .Set("kernel", List({3}))
      .Set("channels", Size(5))
      .CheckLowering();
}

OpCase Pooled(const std::string& op) {
  return OpCase(op)
      .Set("kernel", List({3, 2}))
      .Set("padding", List({1}))
      .Set("pool_kernel", List({2, 3}))
      .Set("pool_stride", List({2}))
      .Set("pool_padding", List({0, 1}));
}

TEST(ConvTest, PooledFormsMatchTheirDefinition) {
  for (const bool relu : {false, true}) {
    Pooled("conv2d_max_pool2d")
        .Input("3, 4, 8, 9")
        .Input("6, 2, 3, 2")
        .Input("6")
        .Set("groups", Size(2))
        .Set("relu", relu)
        .CheckLowering();
    Pooled("conv2d_max_pool2d").Input("1, 3, 8, 9").Input("16, 3, 3, 2").Set("relu", relu).CheckLowering();
    // Winners 0 to 2: all of the first row of a window, inside of the image in every one of these.
    Pooled("conv2d_max_pool2d_input_gradient")
        .Input("2, 5, 3, 4")
        .Input("2, 3, 4, 5", DataType::kU8)
        .Range(1, 1, 1)
        .Input("5, 3, 3, 2")
        .Set("shape", List({2, 3, 6, 7}))
        .Set("relu", relu)
        .CheckLowering();
    Pooled("conv2d_max_pool2d_weight_gradient")
        .Input("2, 3, 6, 7")
        .Input("2, 5, 3, 4")
        .Input("2, 3, 4, 5", DataType::kU8)
        .Range(2, 1, 1)
        .Set("channels", Size(5))
        .Set("relu", relu)
        .CheckLowering();
  }
}

TEST(ConvTest, GradientsCountTheSameProducts) {
  EXPECT_EQ(OpCase("conv2d_input_gradient")
                .Input("B, 8, 28, 28")
                .Input("8, 1, 3, 3")
                .Set("kernel", List({3}))
                .Set("padding", List({1}))
                .Set("shape", std::vector<Size>{Size::Symbol("B"), Size(1), Size(28), Size(28)})
                .Operations(),
            "112896·B");  // 28² · 8 · 2 · 9
}

}  // namespace
}  // namespace plumbline
