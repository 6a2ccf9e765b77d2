// Negative log likelihood, cross entropy and accuracy of integer labels. Expected numbers of cross_entropy are
// PyTorch 2.13's, in double.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/evaluate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

OpCase Make(const char* op, const std::string& scores, const std::string& label) {
  return OpCase(op).Input(scores).Input(label, DataType::kS64);
}

OpCase CrossEntropy(const std::string& logits, const std::string& label) {
  return Make("cross_entropy", logits, label).Range(0, -3, 3);
}

double Result(const OpCase& op) { return op.Evaluate()[0].data[0]; }

TEST(LabelLossesTest, AreScalarsOfScoresAndLabels) {
  for (const char* op : {"negative_log_likelihood", "cross_entropy", "accuracy"}) {
    EXPECT_EQ(Make(op, "B, 11", "B").Types(), "F32 []");
    EXPECT_EQ(Make(op, "B, S, 35", "B, S").Types(), "F32 []");
    EXPECT_EQ(Make(op, "35", "").Types(), "F32 []");
  }
  EXPECT_EQ(Make("accuracy", "B, 11", "B, 11").Types(),
            "error: accuracy: label must have the shape of scores without its last axis; scores is [B, 11], "
            "label is [B, 11]");
  EXPECT_EQ(OpCase("cross_entropy").Input("B, 11").Input("B").Types(),
            "error: cross_entropy: input 'label' must be S64, not F32");
  EXPECT_EQ(CrossEntropy("B, 11", "B").Set("label_smoothing", 1.0).Types(),
            "error: [label_smoothing] cross_entropy: label_smoothing must be at least 0 and less than 1, not 1");
}

TEST(NegativeLogLikelihoodTest, IsTheMeanAtTheLabels) {
  EXPECT_DOUBLE_EQ(Result(Make("negative_log_likelihood", "2, 3", "2")
                              .Values(0, {-1, -2, -3, -4, -5, -6})
                              .Values(1, {1, 2})),
                   4);
}

TEST(NegativeLogLikelihoodTest, MatchesItsDefinition) {
  for (const auto& [scores, label] : {std::pair<const char*, const char*>{"3", ""}, {"1, 3", "1"}, {"8, 11", "8"},
                                      {"2, 5, 35", "2, 5"}, {"529, 3", "529"}}) {
    Make("negative_log_likelihood", scores, label).Range(0, -3, 0).Check();
  }
  Make("negative_log_likelihood", "B, 3", "B").Bind("B", 5).Check();
}

struct PublishedCase {
  double smoothing;
  int ignored;  // -1: none
  double loss;
  std::vector<double> gradient;
};

const PublishedCase kPublished[] = {
    {0, -1, 1.1268038861137863,
     {0.04382259803500917, 0.009778143317671862, -0.05360074135268103, -0.15930172385757937, 0.1164588918166315,
      0.04284283204094785, 0.18403118107814845, -0.22509408798442043, 0.04106290690627195, 0.01159802644240827,
      0.14129288709071794, -0.15289091353312623}},
    {0.1, -1, 1.162220552780453,
     {0.03548926470167584, 0.0014448099843385291, -0.03693407468601437, -0.1426350571909127, 0.10812555848329816,
      0.034509498707614515, 0.17569784774481512, -0.20842742131775377, 0.03272957357293862, 0.0032646931090749374,
      0.1329595537573846, -0.13622424686645956}},
    {0.1, 2, 1.6268058063158835,
     {0, 0, 0, -0.2852701143818254, 0.21625111696659632, 0.06901899741522903, 0.35139569548963023,
      -0.41685484263550754, 0.06545914714587724, 0, 0, 0}},
    {0, 0, 1.1644309924619527,
     {0.05843013071334556, 0.013037524423562482, -0.07146765513690803, 0, 0, 0, 0.24537490810419793,
      -0.3001254506458939, 0.05475054254169593, 0.01546403525654436, 0.18839051612095725, -0.2038545513775016}}};

const std::vector<double> kLogits = {0.5, -1, 2, 0, 0.25, -0.75, 3, 1, 1.5, -2, 0.5, 0.125};
const std::vector<double> kLabels = {2, 0, 1, 2};

// By the definition, with an upstream gradient of 1.
std::vector<double> GradientOf(const PublishedCase& published) {
  OpCase gradient = OpCase("cross_entropy_gradient").Input("").Input("4, 3").Input("4", DataType::kS64);
  gradient.Values(0, {1}).Values(1, kLogits).Values(2, kLabels).Set("label_smoothing", published.smoothing);
  if (published.ignored >= 0) gradient.Set("ignore_label", Size(published.ignored));
  return gradient.Evaluate()[0].data;
}

TEST(CrossEntropyTest, HasThePublishedValuesAndGradients) {
  for (const PublishedCase& published : kPublished) {
    SCOPED_TRACE(absl::StrCat("smoothing ", published.smoothing, ", ignored ", published.ignored));
    OpCase op = CrossEntropy("4, 3", "4").Values(0, kLogits).Values(1, kLabels);
    op.Set("label_smoothing", published.smoothing);
    if (published.ignored >= 0) op.Set("ignore_label", Size(published.ignored));
    EXPECT_NEAR(Result(op), published.loss, 1e-14);
    EXPECT_THAT(GradientOf(published), Pointwise(DoubleNear(1e-15), published.gradient));
    op.Check();
  }
}

TEST(CrossEntropyTest, TakesPositionsInSequences) {
  std::vector<double> logits;
  for (int i = 0; i < 12; ++i) logits.push_back(std::pow(i, 1.5) / 10);
  const OpCase op = CrossEntropy("2, 2, 3", "2, 2").Values(0, logits).Values(1, {0, 2, 1, 1});
  EXPECT_NEAR(Result(OpCase(op).Set("label_smoothing", 0.1)), 1.1031633611483984, 1e-14);
}

TEST(CrossEntropyTest, MatchesItsDefinition) {
  for (const double smoothing : {0.0, 0.1}) {
    for (const auto& [logits, label] :
         {std::pair<const char*, const char*>{"3", ""}, {"1, 3", "1"}, {"8, 11", "8"}, {"2, 5, 35", "2, 5"},
          {"7, 3", "7"}, {"3, 16", "3"}, {"3, 64", "3"}, {"2, 97", "2"}}) {
      SCOPED_TRACE(absl::StrCat("[", logits, "], smoothing ", smoothing));
      CrossEntropy(logits, label).Set("label_smoothing", smoothing).Check();
      CrossEntropy(logits, label).Set("label_smoothing", smoothing).Set("ignore_label", Size(-100)).Check();
    }
    CrossEntropy("B, S, 4", "B, S").Bind("B", 3).Bind("S", 5).Set("label_smoothing", smoothing).Check();
    CrossEntropy("3, 5003", "3").Set("label_smoothing", smoothing).CheckLowering();
    CrossEntropy("3000, 35", "3000").Set("label_smoothing", smoothing).CheckLowering();
  }
}

TEST(CrossEntropyTest, StaysExactForLargeLogits) {
  for (const double smoothing : {0.0, 0.1}) {
    CrossEntropy("2, 3", "2")
        .Values(0, {1e4, 1e4 - 1, 0, -1e4, -1e4, -1e4 + 2})
        .Values(1, {0, 2})
        .Set("label_smoothing", smoothing)
        .CheckLowering();
  }
}

TEST(CrossEntropyTest, MaskedClassesHaveNoProbability) {
  const OpCase op = CrossEntropy("2, 3", "2").Values(0, {1, -kInfinity, 2, 0, 1, -kInfinity}).Values(1, {0, 1});
  EXPECT_TRUE(std::isfinite(Result(op)));
  op.CheckLowering();
  EXPECT_EQ(Result(OpCase(op).Values(1, {1, 1})), kInfinity);
  OpCase(op).Values(1, {1, 1}).CheckLowering();
}

TEST(CrossEntropyTest, IsNoNumberWhereNothingCounts) {
  for (const double smoothing : {0.0, 0.1}) {
    OpCase op = CrossEntropy("2, 3", "2").Values(1, {7, 7}).Set("ignore_label", Size(7));
    op.Set("label_smoothing", smoothing);
    EXPECT_TRUE(std::isnan(Result(op)));
    op.CheckLowering();
  }
  const OpCase gradient = OpCase("cross_entropy_gradient")
                              .Input("")
                              .Input("2, 3")
                              .Input("2", DataType::kS64)
                              .Values(2, {7, 7})
                              .Set("label_smoothing", 0.1)
                              .Set("ignore_label", Size(7));
  EXPECT_THAT(gradient.Evaluate()[0].data, ::testing::Each(0.0));
  gradient.CheckLowering();
}

TEST(AccuracyTest, CountsTheFirstLargestScore) {
  const auto accuracy = [](std::vector<double> scores, double label) {
    const OpCase op = Make("accuracy", "1, 4", "1").Values(0, std::move(scores)).Values(1, {label});
    op.CheckLowering();
    return Result(op);
  };
  EXPECT_EQ(accuracy({0, 3, 3, 1}, 1), 1);
  EXPECT_EQ(accuracy({0, 3, 3, 1}, 2), 0);
  EXPECT_EQ(accuracy({0, 0, 0, 0}, 0), 1);
  EXPECT_EQ(accuracy({-1, -2, -3, -0.5}, 3), 1);
  EXPECT_EQ(accuracy({-kInfinity, -kInfinity, -kInfinity, -kInfinity}, 0), 1);
  EXPECT_EQ(accuracy({0, kNaN, 5, kNaN}, 1), 1);
  EXPECT_EQ(accuracy({kNaN, kNaN, kNaN, kNaN}, 3), 0);
}

TEST(AccuracyTest, MatchesItsDefinition) {
  Make("accuracy", "529, 11", "529").CheckLowering();
  Make("accuracy", "2, 5, 35", "2, 5").CheckLowering();
  EXPECT_EQ(Result(Make("accuracy", "4, 2", "4").Values(0, {1, 0, 1, 0, 0, 1, 0, 1}).Values(1, {0, 1, 0, 1})), 0.5);
}

TEST(LabelLossesTest, RefuseLabelsThatAreNoClass) {
  // The reference; what the lowered kernels do is tested with programs in tests/compiler/labels_test.cc.
  const OpDefinition& op = *AllOps().Find("cross_entropy");
  Attributes attributes = {{"label_smoothing", AttributeValue(0.0)}};
  const auto message = [&](double label) {
    Array scores({2, 3, 4}), labels({2, 3});
    labels.data[4] = label;
    const std::vector<const Array*> inputs = {&scores, &labels};
    const std::vector<std::vector<int64_t>> shapes = {{}};
    const std::vector<DataType> types = {DataType::kF32, DataType::kS64};
    const auto result = op.evaluate(EvaluateContext{attributes, inputs, shapes, types});
    return std::string(result.status().message());
  };
  EXPECT_EQ(message(3), "");
  EXPECT_EQ(message(4), "label[1, 1] is 4, but labels are 0 to 3");
  EXPECT_EQ(message(-1), "label[1, 1] is -1, but labels are 0 to 3");
  attributes.Set("ignore_label", Size(-100));
  EXPECT_EQ(message(-100), "");
  EXPECT_EQ(message(-1), "label[1, 1] is -1, but labels are 0 to 3 or -100");
}

TEST(LabelLossesTest, CountOperations) {
  EXPECT_EQ(Make("negative_log_likelihood", "B, 3", "B").Operations(), "B + 1");
  EXPECT_EQ(Make("cross_entropy", "B, S, 3", "B, S").Operations(), "13·B·S + 1");
  EXPECT_EQ(Make("cross_entropy", "B, 3", "B").Set("label_smoothing", 0.1).Operations(), "18·B + 1");
  EXPECT_EQ(Make("accuracy", "B, 3", "B").Operations(), "4·B");
}

}  // namespace
}  // namespace plumbline
