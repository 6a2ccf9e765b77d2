// The softmax attention kernels of every instruction set that the processor has, against naive
// formulas in double.

#include "ops/kernels/softmax_attention.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/kernels/isa.h"

namespace plumbline {
namespace {

constexpr float kUntouched = 123456.0f;
// Rounding of scores and sums of up to a few hundred terms each.
constexpr double kTolerance = 3e-6;

// A matrix in the middle of a larger allocation whose other elements must stay as they are.
class Matrix {
 public:
  Matrix(int64_t rows, int64_t width, int64_t stride)
      : rows_(rows), width_(width), stride_(stride), data_(rows * stride + 3, kUntouched) {}

  float& at(int64_t row, int64_t column) { return data_[3 + row * stride_ + column]; }
  float at(int64_t row, int64_t column) const { return data_[3 + row * stride_ + column]; }
  ConstMatrix read() const { return {data_.data() + 3, stride_}; }
  MutableMatrix write() { return {data_.data() + 3, stride_}; }
  int64_t rows() const { return rows_; }
  int64_t width() const { return width_; }

  bool PaddingIsUntouched() const {
    for (size_t i = 0; i < data_.size(); ++i) {
      const int64_t at = static_cast<int64_t>(i) - 3;
      const bool inside = at >= 0 && at % stride_ < width_ && at / stride_ < rows_;
      if (!inside && data_[i] != kUntouched) return false;
    }
    return true;
  }

  std::vector<float> Values() const {
    std::vector<float> values;
    for (int64_t r = 0; r < rows_; ++r) {
      for (int64_t c = 0; c < width_; ++c) values.push_back(at(r, c));
    }
    return values;
  }

 private:
  int64_t rows_;
  int64_t width_;
  int64_t stride_;
  std::vector<float> data_;
};

class AlignedFloats {
 public:
  explicit AlignedFloats(int64_t bytes) : memory_(bytes + 64, '\x7f') {}
  void* data() {
    const uintptr_t address = reinterpret_cast<uintptr_t>(memory_.data());
    return memory_.data() + (64 - address % 64) % 64;
  }

 private:
  std::vector<char> memory_;
};

// Uniform numbers in [-limit, limit), the same everywhere.
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed * 2654435761u + 1) {}
  float Next(float limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    const double unit = static_cast<double>(state_ >> 40) / static_cast<double>(1 << 24);
    return static_cast<float>((2 * unit - 1) * limit);
  }
  void Fill(float limit, Matrix& matrix) {
    for (int64_t r = 0; r < matrix.rows(); ++r) {
      for (int64_t c = 0; c < matrix.width(); ++c) matrix.at(r, c) = Next(limit);
    }
  }

 private:
  uint64_t state_;
};

struct Case {
  int64_t query_length;
  int64_t key_length;
  int64_t width;
  int64_t value_width;
  bool causal = false;
  float scale = 0.5f;
  float limit = 1.0f;  // of the elements of q and k
  int64_t extra_stride = 0;

  std::string Name() const {
    return "Lq=" + std::to_string(query_length) + " Lk=" + std::to_string(key_length) +
           " D=" + std::to_string(width) + " Dv=" + std::to_string(value_width) +
           (causal ? " causal" : "") + " limit=" + std::to_string(limit) +
           " extra_stride=" + std::to_string(extra_stride);
  }
  SoftmaxAttentionProblem Problem() const {
    return {query_length, key_length, width, value_width, scale, causal, 0};
  }
};

struct Arrays {
  explicit Arrays(const Case& c)
      : q(c.query_length, c.width, c.width + c.extra_stride),
        k(c.key_length, c.width, c.width + c.extra_stride),
        v(c.key_length, c.value_width, c.value_width + 2 * c.extra_stride),
        z(c.query_length, c.value_width, c.value_width + c.extra_stride),
        dz(c.query_length, c.value_width, c.value_width + c.extra_stride),
        dq(c.query_length, c.width, c.width + c.extra_stride),
        dk(c.key_length, c.width, c.width + 3 * c.extra_stride),
        dv(c.key_length, c.value_width, c.value_width + c.extra_stride),
        log_sum_exp(c.query_length, kUntouched) {
    Numbers numbers(static_cast<uint64_t>(c.query_length * 31 + c.width));
    numbers.Fill(c.limit, q);
    numbers.Fill(c.limit, k);
    numbers.Fill(1.0f, v);
    numbers.Fill(1.0f, dz);
  }
  SoftmaxAttentionGradient Gradient() {
    return {q.read(),           k.read(),   v.read(),   z.read(),  dz.read(),
            log_sum_exp.data(), dq.write(), dk.write(), dv.write()};
  }

  Matrix q, k, v, z, dz, dq, dk, dv;
  std::vector<float> log_sum_exp;
};

void RunForward(const Case& c, Isa isa, Arrays& a) {
  const SoftmaxAttentionProblem problem = c.Problem();
  AlignedFloats scratch(SoftmaxAttentionForwardScratchBytes(problem, isa));
  SoftmaxAttentionForward(problem, a.q.read(), a.k.read(), a.v.read(), a.z.write(),
                          a.log_sum_exp.data(), scratch.data(), isa);
}

void RunBackward(const Case& c, Isa isa, const SoftmaxAttentionGradient& gradient) {
  const SoftmaxAttentionProblem problem = c.Problem();
  AlignedFloats scratch(SoftmaxAttentionBackwardScratchBytes(problem, isa));
  SoftmaxAttentionBackward(problem, gradient, scratch.data(), isa);
}

using Doubles = std::vector<double>;

struct Reference {
  Doubles z, log_sum_exp, dq, dk, dv;
  // Sums of the magnitudes of what is added and subtracted in dq and dk, which may cancel.
  Doubles dq_terms, dk_terms;
};

// The formulas of the header, one query after the other.
Reference Evaluate(const Case& c, const Arrays& a) {
  Reference r;
  r.z.assign(c.query_length * c.value_width, 0);
  r.log_sum_exp.assign(c.query_length, 0);
  r.dq.assign(c.query_length * c.width, 0);
  r.dk.assign(c.key_length * c.width, 0);
  r.dq_terms = r.dq;
  r.dk_terms = r.dk;
  r.dv.assign(c.key_length * c.value_width, 0);
  for (int64_t i = 0; i < c.query_length; ++i) {
    const int64_t keys = c.causal ? i + 1 : c.key_length;
    Doubles p(keys, 0.0), dp(keys, 0.0);
    double maximum = -std::numeric_limits<double>::infinity();
    for (int64_t j = 0; j < keys; ++j) {
      for (int64_t d = 0; d < c.width; ++d)
        p[j] += static_cast<double>(a.q.at(i, d)) * a.k.at(j, d);
      p[j] *= c.scale;
      maximum = std::max(maximum, p[j]);
    }
    double sum = 0, delta = 0;
    for (double& x : p) sum += x = std::exp(x - maximum);
    r.log_sum_exp[i] = maximum + std::log(sum);
    for (int64_t j = 0; j < keys; ++j) {
      p[j] /= sum;
      for (int64_t e = 0; e < c.value_width; ++e) {
        r.z[i * c.value_width + e] += p[j] * a.v.at(j, e);
        r.dv[j * c.value_width + e] += p[j] * a.dz.at(i, e);
        dp[j] += static_cast<double>(a.dz.at(i, e)) * a.v.at(j, e);
      }
      delta += p[j] * dp[j];
    }
    for (int64_t j = 0; j < keys; ++j) {
      const double ds = c.scale * p[j] * (dp[j] - delta);
      const double ds_terms = c.scale * p[j] * (std::fabs(dp[j]) + std::fabs(delta));
      for (int64_t d = 0; d < c.width; ++d) {
        r.dq[i * c.width + d] += ds * a.k.at(j, d);
        r.dk[j * c.width + d] += ds * a.q.at(i, d);
        r.dq_terms[i * c.width + d] += ds_terms * std::fabs(a.k.at(j, d));
        r.dk_terms[j * c.width + d] += ds_terms * std::fabs(a.q.at(i, d));
      }
    }
  }
  return r;
}

double Largest(const Doubles& values) {
  double largest = 0;
  for (double x : values) largest = std::max(largest, std::fabs(x));
  return largest;
}

// Every element within `tolerance` of the largest expected magnitude, or of `floor`.
void ExpectNear(const std::vector<float>& actual, const Doubles& expected, double tolerance,
                double floor, const char* what) {
  ASSERT_EQ(actual.size(), expected.size());
  const double limit = tolerance * std::max(Largest(expected), floor);
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_LE(std::fabs(actual[i] - expected[i]), limit)
        << what << " element " << i << ": " << actual[i] << ", expected " << expected[i];
  }
}

std::vector<Isa> AvailableIsas() {
  std::vector<Isa> isas;
  for (Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512}) {
    if (isa <= CpuIsa()) isas.push_back(isa);
  }
  return isas;
}

void ExpectForwardAndBackward(const Case& c, double tolerance) {
  Arrays inputs(c);
  const Reference expected = Evaluate(c, inputs);
  for (Isa isa : AvailableIsas()) {
    SCOPED_TRACE(c.Name() + " on " + std::string(IsaName(isa)));
    Arrays a = inputs;
    RunForward(c, isa, a);
    ExpectNear(a.z.Values(), expected.z, tolerance, 1e-3, "z");
    ExpectNear(a.log_sum_exp, expected.log_sum_exp, 2e-6, 1, "log_sum_exp");
    RunBackward(c, isa, a.Gradient());
    ExpectNear(a.dv.Values(), expected.dv, tolerance, 1e-3, "dv");
    ExpectNear(a.dq.Values(), expected.dq, tolerance, Largest(expected.dq_terms), "dq");
    ExpectNear(a.dk.Values(), expected.dk, tolerance, Largest(expected.dk_terms), "dk");
    for (const Matrix* m : {&a.q, &a.k, &a.v, &a.z, &a.dz, &a.dq, &a.dk, &a.dv}) {
      EXPECT_TRUE(m->PaddingIsUntouched());
    }
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(SoftmaxAttentionKernelTest, AgreesWithTheFormulaForEveryWidthAndLength) {
  for (int64_t width : {1, 3, 16, 64, 100, 257}) {
    for (int64_t length : {1, 2, 17, 63, 65, 130}) {
      for (bool causal : {false, true}) {
        ExpectForwardAndBackward({length, length, width, width, causal}, kTolerance);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(SoftmaxAttentionKernelTest, AgreesWhereLengthsAndWidthsDiffer) {
  ExpectForwardAndBackward({1, 200, 64, 64}, kTolerance);
  ExpectForwardAndBackward({200, 1, 64, 64}, kTolerance);
  ExpectForwardAndBackward({77, 97, 16, 5}, kTolerance);
  ExpectForwardAndBackward({130, 289, 5, 33}, kTolerance);
  ExpectForwardAndBackward({33, 500, 48, 1}, kTolerance);
  ExpectForwardAndBackward({70, 70, 3, 80, true}, kTolerance);
}

TEST(SoftmaxAttentionKernelTest, AgreesOverSeveralBlocksOfQueriesAndKeys) {
  ExpectForwardAndBackward({600, 600, 64, 64, true}, kTolerance);
  ExpectForwardAndBackward({1030, 333, 16, 16}, kTolerance);
}

TEST(SoftmaxAttentionKernelTest, AgreesOnStridedMatrices) {
  ExpectForwardAndBackward({100, 100, 64, 64, false, 0.125f, 1.0f, 64}, kTolerance);
  ExpectForwardAndBackward({100, 100, 20, 20, true, 0.5f, 1.0f, 7}, kTolerance);
  ExpectForwardAndBackward({530, 200, 100, 36, false, 0.1f, 1.0f, 100}, kTolerance);
}

TEST(SoftmaxAttentionKernelTest, LargeScoresNeitherOverflowNorLoseTheirSum) {
  // Scores of up to 1e4 carry an error of 1e4 2^-24 each, and so do the weights.
  for (bool causal : {false, true}) {
    Case c = {150, 150, 4, 8, causal, 1.0f, 50.0f};
    ExpectForwardAndBackward(c, 3e-3);
    if (HasFatalFailure()) return;
  }
}

// Keys in ascending order of score make the reference maximum move again and again.
TEST(SoftmaxAttentionKernelTest, ScoresThatGrowWithTheKeyAreRescaled) {
  const Case c = {70, 700, 1, 3};
  Arrays inputs(c);
  for (int64_t i = 0; i < c.query_length; ++i) inputs.q.at(i, 0) = 0.01f * static_cast<float>(i);
  for (int64_t j = 0; j < c.key_length; ++j) inputs.k.at(j, 0) = static_cast<float>(j);
  const Reference expected = Evaluate(c, inputs);
  for (Isa isa : AvailableIsas()) {
    SCOPED_TRACE(std::string(IsaName(isa)));
    Arrays a = inputs;
    RunForward(c, isa, a);
    ExpectNear(a.z.Values(), expected.z, 5e-5, 1, "z");
    ExpectNear(a.log_sum_exp, expected.log_sum_exp, 2e-6, 1, "log_sum_exp");
  }
}

TEST(SoftmaxAttentionKernelTest, WithoutKeysTheOutputIsZero) {
  const Case c = {5, 0, 7, 3, true};
  for (Isa isa : AvailableIsas()) {
    Arrays a(c);
    RunForward(c, isa, a);
    EXPECT_THAT(a.z.Values(), testing::Each(0.0f));
    EXPECT_THAT(a.log_sum_exp, testing::Each(-std::numeric_limits<float>::infinity()));
    RunBackward(c, isa, a.Gradient());
    EXPECT_THAT(a.dq.Values(), testing::Each(0.0f));
  }
}

TEST(SoftmaxAttentionKernelTest, GradientsThatAreNotWantedChangeNothingElse) {
  const Case c = {90, 70, 20, 24};
  for (Isa isa : AvailableIsas()) {
    Arrays a(c);
    RunForward(c, isa, a);
    RunBackward(c, isa, a.Gradient());
    for (int skipped = 0; skipped < 8; ++skipped) {
      Arrays b = a;
      const std::vector<float> dq = a.dq.Values(), dk = a.dk.Values(), dv = a.dv.Values();
      SoftmaxAttentionGradient gradient = b.Gradient();
      if (skipped & 1) gradient.dq.data = nullptr;
      if (skipped & 2) gradient.dk.data = nullptr;
      if (skipped & 4) gradient.dv.data = nullptr;
      RunBackward(c, isa, gradient);
      EXPECT_EQ(b.dq.Values(), dq);
      EXPECT_EQ(b.dk.Values(), dk);
      EXPECT_EQ(b.dv.Values(), dv);
    }
  }
}

TEST(SoftmaxAttentionKernelTest, BitsDoNotDependOnStrides) {
  Case c = {190, 190, 19, 21, true};
  for (Isa isa : AvailableIsas()) {
    Arrays a(c);
    RunForward(c, isa, a);
    RunBackward(c, isa, a.Gradient());
    Case strided = c;
    strided.extra_stride = 5;
    Arrays b(strided);
    RunForward(strided, isa, b);
    RunBackward(strided, isa, b.Gradient());
    EXPECT_EQ(a.z.Values(), b.z.Values());
    EXPECT_EQ(a.log_sum_exp, b.log_sum_exp);
    EXPECT_EQ(a.dq.Values(), b.dq.Values());
    EXPECT_EQ(a.dk.Values(), b.dk.Values());
    EXPECT_EQ(a.dv.Values(), b.dv.Values());
  }
}

TEST(SoftmaxAttentionKernelTest, QueriesCutIntoSeveralPassesKeepTheirBits) {
  for (const bool causal : {false, true}) {
    const Case c = {600, 600, 19, 21, causal};
    for (Isa isa : AvailableIsas()) {
      Arrays whole(c);
      RunForward(c, isa, whole);
      Arrays cut(c);
      AlignedFloats scratch(SoftmaxAttentionForwardScratchBytes(c.Problem(), isa));
      for (int64_t first = 0; first < 600; first += kSoftmaxAttentionQueryStep) {
        SoftmaxAttentionProblem problem = c.Problem();
        problem.query_length = std::min(kSoftmaxAttentionQueryStep, 600 - first);
        problem.first_query = causal ? first : 0;
        const auto from = [&](auto matrix) {
          matrix.data += first * matrix.row_stride;
          return matrix;
        };
        SoftmaxAttentionForward(problem, from(cut.q.read()), cut.k.read(), cut.v.read(),
                                from(cut.z.write()), cut.log_sum_exp.data() + first,
                                scratch.data(), isa);
      }
      EXPECT_EQ(cut.z.Values(), whole.z.Values());
      EXPECT_EQ(cut.log_sum_exp, whole.log_sum_exp);
    }
  }
}

// What a query sees ends at its own position: later keys and values change no bit of it.
TEST(SoftmaxAttentionKernelTest, CausalOutputsDoNotDependOnLaterKeys) {
  const Case c = {200, 200, 16, 16, true};
  for (Isa isa : AvailableIsas()) {
    Arrays a(c);
    RunForward(c, isa, a);
    Arrays b(c);
    for (int64_t j = 101; j < 200; ++j) {
      for (int64_t d = 0; d < 16; ++d) {
        b.k.at(j, d) = 30.0f;
        b.v.at(j, d) = 1e30f;
      }
    }
    RunForward(c, isa, b);
    for (int64_t i = 0; i <= 100; ++i) {
      for (int64_t d = 0; d < 16; ++d) EXPECT_EQ(a.z.at(i, d), b.z.at(i, d));
    }
  }
}

TEST(SoftmaxAttentionKernelTest, NotANumberInAQueryStaysInItsRow) {
  const Case c = {70, 100, 8, 8};
  for (Isa isa : AvailableIsas()) {
    Arrays a(c);
    a.q.at(5, 2) = std::numeric_limits<float>::quiet_NaN();
    RunForward(c, isa, a);
    for (int64_t i = 0; i < c.query_length; ++i) {
      EXPECT_EQ(std::isnan(a.log_sum_exp[i]), i == 5);
      for (int64_t d = 0; d < 8; ++d) EXPECT_EQ(std::isnan(a.z.at(i, d)), i == 5);
    }
  }
}

TEST(SoftmaxAttentionKernelTest, ScratchDoesNotGrowWithTheLengths) {
  for (Isa isa : AvailableIsas()) {
    const SoftmaxAttentionProblem small = {1024, 1024, 64, 64, 1.0f, false, 0};
    const SoftmaxAttentionProblem large = {1 << 20, 1 << 20, 64, 64, 1.0f, false, 0};
    EXPECT_EQ(SoftmaxAttentionForwardScratchBytes(small, isa),
              SoftmaxAttentionForwardScratchBytes(large, isa));
    EXPECT_EQ(SoftmaxAttentionBackwardScratchBytes(small, isa),
              SoftmaxAttentionBackwardScratchBytes(large, isa));
  }
}

}  // namespace
}  // namespace plumbline
