#include "tools/rerun/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "experiments/run/progress.h"

extern char** environ;

namespace plumbline {
namespace {

constexpr long kPollNanoseconds = 20'000'000;

std::vector<std::string> EnvironmentIn(const std::string& folder) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view variable = *entry;
    bool dropped = false;
    for (const char* name : {"BUILD_WORKING_DIRECTORY=", "BUILD_WORKSPACE_DIRECTORY=", "TEST_SHARD_INDEX=",
                             "TEST_TOTAL_SHARDS=", "SLURM_ARRAY_TASK"}) {
      dropped |= absl::StartsWith(variable, name);
    }
    if (!dropped) variables.emplace_back(variable);
  }
  variables.push_back(absl::StrCat("BUILD_WORKING_DIRECTORY=", folder));
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(&word[0]);
  pointers.push_back(nullptr);
  return pointers;
}

// 0, or the errno of the failure.
int Spawn(std::vector<std::string> words, const std::string& folder, const std::string& log, pid_t& child) {
  std::vector<std::string> variables = EnvironmentIn(folder);
  posix_spawn_file_actions_t actions;
  if (const int failure = posix_spawn_file_actions_init(&actions)) return failure;
  int failure = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (failure == 0) {
    failure = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  }
  if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  if (failure == 0) failure = posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  if (failure == 0) {
    failure = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, Pointers(words).data(), Pointers(variables).data());
  }
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

}  // namespace

absl::StatusOr<int> RunLogged(const std::vector<std::string>& words, const std::string& folder, const std::string& log) {
  pid_t child = 0;
  if (const int failure = Spawn(words, folder, log, child)) {
    return absl::UnavailableError(absl::StrCat(words[0], " cannot be started: ", std::strerror(failure)));
  }
  int status = 0;
  bool told = false;
  while (true) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return absl::InternalError(absl::StrCat("the end of ", words[0], " is not known"));
    if (Progress::StopSignal() != 0 && !told) {
      kill(child, Progress::StopSignal());
      told = true;
    }
    const timespec pause = {0, kPollNanoseconds};
    nanosleep(&pause, nullptr);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string LastLines(const std::string& log, int lines) {
  std::ifstream file(log);
  std::vector<std::string> all;
  for (std::string line; std::getline(file, line);) all.push_back(line);
  std::string text;
  for (size_t i = all.size() - std::min(all.size(), static_cast<size_t>(lines)); i < all.size(); ++i) {
    absl::StrAppend(&text, "  ", all[i], "\n");
  }
  return text;
}

}  // namespace plumbline
