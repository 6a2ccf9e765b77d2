// Learning rates against PyTorch 2.13's schedulers.
#include "experiments/training/schedule.h"

#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

void ExpectByEpoch(const ScheduleSpec& spec, const std::vector<double>& factors) {
  for (size_t epoch = 0; epoch < factors.size(); ++epoch) {
    EXPECT_NEAR(LearningRateFactor(spec, static_cast<int64_t>(epoch), 1000 + static_cast<int64_t>(epoch)),
                factors[epoch], 1e-14)
        << "epoch " << epoch;
  }
}

TEST(ScheduleTest, IsConstantByDefault) { ExpectByEpoch({}, {1, 1, 1}); }

TEST(ScheduleTest, ExpressesTheSpeechModelsPublishedOne) {
  ScheduleSpec spec;
  spec.kind = ScheduleSpec::Kind::kLinear;
  spec.warm_up = 2;
  spec.warm_up_from = 1e-2;
  spec.length = 12;
  spec.last = 1e-2;
  // SequentialLR(LinearLR(0.01, 1, 2), LinearLR(1, 0.01, 12), milestones [2])
  ExpectByEpoch(spec, {0.01, 0.505, 1.0, 0.9175, 0.835, 0.7525, 0.67, 0.5875, 0.505, 0.4225, 0.34, 0.2575, 0.175,
                       0.0925, 0.01});
  EXPECT_EQ(LearningRateFactor(spec, 14, 0), 0.01);
  EXPECT_EQ(LearningRateFactor(spec, 100, 0), 0.01);
}

TEST(ScheduleTest, WarmsUpAsLinearLR) {
  ScheduleSpec spec;
  spec.warm_up = 5;
  spec.warm_up_from = 1.0 / 3;
  // LinearLR(start_factor 1/3, end_factor 1, total_iters 5)
  ExpectByEpoch(spec, {1.0 / 3, 0.4666666666666667, 0.6, 0.7333333333333335, 0.8666666666666669, 1, 1, 1});
}

TEST(ScheduleTest, FallsAsLinearLR) {
  ScheduleSpec spec;
  spec.kind = ScheduleSpec::Kind::kLinear;
  spec.length = 4;
  spec.last = 0.01;
  // LinearLR(start_factor 1, end_factor 0.01, total_iters 4)
  ExpectByEpoch(spec, {1, 0.7525, 0.505, 0.2575, 0.01, 0.01, 0.01});
}

TEST(ScheduleTest, FallsAsStepLR) {
  ScheduleSpec spec;
  spec.kind = ScheduleSpec::Kind::kStep;
  spec.every = 3;
  spec.factor = 0.1;
  // StepLR(step_size 3, gamma 0.1)
  ExpectByEpoch(spec, {1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001});
  EXPECT_EQ(LearningRateFactor(spec, int64_t{1} << 40, 0), 0);  // in no time
}

TEST(ScheduleTest, FallsAsCosineAnnealingLR) {
  ScheduleSpec spec;
  spec.kind = ScheduleSpec::Kind::kCosine;
  spec.length = 5;
  spec.last = 0.1;
  // CosineAnnealingLR(T_max 5, eta_min 0.1), up to its first end
  ExpectByEpoch(spec, {1, 0.9140576474687263, 0.6890576474687263, 0.41094235253127365, 0.1859423525312737, 0.1, 0.1});
}

TEST(ScheduleTest, CountsStepsWhereItIsByStep) {
  ScheduleSpec spec;
  spec.kind = ScheduleSpec::Kind::kStep;
  spec.by_step = true;
  spec.warm_up = 4;
  spec.every = 2;
  spec.factor = 0.5;
  EXPECT_EQ(LearningRateFactor(spec, 9, 0), 0);
  EXPECT_EQ(LearningRateFactor(spec, 9, 1), 0.25);
  EXPECT_EQ(LearningRateFactor(spec, 9, 4), 1);
  EXPECT_EQ(LearningRateFactor(spec, 9, 7), 0.5);
  EXPECT_EQ(LearningRateFactor(spec, 9, 8), 0.25);
}

}  // namespace
}  // namespace plumbline
