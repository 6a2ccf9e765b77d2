#include "tests/benchmarks/against_matmul.h"

#include <omp.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <unordered_map>
#include <vector>

#include "compiler/onednn/onednn.h"

namespace plumbline {
namespace {

double ThreadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Operations a second over at least as long as the matmul takes.
double Rate(const std::function<double()>& work) {
  constexpr double kEnough = 0.15;
  const double start = ThreadSeconds();
  double operations = 0;
  double elapsed = 0;
  while (elapsed < kEnough) {
    operations += work();
    elapsed = ThreadSeconds() - start;
  }
  return operations / elapsed;
}

}  // namespace

class AgainstMatmul::Matmul {
 public:
  Matmul()
      : engine_(dnnl::engine::kind::cpu, 0),
        stream_(engine_),
        src_(kSize * kSize, 0.5f),
        weights_(kSize * kSize, 0.25f),
        dst_(kSize * kSize) {
    using dnnl::memory;
    const memory::desc square({kSize, kSize}, memory::data_type::f32, memory::format_tag::ab);
    matmul_ = dnnl::matmul(
        onednn::ForwardPd<dnnl::matmul>(engine_, dnnl::primitive_attr(), square, square, square));
    arguments_ = {{DNNL_ARG_SRC, memory(square, engine_, src_.data())},
                  {DNNL_ARG_WEIGHTS, memory(square, engine_, weights_.data())},
                  {DNNL_ARG_DST, memory(square, engine_, dst_.data())}};
  }

  double Run() {
    matmul_.execute(stream_, arguments_);
    stream_.wait();
    return 2.0 * kSize * kSize * kSize;
  }

 private:
  static constexpr int64_t kSize = 2048;
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::vector<float> src_, weights_, dst_;
  dnnl::matmul matmul_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

AgainstMatmul::AgainstMatmul(int rounds) : rounds_(rounds) {
  omp_set_num_threads(1);
  matmul_ = std::make_unique<Matmul>();
  matmul_->Run();
}

AgainstMatmul::~AgainstMatmul() = default;

void AgainstMatmul::Print(const std::string& name, const std::function<double()>& work) {
  std::vector<double> ratios;
  double best = 0;
  double best_matmul = 0;
  work();
  for (int round = 0; round < rounds_; ++round) {
    const double matmul = Rate([this] { return matmul_->Run(); });
    const double rate = Rate(work);
    ratios.push_back(rate / matmul);
    best = std::max(best, rate);
    best_matmul = std::max(best_matmul, matmul);
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("%-40s %6.1f GFLOP/s, bare %6.1f: best/best %5.1f %%, median of rounds %5.1f %%\n",
              name.c_str(), best * 1e-9, best_matmul * 1e-9, 100 * best / best_matmul,
              100 * ratios[ratios.size() / 2]);
  std::fflush(stdout);
}

}  // namespace plumbline
