// A new repository that names the old one's objects as alternates: quicker than a clone, works for shallow repositories, and
// unlike a worktree leaves no entry in the old one.
#include "tools/rerun/checkout.h"

#include <git2.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "reports/files.h"

namespace plumbline {
namespace {

struct Library {
  Library() { git_libgit2_init(); }
  ~Library() { git_libgit2_shutdown(); }
};

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* object) const { kFree(object); }
};
using Repository = std::unique_ptr<git_repository, Freer<git_repository, git_repository_free>>;
using Object = std::unique_ptr<git_object, Freer<git_object, git_object_free>>;

std::string LastError() {
  const git_error* const error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown error" : error->message;
}

absl::Status Open(const std::string& folder, Repository& repository) {
  git_repository* opened = nullptr;
  if (git_repository_open_ext(&opened, folder.c_str(), 0, nullptr) != 0) {
    return absl::NotFoundError(absl::StrCat(folder, ": error: no git repository: ", LastError()));
  }
  repository.reset(opened);
  return absl::OkStatus();
}

absl::Status Failure(const std::string& into) {
  return absl::UnavailableError(absl::StrCat(into, ": error: the commit cannot be checked out: ", LastError()));
}

}  // namespace

absl::StatusOr<std::string> ResolveCommit(const std::string& folder, const std::string& revision) {
  const Library library;
  Repository repository;
  const absl::Status status = Open(folder, repository);
  if (!status.ok()) return status;
  git_object* found = nullptr;
  if (git_revparse_single(&found, repository.get(), absl::StrCat(revision, "^{commit}").c_str()) != 0) {
    return absl::NotFoundError(absl::StrCat("'", revision, "' is no commit: ", LastError()));
  }
  const Object object(found);
  char hex[GIT_OID_HEXSZ + 1];
  return std::string(git_oid_tostr(hex, sizeof(hex), git_object_id(object.get())));
}

absl::Status CheckOutCommit(const std::string& folder, const std::string& hash, const std::string& into) {
  const Library library;
  Repository source;
  absl::Status status = Open(folder, source);
  if (!status.ok()) return status;
  git_repository* made = nullptr;
  if (git_repository_init(&made, into.c_str(), 0) != 0) return Failure(into);
  git_repository_free(made);
  const std::string objects = absl::StrCat(git_repository_commondir(source.get()), "objects\n");
  status = WriteFileAtomically(RealSystemCalls(), JoinPath(into, ".git/objects/info/alternates"), objects);
  if (!status.ok()) return status;
  Repository repository;  // opened anew: alternates are read once
  status = Open(into, repository);
  if (!status.ok()) return status;
  git_oid id;
  git_checkout_options options;
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  if (git_oid_fromstr(&id, hash.c_str()) != 0 || git_repository_set_head_detached(repository.get(), &id) != 0 ||
      git_checkout_head(repository.get(), &options) != 0) {
    return Failure(into);
  }
  return absl::OkStatus();
}

}  // namespace plumbline
