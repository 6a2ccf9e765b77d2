// The yardstick of the kernel benchmarks: oneDNN's bare f32 matmul 2048 x 2048 x 2048 on one
// thread, run in turn with the work that is compared with it. Prints ratios; no test reads them.

#ifndef PLUMBLINE_TESTS_BENCHMARKS_AGAINST_MATMUL_H_
#define PLUMBLINE_TESTS_BENCHMARKS_AGAINST_MATMUL_H_

#include <functional>
#include <memory>
#include <string>

namespace plumbline {

class AgainstMatmul {
 public:
  // Sets OpenMP to one thread for the whole program. `rounds` of matmul and work for each line.
  explicit AgainstMatmul(int rounds);
  ~AgainstMatmul();

  // Prints the rates of `work`, which returns the operations of one run of it, and of the matmul
  // (the best of the rounds) and the median over the rounds of their ratio. The clock is the
  // thread's own time, so that other work on the machine counts less.
  void Print(const std::string& name, const std::function<double()>& work);

 private:
  class Matmul;
  int rounds_;
  std::unique_ptr<Matmul> matmul_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_BENCHMARKS_AGAINST_MATMUL_H_
