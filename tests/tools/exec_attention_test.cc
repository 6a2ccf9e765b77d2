// Attention through `plumbline exec`: golden vectors of the shipped models, the same bits for any number of threads, and
// models of this file, whose queries, keys and values have sizes of their own, against formulas in double.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "experiments/arrays/array_file.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

std::string Model(const std::string& name) { return DataPath("experiments/attention/" + name + ".textproto"); }

NamedArrays ExecFile(const std::string& model, const std::string& inputs, std::vector<std::string> more) {
  const std::string output = ScratchPath("output.npz");
  std::vector<std::string> words = {"exec", model, "--inputs", inputs, "--outputs", output};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = RunPlumbline(words);
  EXPECT_EQ(result.exit_code, 0) << model << ": " << result.errors;
  const absl::StatusOr<NamedArrays> arrays = ReadArrays(output);
  EXPECT_TRUE(arrays.ok()) << arrays.status();
  return arrays.ok() ? *arrays : NamedArrays();
}

NamedArrays Exec(const std::string& model, const std::string& inputs, std::vector<std::string> more) {
  return ExecFile(Model(model), inputs, std::move(more));
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
NamedArrays MakeInputs(const std::vector<std::pair<std::string, std::vector<int64_t>>>& shapes) {
  NamedArrays inputs;
  uint32_t state = 7;
  for (const auto& [name, shape] : shapes) {
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

NamedArrays MakeInputs(const std::vector<int64_t>& shape) {
  return MakeInputs({{"q", shape}, {"k", shape}, {"v", shape}, {"grad/z", shape}});
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

// Queries, keys and values of different lengths and widths.
struct Sizes {
  int64_t batch, heads, queries, keys, width, value_width;
  bool causal;
};

constexpr char kInputs[] = R"(
  language: 1
  name: "attention"
  input { name: "q" dtype: F32 shape: "B, H, Q, D" }
  input { name: "k" dtype: F32 shape: "B, H, K, D" }
  input { name: "v" dtype: F32 shape: "B, H, K, W" }
  output { name: "z" }
)";

// The model of a kind, causal or not; Q is the length of the keys as well when causal.
std::string OwnModel(const std::string& kind, bool causal) {
  const std::string inputs = "input: \"q\" input: \"k\" ";
  std::string text = kInputs;
  if (causal) {
    for (size_t at = text.find("K,"); at != std::string::npos; at = text.find("K,")) text[at] = 'Q';
  }
  const std::string set = causal ? " { causal: \"1\" } }" : " {} }";
  if (kind == "softmax") return text + "node { name: \"z\" " + inputs + "input: \"v\" softmax_attention" + set;
  if (kind == "taylor") return text + "node { name: \"z\" " + inputs + "input: \"v\" taylor_attention" + set;
  const auto mask = [&](const char* fill) {
    return causal ? std::string("node { name: \"seen\" input: \"scores\" causal_mask { fill: \"") + fill + "\" } }"
                  : std::string("node { name: \"seen\" input: \"scores\" scale { by: \"1\" } }");
  };
  if (kind == "softmax_plain") {
    return text + "node { name: \"scores\" " + inputs + "matmul { transpose_b: \"1\" } }" + mask("-inf") +
           R"(node { name: "weights" input: "seen" softmax { axis: "-1" } }
              node { name: "z" input: "weights" input: "v" matmul {} })";
  }
  return text + R"(node { name: "phi_q" input: "q" taylor_features { terms: "3" } }
                   node { name: "phi_k" input: "k" taylor_features { terms: "3" } }
                   node { name: "scores" input: "phi_q" input: "phi_k" matmul { transpose_b: "1" } })" +
         mask("0") +
         R"(node { name: "numerator" input: "seen" input: "v" matmul {} }
            node { name: "denominator" input: "seen" reduce_sum { axis: "-1" keep_dims: "1" } }
            node { name: "z" input: "numerator" input: "denominator" div {} })";
}

// z_i = sum_j f(q_i·k_j) v_j / sum_j f(q_i·k_j) and its gradients for f = exp, or 1 + s + s²/2, by name of the result.
class Reference {
 public:
  Reference(const Sizes& sizes, bool softmax, const NamedArrays& inputs)
      : sizes_(sizes), softmax_(softmax), q_(ToDoubles(inputs.at("q"))), k_(ToDoubles(inputs.at("k"))),
        v_(ToDoubles(inputs.at("v"))), dz_(ToDoubles(inputs.at("grad/z"))) {
    results["z"].resize(dz_.size());
    results["grad/q"].resize(q_.size());
    results["grad/k"].resize(k_.size());
    results["grad/v"].resize(v_.size());
    for (int64_t head = 0; head < sizes.batch * sizes.heads; ++head) {
      for (int64_t i = 0; i < sizes.queries; ++i) AddQuery(head, i);
    }
  }

  std::map<std::string, std::vector<double>> results;

 private:
  void AddQuery(int64_t head, int64_t i) {
    const int64_t width = sizes_.width, value_width = sizes_.value_width;
    const int64_t keys = sizes_.causal ? i + 1 : sizes_.keys;
    const int64_t query = head * sizes_.queries + i;
    std::vector<double> f, slope, upstream;  // f(s), f'(s), dz·v
    double norm = 0, mean = 0;
    for (int64_t j = 0; j < keys; ++j) {
      const int64_t key = head * sizes_.keys + j;
      double s = 0, dot = 0;
      for (int64_t c = 0; c < width; ++c) s += q_[query * width + c] * k_[key * width + c];
      for (int64_t c = 0; c < value_width; ++c) dot += dz_[query * value_width + c] * v_[key * value_width + c];
      f.push_back(softmax_ ? std::exp(s) : 1 + s + s * s / 2);
      slope.push_back(softmax_ ? std::exp(s) : 1 + s);
      upstream.push_back(dot);
      norm += f.back();
    }
    for (int64_t j = 0; j < keys; ++j) mean += f[j] / norm * upstream[j];
    for (int64_t j = 0; j < keys; ++j) {
      const int64_t key = head * sizes_.keys + j;
      const double ds = slope[j] / norm * (upstream[j] - mean);
      for (int64_t c = 0; c < value_width; ++c) {
        results["z"][query * value_width + c] += f[j] / norm * v_[key * value_width + c];
        results["grad/v"][key * value_width + c] += f[j] / norm * dz_[query * value_width + c];
      }
      for (int64_t c = 0; c < width; ++c) {
        results["grad/q"][query * width + c] += ds * k_[key * width + c];
        results["grad/k"][key * width + c] += ds * q_[query * width + c];
      }
    }
  }

  const Sizes sizes_;
  const bool softmax_;
  const std::vector<double> q_, k_, v_, dz_;
};

class OwnSizes : public ::testing::TestWithParam<Sizes> {};

TEST_P(OwnSizes, AgreeWithFormulasInDouble) {
  const Sizes& s = GetParam();
  const NamedArrays inputs = MakeInputs({{"q", {s.batch, s.heads, s.queries, s.width}},
                                         {"k", {s.batch, s.heads, s.keys, s.width}},
                                         {"v", {s.batch, s.heads, s.keys, s.value_width}},
                                         {"grad/z", {s.batch, s.heads, s.queries, s.value_width}}});
  const std::string file = ScratchPath("inputs.npz");
  ASSERT_TRUE(WriteNpz(file, inputs).ok());
  for (const char* kind : {"softmax", "softmax_plain", "taylor", "taylor_plain"}) {
    const std::string model = ScratchPath("model.textproto");
    WriteText(model, OwnModel(kind, s.causal));
    const NamedArrays arrays = ExecFile(model, file, {"--gradients"});
    const Reference reference(s, kind[0] == 's', inputs);
    ASSERT_EQ(arrays.size(), reference.results.size()) << kind;
    for (const auto& [name, expected] : reference.results) {
      ASSERT_EQ(arrays.count(name), 1u) << kind << " " << name;
      const std::vector<double> actual = ToDoubles(arrays.at(name));
      ASSERT_EQ(actual.size(), expected.size()) << kind << " " << name;
      double largest = 0;
      for (const double value : expected) largest = std::max(largest, std::fabs(value));
      // Contributions of order 1 may cancel to nothing: with one key, dk is zero.
      for (size_t i = 0; i < actual.size(); ++i) {
        ASSERT_NEAR(actual[i], expected[i], 5e-6 + 2e-5 * largest) << kind << " " << name << " " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Attention, OwnSizes,
                         ::testing::Values(Sizes{1, 1, 1, 1, 1, 1, false}, Sizes{2, 3, 17, 29, 3, 5, false},
                                           Sizes{1, 2, 1, 33, 3, 7, false}, Sizes{2, 2, 37, 1, 3, 2, false},
                                           Sizes{1, 5, 131, 65, 16, 9, false}, Sizes{1, 3, 65, 259, 20, 33, false},
                                           Sizes{2, 3, 1, 1, 3, 4, true}, Sizes{1, 2, 67, 67, 3, 5, true},
                                           Sizes{1, 3, 129, 129, 16, 21, true}),
                         [](const ::testing::TestParamInfo<Sizes>& info) {
                           const Sizes& s = info.param;
                           std::string name = s.causal ? "causal" : "all";
                           for (const int64_t size : {s.batch, s.heads, s.queries, s.keys, s.width, s.value_width}) {
                             name += "_" + std::to_string(size);
                           }
                           return name;
                         });

}  // namespace
}  // namespace plumbline
