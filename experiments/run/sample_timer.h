// One timed sample by Google Benchmark: the library counts and times the iterations, the order of samples is the
// caller's.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_SAMPLE_TIMER_H_
#define PLUMBLINE_EXPERIMENTS_RUN_SAMPLE_TIMER_H_

#include <cstdint>
#include <functional>

namespace plumbline {

// Real seconds of one call of `work`, the mean over `iterations` calls made one after another.
double TimeSample(const std::function<void()>& work, int64_t iterations);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_SAMPLE_TIMER_H_
