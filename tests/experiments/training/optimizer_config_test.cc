// Optimizers as text: what `plumbline exec --optimizer` takes.
#include "experiments/training/optimizer_config.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Mistake(const std::string& text) {
  const absl::StatusOr<OptimizerSpec> spec = ParseOptimizer(text);
  EXPECT_FALSE(spec.ok()) << text;
  return std::string(spec.status().message());
}

TEST(ParseOptimizer, AbsentNumbersHavePyTorchsDefaults) {
  const absl::StatusOr<OptimizerSpec> sgd = ParseOptimizer("sgd { learning_rate: \"1/8\" }");
  ASSERT_TRUE(sgd.ok()) << sgd.status();
  EXPECT_EQ(sgd->kind, OptimizerSpec::Kind::kSgd);
  EXPECT_EQ(sgd->learning_rate, 0.125);
  EXPECT_EQ(sgd->momentum, 0);
  const absl::StatusOr<OptimizerSpec> adamw = ParseOptimizer("adamw { learning_rate: \"0.001\" beta2: \"0.98\" }");
  ASSERT_TRUE(adamw.ok()) << adamw.status();
  EXPECT_EQ(adamw->kind, OptimizerSpec::Kind::kAdamW);
  EXPECT_EQ(adamw->beta1, 0.9);
  EXPECT_EQ(adamw->beta2, 0.98);
  EXPECT_EQ(adamw->epsilon, 1e-8);
  EXPECT_EQ(adamw->weight_decay, 0.01);
  const absl::StatusOr<OptimizerSpec> adam = ParseOptimizer("adam { learning_rate: \"0.001\" }");
  ASSERT_TRUE(adam.ok()) << adam.status();
  EXPECT_EQ(adam->weight_decay, 0);
}

TEST(ParseOptimizer, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Mistake("sgd { learning_rate: \"0\" }"),
            "optimizer:1:23: error: learning_rate must be positive and within the range of f32, not 0.0\n"
            "    sgd { learning_rate: \"0\" }\n"
            "                          ^\n");
  EXPECT_THAT(Mistake("sgd { momentum: \"0.9\" }"),
              HasSubstr("optimizer:1:1: error: the optimizer has no learning_rate"));
  EXPECT_THAT(Mistake("sgd { learning_rate: \"rate\" }"), HasSubstr("a number is wanted, not the name 'rate'"));
  EXPECT_THAT(Mistake("sgd { learning_rat: \"1\" }"), HasSubstr("did you mean 'learning_rate'?"));
  EXPECT_THAT(Mistake("sgd { learning_rate: \"1\" nesterov: \"1\" }"), HasSubstr("nesterov needs a momentum"));
  EXPECT_THAT(Mistake("adam { learning_rate: \"-1\" beta1: \"1\" }"),
              AllOf(HasSubstr("learning_rate must be"), HasSubstr("beta1 must be at least 0 and less than 1")));
  EXPECT_THAT(Mistake(""), HasSubstr("the optimizer is not named"));
}

}  // namespace
}  // namespace plumbline
