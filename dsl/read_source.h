// Reads a text file that a user named, with the care such a file needs. It says in words what a file is when it is no
// text of ours (binary protobuf, gzip, zip, ONNX, JSON, YAML).
#ifndef PLUMBLINE_DSL_READ_SOURCE_H_
#define PLUMBLINE_DSL_READ_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsl/source.h"

namespace plumbline {

inline constexpr int64_t kMaxSourceBytes = int64_t{16} << 20;

// The text of a regular file of at most kMaxSourceBytes, without a byte order mark. The path is used and shown as given.
// kNotFound, kPermissionDenied, kUnavailable (the system failed) or kInvalidArgument (the file is not for us: no regular
// file, too large, or some other format); messages do not repeat the path.
absl::StatusOr<std::shared_ptr<const Source>> ReadSource(const std::string& path);

// The same checks and cleaning for a text that is already in memory.
absl::StatusOr<std::shared_ptr<const Source>> MakeSource(std::string name, std::string text);

// The message named by a header comment `# proto-message: NAME` in the lines before the first declaration, without its
// package; empty if there is none.
std::string DeclaredMessage(const Source& source);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_READ_SOURCE_H_
