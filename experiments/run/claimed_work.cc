#include "experiments/run/claimed_work.h"

#include <chrono>
#include <numeric>
#include <thread>
#include <utility>

namespace plumbline {
namespace {

constexpr std::chrono::milliseconds kWait(100);

}  // namespace

ClaimedWork::ClaimedWork(std::string folder, std::vector<std::string> keys,
                         std::function<absl::StatusOr<bool>(size_t)> is_done)
    : folder_(std::move(folder)), keys_(std::move(keys)), is_done_(std::move(is_done)), pending_(keys_.size()) {
  std::iota(pending_.begin(), pending_.end(), size_t{0});
}

absl::StatusOr<std::optional<ClaimedWork::Unit>> ClaimedWork::TryNext() {
  for (size_t i = 0; i < pending_.size();) {
    const size_t index = pending_[i];
    absl::StatusOr<std::optional<RunClaim>> claim = RunClaim::Try(folder_, keys_[index]);
    if (!claim.ok()) return claim.status();
    if (!*claim) {
      ++i;
      continue;
    }
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    const absl::StatusOr<bool> done = is_done_(index);
    if (!done.ok()) return done.status();
    if (!*done) return std::optional<Unit>(Unit{index, **std::move(claim)});
  }
  return std::optional<Unit>();
}

absl::StatusOr<std::optional<ClaimedWork::Unit>> ClaimedWork::Next(const std::function<bool()>& stopped,
                                                                   const std::function<void(const std::string&)>& say) {
  while (!stopped()) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      absl::StatusOr<std::optional<Unit>> unit = TryNext();
      if (!unit.ok() || unit->has_value() || pending_.empty()) return unit;
      if (!std::exchange(told_, true)) say("what is left is being done by another process; waiting for it");
    }
    std::this_thread::sleep_for(kWait);
  }
  return absl::CancelledError("stopped while another process worked");
}

}  // namespace plumbline
