#include "experiments/data/child_program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"

extern char** environ;

namespace plumbline {
namespace {

constexpr size_t kMostOutput = size_t{16} << 20;
constexpr size_t kMostErrors = 4096;

// Both ends of a pipe, closed at the end of the scope if not before.
struct Pipe {
  Pipe() : failure(pipe2(ends, O_CLOEXEC) < 0 ? errno : 0) {}
  ~Pipe() {
    if (failure != 0) return;
    CloseWriter();
    close(ends[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void CloseWriter() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
  int reader() const { return ends[0]; }
  int writer() const { return ends[1]; }

  int ends[2] = {-1, -1};
  const int failure;  // an errno, or 0
};

// What is there to read, of which at most `limit` bytes are kept; false at the end.
bool ReadSome(int descriptor, size_t limit, std::string& to) {
  std::array<char, 16384> buffer;
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR;
  to.append(buffer.data(), std::min(static_cast<size_t>(count), limit - to.size()));
  return count > 0;
}

// Reads both to the end, so that the child never waits for us.
void ReadAll(int output, int errors, ChildResult& result) {
  pollfd waiting[] = {{output, POLLIN, 0}, {errors, POLLIN, 0}};
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    if (poll(waiting, 2, -1) < 0) continue;
    if (waiting[0].revents != 0 && !ReadSome(output, kMostOutput, result.output)) waiting[0].fd = -1;
    if (waiting[1].revents != 0 && !ReadSome(errors, kMostErrors, result.errors)) waiting[1].fd = -1;
  }
}

// 0, or the errno of the failure.
int Spawn(std::vector<std::string>& words, int output, int errors, pid_t& child) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(&word[0]);
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  if (const int failure = posix_spawn_file_actions_init(&actions)) return failure;
  int failure = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  if (failure == 0) failure = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

}  // namespace

absl::StatusOr<ChildResult> RunChild(std::vector<std::string> words) {
  Pipe output, errors;
  pid_t child = 0;
  int failure = output.failure != 0 ? output.failure : errors.failure;
  if (failure == 0) failure = Spawn(words, output.writer(), errors.writer(), child);
  if (failure == ENOENT) return absl::NotFoundError(absl::StrCat(words[0], " is not installed"));
  if (failure != 0) {
    return absl::ResourceExhaustedError(absl::StrCat(words[0], " cannot be started: system error ", failure));
  }
  output.CloseWriter();
  errors.CloseWriter();
  ChildResult result;
  ReadAll(output.reader(), errors.reader(), result);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return absl::InternalError(absl::StrCat("the end of ", words[0], " is not known"));
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace plumbline
