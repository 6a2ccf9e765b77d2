// Searches against trying every sequence, on a model so small that this can be done.
#include "experiments/decoding/generate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

// Tokens 0 (start), 1 (stop), 2 and 3; what follows depends on all tokens before.
constexpr char kModel[] = R"pb(
language: 1
name: "m"
batch: "B"
input { name: "memory" dtype: F32 shape: "B, M, 4" }
input { name: "tokens" dtype: S64 shape: "B, S" }
node { name: "embed" input: "tokens" embedding { vocab: "4" features: "4" } }
node { name: "own" input: "embed" input: "embed" input: "embed" softmax_attention { heads: "1" causal: "1" } }
node { name: "mix" input: "own" input: "memory" input: "memory" softmax_attention { heads: "1" } }
node { name: "sum" input: "own" input: "mix" add {} }
node { name: "logits" linear { features: "4" } }
output { name: "logits" }
decode { input: "tokens" symbol: "S" output: "logits" }
)pb";
constexpr int64_t kItems = 3, kMemory = 2, kTokens = 4;

class GenerateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Diagnostics diagnostics;
    std::optional<Model> model =
        BuildModel(std::make_shared<const Source>("model", kModel), AllOps(), {}, diagnostics);
    ASSERT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
    model_ = std::make_unique<Model>(*std::move(model));
    const auto compiled = CompileDecoding(*model_, {{{"B", 1}, {"M", kMemory}}, 1, 1}, CompileOptions());
    ASSERT_TRUE(compiled.ok()) << compiled.status();
    memory_ = AllocateAligned(compiled->step.program->full->parameter_floats * 4);
    float* const parameters = reinterpret_cast<float*>(memory_.get());
    for (int64_t i = 0; i < compiled->step.program->full->parameter_floats; ++i) {
      parameters[i] = 1.5f * std::sin(static_cast<float>(i) * 2.3f + 0.4f);
    }
    for (int64_t i = 0; i < kItems * kMemory * 4; ++i) audio_.push_back(std::cos(static_cast<float>(i) * 1.3f));
  }

  std::vector<GeneratedSequence> Run(int64_t beam, const GenerationRequest& request) {
    auto decoder = Decoder::Create(*model_, {{{"B", kItems}, {"M", kMemory}}, beam, request.steps}, 1,
                                   reinterpret_cast<float*>(memory_.get()));
    EXPECT_TRUE(decoder.ok()) << decoder.status();
    EXPECT_TRUE((*decoder)->Start({audio_.data()}).ok());
    const auto sequences = Generate(**decoder, request);
    EXPECT_TRUE(sequences.ok()) << sequences.status();
    return sequences.ok() ? *sequences : std::vector<GeneratedSequence>();
  }

  // Logarithms of the probabilities of each token after those of one item.
  std::vector<double> Next(int64_t item, const std::vector<int64_t>& before) {
    auto decoder = Decoder::Create(*model_, {{{"B", 1}, {"M", kMemory}}, 1, 9}, 1,
                                   reinterpret_cast<float*>(memory_.get()));
    EXPECT_TRUE((*decoder)->Start({audio_.data() + item * kMemory * 4}).ok());
    const float* outputs = *(*decoder)->Step({0});
    for (const int64_t token : before) outputs = *(*decoder)->Step({token});
    double sum = 0;
    for (int64_t i = 0; i < kTokens; ++i) sum += std::exp(static_cast<double>(outputs[i]));
    std::vector<double> result;
    for (int64_t i = 0; i < kTokens; ++i) result.push_back(outputs[i] - std::log(sum));
    return result;
  }

  // The likeliest of all sequences of at most `steps` tokens.
  GeneratedSequence Likeliest(int64_t item, int64_t steps) {
    GeneratedSequence best;
    best.log_probability = -1e9;
    std::vector<int64_t> tokens;
    const std::function<void(double)> visit = [&](double log_probability) {
      if (!tokens.empty() && (tokens.back() == 1 || static_cast<int64_t>(tokens.size()) == steps)) {
        if (log_probability > best.log_probability) best = {tokens, log_probability};
        return;
      }
      const std::vector<double> next = Next(item, tokens);
      for (int64_t token = 0; token < kTokens; ++token) {
        tokens.push_back(token);
        visit(log_probability + next[token]);
        tokens.pop_back();
      }
    };
    visit(0);
    best.tokens.back() = 1;
    return best;
  }

  std::unique_ptr<Model> model_;
  AlignedMemory memory_;
  std::vector<float> audio_;
};

TEST_F(GenerateTest, GreedyTakesTheLargestOutputAtEveryPosition) {
  const std::vector<GeneratedSequence> sequences = Run(1, {0, 1, 6, 0});
  ASSERT_EQ(sequences.size(), size_t{kItems});
  for (int64_t item = 0; item < kItems; ++item) {
    std::vector<int64_t> tokens;
    double log_probability = 0;
    while (tokens.size() < 6 && (tokens.empty() || tokens.back() != 1)) {
      const std::vector<double> next = Next(item, tokens);
      tokens.push_back(std::max_element(next.begin(), next.end()) - next.begin());
      log_probability += next[tokens.back()];
    }
    tokens.back() = 1;
    EXPECT_EQ(sequences[item].tokens, tokens) << "item " << item;
    EXPECT_NEAR(sequences[item].log_probability, log_probability, 1e-5);
  }
}

TEST_F(GenerateTest, ABeamOfAllSequencesFindsTheLikeliest) {
  const std::vector<GeneratedSequence> sequences = Run(64, {0, 1, 3, 0});
  for (int64_t item = 0; item < kItems; ++item) {
    const GeneratedSequence best = Likeliest(item, 3);
    EXPECT_EQ(sequences[item].tokens, best.tokens) << "item " << item;
    EXPECT_NEAR(sequences[item].log_probability, best.log_probability, 1e-5);
  }
}

TEST_F(GenerateTest, AWiderBeamIsNoLessLikelyHereAndTheSameEveryTime) {
  const std::vector<GeneratedSequence> greedy = Run(1, {0, 1, 5, 0}), beam = Run(3, {0, 1, 5, 0});
  const std::vector<GeneratedSequence> again = Run(3, {0, 1, 5, 0});
  for (int64_t item = 0; item < kItems; ++item) {
    EXPECT_GE(beam[item].log_probability, greedy[item].log_probability - 1e-6);
    EXPECT_EQ(beam[item].tokens, again[item].tokens);
    EXPECT_EQ(beam[item].log_probability, again[item].log_probability);
  }
}

TEST_F(GenerateTest, EverySequenceEndsWithOneStop) {
  for (const int64_t steps : {1, 2, 7}) {
    for (const GeneratedSequence& sequence : Run(2, {0, 1, steps, 1})) {
      ASSERT_FALSE(sequence.tokens.empty());
      EXPECT_LE(static_cast<int64_t>(sequence.tokens.size()), steps);
      EXPECT_EQ(std::count(sequence.tokens.begin(), sequence.tokens.end(), 1), 1);
      EXPECT_EQ(sequence.tokens.back(), 1);
    }
  }
}

}  // namespace
}  // namespace plumbline
