// The evaluator's metrics on scores that can be counted by hand, and its file's text.
#include "experiments/data/medmnist_csv.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

TEST(MedmnistMetrics, CountsPairsInOrder) {
  // Class 0 has the items 0 and 1. Its scores .9 .4 against .5 .1: three of four pairs are in order. Class 1's scores
  // are the complements, so its area is the same. Items 0 and 3 have their highest score at their label, 1 and 2 not.
  const std::vector<float> scores = {0.9f, 0.1f, 0.4f, 0.6f, 0.5f, 0.5f, 0.1f, 0.9f};
  const auto metrics = ComputeMedmnistMetrics(scores, {0, 0, 1, 1}, 2);
  ASSERT_TRUE(metrics.ok()) << metrics.status();
  EXPECT_EQ(metrics->auc, 0.75);
  EXPECT_EQ(metrics->accuracy, 0.5);  // of the equal scores of item 2 the first counts
}

TEST(MedmnistMetrics, CountsEqualScoresHalf) {
  // Class 0: .5 and .5 against .5 and .2: the pairs count 1/2, 1, 1/2, 1. Class 1: .5 and .9 against .1 and .5: 1, 1/2,
  // 1, 1. The mean is (3/4 + 7/8) / 2.
  const std::vector<float> scores = {0.5f, 0.1f, 0.5f, 0.5f, 0.5f, 0.5f, 0.2f, 0.9f};
  EXPECT_EQ(ComputeMedmnistMetrics(scores, {0, 0, 1, 1}, 2)->auc, (0.75 + 0.875) / 2);
}

TEST(MedmnistMetrics, IsOneHalfForConstantScores) {
  const std::vector<float> scores(30, 0.25f);
  const auto metrics = ComputeMedmnistMetrics(scores, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0}, 3);
  EXPECT_EQ(metrics->auc, 0.5);
  EXPECT_EQ(metrics->accuracy, 0.4);
}

TEST(MedmnistMetrics, AveragesTheClassesWithoutWeights) {
  // Perfect for class 2 alone; class 0 and 1 cannot be told apart: their areas are those of the counts.
  const std::vector<float> scores = {0.5f, 0.5f, 0, 0.5f, 0.5f, 0, 0.5f, 0.5f, 0, 0, 0, 1};
  const auto metrics = ComputeMedmnistMetrics(scores, {0, 0, 1, 2}, 3);
  // Class 0: pairs with item 2 tie (2 halves), with item 3 win (2): 3/4. Class 1: ties with 0 and 1, wins over 3: 2/3.
  EXPECT_DOUBLE_EQ(metrics->auc, (0.75 + 2.0 / 3 + 1) / 3);
}

TEST(MedmnistMetrics, RefusesWhatHasNoCurve) {
  const auto error = [](const std::vector<float>& scores, const std::vector<int64_t>& labels, int classes) {
    return std::string(ComputeMedmnistMetrics(scores, labels, classes).status().message());
  };
  EXPECT_THAT(error({1, 0, 1, 0}, {0, 0}, 2), HasSubstr("all items are of class 0"));
  EXPECT_THAT(error({1, 0, 0, 0, 1, 0}, {0, 1}, 3), HasSubstr("no item is of class 2"));
  EXPECT_THAT(error({1, 0, 0}, {0, 1}, 2), HasSubstr("3 scores are not 2 for each of 2 labels"));
  EXPECT_THAT(error({1, 0, 0, 1}, {0, 2}, 2), HasSubstr("label 2 is not below 2"));
  EXPECT_THAT(error({1, 0, NAN, 1}, {0, 1}, 2), HasSubstr("not a number"));
  EXPECT_THAT(error({}, {}, 2), HasSubstr("no items"));
}

TEST(MedmnistCsv, HasAnIndexAndTheScoresOfALine) {
  EXPECT_EQ(MedmnistCsv({0.1f, 0.75f, 0.15f, 1, 0, 1e-8f}, 3), "0,0.1,0.75,0.15\n1,1,0,1e-08\n");
  EXPECT_EQ(MedmnistCsv({}, 3), "");
}

TEST(MedmnistCsv, IsNamedAsTheEvaluatorNamesIt) {
  EXPECT_EQ(MedmnistFileName("octmnist", "test", {0.95, 0.8304}, "cnn-1"), "octmnist_test_[AUC]0.950_[ACC]0.830@cnn-1.csv");
}

}  // namespace
}  // namespace plumbline
