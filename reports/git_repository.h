// libgit2's objects with holders that free them, and its errors as statuses. For the files that read repositories.
#ifndef PLUMBLINE_REPORTS_GIT_REPOSITORY_H_
#define PLUMBLINE_REPORTS_GIT_REPOSITORY_H_

#include <git2.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace plumbline {

// The library is initialised while one is alive.
struct GitLibrary {
  GitLibrary() { git_libgit2_init(); }
  ~GitLibrary() { git_libgit2_shutdown(); }
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
};

template <typename T, void (*kFree)(T*)>
struct GitFree {
  void operator()(T* object) const { kFree(object); }
};
using GitRepository = std::unique_ptr<git_repository, GitFree<git_repository, git_repository_free>>;
using GitObject = std::unique_ptr<git_object, GitFree<git_object, git_object_free>>;
using GitBlob = std::unique_ptr<git_blob, GitFree<git_blob, git_blob_free>>;

// What the last call that failed says.
std::string GitError();

// The repository of a folder or a folder above it. NotFound when there is none.
absl::StatusOr<GitRepository> OpenRepository(const std::string& folder);

// What a revision names as an object of a kind, "commit" or "tree". NotFound when it names none.
absl::StatusOr<GitObject> FindRevision(git_repository* repository, const std::string& revision, const char* kind);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_GIT_REPOSITORY_H_
