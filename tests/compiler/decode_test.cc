// Generation position by position gives what the whole sequence at once gives, and a model that looks ahead is refused.
#include "compiler/decode.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

constexpr char kHead[] = R"pb(
language: 1
name: "m"
batch: "B"
input { name: "memory" dtype: F32 shape: "B, M, 8" }
input { name: "tokens" dtype: S64 shape: "B, S" }
node { name: "embed" input: "tokens" embedding { vocab: "7" features: "8" } }
)pb";
constexpr char kTail[] = R"pb(
output { name: "y" value: "last" }
decode { input: "tokens" symbol: "S" output: "y" }
)pb";

std::unique_ptr<Model> Build(const std::string& nodes) {
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>("model", kHead + nodes + kTail), AllOps(), {},
                                          diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return model ? std::make_unique<Model>(*std::move(model)) : nullptr;
}

constexpr int64_t kItems = 3, kLength = 6, kMemory = 5;

std::vector<float> Numbers(int64_t count, double phase) {
  std::vector<float> numbers;
  for (int64_t i = 0; i < count; ++i) numbers.push_back(static_cast<float>(std::sin(1.7 * static_cast<double>(i) + phase)));
  return numbers;
}

struct Case {
  std::unique_ptr<Model> model;
  std::vector<float> memory = Numbers(kItems * kMemory * 8, 0.3);
  std::vector<int64_t> tokens;
  std::vector<float> whole;  // [items, length, width]
  std::unique_ptr<Executor> executor;
  int64_t width = 0;
};

// The whole sequence at once.
Case RunWhole(const std::string& nodes) {
  Case result;
  result.model = Build(nodes);
  for (int64_t i = 0; i < kItems * kLength; ++i) result.tokens.push_back((i * 5 + i / 4) % 7);
  const absl::StatusOr<CompiledModel> compiled =
      Compile(*result.model, {{"B", kItems}, {"S", kLength}, {"M", kMemory}}, CompileOptions());
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  result.executor = *Executor::Create(compiled->program, 1);
  const std::vector<float> parameters = Numbers(compiled->program->full->parameter_floats, 1.1);
  for (size_t i = 0; i < parameters.size(); ++i) result.executor->parameters()[i] = 0.4f * parameters[i];
  result.whole.resize(static_cast<size_t>(ElementCount(compiled->program->batch_outputs[0].shape)));
  result.width = static_cast<int64_t>(result.whole.size()) / (kItems * kLength);
  std::vector<const void*> inputs;
  for (const ExternalBuffer& input : compiled->program->batch_inputs) {
    inputs.push_back(input.name == "memory" ? static_cast<const void*>(result.memory.data()) : result.tokens.data());
  }
  const absl::Status status = result.executor->Run(inputs, {result.whole.data()});
  EXPECT_TRUE(status.ok()) << status;
  return result;
}

std::unique_ptr<Decoder> MakeDecoder(const Case& whole, int64_t hypotheses, int64_t capacity, int threads) {
  auto decoder = Decoder::Create(*whole.model, {{{"B", kItems}, {"M", kMemory}}, hypotheses, capacity}, threads,
                                 whole.executor->parameters());
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  if (!decoder.ok()) return nullptr;
  std::vector<const void*> inputs((*decoder)->prologue().batch_inputs.size(), whole.memory.data());
  const absl::Status status = (*decoder)->Start(inputs);
  EXPECT_TRUE(status.ok()) << status;
  return *std::move(decoder);
}

void ExpectStepsEqualTheWhole(const std::string& nodes) {
  SCOPED_TRACE(nodes);
  const Case whole = RunWhole(nodes);
  for (const int threads : {1, 2}) {
    const auto decoder = MakeDecoder(whole, 2, kLength + 3, threads);
    ASSERT_NE(decoder, nullptr);
    ASSERT_EQ(decoder->width(), whole.width);
    for (int64_t t = 0; t < kLength; ++t) {
      std::vector<int64_t> tokens;
      for (int64_t row = 0; row < decoder->rows(); ++row) tokens.push_back(whole.tokens[row / 2 * kLength + t]);
      const absl::StatusOr<const float*> y = decoder->Step(tokens);
      ASSERT_TRUE(y.ok()) << y.status();
      for (int64_t row = 0; row < decoder->rows(); ++row) {
        for (int64_t i = 0; i < whole.width; ++i) {
          const float expected = whole.whole[static_cast<size_t>(((row / 2) * kLength + t) * whole.width + i)];
          ASSERT_NEAR((*y)[row * whole.width + i], expected, 2e-5) << "row " << row << " position " << t;
        }
      }
    }
  }
}

TEST(Decoder, WhatActsOnEachPosition) {
  ExpectStepsEqualTheWhole(R"pb(
node { name: "norm" layer_norm {} }
node { name: "act" gelu {} }
node { name: "turned" transpose { permutation: "0, 2, 1" } }
node { name: "back" transpose { permutation: "0, 2, 1" } }
node { name: "wide" linear { features: "6" } }
node { name: "both" input: "wide" input: "back" concat { axis: "2" } }
node { name: "heads" reshape { shape: "B, S, 2, 7" } }
node { name: "some" slice { axis: "3" begin: "1" end: "5" } }
node { name: "total" reduce_sum { axis: "2" } }
node { name: "last" log_softmax {} })pb");
}

TEST(Decoder, TablesAndWavesOfPositions) {
  ExpectStepsEqualTheWhole(R"pb(
node { name: "table" parameter { shape: "9, 8" init: "uniform(0, 1)" } }
node { name: "first" input: "table" slice { axis: "0" begin: "0" end: "S" } }
node { name: "placed" input: "embed" input: "first" add {} }
node { name: "last" sinusoidal_positions { max_timescale: "300" } })pb");
}

TEST(Decoder, CausalAttentionKeepsKeysAndValues) {
  ExpectStepsEqualTheWhole(R"pb(
node { name: "k" input: "embed" linear { features: "8" } }
node { name: "v" input: "embed" linear { features: "12" } }
node { name: "mix" input: "embed" input: "k" input: "v" softmax_attention { heads: "2" causal: "1" scale: "0.5" } }
node { name: "series" input: "mix" input: "mix" input: "v" taylor_attention { heads: "4" causal: "1" terms: "3" } }
node { name: "last" linear { features: "3" } })pb");
}

TEST(Decoder, AttentionOverTheMemoryRunsOnceWhereItCan) {
  constexpr char kNodes[] = R"pb(
node { name: "k" input: "memory" linear { features: "8" } }
node { name: "v" input: "memory" linear { features: "8" } }
node { name: "mix" input: "embed" input: "k" input: "v" softmax_attention { heads: "2" } }
node { name: "last" linear { features: "3" } })pb";
  ExpectStepsEqualTheWhole(kNodes);
  const absl::StatusOr<DecodingGraphs> graphs = TransformForDecoding(*Build(kNodes), CompileOptions());
  ASSERT_TRUE(graphs.ok()) << graphs.status();
  ASSERT_EQ(graphs->prologue.outputs().size(), 2u);
  EXPECT_EQ(graphs->prologue.outputs()[0].name, "kept/k");
  EXPECT_EQ(graphs->prologue.outputs()[1].name, "kept/v");
  EXPECT_EQ(graphs->step.FindSource("memory"), kNone);
}

TEST(Decoder, ReorderedRowsGoOnFromAnotherPast) {
  const Case whole = RunWhole(R"pb(
node { name: "mix" input: "embed" input: "embed" input: "embed" softmax_attention { heads: "2" causal: "1" } }
node { name: "last" linear { features: "3" } })pb");
  const auto decoder = MakeDecoder(whole, 2, kLength, 1);
  const auto step = [&](const std::vector<int64_t>& tokens) {
    const absl::StatusOr<const float*> y = decoder->Step(tokens);
    EXPECT_TRUE(y.ok()) << y.status();
    return std::vector<float>(*y, *y + decoder->rows() * whole.width);
  };
  step({1, 2, 1, 2, 1, 2});
  decoder->Reorder({1, 1, 2, 3, 5, 4});
  const std::vector<float> y = step({3, 3, 3, 3, 3, 3});
  const auto row = [&](int i) { return std::vector<float>(y.begin() + 3 * i, y.begin() + 3 * i + 3); };
  EXPECT_EQ(row(0), row(1));
  EXPECT_EQ(row(0), row(3));  // 2, then 3
  EXPECT_EQ(row(0), row(4));
  EXPECT_EQ(row(2), row(5));  // 1, then 3
  EXPECT_NE(row(0), row(2));
}

TEST(Decoder, MoreThanTheCapacityIsRefused) {
  const Case whole = RunWhole(R"pb(
node { name: "table" parameter { shape: "6, 8" init: "uniform(0, 1)" } }
node { name: "first" input: "table" slice { axis: "0" begin: "0" end: "S" } }
node { name: "last" input: "embed" input: "first" add {} })pb");
  const auto decoder = MakeDecoder(whole, 1, 8, 1);
  for (int t = 0; t < 6; ++t) EXPECT_TRUE(decoder->Step({1, 2, 3}).ok());
  EXPECT_THAT(std::string(decoder->Step({1, 2, 3}).status().message()), HasSubstr("there is room for 6"));
  const auto small = MakeDecoder(whole, 1, 1, 1);
  EXPECT_TRUE(small->Step({1, 2, 3}).ok());
  EXPECT_EQ(small->Step({1, 2, 3}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MakeDecoder(whole, 1, 4, 1)->Step({1, 2, 9}).status().code(), absl::StatusCode::kInvalidArgument);
}

std::string ErrorOf(const std::string& nodes) {
  return std::string(TransformForDecoding(*Build(nodes), CompileOptions()).status().message());
}

TEST(Decoder, ModelsThatLookAheadAreRefusedByNode) {
  EXPECT_THAT(ErrorOf(R"pb(
node { name: "last" input: "embed" input: "embed" input: "embed" softmax_attention { heads: "2" } })pb"),
              HasSubstr("'last' (softmax_attention) looks at later positions"));
  EXPECT_THAT(ErrorOf(R"pb(
node { name: "mean" reduce_mean { axis: "1" keep_dims: "1" } }
node { name: "last" input: "embed" input: "mean" add {} })pb"),
              HasSubstr("'mean' (reduce_mean) looks along the positions"));
  EXPECT_THAT(ErrorOf(R"pb(
node { name: "flat" reshape { shape: "B, 8*S" } }
node { name: "last" reshape { shape: "B, S, 8" } })pb"),
              HasSubstr("'flat' (reshape) does not keep the positions an axis of their own"));
  EXPECT_THAT(ErrorOf(R"pb(
node { name: "turned" transpose { permutation: "0, 2, 1" } }
node { name: "wide" conv1d { channels: "8" kernel: "3" padding: "1" } }
node { name: "last" transpose { permutation: "0, 2, 1" } })pb"),
              HasSubstr("'wide' (conv1d) has no form for one position"));
  EXPECT_THAT(ErrorOf("node { name: \"last\" input: \"memory\" relu {} }"),
              HasSubstr("the output 'y' does not depend on 'tokens'"));
}

}  // namespace
}  // namespace plumbline
