#include "tools/plumbline/unpack_archive.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "experiments/data/child_program.h"
#include "reports/files.h"

namespace plumbline {

absl::Status UnpackArchive(const std::string& archive, const std::string& name) {
  const std::string folder = FolderOf(archive);
  const std::string part = absl::StrCat(archive, ".unpacked");
  std::error_code error;
  std::filesystem::remove_all(part, error);  // of an attempt that was interrupted
  absl::Status status = MakeFolders(RealSystemCalls(), part);
  if (!status.ok()) return status;
  const absl::StatusOr<ChildResult> tar =
      RunChild({"tar", "--extract", "--bzip2", "--no-same-owner", "--no-same-permissions", "--file", archive,
                "--directory", part});
  if (!tar.ok()) {
    status = absl::Status(tar.status().code(), absl::StrCat(archive, ": error: ", tar.status().message()));
  } else if (tar->exit_code != 0) {
    status = absl::DataLossError(absl::StrCat(archive, ": error: it cannot be unpacked (tar ended with ",
                                              tar->exit_code, "): ", absl::StripSuffix(tar->errors, "\n")));
  } else if (!std::filesystem::is_directory(JoinPath(part, name), error)) {
    status = absl::DataLossError(absl::StrCat(archive, ": error: it has no folder ", name));
  }
  if (status.ok()) {
    std::filesystem::rename(JoinPath(part, name), JoinPath(folder, name), error);
    if (error) status = absl::UnavailableError(absl::StrCat(JoinPath(folder, name), ": error: ", error.message()));
  }
  std::filesystem::remove_all(part, error);
  return status;
}

}  // namespace plumbline
