// A folder out of a tar archive, by the tar program: whole or not at all.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_UNPACK_ARCHIVE_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_UNPACK_ARCHIVE_H_

#include <string>

#include "absl/status/status.h"

namespace plumbline {

// Unpacks `archive` (bzip2) beside it, into a folder that is renamed once tar has ended well, and makes its folder
// `name` the one of that name beside the archive, which must not exist. Errors, "FILE: error: WHAT": NotFound for tar or
// bzip2 not installed, DataLoss for what tar refuses or an archive without that folder; those of the file system.
absl::Status UnpackArchive(const std::string& archive, const std::string& name);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_UNPACK_ARCHIVE_H_
