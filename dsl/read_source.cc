#include "dsl/read_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Closes on every way out.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status OpenError(int error) {
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError("no such file");
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError("may not be read");
  if (error == ENAMETOOLONG || error == ELOOP || error == ENXIO) {
    return absl::InvalidArgumentError(absl::StrCat("cannot be opened: ", std::strerror(error)));
  }
  return absl::UnavailableError(absl::StrCat("cannot be opened: ", std::strerror(error)));
}

absl::Status TooLarge() {
  return absl::InvalidArgumentError(
      absl::StrCat("larger than ", kMaxSourceBytes >> 20, " MiB, the limit for a text file"));
}

absl::StatusOr<std::string> ReadAll(int fd) {
  std::string text;
  while (true) {
    char buffer[1 << 16];
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return absl::UnavailableError(absl::StrCat("cannot be read: ", std::strerror(errno)));
    }
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
    if (static_cast<int64_t>(text.size()) > kMaxSourceBytes) return TooLarge();
  }
}

bool StartsWithAny(absl::string_view text, std::initializer_list<absl::string_view> prefixes) {
  for (const absl::string_view prefix : prefixes) {
    if (absl::StartsWith(text, prefix)) return true;
  }
  return false;
}

// A binary protobuf begins with a tag: field 1 as a number (a model's `language`) or as a message or string, and has
// bytes that no text has.
bool LooksLikeBinary(absl::string_view text) {
  const absl::string_view start = text.substr(0, 512);
  int odd = 0;
  for (const char c : start) {
    const unsigned char byte = static_cast<unsigned char>(c);
    odd += byte < 0x20 && !absl::ascii_isspace(byte);
  }
  return odd >= 2 || (odd == 1 && static_cast<unsigned char>(text[0]) < 0x20);
}

// An object with a quoted key, or a list of such.
bool LooksLikeJson(absl::string_view start) {
  if (absl::ConsumePrefix(&start, "[")) start = absl::StripLeadingAsciiWhitespace(start);
  if (!absl::ConsumePrefix(&start, "{")) return false;
  start = absl::StripLeadingAsciiWhitespace(start);
  return StartsWithAny(start, {"\"", "}"});
}

// What a file is when it is no text proto; empty if it may well be one.
absl::string_view ForeignFormat(absl::string_view text) {
  const absl::string_view start = absl::StripLeadingAsciiWhitespace(text);
  if (StartsWithAny(text, {"\x1F\x8B"})) return "a gzip file";
  if (StartsWithAny(text, {"PK\x03\x04", "PK\x05\x06"})) return "a zip file (npz and PyTorch files are)";
  if (StartsWithAny(text, {"\x93NUMPY"})) return "a NumPy array";
  if (StartsWithAny(text, {"\x89HDF"})) return "an HDF5 file";
  if (StartsWithAny(text, {"\xFE\xFF", "\xFF\xFE"})) return "text in UTF-16; save it as UTF-8";
  if (StartsWithAny(text, {"\x7F" "ELF"})) return "a program";
  if (LooksLikeBinary(text)) {
    // ONNX: ir_version, then the producer's name.
    const bool onnx = text.size() > 2 && text[0] == '\x08' &&
                      (text[2] == '\x12' || absl::StrContains(text.substr(0, 256), "onnx"));
    return onnx ? "a binary protobuf, probably ONNX; models are written as text"
                : "binary, perhaps a serialised protobuf; models are written as text";
  }
  if (LooksLikeJson(start)) return "JSON; models are written in protobuf's text format";
  if (StartsWithAny(start, {"---\n", "---\r", "%YAML"})) {
    return "YAML; models are written in protobuf's text format";
  }
  return {};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Source>> MakeSource(std::string name, std::string text) {
  if (static_cast<int64_t>(text.size()) > kMaxSourceBytes) return TooLarge();
  if (absl::StartsWith(text, kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  const absl::string_view foreign = ForeignFormat(text);
  if (!foreign.empty()) return absl::InvalidArgumentError(absl::StrCat("this is ", foreign));
  return std::make_shared<const Source>(std::move(name), std::move(text));
}

absl::StatusOr<std::shared_ptr<const Source>> ReadSource(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("the path is empty");
  if (path.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("the path contains a NUL byte");
  }
  // Not blocking, so that opening a FIFO returns; regular files do not care.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return OpenError(errno);
  struct stat status;
  if (fstat(file.get(), &status) != 0) return OpenError(errno);
  if (S_ISDIR(status.st_mode)) return absl::InvalidArgumentError("this is a directory");
  if (!S_ISREG(status.st_mode)) return absl::InvalidArgumentError("not a regular file");
  if (status.st_size > kMaxSourceBytes) return TooLarge();
  absl::StatusOr<std::string> text = ReadAll(file.get());
  if (!text.ok()) return text.status();
  return MakeSource(path, *std::move(text));
}

std::string DeclaredMessage(const Source& source) {
  constexpr absl::string_view kKey = "proto-message:";
  for (int line = 1; line <= source.line_count(); ++line) {
    absl::string_view text = absl::StripAsciiWhitespace(source.Line(line));
    if (text.empty()) continue;
    if (text[0] != '#') break;
    text = absl::StripLeadingAsciiWhitespace(text.substr(1));
    if (!absl::StartsWith(text, kKey)) continue;
    const absl::string_view name = absl::StripAsciiWhitespace(text.substr(kKey.size()));
    const size_t dot = name.rfind('.');
    return std::string(dot == absl::string_view::npos ? name : name.substr(dot + 1));
  }
  return "";
}

}  // namespace plumbline
