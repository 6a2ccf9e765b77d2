// Threads that wait without spinning and run one task together: the only fork-join of a step.
#ifndef PLUMBLINE_COMPILER_RUNTIME_WORKER_POOL_H_
#define PLUMBLINE_COMPILER_RUNTIME_WORKER_POOL_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace plumbline {

class WorkerPool {
 public:
  // `threads` >= 1 workers; the caller of Run is worker 0, so threads - 1 are started.
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int threads() const { return static_cast<int>(threads_.size()) + 1; }
  // Calls task(worker) once on every worker, each within a WorkerScope, and returns when all have returned.
  // Not reentrant.
  void Run(const std::function<void(int worker)>& task);

 private:
  void Work(int worker);

  std::mutex mutex_;
  std::condition_variable start_;
  std::condition_variable done_;
  const std::function<void(int)>* task_ = nullptr;
  int generation_ = 0;
  int running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_WORKER_POOL_H_
