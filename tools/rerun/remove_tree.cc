#include "tools/rerun/remove_tree.h"

#include <filesystem>
#include <system_error>

namespace plumbline {

void RemoveTree(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, error); it != fs::end(it); it.increment(error)) {
    if (!it->is_directory(error) || it->is_symlink(error)) continue;
    fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::add, error);
  }
  fs::remove_all(folder, error);
}

}  // namespace plumbline
