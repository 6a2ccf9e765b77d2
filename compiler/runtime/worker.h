// The state that every thread needs which creates or runs primitives: one OpenMP thread, denormals flushed to zero.
// Neither is inherited by a new std::thread, so each worker holds one of these.
#ifndef PLUMBLINE_COMPILER_RUNTIME_WORKER_H_
#define PLUMBLINE_COMPILER_RUNTIME_WORKER_H_

#include <cstdint>

namespace plumbline {

// Sets the calling thread's state and restores what was there before.
class WorkerScope {
 public:
  WorkerScope();
  ~WorkerScope();
  WorkerScope(const WorkerScope&) = delete;
  WorkerScope& operator=(const WorkerScope&) = delete;

 private:
  int openmp_threads_;
  uint32_t control_register_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_WORKER_H_
