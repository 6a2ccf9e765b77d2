// Independent items of work on several threads.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_PARALLEL_ITEMS_H_
#define PLUMBLINE_EXPERIMENTS_DATA_PARALLEL_ITEMS_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"

namespace plumbline {

// Calls work(item, worker) once for each item 0 to count - 1 from up to `threads` threads; `worker`, below `threads`,
// is never in two calls at once. After an error no further items begin; of several errors the one of the lowest item
// is returned, which does not depend on how the threads ran.
absl::Status ForEachItem(int64_t count, int threads,
                         const std::function<absl::Status(int64_t item, int worker)>& work);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_PARALLEL_ITEMS_H_
