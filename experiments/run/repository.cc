// By libgit2, without running git.
#include "experiments/run/repository.h"

#include <git2.h>

#include <cstdlib>

namespace plumbline {
namespace {

void ReadState(git_repository* repository, RepositoryState& state) {
  git_oid id;
  if (git_reference_name_to_id(&id, repository, "HEAD") != 0) return;
  char hex[GIT_OID_HEXSZ + 1];
  state.commit = git_oid_tostr(hex, sizeof(hex), &id);
  git_status_options options;
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = 0;  // neither untracked nor ignored files
  git_status_list* list = nullptr;
  if (git_status_list_new(&list, repository, &options) != 0) return;
  state.dirty = git_status_list_entrycount(list) > 0;
  git_status_list_free(list);
}

}  // namespace

RepositoryState ObserveRepository() {
  RepositoryState state;
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  git_libgit2_init();
  git_repository* repository = nullptr;
  if (git_repository_open_ext(&repository, folder != nullptr ? folder : ".", 0, nullptr) == 0) {
    ReadState(repository, state);
    git_repository_free(repository);
  }
  git_libgit2_shutdown();
  return state;
}

}  // namespace plumbline
