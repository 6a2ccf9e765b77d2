#include "reports/git_repository.h"

#include "absl/strings/str_cat.h"

namespace plumbline {

std::string GitError() {
  const git_error* const error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown error" : error->message;
}

absl::StatusOr<GitRepository> OpenRepository(const std::string& folder) {
  git_repository* opened = nullptr;
  if (git_repository_open_ext(&opened, folder.c_str(), 0, nullptr) != 0) {
    return absl::NotFoundError(absl::StrCat(folder, ": error: no git repository: ", GitError()));
  }
  return GitRepository(opened);
}

absl::StatusOr<GitObject> FindRevision(git_repository* repository, const std::string& revision, const char* kind) {
  git_object* found = nullptr;
  if (git_revparse_single(&found, repository, absl::StrCat(revision, "^{", kind, "}").c_str()) != 0) {
    return absl::NotFoundError(absl::StrCat("'", revision, "' is no commit: ", GitError()));
  }
  return GitObject(found);
}

}  // namespace plumbline
