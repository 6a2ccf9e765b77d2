#include "tools/rerun/side.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "experiments/run/progress.h"
#include "reports/files.h"
#include "tools/rerun/checkout.h"
#include "tools/rerun/child.h"
#include "tools/rerun/remove_tree.h"

namespace plumbline {
namespace {

constexpr int kLogLines = 15;
constexpr char kExperimentMark[] = "# proto-message: Experiment";
constexpr size_t kHashDigits = 12;  // that are shown

bool IsTree(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(JoinPath(folder, "bazelw"), error);
}

bool IsExperiment(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  for (int i = 0; i < 5 && std::getline(file, line); ++i) {
    if (absl::StartsWith(line, kExperimentMark)) return true;
  }
  return false;
}

std::vector<std::string> BuildCommand(const SideRequest& request, const Side& side) {
  std::vector<std::string> words = {"sh", JoinPath(side.tree, "bazelw")};
  // In batch mode no server stays behind, and with an output base of its own no file does.
  if (!side.commit.empty()) {
    words.insert(words.end(), {"--batch", absl::StrCat("--output_base=", JoinPath(request.folder, "output"))});
  }
  words.push_back("build");
  if (!side.commit.empty()) words.push_back(absl::StrCat("--disk_cache=", request.cache));
  words.push_back("//:plumbline");
  return words;
}

}  // namespace

absl::StatusOr<Side> FindSide(const SideRequest& request) {
  Side side;
  const std::string folder =
      absl::StartsWith(request.given, "/") ? request.given : JoinPath(request.repository, request.given);
  std::error_code error;
  if (std::filesystem::is_directory(folder, error) && IsTree(folder)) {
    side.name = request.given;
    side.tree = std::filesystem::canonical(folder, error).string();
    return side;
  }
  const absl::StatusOr<std::string> commit = ResolveCommit(request.repository, request.given);
  if (!commit.ok()) return commit.status();
  side.commit = *commit;
  side.name = absl::StrCat(request.given, " (", commit->substr(0, kHashDigits), ")");
  side.tree = JoinPath(request.folder, "tree");
  return side;
}

absl::Status BuildSide(const SideRequest& request, Side& side) {
  absl::Status status = MakeFolders(RealSystemCalls(), request.folder);
  if (status.ok() && !side.commit.empty()) status = CheckOutCommit(request.repository, side.commit, side.tree);
  if (!status.ok()) return status;
  const absl::StatusOr<int> exit_code = RunLogged(BuildCommand(request, side), side.tree, request.log);
  if (!exit_code.ok()) return exit_code.status();
  if (Progress::StopSignal() != 0) return absl::CancelledError("stopped by a signal");
  if (*exit_code != 0) {
    return absl::UnavailableError(absl::StrCat(EscapeForTerminal(side.name), " does not build (exit code ", *exit_code,
                                               "); the log ", request.log, " ends\n", LastLines(request.log, kLogLines)));
  }
  side.program = JoinPath(request.folder, "plumbline");
  std::error_code error;
  std::filesystem::copy_file(JoinPath(side.tree, "bazel-bin/plumbline"), side.program,
                             std::filesystem::copy_options::overwrite_existing, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(EscapeForTerminal(side.name), ": bazel-bin/plumbline: ", error.message()));
  }
  RemoveTree(JoinPath(request.folder, "output"));
  return absl::OkStatus();
}

std::vector<std::string> ExperimentsOf(const Side& side) {
  std::vector<std::string> experiments;
  std::error_code error;
  for (const auto& folder : std::filesystem::directory_iterator(JoinPath(side.tree, "experiments"), error)) {
    if (!folder.is_directory(error)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder.path(), error)) {
      if (file.path().extension() != ".textproto" || !IsExperiment(file.path())) continue;
      experiments.push_back(std::filesystem::relative(file.path(), side.tree, error).string());
    }
  }
  std::sort(experiments.begin(), experiments.end());
  return experiments;
}

}  // namespace plumbline
