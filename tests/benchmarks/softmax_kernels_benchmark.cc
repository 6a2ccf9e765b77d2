// Prints the speed of the softmax attention kernels as a share of oneDNN's bare f32 matmul on one
// thread. Operations are counted as 4 L^2 D forward and 10 L^2 D backward, half of it causal.
//
// usage: softmax_kernels_benchmark [rounds, default 7]

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ops/kernels/isa.h"
#include "ops/kernels/softmax_attention.h"
#include "tests/benchmarks/against_matmul.h"

namespace plumbline {
namespace {

struct Case {
  int64_t length;
  int64_t width;
  int64_t row_stride;
  bool causal;
};

class Attention {
 public:
  explicit Attention(const Case& c)
      : case_(c), problem_{c.length, c.length, c.width, c.width, 1.0f / static_cast<float>(c.width),
                           c.causal, 0} {
    for (std::vector<float>* array : {&q_, &k_, &v_, &dz_}) *array = Random();
    for (std::vector<float>* array : {&z_, &dq_, &dk_, &dv_}) *array = Random();
    log_sum_exp_.resize(c.length);
    const int64_t bytes = std::max(SoftmaxAttentionForwardScratchBytes(problem_, isa_),
                                   SoftmaxAttentionBackwardScratchBytes(problem_, isa_));
    scratch_.reset(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
  }

  std::string Name() const {
    return "D=" + std::to_string(case_.width) + " L=" + std::to_string(case_.length) +
           (case_.row_stride == case_.width ? "" : " stride " + std::to_string(case_.row_stride)) +
           (case_.causal ? " causal" : "");
  }

  // Both return the operations.
  double Forward() {
    SoftmaxAttentionForward(problem_, In(q_), In(k_), In(v_), Out(z_), log_sum_exp_.data(),
                            scratch_.get(), isa_);
    return 4 * Products();
  }
  double Backward() {
    const SoftmaxAttentionGradient arrays = {
        In(q_), In(k_), In(v_), In(z_), In(dz_), log_sum_exp_.data(), Out(dq_), Out(dk_), Out(dv_)};
    SoftmaxAttentionBackward(problem_, arrays, scratch_.get(), isa_);
    return 10 * Products();
  }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  double Products() const {
    const double length = static_cast<double>(case_.length);
    return length * length * static_cast<double>(case_.width) / (case_.causal ? 2 : 1);
  }
  std::vector<float> Random() {
    std::normal_distribution<float> normal;
    std::vector<float> values(case_.length * case_.row_stride);
    for (float& value : values) value = normal(random_);
    return values;
  }
  ConstMatrix In(const std::vector<float>& a) const { return {a.data(), case_.row_stride}; }
  MutableMatrix Out(std::vector<float>& a) const { return {a.data(), case_.row_stride}; }

  Case case_;
  SoftmaxAttentionProblem problem_;
  Isa isa_ = EffectiveIsa();
  std::mt19937 random_{1};
  std::vector<float> q_, k_, v_, z_, dz_, dq_, dk_, dv_, log_sum_exp_;
  std::unique_ptr<void, Free> scratch_;
};

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 7;
  plumbline::AgainstMatmul bench(rounds);
  std::printf("isa %s\n", std::string(plumbline::IsaName(plumbline::EffectiveIsa())).c_str());
  const plumbline::Case cases[] = {
      {4096, 64, 64, false}, {4096, 64, 64, true},    {16384, 64, 64, false},
      {16384, 64, 64, true}, {4096, 16, 16, false},   {4096, 16, 16, true},
      {512, 64, 64, false},  {1377, 100, 200, false}, {4096, 64, 512, false},
  };
  for (const plumbline::Case& c : cases) {
    plumbline::Attention attention(c);
    bench.Print("forward " + attention.Name(), [&] { return attention.Forward(); });
    bench.Print("backward " + attention.Name(), [&] { return attention.Backward(); });
  }
  return 0;
}
