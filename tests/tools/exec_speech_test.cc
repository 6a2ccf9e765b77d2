// The speech models through `plumbline exec`: PyTorch's logits, loss, gradients and descent by AdamW, and the same bits
// for any number of threads.
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
  const char* model;
  const char* handout;  // "1": the handout's form, "0": the published code's
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
  std::vector<std::string> words = {"exec",      DataPath(std::string("experiments/ljspeech/") + variant.model),
                                    "--weights", base + ".weights.npz",
                                    "--inputs",  base + ".inputs.npz",
                                    "--outputs", output};
  const std::string handout = variant.handout;
  for (const std::string& set : {std::string("mels=16"), std::string("width=24"), std::string("heads=2"),
                                 std::string("hidden=48"), std::string("blocks=2"), std::string("positions=20"),
                                 "outer_norm=" + handout, "gelu_tanh=" + handout}) {
    words.push_back("--set");
    words.push_back(set);
  }
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

class Speech : public ::testing::TestWithParam<Variant> {};

TEST_P(Speech, OutputsLossAndGradientsAreThoseOfPyTorch) {
  const NamedArrays results = Exec(GetParam(), {"--gradients"});
  const NamedArrays expected = Read(GetParam(), "expected");
  int gradients = 0;
  for (const auto& [name, array] : expected) {
    const bool gradient = name.rfind("grad/", 0) == 0;
    gradients += gradient;
    ExpectNear(results, name, array, gradient ? 1e-3 : 1e-4, 1e-5);
  }
  EXPECT_GT(gradients, 60);
}

TEST_P(Speech, DescentIsThatOfPyTorch) {
  const NamedArrays results =
      Exec(GetParam(), {"--steps", "20", "--optimizer", "adamw { learning_rate: \"0.001\" }"});
  const NamedArrays expected = Read(GetParam(), "trajectory");
  ASSERT_GT(expected.size(), 61u);
  for (const auto& [name, array] : expected) {
    ExpectNear(results, name, array, name == "losses" ? 1e-4 : 1e-3, name == "losses" ? 0 : 1e-5);
  }
}

TEST_P(Speech, ThreadsChangeNoBit) {
  const NamedArrays one = Exec(GetParam(), {"--gradients", "--threads", "1"});
  for (const char* threads : {"2", "3"}) {
    for (const auto& [name, array] : Exec(GetParam(), {"--gradients", "--threads", threads})) {
      EXPECT_TRUE(array.bytes == one.at(name).bytes) << name << " with " << threads << " threads";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, Speech,
                         ::testing::Values(Variant{"asr_recurrent_handout", "recurrent.textproto", "1"},
                                           Variant{"asr_recurrent_published", "recurrent.textproto", "0"},
                                           Variant{"asr_transformer_handout", "transformer.textproto", "1"},
                                           Variant{"asr_transformer_published", "transformer.textproto", "0"}),
                         [](const ::testing::TestParamInfo<Variant>& info) { return std::string(info.param.golden); });

}  // namespace
}  // namespace plumbline
