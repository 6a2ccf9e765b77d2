// The shipped attention models through `plumbline exec`: golden vectors, and the same bits for any number of threads.
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "experiments/arrays/array_file.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

std::string Model(const std::string& name) { return DataPath("experiments/attention/" + name + ".textproto"); }

NamedArrays Exec(const std::string& model, const std::string& inputs, std::vector<std::string> more) {
  const std::string output = ScratchPath("output.npz");
  std::vector<std::string> words = {"exec", Model(model), "--inputs", inputs, "--outputs", output};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = RunPlumbline(words);
  EXPECT_EQ(result.exit_code, 0) << model << ": " << result.errors;
  const absl::StatusOr<NamedArrays> arrays = ReadArrays(output);
  EXPECT_TRUE(arrays.ok()) << arrays.status();
  return arrays.ok() ? *arrays : NamedArrays();
}

struct GoldenCase {
  const char* model;
  int width;
  int terms;  // 0: softmax
  bool causal;
};

class Golden : public ::testing::TestWithParam<GoldenCase> {};

TEST_P(Golden, OutputsAgree) {
  const GoldenCase& param = GetParam();
  const std::string base = DataPath("tests/golden/attention_d" + std::to_string(param.width));
  const absl::StatusOr<NamedArrays> expected = ReadArrays(base + ".expected.npz");
  ASSERT_TRUE(expected.ok()) << expected.status();
  const std::string name = (param.terms == 0 ? "softmax" : "taylor" + std::to_string(param.terms)) +
                           (param.causal ? "_causal" : "");
  ASSERT_EQ(expected->count(name), 1u) << name;
  std::vector<std::string> sets = {"--set", param.causal ? "causal=1" : "causal=0"};
  if (param.terms > 0) sets.insert(sets.end(), {"--set", "terms=" + std::to_string(param.terms)});
  const NamedArrays arrays = Exec(param.model, base + ".inputs.npz", sets);
  ASSERT_EQ(arrays.count("z"), 1u);
  const std::vector<double> z = ToDoubles(arrays.at("z"));
  const std::vector<double> want = ToDoubles(expected->at(name));
  ASSERT_EQ(z.size(), want.size());
  // A denominator that nearly cancels (even K) amplifies f32 rounding; so the largest error is set against the largest
  // value of its row as well.
  for (size_t i = 0; i < z.size(); ++i) {
    double row = 0;
    const size_t start = i / param.width * param.width;
    for (int j = 0; j < param.width; ++j) row = std::max(row, std::fabs(want[start + j]));
    ASSERT_NEAR(z[i], want[i], 1e-5 + 1e-4 * row) << "element " << i;
  }
}

std::vector<GoldenCase> GoldenCases() {
  std::vector<GoldenCase> cases;
  for (const bool causal : {false, true}) {
    for (const int width : {4, 16}) {
      for (const char* model : {"softmax", "softmax_plain"}) cases.push_back({model, width, 0, causal});
      for (const char* model : {"taylor", "taylor_plain"}) {
        for (int terms = 2; terms <= (width == 4 ? 5 : 4); ++terms) cases.push_back({model, width, terms, causal});
      }
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(AttentionModels, Golden, ::testing::ValuesIn(GoldenCases()),
                         [](const ::testing::TestParamInfo<GoldenCase>& info) {
                           return std::string(info.param.model) + "_d" + std::to_string(info.param.width) + "_k" +
                                  std::to_string(info.param.terms) + (info.param.causal ? "_causal" : "");
                         });

// Inputs of order 1 from a fixed sequence.
NamedArrays MakeInputs(std::vector<int64_t> shape) {
  NamedArrays inputs;
  uint32_t state = 7;
  for (const char* name : {"q", "k", "v", "grad/z"}) {
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i) {
      state = state * 1664525u + 1013904223u;
      values.push_back(static_cast<float>(state >> 8) / 8388608.0f - 1.0f);
    }
    inputs[name] = MakeArray(shape, values);
  }
  return inputs;
}

class Threads : public ::testing::TestWithParam<std::tuple<const char*, bool>> {};

TEST_P(Threads, DoNotChangeABit) {
  const std::string inputs = ScratchPath("inputs.npz");
  ASSERT_TRUE(WriteNpz(inputs, MakeInputs({7, 2, 131, 16})).ok());
  const std::string causal = std::get<1>(GetParam()) ? "causal=1" : "causal=0";
  const auto run = [&](const char* threads) {
    return Exec(std::get<0>(GetParam()), inputs, {"--gradients", "--set", causal, "--threads", threads});
  };
  const NamedArrays one = run("1");
  ASSERT_EQ(one.size(), 4u);
  for (const char* threads : {"1", "2", "3"}) {
    for (const auto& [name, array] : run(threads)) {
      EXPECT_EQ(array.bytes == one.at(name).bytes, true) << name << " with " << threads << " threads";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AttentionModels, Threads,
                         ::testing::Combine(::testing::Values("softmax", "taylor", "softmax_plain", "taylor_plain"),
                                            ::testing::Bool()));

class OddShapes : public ::testing::TestWithParam<std::vector<int64_t>> {};

// The fused and the plain model compute the same function, values and gradients, with independent code.
TEST_P(OddShapes, FusedAndPlainAgree) {
  const std::string inputs = ScratchPath("inputs.npz");
  ASSERT_TRUE(WriteNpz(inputs, MakeInputs(GetParam())).ok());
  for (const char* kind : {"softmax", "taylor"}) {
    for (const char* causal : {"causal=0", "causal=1"}) {
      const NamedArrays fused = Exec(kind, inputs, {"--gradients", "--set", causal});
      const NamedArrays plain = Exec(std::string(kind) + "_plain", inputs, {"--gradients", "--set", causal});
      ASSERT_EQ(fused.size(), 4u);
      for (const auto& [name, array] : fused) {
        const std::vector<float> a = ToFloats(array);
        const std::vector<float> b = ToFloats(plain.at(name));
        float largest = 0;
        for (const float value : b) largest = std::max(largest, std::fabs(value));
        for (size_t i = 0; i < a.size(); ++i) {
          ASSERT_NEAR(a[i], b[i], 1e-6f + 2e-5f * largest) << kind << " " << causal << " " << name << " " << i;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AttentionModels, OddShapes,
                         ::testing::Values(std::vector<int64_t>{1, 1, 1, 1}, std::vector<int64_t>{2, 3, 1, 3},
                                           std::vector<int64_t>{1, 2, 37, 3}, std::vector<int64_t>{3, 1, 129, 20},
                                           std::vector<int64_t>{1, 5, 65, 64}));

}  // namespace
}  // namespace plumbline
