// Deals units of work to the threads of this process, and to other processes that fill the same folder of records, so that
// each unit is done once.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_CLAIMED_WORK_H_
#define PLUMBLINE_EXPERIMENTS_RUN_CLAIMED_WORK_H_

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/run_claim.h"

namespace plumbline {

class ClaimedWork {
 public:
  struct Unit {
    size_t index;
    RunClaim claim;  // held while the unit is worked on, and until its record is stored
  };

  // Units by their keys. `is_done`: whether a unit needs no work (any more); called for a
  // unit whose claim is held, for one at a time.
  ClaimedWork(std::string folder, std::vector<std::string> keys, std::function<absl::StatusOr<bool>(size_t)> is_done);

  // A unit that no one works on and that is not done, in the order of the keys; nothing when all are done. Where only units
  // are left that others work on, tells `say` once and waits for what becomes of them. From any thread. Errors: those of
  // claiming and of `is_done`; Cancelled when `stopped` says so.
  absl::StatusOr<std::optional<Unit>> Next(const std::function<bool()>& stopped,
                                           const std::function<void(const std::string&)>& say);

 private:
  // A unit that is free now.
  absl::StatusOr<std::optional<Unit>> TryNext();

  const std::string folder_;
  const std::vector<std::string> keys_;
  const std::function<absl::StatusOr<bool>(size_t)> is_done_;
  std::mutex mutex_;
  std::vector<size_t> pending_;
  bool told_ = false;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_CLAIMED_WORK_H_
