// Registers a benchmark by hand, runs it once with a fixed number of iterations, and takes the time from its report.
#include "experiments/run/sample_timer.h"

#include <benchmark/benchmark.h>

namespace plumbline {
namespace {

class TakeTime : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
  }

  double seconds = 0;
};

}  // namespace

double TimeSample(const std::function<void()>& work, int64_t iterations) {
  static const bool initialized = [] {
    int argc = 1;
    char name[] = "plumbline";
    char* argv[] = {name, nullptr};
    benchmark::Initialize(&argc, argv);
    return true;
  }();
  (void)initialized;
  benchmark::ClearRegisteredBenchmarks();
  benchmark::RegisterBenchmark("sample", [&work](benchmark::State& state) {
    for (auto iteration : state) {
      (void)iteration;
      work();
    }
  })->Iterations(iterations)->Repetitions(1)->UseRealTime();
  TakeTime reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.seconds;
}

}  // namespace plumbline
