// A new repository that names the old one's objects as alternates: quicker than a clone, works for shallow repositories, and
// unlike a worktree leaves no entry in the old one.
#include "tools/rerun/checkout.h"

#include <git2.h>

#include "absl/strings/str_cat.h"
#include "reports/files.h"
#include "reports/git_repository.h"

namespace plumbline {
namespace {

absl::Status Failure(const std::string& into) {
  return absl::UnavailableError(absl::StrCat(into, ": error: the commit cannot be checked out: ", GitError()));
}

}  // namespace

absl::StatusOr<std::string> ResolveCommit(const std::string& folder, const std::string& revision) {
  const GitLibrary library;
  const absl::StatusOr<GitRepository> repository = OpenRepository(folder);
  if (!repository.ok()) return repository.status();
  const absl::StatusOr<GitObject> commit = FindRevision(repository->get(), revision, "commit");
  if (!commit.ok()) return commit.status();
  char hex[GIT_OID_HEXSZ + 1];
  return std::string(git_oid_tostr(hex, sizeof(hex), git_object_id(commit->get())));
}

absl::Status CheckOutCommit(const std::string& folder, const std::string& hash, const std::string& into) {
  const GitLibrary library;
  const absl::StatusOr<GitRepository> source = OpenRepository(folder);
  if (!source.ok()) return source.status();
  git_repository* made = nullptr;
  if (git_repository_init(&made, into.c_str(), 0) != 0) return Failure(into);
  git_repository_free(made);
  const std::string objects = absl::StrCat(git_repository_commondir(source->get()), "objects\n");
  const absl::Status status = WriteFileAtomically(RealSystemCalls(), JoinPath(into, ".git/objects/info/alternates"), objects);
  if (!status.ok()) return status;
  const absl::StatusOr<GitRepository> repository = OpenRepository(into);  // anew: alternates are read once
  if (!repository.ok()) return repository.status();
  git_oid id;
  git_checkout_options options;
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  if (git_oid_fromstr(&id, hash.c_str()) != 0 || git_repository_set_head_detached(repository->get(), &id) != 0 ||
      git_checkout_head(repository->get(), &options) != 0) {
    return Failure(into);
  }
  return absl::OkStatus();
}

}  // namespace plumbline
