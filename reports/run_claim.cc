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
    int failure = 0;
    do {
      failure = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    } while (failure == EINTR);
    const bool no_locks = failure != 0 && failure != EWOULDBLOCK;
    if (no_locks || (failure == 0 && IsCurrent(descriptor, path))) {
      return std::optional<RunClaim>(RunClaim(descriptor, path));
    }
    close(descriptor);  // without a claim, whose end would remove the file of another
    if (failure == EWOULDBLOCK) return std::optional<RunClaim>();
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
