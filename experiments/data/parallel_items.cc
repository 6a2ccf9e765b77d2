// Items are handed out in their order, so the lowest one that fails has begun before any error stops the rest.
#include "experiments/data/parallel_items.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace plumbline {

absl::Status ForEachItem(int64_t count, int threads,
                         const std::function<absl::Status(int64_t item, int worker)>& work) {
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  int64_t failed_item = count;
  absl::Status first;
  const auto run = [&](int worker) {
    while (!failed) {
      const int64_t item = next++;
      if (item >= count) return;
      const absl::Status status = work(item, worker);
      if (status.ok()) continue;
      failed = true;
      const std::lock_guard<std::mutex> lock(mutex);
      if (item >= failed_item) continue;
      failed_item = item;
      first = status;
    }
  };
  std::vector<std::thread> workers;
  const int more = static_cast<int>(std::min<int64_t>(threads, count)) - 1;
  for (int i = 1; i <= more; ++i) workers.emplace_back(run, i);
  run(0);
  for (std::thread& worker : workers) worker.join();
  return first;
}

}  // namespace plumbline
