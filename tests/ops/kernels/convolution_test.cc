// The convolution and pooling kernels of every instruction set of this machine against sums in
// double, for odd sizes in row-major and channels-last memory.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ops/kernels/convolution.h"
#include "ops/kernels/images.h"
#include "ops/kernels/isa.h"
#include "ops/kernels/pooling.h"

namespace plumbline {
namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Scratch = std::unique_ptr<void, Free>;

Scratch MakeScratch(int64_t bytes) {
  const size_t size = static_cast<size_t>((bytes + 63) / 64 * 64);
  char* const memory = static_cast<char*>(std::aligned_alloc(64, size));
  for (size_t i = 0; i < size; ++i) memory[i] = 0x7f;  // floats that are not numbers
  return Scratch(memory);
}

Floats Random(int64_t count, int seed) {
  std::mt19937 random(seed);
  Floats values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random() / 4294967296.0 - 0.5);
  return values;
}

ImageStrides RowMajor(int64_t channels, const int64_t size[2]) {
  return {channels * size[0] * size[1], size[0] * size[1], size[1], 1};
}
ImageStrides ChannelsLast(int64_t channels, const int64_t size[2]) {
  return {channels * size[0] * size[1], 1, size[1] * channels, channels};
}

int64_t At(const ImageStrides& s, int64_t b, int64_t c, int64_t i, int64_t j) {
  return b * s.batch + c * s.channel + i * s.row + j * s.column;
}

struct Case {
  std::string name;
  ConvolutionProblem problem;  // out_size is computed
  int64_t pool_kernel[2], pool_stride[2], pool_padding[2];
};

int64_t Steps(int64_t size, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation) {
  return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

class ConvolutionTest : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (GetParam() > CpuIsa()) GTEST_SKIP() << "not on this processor";
  }
};

// One case: arrays, the reference and what the kernels give.
class Checker {
 public:
  Checker(const Case& c, Isa isa, bool channels_last) : p_(c.problem), isa_(isa) {
    for (int i = 0; i < 2; ++i) {
      p_.out_size[i] =
          Steps(p_.in_size[i], p_.kernel[i], p_.stride[i], p_.padding[i], p_.dilation[i]);
      pool_.window.kernel[i] = c.pool_kernel[i];
      pool_.window.stride[i] = c.pool_stride[i];
      pool_.window.padding[i] = c.pool_padding[i];
      pool_.out_size[i] =
          Steps(p_.out_size[i], c.pool_kernel[i], c.pool_stride[i], c.pool_padding[i], 1);
    }
    const auto strides = channels_last ? ChannelsLast : RowMajor;
    in_ = strides(p_.in_channels, p_.in_size);
    out_ = strides(p_.out_channels, p_.out_size);
    pooled_ = strides(p_.out_channels, pool_.out_size);
    x_ = Random(p_.batch * in_.batch, 1);
    weight_ = Random(p_.out_channels * InGroup() * p_.kernel[0] * p_.kernel[1], 2);
    bias_ = Random(p_.out_channels, 3);
    scratch_ = MakeScratch(std::max(ConvolutionScratchBytes(p_, nullptr, isa_),
                                    ConvolutionScratchBytes(p_, &pool_, isa_)));
  }

  void Run() {
    ComputeForward();
    CheckDense(false);
    CheckDense(true);
    CheckPooled(true);
    CheckPooled(false);
  }

 private:
  int64_t InGroup() const { return p_.in_channels / p_.groups; }

  // Calls visit(x, weight, y) with the places of every product.
  template <typename Visit>
  void ForEachProduct(Visit visit) const {
    for (int64_t b = 0; b < p_.batch; ++b)
      for (int64_t o = 0; o < p_.out_channels; ++o)
        for (int64_t i = 0; i < p_.out_size[0]; ++i)
          for (int64_t j = 0; j < p_.out_size[1]; ++j)
            for (int64_t c = 0; c < InGroup(); ++c)
              for (int64_t k = 0; k < p_.kernel[0] * p_.kernel[1]; ++k) {
                const int64_t row = i * p_.stride[0] + k / p_.kernel[1] * p_.dilation[0];
                const int64_t column = j * p_.stride[1] + k % p_.kernel[1] * p_.dilation[1];
                const int64_t y = row - p_.padding[0], x = column - p_.padding[1];
                if (y < 0 || y >= p_.in_size[0] || x < 0 || x >= p_.in_size[1]) continue;
                const int64_t group = o / (p_.out_channels / p_.groups);
                visit(At(in_, b, group * InGroup() + c, y, x),
                      (o * InGroup() + c) * p_.kernel[0] * p_.kernel[1] + k, At(out_, b, o, i, j));
              }
  }

  template <typename Visit>
  void ForEachOutput(Visit visit) const {
    for (int64_t b = 0; b < p_.batch; ++b)
      for (int64_t o = 0; o < p_.out_channels; ++o)
        for (int64_t i = 0; i < p_.out_size[0]; ++i)
          for (int64_t j = 0; j < p_.out_size[1]; ++j) visit(At(out_, b, o, i, j), o);
  }

  void ComputeForward() {
    full_.assign(static_cast<size_t>(p_.batch * out_.batch), 0.0);
    ForEachProduct([&](int64_t x, int64_t w, int64_t y) {
      full_[y] += static_cast<double>(x_[x]) * weight_[w];
    });
    ForEachOutput([&](int64_t y, int64_t o) { full_[y] += bias_[o]; });
  }

  static void ExpectNear(const Floats& actual, const Doubles& expected, const char* what) {
    ASSERT_EQ(actual.size(), expected.size()) << what;
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(actual[i], expected[i], 2e-5 * (1 + std::abs(expected[i]))) << what << " " << i;
    }
  }

  void ExpectGradients(const Doubles& dy, const Floats& dx, const Floats& dweight,
                       const Floats& dbias) const {
    Doubles to_x(dx.size()), to_weight(dweight.size()), to_bias(dbias.size());
    ForEachProduct([&](int64_t x, int64_t w, int64_t y) {
      to_x[x] += dy[y] * weight_[w];
      to_weight[w] += dy[y] * x_[x];
    });
    ForEachOutput([&](int64_t y, int64_t o) { to_bias[o] += dy[y]; });
    ExpectNear(dx, to_x, "dx");
    ExpectNear(dweight, to_weight, "dweight");
    ExpectNear(dbias, to_bias, "dbias");
  }

  void CheckDense(bool relu) {
    Floats y = Random(p_.batch * out_.batch, 4), dx = Random(p_.batch * in_.batch, 5);
    Floats dweight = weight_, dbias = bias_;
    ConvolutionForward(p_, relu, {x_.data(), in_}, weight_.data(), bias_.data(), {y.data(), out_},
                       scratch_.get(), isa_);
    Doubles expected = full_;
    for (double& value : expected) value = relu && value < 0 ? 0 : value;
    ExpectNear(y, expected, "y");
    const Floats dy = Random(p_.batch * out_.batch, 6);
    const ConvolutionGradient gradient = {{dy.data(), out_},
                                          {relu ? y.data() : nullptr, out_}};
    ConvolutionInputGradient(p_, gradient, weight_.data(), {dx.data(), in_}, scratch_.get(), isa_);
    ConvolutionWeightGradient(p_, {x_.data(), in_}, gradient, dweight.data(), dbias.data(),
                              scratch_.get(), isa_);
    Doubles cut(dy.begin(), dy.end());
    for (size_t i = 0; i < cut.size(); ++i) cut[i] = relu && !(y[i] > 0) ? 0 : cut[i];
    ExpectGradients(cut, dx, dweight, dbias);
  }

  void CheckPooled(bool relu) {
    Floats y = Random(p_.batch * pooled_.batch, 4), dx = Random(p_.batch * in_.batch, 5);
    Floats dweight = weight_, dbias = bias_;
    std::vector<uint8_t> winner(static_cast<size_t>(p_.batch * pooled_.batch), 77);
    ConvolutionPooledForward(p_, pool_, relu, {x_.data(), in_}, weight_.data(), bias_.data(),
                             {y.data(), pooled_}, winner.data(), scratch_.get(), isa_);
    const Floats dy = Random(p_.batch * pooled_.batch, 6);
    const PooledGradient gradient = {pool_, {dy.data(), pooled_}, winner.data()};
    ConvolutionPooledInputGradient(p_, gradient, weight_.data(), {dx.data(), in_}, scratch_.get(),
                                   isa_);
    ConvolutionPooledWeightGradient(p_, {x_.data(), in_}, gradient, dweight.data(), dbias.data(),
                                    scratch_.get(), isa_);
    ExpectGradients(SpreadToMaxima(relu, y, winner, dy), dx, dweight, dbias);
  }

  // Checks maxima and winners, and gives the dense gradient.
  Doubles SpreadToMaxima(bool relu, const Floats& y, const std::vector<uint8_t>& winner,
                         const Floats& dy) const {
    Doubles dense(full_.size());
    for (int64_t b = 0; b < p_.batch; ++b)
      for (int64_t o = 0; o < p_.out_channels; ++o)
        for (int64_t i = 0; i < pool_.out_size[0]; ++i)
          for (int64_t j = 0; j < pool_.out_size[1]; ++j) {
            double most = relu ? 0 : -1e30;
            int64_t place = -1, best = kNoWinner;
            for (int64_t k = 0; k < pool_.window.kernel[0] * pool_.window.kernel[1]; ++k) {
              const int64_t row = i * pool_.window.stride[0] - pool_.window.padding[0] +
                                  k / pool_.window.kernel[1];
              const int64_t column = j * pool_.window.stride[1] - pool_.window.padding[1] +
                                     k % pool_.window.kernel[1];
              if (row < 0 || row >= p_.out_size[0] || column < 0 || column >= p_.out_size[1])
                continue;
              const double value = full_[At(out_, b, o, row, column)];
              if (value <= most) continue;
              most = value;
              place = At(out_, b, o, row, column);
              best = k;
            }
            const int64_t at = At(pooled_, b, o, i, j);
            EXPECT_NEAR(y[at], most, 2e-5);
            EXPECT_EQ(winner[((b * pool_.out_size[0] + i) * pool_.out_size[1] + j) *
                                 p_.out_channels + o], best);
            if (place >= 0) dense[place] += dy[at];
          }
    return dense;
  }

  ConvolutionProblem p_;
  ConvolutionPool pool_;
  Isa isa_;
  ImageStrides in_, out_, pooled_;
  Floats x_, weight_, bias_;
  Doubles full_;
  Scratch scratch_;
};

// batch, groups, in, out, {rows, columns}, -, kernel, stride, padding, dilation; pool's kernel,
// stride, padding.
const Case kCases[] = {
    {"first layer", {8, 1, 1, 8, {28, 28}, {}, {3, 3}, {1, 1}, {1, 1}, {1, 1}}, {2, 2}, {2, 2}, {0, 0}},
    {"second layer", {3, 1, 8, 16, {14, 14}, {}, {3, 3}, {1, 1}, {0, 0}, {1, 1}}, {2, 2}, {2, 2}, {0, 0}},
    {"strided", {2, 1, 1, 8, {28, 28}, {}, {3, 3}, {2, 2}, {1, 1}, {1, 1}}, {2, 2}, {2, 2}, {0, 0}},
    {"strided second", {2, 1, 8, 16, {14, 14}, {}, {3, 3}, {2, 2}, {0, 0}, {1, 1}}, {3, 3}, {3, 3}, {0, 0}},
    {"overlapping pool", {2, 1, 3, 20, {9, 11}, {}, {3, 2}, {1, 1}, {1, 0}, {1, 1}}, {3, 3}, {1, 2}, {1, 1}},
    {"dilated", {2, 1, 5, 7, {9, 12}, {}, {2, 3}, {1, 2}, {0, 2}, {2, 2}}, {1, 2}, {1, 2}, {0, 0}},
    {"groups", {2, 3, 6, 9, {6, 5}, {}, {3, 3}, {1, 1}, {1, 1}, {1, 1}}, {2, 2}, {2, 2}, {0, 0}},
    {"five taps", {1, 1, 1, 33, {9, 13}, {}, {5, 5}, {1, 1}, {2, 2}, {1, 1}}, {2, 3}, {2, 2}, {1, 0}},
    {"five taps strided", {1, 1, 1, 17, {9, 14}, {}, {1, 5}, {1, 2}, {0, 0}, {1, 1}}, {3, 3}, {2, 1}, {1, 1}},
    {"one pixel", {1, 1, 20, 1, {1, 1}, {}, {1, 1}, {1, 1}, {0, 0}, {1, 1}}, {1, 1}, {1, 1}, {0, 0}},
    {"long row", {1, 1, 19, 37, {1, 300}, {}, {1, 3}, {1, 2}, {0, 1}, {1, 1}}, {1, 3}, {1, 2}, {0, 1}},
    {"many taps", {1, 1, 2, 5, {17, 15}, {}, {7, 9}, {1, 1}, {3, 4}, {1, 1}}, {2, 2}, {2, 2}, {0, 0}},
};

TEST_P(ConvolutionTest, MatchesSumsInDouble) {
  for (const Case& c : kCases) {
    for (const bool channels_last : {false, true}) {
      SCOPED_TRACE(c.name + (channels_last ? ", channels last" : ", row-major"));
      Checker(c, GetParam(), channels_last).Run();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ConvolutionTest,
                         testing::Values(Isa::kGeneric, Isa::kAvx2, Isa::kAvx512),
                         [](const auto& info) { return std::string(IsaName(info.param)); });

}  // namespace
}  // namespace plumbline
