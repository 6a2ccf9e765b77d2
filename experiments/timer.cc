#include "experiments/timer.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace plumbline {
namespace {

constexpr char kName[] = "point";

// Keeps the one result instead of printing it.
class Keeper : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.iterations == 0) continue;
      seconds_ = run.real_accumulated_time / static_cast<double>(run.iterations);
      ++count_;
    }
  }
  int count() const { return count_; }
  double seconds() const { return seconds_; }

 private:
  double seconds_ = 0;
  int count_ = 0;
};

}  // namespace

absl::StatusOr<double> SecondsPerCall(const std::function<absl::Status()>& code, int64_t iterations) {
  absl::Status status;
  benchmark::RegisterBenchmark(kName, [&](benchmark::State& state) {
    for (auto iteration : state) {
      (void)iteration;
      if (status.ok()) status = code();
    }
  })->Iterations(iterations)->Repetitions(1)->UseRealTime();
  Keeper keeper;
  benchmark::RunSpecifiedBenchmarks(&keeper, nullptr, kName);
  benchmark::ClearRegisteredBenchmarks();
  if (!status.ok()) return status;
  if (keeper.count() != 1) {
    return absl::InvalidArgumentError("Google Benchmark measured nothing: an environment variable BENCHMARK_... is set");
  }
  return keeper.seconds();
}

}  // namespace plumbline
