#include "experiments/data/child_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"

extern char** environ;

namespace plumbline {
namespace {

constexpr size_t kMostOutput = 4096;

// Reads to the end, so that the child never waits for us, and keeps the beginning.
std::string ReadAll(int descriptor) {
  std::string output;
  std::array<char, 1024> buffer;
  while (true) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return output;
    output.append(buffer.data(), static_cast<size_t>(count));
    if (output.size() > kMostOutput) output.resize(kMostOutput);
  }
}

// 0, or the errno of the failure.
int Spawn(std::vector<std::string>& words, int output, pid_t& child) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(&word[0]);
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  if (const int failure = posix_spawn_file_actions_init(&actions)) return failure;
  int failure = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  if (failure == 0) failure = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

}  // namespace

absl::StatusOr<ChildResult> RunChild(std::vector<std::string> words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) {
    return absl::ResourceExhaustedError(absl::StrCat(words[0], " cannot be started: system error ", errno));
  }
  pid_t child = 0;
  const int failure = Spawn(words, ends[1], child);
  close(ends[1]);
  ChildResult result;
  if (failure == 0) result.output = ReadAll(ends[0]);
  close(ends[0]);
  if (failure == ENOENT) return absl::NotFoundError(absl::StrCat(words[0], " is not installed"));
  if (failure != 0) {
    return absl::ResourceExhaustedError(absl::StrCat(words[0], " cannot be started: system error ", failure));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return absl::InternalError(absl::StrCat("the end of ", words[0], " is not known"));
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace plumbline
