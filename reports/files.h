// Files that exist whole or not at all: reading with limits and writing by a synced temporary file
// and a rename. All system calls go through one small interface, so that a test can let any of them
// fail. Not a general file library.
//
// Errors name the file in the form of a diagnostic, "FILE: error: WHAT". Their codes:
//   NotFound             no such file or folder
//   InvalidArgument      not a regular file, or larger than the limit
//   ResourceExhausted    disk full, quota, too many open files, file size limit
//   PermissionDenied     access refused, read-only file system
//   Unavailable          any other failure of the system
#ifndef PLUMBLINE_REPORTS_FILES_H_
#define PLUMBLINE_REPORTS_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace plumbline {

// The system calls that change or read files; each returns -1 and sets errno when it fails.
class SystemCalls {
 public:
  virtual ~SystemCalls() = default;
  virtual int Open(const std::string& path, int flags, mode_t mode);
  virtual ssize_t Read(int descriptor, void* bytes, size_t size);
  virtual ssize_t Write(int descriptor, const void* bytes, size_t size);
  virtual int Sync(int descriptor);
  virtual int Close(int descriptor);
  virtual int Rename(const std::string& from, const std::string& to);
  virtual int Unlink(const std::string& path);
  virtual int MakeFolder(const std::string& path);
};

// The operating system's; never deleted.
SystemCalls& RealSystemCalls();

// The bytes of a regular file (or a link to one) of at most `limit` bytes. The file is opened once
// and examined open, so it cannot be exchanged in between; pipes and devices are refused unread.
absl::StatusOr<std::string> ReadFile(SystemCalls& system, const std::string& path, size_t limit);

// Makes `path` a file of these bytes: a temporary file of a unique name in the same folder is
// written, synced, renamed to `path`, and the folder is synced. On failure the temporary file is
// gone where the system allows, and `path` is as it was; only when the sync of the folder is what
// failed the new file is in place, but might not survive a power cut. A temporary file that a
// killed process left behind bears a name that ListEntries leaves out. The folder must exist. A
// device or pipe at `path` is refused (InvalidArgument) and stays what it is.
absl::Status WriteFileAtomically(SystemCalls& system, const std::string& path,
                                 absl::string_view bytes);

// The two halves of WriteFileAtomically, for several files that are to appear together. The first
// returns the path of the synced temporary file.
absl::StatusOr<std::string> StageFile(SystemCalls& system, const std::string& path,
                                      absl::string_view bytes);
absl::Status PublishFile(SystemCalls& system, const std::string& staged, const std::string& path);

// Removes a file; a missing one is no error.
absl::Status RemoveFile(SystemCalls& system, const std::string& path);

// Makes a folder and those above it. A folder that exists is no error.
absl::Status MakeFolders(SystemCalls& system, const std::string& path);

// Syncs a folder, so that the names in it survive a power cut. File systems that cannot do this
// are taken at their word.
absl::Status SyncFolder(SystemCalls& system, const std::string& path);

// Names, sorted by byte, of what is directly in a folder; names of temporary files of this module
// are left out. Links count as what they point to; whatever is no folder counts as a file.
enum class EntryKind { kFile, kFolder };
absl::StatusOr<std::vector<std::string>> ListEntries(const std::string& folder, EntryKind kind);

// True for the names that StageFile gives.
bool IsTemporaryName(absl::string_view name);

// "FOLDER/NAME" with one slash; an empty folder is the working directory.
std::string JoinPath(absl::string_view folder, absl::string_view name);

// What is before the last slash; "." when there is none, "/" for what is at the root.
std::string FolderOf(const std::string& path);

// "FILE: error: WHAT: REASON", with the code for `error_number` as above.
absl::Status FileError(absl::string_view path, absl::string_view what, int error_number);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_FILES_H_
