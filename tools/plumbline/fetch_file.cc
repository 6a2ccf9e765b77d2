// curl runs as a child process that inherits stderr; what it wrote is judged by the file alone.
#include "tools/plumbline/fetch_file.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/data/md5.h"
#include "reports/digest.h"
#include "reports/files.h"

extern char** environ;

namespace plumbline {
namespace {

constexpr int kCurlTooLarge = 63;  // exit code

constexpr char kConnectSeconds[] = "20";
constexpr char kStalledSeconds[] = "60";  // below a thousand bytes a second
constexpr char kRetries[] = "2";

// The exit statuses of curl(1) that a user can do something about.
const char* CurlReason(int status) {
  switch (status) {
    case 1: return "the address has a protocol that is not supported";
    case 3: return "the address is malformed";
    case 5:
    case 6: return "the host's name cannot be resolved: is there a network?";
    case 7: return "no connection to the host: is there a network?";
    case 18: return "the connection broke off";
    case 22: return "the server refused";
    case 23: return "the file cannot be written";
    case 28: return "it took too long";
    case 33:
    case 36: return "it could not be resumed";
    case 35:
    case 60: return "no secure connection to the host";
    case 37: return "there is no such local file";
    case kCurlTooLarge: return "the file is larger than the limit";
    default: return "curl failed";
  }
}

// The exit status of curl; 128 and the signal's number when one ended it.
absl::StatusOr<int> RunCurl(const std::string& address, const std::string& part, size_t limit) {
  const std::string size = absl::StrCat(limit);
  std::vector<std::string> words = {"curl",          "--fail",          "--location",   "--globoff",
                                    "--show-error",  "--proto",         "=https,http,file", "--proto-redir",
                                    "=https",        "--retry",         kRetries,       "--connect-timeout",
                                    kConnectSeconds, "--speed-limit",   "1000",         "--speed-time",
                                    kStalledSeconds, "--max-filesize",  size,           "--continue-at",
                                    "-",             "--output",        part,           "--url",
                                    address};
  words.push_back(isatty(STDERR_FILENO) == 1 ? "--progress-bar" : "--silent");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(&word[0]);
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failure = posix_spawnp(&child, "curl", nullptr, nullptr, arguments.data(), environ);
  if (failure == ENOENT) {
    return absl::NotFoundError("curl is not installed (Debian's package of that name)");
  }
  if (failure != 0) return absl::ResourceExhaustedError(absl::StrCat("curl cannot be started: system error ", failure));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return absl::InternalError("the end of curl is not known");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const char* DigestName(const FetchRequest& request) { return request.sha256.empty() ? "MD5" : "SHA-256"; }
const std::string& WantedDigest(const FetchRequest& request) {
  return request.sha256.empty() ? request.md5 : request.sha256;
}

// In pieces, for files that are too large to be read at once.
absl::StatusOr<std::string> Sha256OfFile(const std::string& path) {
  SystemCalls& system = RealSystemCalls();
  const int descriptor = system.Open(path, O_RDONLY | O_CLOEXEC, 0);
  if (descriptor < 0) return FileError(path, "cannot be opened", errno);
  Sha256 digest;
  std::vector<char> piece(size_t{1} << 20);
  ssize_t size = 0;
  while ((size = system.Read(descriptor, piece.data(), piece.size())) > 0) {
    digest.Add({piece.data(), static_cast<size_t>(size)});
  }
  const int failure = errno;
  system.Close(descriptor);
  if (size < 0) return FileError(path, "cannot be read", failure);
  return digest.Hex();
}

// Of a file of the request, NotFound when it is not there.
absl::StatusOr<std::string> DigestOfFile(const std::string& path, const FetchRequest& request) {
  if (!request.sha256.empty()) return Sha256OfFile(path);
  const absl::StatusOr<std::string> bytes = ReadFile(RealSystemCalls(), path, request.limit);
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<std::string> md5 = Md5Hex(*bytes);
  if (!md5.ok()) return absl::Status(md5.status().code(), absl::StrCat(path, ": error: ", md5.status().message()));
  return md5;
}

absl::Status Publish(const std::string& part, const std::string& path) {
  SystemCalls& system = RealSystemCalls();
  const int descriptor = system.Open(part, O_RDONLY | O_CLOEXEC, 0);
  if (descriptor < 0) return FileError(part, "cannot be opened", errno);
  const int synced = system.Sync(descriptor);
  const int failure = errno;
  system.Close(descriptor);
  if (synced < 0) return FileError(part, "cannot be written", failure);
  const absl::Status status = PublishFile(system, part, path);
  return status.ok() ? SyncFolder(system, FolderOf(path)) : status;
}

// One address; the part file is right afterwards, or the status says why not, beginning with the address.
absl::Status FetchFrom(const std::string& address, const FetchRequest& request, const std::string& part) {
  const auto failed = [&](absl::StatusCode code, absl::string_view what) {
    return absl::Status(code, absl::StrCat(address, ": ", what));
  };
  absl::StatusOr<int> status = RunCurl(address, part, request.limit);
  if (status.ok() && (*status == 33 || *status == 36)) {
    // What is there is longer than the file, or the server cannot resume.
    const absl::Status removed = RemoveFile(RealSystemCalls(), part);
    if (!removed.ok()) return removed;
    status = RunCurl(address, part, request.limit);
  }
  if (!status.ok()) return failed(status.status().code(), status.status().message());
  if (*status == kCurlTooLarge) {
    // Some versions of curl find out on the way; what came is of no use.
    const absl::Status removed = RemoveFile(RealSystemCalls(), part);
    if (!removed.ok()) return removed;
  }
  if (*status != 0) {
    return failed(absl::StatusCode::kUnavailable, absl::StrCat(CurlReason(*status), " (curl ended with ", *status, ")"));
  }
  const absl::StatusOr<std::string> digest = DigestOfFile(part, request);
  if (digest.ok() && *digest == WantedDigest(request)) return absl::OkStatus();
  const absl::Status removed = RemoveFile(RealSystemCalls(), part);
  if (!removed.ok()) return removed;
  if (!digest.ok()) return digest.status();
  return failed(absl::StatusCode::kDataLoss,
                absl::StrCat("what came is not the file: its ", DigestName(request), " is ", *digest, ", not ",
                             WantedDigest(request), "; it was removed"));
}

// The code is that of the last address.
absl::Status FetchFromAny(const FetchRequest& request, const std::string& part) {
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  std::vector<std::string> reasons;
  for (const std::string& address : request.addresses) {
    const absl::Status status = FetchFrom(address, request, part);
    if (status.ok()) return status;
    code = status.code();
    reasons.emplace_back(status.message());
    if (absl::IsNotFound(status)) break;  // no curl
  }
  return absl::Status(code, absl::StrCat(request.path, ": error: no address gave the file: ",
                                         absl::StrJoin(reasons, "; ")));
}

}  // namespace

absl::StatusOr<Fetched> FetchFile(const FetchRequest& request) {
  const absl::StatusOr<std::string> existing = DigestOfFile(request.path, request);
  if (existing.ok() && *existing == WantedDigest(request)) return Fetched::kBefore;
  if (existing.ok()) {
    return absl::AlreadyExistsError(absl::StrCat(request.path, ": error: it is there, but is another file (its ",
                                                 DigestName(request), " is ", *existing, ", not ", WantedDigest(request), "); move it away first"));
  }
  if (!absl::IsNotFound(existing.status())) return existing.status();
  absl::Status status = MakeFolders(RealSystemCalls(), FolderOf(request.path));
  if (!status.ok()) return status;
  const std::string part = absl::StrCat(request.path, ".part");
  // A complete file that only lacks its name: asked to resume it, a server refuses.
  const absl::StatusOr<std::string> left = DigestOfFile(part, request);
  if (left.ok() && *left == WantedDigest(request)) {
    status = absl::OkStatus();
  } else {
    status = FetchFromAny(request, part);
  }
  if (status.ok()) status = Publish(part, request.path);
  if (!status.ok()) return status;
  return Fetched::kNow;
}

}  // namespace plumbline
