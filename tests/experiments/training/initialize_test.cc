// Parameters before training: values by name, seed and initializer, zeros between.
#include "experiments/training/initialize.h"

#include <cmath>
#include <string>
#include <vector>

#include "experiments/random.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

const Initializer kUniform = {Initializer::Kind::kUniform, -0.25, 0.25};
const Initializer kNormal = {Initializer::Kind::kNormal, 1, 2};
const Initializer kOne = {Initializer::Kind::kConstant, 1, 0};

std::vector<float> Initialized(const std::vector<ParameterSlot>& slots, uint64_t seed, size_t floats) {
  std::vector<float> parameters(floats, 9);
  InitializeParameters(slots, seed, absl::MakeSpan(parameters));
  return parameters;
}

std::vector<float> Of(const std::vector<float>& parameters, const ParameterSlot& slot) {
  const auto begin = parameters.begin() + slot.offset;
  return std::vector<float>(begin, begin + ElementCount(slot.shape));
}

TEST(InitializeTest, FillsSlotsAndClearsGaps) {
  const std::vector<ParameterSlot> slots = {{"a", {3, 2}, 0, kUniform}, {"b", {5}, 16, kOne}, {"c", {}, 32, kOne}};
  const std::vector<float> parameters = Initialized(slots, 1, 48);
  for (size_t i = 0; i < 48; ++i) {
    if (i < 6) {
      EXPECT_NE(parameters[i], 0) << i;
      EXPECT_LT(std::abs(parameters[i]), 0.25) << i;
    } else {
      EXPECT_EQ(parameters[i], (i >= 16 && i < 21) || i == 32 ? 1 : 0) << i;
    }
  }
}

TEST(InitializeTest, AParametersValuesAreItsOwn) {
  const ParameterSlot here = {"fc.weight", {4, 25}, 64, kUniform};
  const ParameterSlot there = {"fc.weight", {10, 10}, 0, kUniform};
  const std::vector<float> values = Of(Initialized({{"other", {50}, 0, kNormal}, here}, 7, 176), here);
  EXPECT_EQ(values, Of(Initialized({there}, 7, 112), there));
  EXPECT_NE(values, Of(Initialized({there}, 8, 112), there));
  std::vector<float> stream(100);
  RandomStream(7, "fc.weight").FillUniform(absl::MakeSpan(stream), -0.25, 0.25);
  EXPECT_EQ(values, stream);
  const ParameterSlot renamed = {"fd.weight", {4, 25}, 64, kUniform};
  EXPECT_NE(values, Of(Initialized({renamed}, 7, 176), renamed));
}

TEST(InitializeTest, HasTheMomentsOfTheInitializer) {
  struct Case {
    Initializer initializer;
    double mean, deviation;
  };
  for (const Case& expected : {Case{kUniform, 0, 0.5 / std::sqrt(12)}, Case{kNormal, 1, 2}}) {
    const std::vector<float> values = Initialized({{"w", {100000}, 0, expected.initializer}}, 3, 100000);
    double sum = 0, squares = 0;
    for (const double value : values) {
      sum += value;
      squares += value * value;
    }
    const double mean = sum / 1e5;
    const double error = expected.deviation / std::sqrt(1e5);
    EXPECT_NEAR(mean, expected.mean, 4 * error);
    EXPECT_NEAR(std::sqrt(squares / 1e5 - mean * mean), expected.deviation, 4 * error);
  }
}

}  // namespace
}  // namespace plumbline
