// The Taylor attention kernels of every instruction set of this processor against the definition in
// double (taylor_reference.h), over shapes that do not fit the tiles.

#include "ops/kernels/taylor_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "ops/kernels/isa.h"
#include "ops/kernels/matrix.h"
#include "ops/kernels/taylor_features.h"
#include "tests/ops/kernels/taylor_reference.h"

namespace plumbline {
namespace {

constexpr float kCanary = 12345.0f;

std::vector<Isa> IsasOfThisProcessor() {
  std::vector<Isa> isas;
  for (Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512}) {
    if (isa <= CpuIsa()) isas.push_back(isa);
  }
  return isas;
}

// A matrix whose rows are `gap` floats apart, with canaries between and after them.
class Padded {
 public:
  Padded(int64_t rows, int64_t columns, int64_t gap)
      : rows_(rows),
        columns_(columns),
        stride_(columns + gap),
        data_(rows * stride_ + 1, kCanary) {}

  Padded(const std::vector<double>& values, int64_t rows, int64_t columns, int64_t gap)
      : Padded(rows, columns, gap) {
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t c = 0; c < columns; ++c) {
        data_[i * stride_ + c] = static_cast<float>(values[i * columns + c]);
      }
    }
  }

  ConstMatrix in() const { return {data_.data(), stride_}; }
  MutableMatrix out() { return {data_.data(), stride_}; }

  std::vector<float> Values() const {
    std::vector<float> values;
    for (int64_t i = 0; i < rows_; ++i) {
      values.insert(values.end(), data_.begin() + i * stride_,
                    data_.begin() + i * stride_ + columns_);
    }
    return values;
  }

  bool CanariesAlive() const {
    for (int64_t at = 0; at < static_cast<int64_t>(data_.size()); ++at) {
      const bool inside = stride_ > 0 && at / stride_ < rows_ && at % stride_ < columns_;
      if (!inside && data_[at] != kCanary) return false;
    }
    return true;
  }

 private:
  int64_t rows_;
  int64_t columns_;
  int64_t stride_;
  std::vector<float> data_;
};

// Scratch of exactly the size asked for, filled with rubbish, canaries behind it.
class Scratch {
 public:
  explicit Scratch(int64_t bytes) : bytes_(bytes) {
    memory_.reset(static_cast<char*>(std::aligned_alloc(64, (bytes + 64 + 63) / 64 * 64)));
    std::memset(memory_.get(), 0xff, bytes + 64);
  }
  void* get() { return memory_.get(); }
  bool CanariesAlive() const {
    for (int64_t i = 0; i < 64; ++i) {
      if (memory_.get()[bytes_ + i] != static_cast<char>(0xff)) return false;
    }
    return true;
  }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  int64_t bytes_;
  std::unique_ptr<char, Free> memory_;
};

struct Results {
  std::vector<float> z, denominator, state, dq, dk, dv;
};

Results RunKernels(const TaylorAttentionProblem& p, const TaylorInputs& inputs, Isa isa,
                   int64_t gap) {
  const Padded q(inputs.q, p.query_length, p.width, gap);
  const Padded k(inputs.k, p.key_length, p.width, gap);
  const Padded v(inputs.v, p.key_length, p.value_width, gap);
  const Padded dz(inputs.dz, p.query_length, p.value_width, gap);
  Padded z(p.query_length, p.value_width, gap);
  Padded dq(p.query_length, p.width, gap);
  Padded dk(p.key_length, p.width, gap);
  Padded dv(p.key_length, p.value_width, gap);
  Padded denominator(1, p.query_length, 1);
  Padded state(1, TaylorAttentionStateFloats(p), 1);
  Scratch forward(TaylorAttentionForwardScratchBytes(p, isa));
  TaylorAttentionForward(p, q.in(), k.in(), v.in(), z.out(), denominator.out().data,
                         state.out().data, forward.get(), isa);
  EXPECT_TRUE(forward.CanariesAlive());
  Scratch backward(TaylorAttentionBackwardScratchBytes(p, isa));
  TaylorAttentionBackward(p,
                          {q.in(), k.in(), v.in(), z.in(), dz.in(), denominator.in().data,
                           state.in().data, dq.out(), dk.out(), dv.out()},
                          backward.get(), isa);
  EXPECT_TRUE(backward.CanariesAlive());
  for (const Padded* array : {&z, &denominator, &state, &dq, &dk, &dv}) {
    EXPECT_TRUE(array->CanariesAlive());
  }
  return {z.Values(),  denominator.Values(), state.Values(),
          dq.Values(), dk.Values(),          dv.Values()};
}

std::string Describe(const TaylorAttentionProblem& p, Isa isa) {
  std::ostringstream text;
  text << IsaName(isa) << " Lq=" << p.query_length << " Lk=" << p.key_length << " D=" << p.width
       << " Dv=" << p.value_width << " K=" << p.terms << " scale=" << p.scale
       << (p.causal ? " causal" : "");
  return text.str();
}

// The largest difference over the largest magnitude of the array, which counts as 0.1 at least
// because a gradient can be zero.
double RelativeError(const std::vector<float>& actual, const std::vector<double>& expected) {
  double difference = 0;
  double largest = 0.1;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(actual[i])) return HUGE_VAL;
    difference = std::max(difference, std::abs(actual[i] - expected[i]));
    largest = std::max(largest, std::abs(expected[i]));
  }
  return difference / largest;
}

void ExpectMatchesReference(const TaylorAttentionProblem& p, double spread, double tolerance) {
  const TaylorInputs inputs = RandomTaylorInputs(p, spread, 7);
  const TaylorOutputs expected = ReferenceTaylorAttention(p, inputs);
  for (Isa isa : IsasOfThisProcessor()) {
    SCOPED_TRACE(Describe(p, isa));
    const Results actual = RunKernels(p, inputs, isa, 3);
    EXPECT_LT(RelativeError(actual.z, expected.z), tolerance);
    EXPECT_LT(RelativeError(actual.denominator, expected.denominator), tolerance);
    EXPECT_LT(RelativeError(actual.dq, expected.dq), tolerance);
    EXPECT_LT(RelativeError(actual.dk, expected.dk), tolerance);
    EXPECT_LT(RelativeError(actual.dv, expected.dv), tolerance);
  }
}

// Inputs for which the scores have this standard deviation.
double SpreadFor(double scores, int64_t width) {
  return std::sqrt(scores / std::sqrt(static_cast<double>(width)));
}

TEST(TaylorReferenceTest, AnalyticGradientAgreesWithFiniteDifferences) {
  for (bool causal : {false, true}) {
    for (int64_t terms : {2, 3, 5}) {
      const TaylorAttentionProblem p = {4, causal ? 4 : 5, 3, 2, terms, -0.4f, causal};
      TaylorInputs inputs = RandomTaylorInputs(p, 0.6, 3);
      const TaylorOutputs outputs = ReferenceTaylorAttention(p, inputs);
      const auto loss = [&] {
        const TaylorOutputs at = ReferenceTaylorAttention(p, inputs);
        double sum = 0;
        for (size_t i = 0; i < at.z.size(); ++i) sum += at.z[i] * inputs.dz[i];
        return sum;
      };
      const auto check = [&](std::vector<double>& x, const std::vector<double>& gradient) {
        constexpr double kStep = 1e-5;
        for (size_t i = 0; i < x.size(); ++i) {
          const double kept = x[i];
          x[i] = kept + kStep;
          const double above = loss();
          x[i] = kept - kStep;
          const double below = loss();
          x[i] = kept;
          const double tolerance = 1e-7 * (1 + std::abs(gradient[i]));
          EXPECT_NEAR((above - below) / (2 * kStep), gradient[i], tolerance);
        }
      };
      check(inputs.q, outputs.dq);
      check(inputs.k, outputs.dk);
      check(inputs.v, outputs.dv);
    }
  }
}

TEST(TaylorAttentionTest, MatchesTheDefinitionForWidthsAndLengthsThatDoNotFitTiles) {
  struct Shape {
    int64_t query_length, key_length, width, value_width;
  };
  const Shape shapes[] = {{1, 1, 1, 1},     {2, 1, 3, 1},    {1, 130, 4, 5},   {17, 33, 16, 16},
                          {63, 65, 3, 100}, {129, 64, 5, 3}, {70, 100, 16, 7}, {40, 37, 33, 64},
                          {77, 75, 5, 16},  {99, 3, 1, 16},  {31, 161, 15, 16}, {66, 66, 17, 16}};
  for (const Shape& shape : shapes) {
    for (int64_t terms = 2; terms <= 6; ++terms) {
      if (TaylorFeatureCount(shape.width, terms) > 60000) continue;
      TaylorAttentionProblem p = {shape.query_length, shape.key_length, shape.width,
                                  shape.value_width,  terms,            0.5f,
                                  false};
      ExpectMatchesReference(p, SpreadFor(0.5, shape.width), 2e-5);
      p.key_length = p.query_length;
      p.causal = true;
      ExpectMatchesReference(p, SpreadFor(0.5, shape.width), 2e-5);
    }
  }
}

TEST(TaylorAttentionTest, MatchesTheDefinitionForUsualWidths) {
  for (int64_t width : {16, 64, 100}) {
    for (bool causal : {false, true}) {
      ExpectMatchesReference({200, 200, width, width, 3, 1.0f, causal}, SpreadFor(2, width), 2e-5);
    }
  }
}

TEST(TaylorAttentionTest, TakesScalesOfAnySign) {
  for (float scale : {-0.7f, 0.0f, 2.5f}) {
    for (bool causal : {false, true}) {
      ExpectMatchesReference({90, 90, 4, 4, 3, scale, causal}, 0.7, 2e-5);
      ExpectMatchesReference({90, 90, 4, 4, 5, scale, causal}, 0.5, 2e-5);
    }
  }
}

TEST(TaylorAttentionTest, ErrorStaysWithinTheConditionWhereWeightsCancel) {
  for (int64_t terms : {2, 4}) {
    for (bool causal : {false, true}) {
      const TaylorAttentionProblem p = {150, 150, 8, 4, terms, 1.0f, causal};
      const TaylorInputs inputs = RandomTaylorInputs(p, 1.0, 11);
      const TaylorOutputs expected = ReferenceTaylorAttention(p, inputs);
      const std::vector<double> conditions = TaylorConditions(p, inputs, expected);
      for (Isa isa : IsasOfThisProcessor()) {
        const Results actual = RunKernels(p, inputs, isa, 0);
        for (size_t i = 0; i < expected.z.size(); ++i) {
          EXPECT_NEAR(actual.z[i], expected.z[i], 1e-6 * conditions[i / p.value_width])
              << Describe(p, isa) << " at " << i;
        }
      }
    }
  }
}

TEST(TaylorAttentionTest, WithoutKeysOutputsAndGradientsAreZero) {
  for (bool causal : {false, true}) {
    const TaylorAttentionProblem p = {5, 0, 4, 3, 3, 1.0f, causal};
    const TaylorInputs inputs = RandomTaylorInputs(p, 1.0, 2);
    for (Isa isa : IsasOfThisProcessor()) {
      const Results actual = RunKernels(p, inputs, isa, 2);
      for (const auto& array : {actual.z, actual.denominator, actual.state, actual.dq}) {
        EXPECT_EQ(array, std::vector<float>(array.size(), 0.0f));
      }
    }
  }
}

TEST(TaylorAttentionTest, WithoutQueriesKeyGradientsAreZero) {
  const TaylorAttentionProblem p = {0, 70, 4, 3, 3, 1.0f, false};
  const TaylorInputs inputs = RandomTaylorInputs(p, 1.0, 2);
  for (Isa isa : IsasOfThisProcessor()) {
    const Results actual = RunKernels(p, inputs, isa, 2);
    for (const auto& array : {actual.dk, actual.dv}) {
      EXPECT_EQ(array, std::vector<float>(array.size(), 0.0f));
    }
  }
}

TEST(TaylorAttentionTest, BitsDoNotDependOnStridesOrOptionalArrays) {
  for (bool causal : {false, true}) {
    const TaylorAttentionProblem p = {100, 100, 16, 16, 3, 1.0f, causal};
    const TaylorInputs inputs = RandomTaylorInputs(p, 0.5, 5);
    for (Isa isa : IsasOfThisProcessor()) {
      const Results first = RunKernels(p, inputs, isa, 0);
      const Results second = RunKernels(p, inputs, isa, 5);
      EXPECT_EQ(first.z, second.z);
      EXPECT_EQ(first.dq, second.dq);
      EXPECT_EQ(first.dk, second.dk);
      EXPECT_EQ(first.dv, second.dv);
      EXPECT_EQ(first.state, second.state);

      const Padded q(inputs.q, 100, 16, 0), k(inputs.k, 100, 16, 0), v(inputs.v, 100, 16, 0);
      const Padded dz(inputs.dz, 100, 16, 0);
      Padded z(100, 16, 0), dq(100, 16, 0), dk(100, 16, 0), dv(100, 16, 0);
      Scratch scratch(std::max(TaylorAttentionForwardScratchBytes(p, isa),
                               TaylorAttentionBackwardScratchBytes(p, isa)));
      TaylorAttentionForward(p, q.in(), k.in(), v.in(), z.out(), nullptr, nullptr, scratch.get(),
                             isa);
      EXPECT_EQ(z.Values(), first.z);
      TaylorAttentionGradient arrays = {q.in(), k.in(), v.in(), z.in(), dz.in(),
                                        first.denominator.data(), nullptr, dq.out(),
                                        {nullptr, 0}, {nullptr, 0}};
      TaylorAttentionBackward(p, arrays, scratch.get(), isa);
      EXPECT_EQ(dq.Values(), first.dq);
      arrays.dq.data = nullptr;
      arrays.dk = dk.out();
      TaylorAttentionBackward(p, arrays, scratch.get(), isa);
      EXPECT_EQ(dk.Values(), first.dk);
      arrays.dk.data = nullptr;
      arrays.dv = dv.out();
      TaylorAttentionBackward(p, arrays, scratch.get(), isa);
      EXPECT_EQ(dv.Values(), first.dv);
    }
  }
}

TEST(TaylorAttentionTest, ScratchDoesNotGrowWithTheLength) {
  for (bool causal : {false, true}) {
    TaylorAttentionProblem p = {128, 128, 16, 16, 3, 1.0f, causal};
    const int64_t forward = TaylorAttentionForwardScratchBytes(p, EffectiveIsa());
    const int64_t backward = TaylorAttentionBackwardScratchBytes(p, EffectiveIsa());
    p.query_length = p.key_length = int64_t{1} << 30;
    EXPECT_EQ(TaylorAttentionForwardScratchBytes(p, EffectiveIsa()), forward);
    EXPECT_EQ(TaylorAttentionBackwardScratchBytes(p, EffectiveIsa()), backward);
  }
}

// The rows of 65,536 whose reference is worth its quadratic time.
TEST(TaylorAttentionTest, LongSequencesKeepTheirAccuracy) {
  constexpr int64_t kLength = 65536;
  for (double common : {0.0, 1.0}) {  // 1: every key nearly the same, so roundings repeat
    const TaylorAttentionProblem all = {kLength, kLength, 16, 16, 3, 0.25f, false};
    TaylorInputs inputs = RandomTaylorInputs(all, common == 0.0 ? 1.0 : 0.01, 13);
    for (double& x : inputs.k) x = static_cast<float>(x + common);
    const Isa isa = EffectiveIsa();
    const Padded k(inputs.k, kLength, 16, 0), v(inputs.v, kLength, 16, 0);
    Padded z(kLength, 16, 0);
    const Padded q(inputs.q, kLength, 16, 0);
    for (bool causal : {false, true}) {
      TaylorAttentionProblem p = all;
      p.causal = causal;
      Scratch scratch(TaylorAttentionForwardScratchBytes(p, isa));
      TaylorAttentionForward(p, q.in(), k.in(), v.in(), z.out(), nullptr, nullptr, scratch.get(),
                             isa);
      const std::vector<float> values = z.Values();
      constexpr int64_t kRow = kLength - 1;  // sees all keys in both cases
      TaylorAttentionProblem last = all;
      last.query_length = 1;
      TaylorInputs row = inputs;
      row.q.assign(inputs.q.begin() + kRow * 16, inputs.q.end());
      const TaylorOutputs expected = ReferenceTaylorAttention(last, row);
      double difference = 0, norm = 0;
      for (int64_t c = 0; c < 16; ++c) {
        difference += std::pow(values[kRow * 16 + c] - expected.z[c], 2);
        norm += std::pow(expected.z[c], 2);
      }
      EXPECT_LT(std::sqrt(difference / norm), 1e-5) << "common " << common << " causal " << causal;
    }
  }
}

}  // namespace
}  // namespace plumbline
