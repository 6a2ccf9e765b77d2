// Times one piece of code with Google Benchmark: its loop, its clock, one repetition. Which points are timed in what
// order, and what becomes of the numbers, is the caller's business; the library's own interleaving and statistics are
// not used because the order must come from a stored seed.
#ifndef PLUMBLINE_EXPERIMENTS_TIMER_H_
#define PLUMBLINE_EXPERIMENTS_TIMER_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"

namespace plumbline {

// Wall-clock seconds of one of `iterations` calls, as their mean. Errors: what `code` returns, and a library that the
// environment has told not to measure. Not reentrant and only for one thread at a time.
absl::StatusOr<double> SecondsPerCall(const std::function<absl::Status()>& code, int64_t iterations);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TIMER_H_
