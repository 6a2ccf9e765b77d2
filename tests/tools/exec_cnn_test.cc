// The image classifier through `plumbline exec`: PyTorch's outputs, loss, gradients and descent, and the same bits for any
// number of threads.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/arrays/array_file.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

struct Variant {
  const char* golden;
  const char* set;
};

NamedArrays Read(const Variant& variant, const char* part) {
  const absl::StatusOr<NamedArrays> arrays =
      ReadArrays(DataPath(std::string("tests/golden/") + variant.golden + "." + part + ".npz"));
  EXPECT_TRUE(arrays.ok()) << arrays.status();
  return arrays.ok() ? *arrays : NamedArrays();
}

NamedArrays Exec(const Variant& variant, std::vector<std::string> more) {
  const std::string base = DataPath(std::string("tests/golden/") + variant.golden);
  const std::string output = ScratchPath("output.npz");
  std::vector<std::string> words = {"exec",      DataPath("experiments/octmnist/cnn.textproto"),
                                    "--set",     variant.set,
                                    "--weights", base + ".weights.npz",
                                    "--inputs",  base + ".inputs.npz",
                                    "--outputs", output};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = RunPlumbline(words);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  const absl::StatusOr<NamedArrays> arrays = ReadArrays(output);
  EXPECT_TRUE(arrays.ok()) << arrays.status();
  return arrays.ok() ? *arrays : NamedArrays();
}

void ExpectNear(const NamedArrays& actual, const std::string& name, const FileArray& expected, double relative,
                double absolute) {
  ASSERT_EQ(actual.count(name), 1u) << name;
  const std::vector<double> a = ToDoubles(actual.at(name)), b = ToDoubles(expected);
  ASSERT_EQ(a.size(), b.size()) << name;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_NEAR(a[i], b[i], absolute + relative * std::fabs(b[i])) << name << " " << i;
  }
}

class Cnn : public ::testing::TestWithParam<Variant> {};

TEST_P(Cnn, OutputsLossAndGradientsAreThoseOfPyTorch) {
  const NamedArrays results = Exec(GetParam(), {"--gradients"});
  const NamedArrays expected = Read(GetParam(), "expected");
  int gradients = 0;
  for (const auto& [name, array] : expected) {
    const bool gradient = name.rfind("grad/", 0) == 0;
    gradients += gradient;
    ExpectNear(results, name, array, gradient ? 1e-3 : 1e-4, 1e-5);
  }
  EXPECT_EQ(gradients, 10);
}

TEST_P(Cnn, DescentIsThatOfPyTorch) {
  const NamedArrays results =
      Exec(GetParam(), {"--steps", "20", "--optimizer", "sgd { learning_rate: \"0.1\" }"});
  const NamedArrays expected = Read(GetParam(), "trajectory");
  ASSERT_EQ(expected.size(), 11u);
  for (const auto& [name, array] : expected) {
    ExpectNear(results, name, array, name == "losses" ? 1e-4 : 1e-3, name == "losses" ? 0 : 1e-5);
  }
}

TEST_P(Cnn, ThreadsChangeNoBit) {
  const NamedArrays one = Exec(GetParam(), {"--gradients", "--threads", "1"});
  for (const char* threads : {"2", "3"}) {
    for (const auto& [name, array] : Exec(GetParam(), {"--gradients", "--threads", threads})) {
      EXPECT_TRUE(array.bytes == one.at(name).bytes) << name << " with " << threads << " threads";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, Cnn,
                         ::testing::Values(Variant{"cnn_maxpool", "no_maxpool=0"},
                                           Variant{"cnn_no_maxpool", "no_maxpool=1"}),
                         [](const ::testing::TestParamInfo<Variant>& info) { return std::string(info.param.golden); });

}  // namespace
}  // namespace plumbline
