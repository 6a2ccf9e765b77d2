// Optimizers against PyTorch 2.13's trajectories; slices, resumed runs.
#include "experiments/training/optimizer.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

OptimizerSpec Sgd(double learning_rate, double momentum, bool nesterov, double weight_decay) {
  OptimizerSpec spec;
  spec.learning_rate = learning_rate;
  spec.momentum = momentum;
  spec.nesterov = nesterov;
  spec.weight_decay = weight_decay;
  return spec;
}

OptimizerSpec Adam(OptimizerSpec::Kind kind, double learning_rate, double weight_decay) {
  OptimizerSpec spec;
  spec.kind = kind;
  spec.learning_rate = learning_rate;
  spec.weight_decay = weight_decay;
  return spec;
}

OptimizerSpec OtherAdam() {
  OptimizerSpec spec = Adam(OptimizerSpec::Kind::kAdam, 0.05, 0.1);
  spec.beta1 = 0.8;
  spec.beta2 = 0.95;
  spec.epsilon = 1e-3;
  return spec;
}

constexpr OptimizerSpec::Kind kAdam = OptimizerSpec::Kind::kAdam;
constexpr OptimizerSpec::Kind kAdamW = OptimizerSpec::Kind::kAdamW;

// A gradient that depends on parameters, place and step.
std::vector<float> GradientAt(const std::vector<float>& parameters, int64_t step) {
  std::vector<float> gradients;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const int64_t phase = (static_cast<int64_t>(i) * 7 + step * 3) % 11;
    gradients.push_back(parameters[i] * 0.5f + static_cast<float>(phase - 5) / 8);
  }
  return gradients;
}

void Advance(Optimizer& optimizer, int64_t from, int64_t to, std::vector<float>& parameters) {
  for (int64_t step = from; step < to; ++step) {
    optimizer.Step(GradientAt(parameters, step).data(), parameters.data());
  }
}

const std::vector<float> kStart = {0.5f, -1, 2, 0, -0.25f};

// After 12 steps of torch.optim on the same gradients, in f32.
struct Trajectory {
  const char* name;
  OptimizerSpec spec;
  std::vector<float> last;
};

const Trajectory kTrajectories[] = {
    {"sgd", Sgd(0.1, 0, false, 0),
     {0.3125302791595459f, -0.5503168702125549f, 1.1121803522109985f, -0.05844983458518982f, -0.13121184706687927f}},
    {"sgd with momentum", Sgd(0.1, 0.9, false, 0.01),
     {-0.2743165194988251f, 0.5210089087486267f, -0.9718887209892273f, 0.033013831824064255f, 0.0878133550286293f}},
    {"nesterov", Sgd(0.1, 0.9, true, 0.01),
     {-0.20939958095550537f, 0.4168885350227356f, -0.6736465096473694f, -0.03565123677253723f, 0.11732976883649826f}},
    {"adam", Adam(kAdam, 0.01, 0),
     {0.47186005115509033f, -0.9102931618690491f, 1.8860489130020142f, -0.01284758374094963f, -0.2349914014339447f}},
    {"adam with other numbers", OtherAdam(),
     {0.2876197397708893f, -0.5282360315322876f, 1.4368276596069336f, -0.026033710688352585f, -0.11489351093769073f}},
    {"adamw", Adam(kAdamW, 0.01, 0.01),
     {0.4712756872177124f, -0.909155011177063f, 1.883722186088562f, -0.012833656743168831f, -0.2347041517496109f}},
    {"adamw with decay", Adam(kAdamW, 0.05, 0.2),
     {0.3012256920337677f, -0.4917823076248169f, 1.2484047412872314f, -0.03484593331813812f, -0.15192089974880219f}}};

TEST(OptimizerTest, FollowsPyTorchsTrajectories) {
  for (const Trajectory& trajectory : kTrajectories) {
    std::vector<float> parameters = kStart;
    Advance(*MakeOptimizer(trajectory.spec, 5), 0, 12, parameters);
    for (size_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(parameters[i], trajectory.last[i], 4e-7) << trajectory.name << ", parameter " << i;
    }
  }
}

TEST(OptimizerTest, TakesANewLearningRateBetweenSteps) {
  const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(Adam(kAdamW, 0.05, 0.2), 5);
  std::vector<float> parameters = kStart;
  for (int64_t step = 0; step < 12; ++step) {
    optimizer->set_learning_rate(0.1 / static_cast<double>(step + 1));
    Advance(*optimizer, step, step + 1, parameters);
  }
  const float expected[] = {0.5223870873451233f, -0.7280219197273254f, 1.5875965356826782f, -0.09492550045251846f,
                            -0.23448698222637177f};
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(parameters[i], expected[i], 4e-7) << i;
}

TEST(OptimizerTest, ScalesGradientsFirst) {
  for (const Trajectory& trajectory : kTrajectories) {
    std::vector<float> scaled = kStart, plain = kStart;
    const std::unique_ptr<Optimizer> a = MakeOptimizer(trajectory.spec, 5), b = MakeOptimizer(trajectory.spec, 5);
    a->set_gradient_scale(0.3);
    for (int64_t step = 0; step < 4; ++step) {
      std::vector<float> gradients = GradientAt(plain, step);
      a->Step(gradients.data(), scaled.data());
      for (float& gradient : gradients) gradient *= 0.3f;
      b->Step(gradients.data(), plain.data());
    }
    EXPECT_EQ(scaled, plain) << trajectory.name;
  }
}

std::vector<float> Many(size_t count) {
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i * 2654435761u % 1000) / 500 - 1);
  return values;
}

TEST(OptimizerTest, SlicesMayBeUpdatedInAnyOrder) {
  for (const Trajectory& trajectory : kTrajectories) {
    std::vector<float> whole = Many(50001), sliced = whole;
    const std::unique_ptr<Optimizer> a = MakeOptimizer(trajectory.spec, 50001);
    const std::unique_ptr<Optimizer> b = MakeOptimizer(trajectory.spec, 50001);
    EXPECT_GT(b->slice_count(), 2);
    for (int64_t step = 0; step < 3; ++step) {
      const std::vector<float> gradients = GradientAt(whole, step);
      a->Step(gradients.data(), whole.data());
      b->StartStep();
      for (int64_t slice = b->slice_count(); slice-- > 0;) b->UpdateSlice(slice, gradients.data(), sliced.data());
    }
    EXPECT_EQ(whole, sliced) << trajectory.name;
  }
}

TEST(OptimizerTest, AnElementsBitsDoNotDependOnItsPlace) {
  for (const Trajectory& trajectory : kTrajectories) {
    std::vector<float> together(37, 0.7f);
    const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(trajectory.spec, 37);
    for (int64_t step = 0; step < 5; ++step) {
      const std::vector<float> gradients(37, 0.1f + 0.3f * static_cast<float>(step));
      optimizer->Step(gradients.data(), together.data());
    }
    EXPECT_EQ(together, std::vector<float>(37, together[0])) << trajectory.name;
  }
}

TEST(OptimizerTest, AResumedRunHasTheBitsOfAnUnbrokenOne) {
  for (const Trajectory& trajectory : kTrajectories) {
    std::vector<float> unbroken = Many(100);
    std::vector<float> resumed = unbroken;
    Advance(*MakeOptimizer(trajectory.spec, 100), 0, 9, unbroken);
    const std::unique_ptr<Optimizer> first = MakeOptimizer(trajectory.spec, 100);
    Advance(*first, 0, 4, resumed);
    const OptimizerState state = first->State();
    EXPECT_EQ(state.steps, 4);
    const std::unique_ptr<Optimizer> second = MakeOptimizer(trajectory.spec, 100);
    ASSERT_TRUE(second->Restore(state).ok());
    Advance(*second, 4, 9, resumed);
    EXPECT_EQ(std::memcmp(resumed.data(), unbroken.data(), 400), 0) << trajectory.name;
  }
}

TEST(OptimizerTest, RefusesTheStateOfAnother) {
  const std::unique_ptr<Optimizer> adam = MakeOptimizer(Adam(kAdam, 0.1, 0), 4);
  const std::unique_ptr<Optimizer> sgd = MakeOptimizer(Sgd(0.1, 0, false, 0), 4);
  const auto message = [](const absl::Status& status) { return std::string(status.message()); };
  EXPECT_EQ(message(adam->Restore(sgd->State())), "optimizer state: no array 'first_moment'");
  EXPECT_EQ(message(sgd->Restore(adam->State())), "optimizer state: unexpected array 'first_moment'");
  EXPECT_EQ(message(adam->Restore(MakeOptimizer(Adam(kAdam, 0.1, 0), 5)->State())),
            "optimizer state: 'first_moment' has 5 elements, expected 4");
  OptimizerState state = adam->State();
  state.steps = -1;
  EXPECT_EQ(message(adam->Restore(state)), "optimizer state: -1 steps");
}

TEST(OptimizerTest, LeavesGapsZero) {
  for (const Trajectory& trajectory : kTrajectories) {
    std::vector<float> parameters(32, 0), gradients(32, 0);
    for (size_t i = 0; i < 5; ++i) gradients[i] = parameters[i] = 1;
    const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(trajectory.spec, 32);
    for (int step = 0; step < 5; ++step) optimizer->Step(gradients.data(), parameters.data());
    for (size_t i = 5; i < 32; ++i) EXPECT_EQ(parameters[i], 0) << trajectory.name;
  }
}

}  // namespace
}  // namespace plumbline
