// A commit's files in a folder of their own, by libgit2.
#ifndef PLUMBLINE_TOOLS_RERUN_CHECKOUT_H_
#define PLUMBLINE_TOOLS_RERUN_CHECKOUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace plumbline {

// The hash that `revision` names ("HEAD~1", a tag) in the repository of `folder` or a folder above it. NotFound for no
// repository or no such commit.
absl::StatusOr<std::string> ResolveCommit(const std::string& folder, const std::string& revision);

// Makes the folder `into`, which does not exist, a repository whose working tree and HEAD are that commit. It borrows the
// objects of the repository of `folder`, where nothing is written: removing `into` undoes all.
absl::Status CheckOutCommit(const std::string& folder, const std::string& hash, const std::string& into);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_RERUN_CHECKOUT_H_
