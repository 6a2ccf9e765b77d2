// A file from the network, by the curl program: resumed where it broke off, verified before it bears its name.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_FETCH_FILE_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_FETCH_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace plumbline {

struct FetchRequest {
  std::vector<std::string> addresses;  // of the same file, tried in order: https, http or file
  std::string path;                    // what it becomes; its folder is made
  std::string md5;                     // hexadecimal, of the right file; or
  std::string sha256;                  // where that is the digest that is published
  size_t limit = 0;                    // bytes; more are not fetched
};

enum class Fetched { kNow, kBefore };

// Makes `path` the file of that digest; kBefore when it already is. Meanwhile the bytes are in `path`.part, where an
// interrupted download goes on the next time. A download of another digest is removed, and the next address tried.
// curl's own messages, and its progress on a terminal, go to stderr.
// Errors, "FILE: error: WHAT": AlreadyExists where `path` is another file (it is not touched), NotFound for curl not
// installed, Unavailable when no address gives the file, DataLoss when the last one gives a wrong file; those of
// ReadFile, MakeFolders and PublishFile.
absl::StatusOr<Fetched> FetchFile(const FetchRequest& request);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_FETCH_FILE_H_
