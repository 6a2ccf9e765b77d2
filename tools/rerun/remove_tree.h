// Removing what Bazel wrote.
#ifndef PLUMBLINE_TOOLS_RERUN_REMOVE_TREE_H_
#define PLUMBLINE_TOOLS_RERUN_REMOVE_TREE_H_

#include <string>

namespace plumbline {

// Removes a folder with all it holds, folders that are read-only too, as far as the system allows.
void RemoveTree(const std::string& folder);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_RERUN_REMOVE_TREE_H_
