// Who works on a run: several processes may fill one folder of records, and none repeats what another does. A claim is a lock
// on a file beside the records, which the system gives up when its process ends, however it ends.
#ifndef PLUMBLINE_REPORTS_RUN_CLAIM_H_
#define PLUMBLINE_REPORTS_RUN_CLAIM_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace plumbline {

class RunClaim {
 public:
  // Nothing when another process, or another part of this one, holds the claim of the key. The folder must exist. Where the
  // file system has no locks, every claim succeeds. Errors: as reports/files.h.
  static absl::StatusOr<std::optional<RunClaim>> Try(const std::string& folder, absl::string_view key);

  ~RunClaim();  // gives it up
  RunClaim(RunClaim&& other) noexcept;
  RunClaim& operator=(RunClaim&& other) noexcept;

 private:
  RunClaim(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_;
  std::string path_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RUN_CLAIM_H_
