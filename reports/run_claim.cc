#include "reports/run_claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "reports/files.h"

namespace plumbline {
namespace {

// Whether the path still names the open file: who gave the claim up has removed it, and a later one is another file.
bool IsCurrent(int descriptor, const std::string& path) {
  struct stat opened, named;
  return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

absl::StatusOr<std::optional<RunClaim>> RunClaim::Try(const std::string& folder, absl::string_view key) {
  const std::string path = JoinPath(folder, absl::StrCat(".", key, ".claim"));  // a record store passes over such names
  while (true) {
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor < 0) return FileError(path, "a run cannot be claimed", errno);
    RunClaim claim(descriptor, path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) return std::optional<RunClaim>(std::move(claim));
      close(std::exchange(claim.descriptor_, -1));  // another's: its file stays
      return std::optional<RunClaim>();
    }
    if (IsCurrent(descriptor, path)) return std::optional<RunClaim>(std::move(claim));
    close(std::exchange(claim.descriptor_, -1));
  }
}

// Removed while it is locked, so that no one else holds it.
RunClaim::~RunClaim() {
  if (descriptor_ < 0) return;
  unlink(path_.c_str());
  close(descriptor_);
}

RunClaim::RunClaim(RunClaim&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

RunClaim& RunClaim::operator=(RunClaim&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

}  // namespace plumbline
