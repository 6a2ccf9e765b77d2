// One mutex: a part runs for a fifth of a millisecond and more, so that taking one under a lock costs nothing.
#include "compiler/runtime/part_sharing.h"

#include <algorithm>

namespace plumbline {

void PartSharing::RunNextPart(Job& job, void* scratch, std::unique_lock<std::mutex>& lock) {
  const int part = job.next++;
  ++job.running;
  if (job.next == job.parts) jobs_.erase(std::find(jobs_.begin(), jobs_.end(), &job));
  lock.unlock();
  std::exception_ptr error;
  try {
    job.step.RunPart(part, scratch);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error != nullptr && job.error == nullptr) job.error = error;
  if (--job.running == 0 && job.next == job.parts) done_.notify_all();
}

void PartSharing::Run(BoundStep& step) {
  Job job{step, step.part_count()};
  std::unique_lock<std::mutex> lock(mutex_);
  jobs_.push_back(&job);
  if (waiting_ > 0) wanted_.notify_all();
  while (job.next < job.parts) RunNextPart(job, nullptr, lock);
  done_.wait(lock, [&] { return job.running == 0; });
  if (job.error != nullptr) std::rethrow_exception(job.error);
}

void PartSharing::Leave() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (--owners_ == 0) wanted_.notify_all();
}

void PartSharing::Help(void* scratch) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    if (!jobs_.empty()) {
      RunNextPart(*jobs_.front(), scratch, lock);
      continue;
    }
    if (owners_ == 0) return;
    ++waiting_;
    wanted_.wait(lock, [&] { return !jobs_.empty() || owners_ == 0; });
    --waiting_;
  }
}

}  // namespace plumbline
