// One of the two things that a rerun compares: a commit, or a source tree as it stands, with its program built.
#ifndef PLUMBLINE_TOOLS_RERUN_SIDE_H_
#define PLUMBLINE_TOOLS_RERUN_SIDE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace plumbline {

struct Side {
  std::string name;     // as the user gave it, with the hash of a commit
  std::string commit;   // empty: a tree in place
  std::string tree;     // where its files are
  std::string program;  // a copy of its plumbline, which later builds do not change
};

struct SideRequest {
  std::string given;       // "HEAD~1", or a folder with a bazelw
  std::string repository;  // a folder in it
  std::string folder;      // where to check out and to put the program; made here
  std::string cache;       // of what was built, shared by sides and reruns
  std::string log;
};

// What is named: `tree` and `commit` are filled, nothing is built. Error: NotFound when it is neither.
absl::StatusOr<Side> FindSide(const SideRequest& request);

// Checks a commit out and builds `//:plumbline` there by its own bazelw, as a process that ends with the build; a tree is
// built as its user would. Errors: those of the checkout; Unavailable with the end of the log when it does not build;
// Cancelled when a signal stopped it.
absl::Status BuildSide(const SideRequest& request, Side& side);

// The experiments of a tree, experiments/*/*.textproto, relative to it and sorted.
std::vector<std::string> ExperimentsOf(const Side& side);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_RERUN_SIDE_H_
