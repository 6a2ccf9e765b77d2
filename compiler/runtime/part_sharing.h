// Where workers that have no shard of their own help with the steps of others that consist of parts. One object a run.
#ifndef PLUMBLINE_COMPILER_RUNTIME_PART_SHARING_H_
#define PLUMBLINE_COMPILER_RUNTIME_PART_SHARING_H_

#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

#include "compiler/runtime/step.h"

namespace plumbline {

class PartSharing {
 public:
  // `owners` workers will run steps; each calls Leave once, after its last step.
  explicit PartSharing(int owners) : owners_(owners) {}
  PartSharing(const PartSharing&) = delete;
  PartSharing& operator=(const PartSharing&) = delete;

  // Computes all parts of a step: the caller, on the step's own scratch memory, and whoever helps take them in order,
  // one by one. Returns when all are done; throws the first exception of a part.
  void Run(BoundStep& step);
  // The caller runs no more steps.
  void Leave();
  // Helps, on `scratch`, until all owners have left. Waits without spinning.
  void Help(void* scratch);

 private:
  struct Job {
    BoundStep& step;
    const int parts;
    int next = 0;     // part to be taken
    int running = 0;  // parts that have been taken and are not done
    std::exception_ptr error = nullptr;
  };

  // Takes a part of the job and computes it; `lock` is released meanwhile.
  void RunNextPart(Job& job, void* scratch, std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wanted_;  // a job has come, or the last owner has left
  std::condition_variable done_;    // a job has no part left
  std::vector<Job*> jobs_;          // with parts to be taken, in order of coming
  int owners_;
  int waiting_ = 0;  // helpers
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_PART_SHARING_H_
