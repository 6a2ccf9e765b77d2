// Comparison by bytes; writing in two phases.
#include "reports/report_check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "reports/text.h"

namespace plumbline {
namespace {

constexpr size_t kMostBytes = size_t{256} << 20;
constexpr int kMostFolders = 16;  // one in another
constexpr size_t kShownCodePoints = 80;

absl::Status CheckPaths(const ReportContents& files) {
  for (const auto& [path, bytes] : files) {
    for (const absl::string_view part : absl::StrSplit(path, '/')) {
      if (part.empty() || part[0] == '.') {
        return absl::InvalidArgumentError(absl::StrCat(path, ": error: not a path in a report"));
      }
    }
  }
  return absl::OkStatus();
}

// Adds the paths of all files under `prefix` ("" or "a/b/").
absl::Status ListUnder(const std::string& folder, const std::string& prefix, int depth,
                       const std::set<std::string>& kept, std::vector<std::string>& paths) {
  const std::string here = JoinPath(folder, prefix);
  if (depth > kMostFolders) {
    return absl::InvalidArgumentError(
        absl::StrCat(here, ": error: folders nested more than ", kMostFolders, " deep"));
  }
  for (const EntryKind kind : {EntryKind::kFile, EntryKind::kFolder}) {
    const absl::StatusOr<std::vector<std::string>> names = ListEntries(here, kind);
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      if (absl::StartsWith(name, ".") || (prefix.empty() && kept.count(name) > 0)) continue;
      if (kind == EntryKind::kFile) {
        paths.push_back(prefix + name);
        continue;
      }
      absl::Status status =
          ListUnder(folder, absl::StrCat(prefix, name, "/"), depth + 1, kept, paths);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> FilesIn(const std::string& folder,
                                                 absl::Span<const std::string> kept) {
  std::vector<std::string> paths;
  const std::set<std::string> kept_names(kept.begin(), kept.end());
  absl::Status status = ListUnder(folder.empty() ? "." : folder, "", 0, kept_names, paths);
  if (absl::IsNotFound(status)) return std::vector<std::string>();
  if (!status.ok()) return status;
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string LineAt(absl::string_view text, size_t position) {
  const size_t before = text.substr(0, position).rfind('\n');
  const size_t begin = before == absl::string_view::npos ? 0 : before + 1;
  return std::string(text.substr(begin, text.find('\n', begin) - begin));
}

ReportDifference Differs(const std::string& path, absl::string_view expected,
                         absl::string_view found) {
  size_t same = 0;
  while (same < expected.size() && same < found.size() && expected[same] == found[same]) ++same;
  const absl::string_view common = expected.substr(0, same);
  const int line = 1 + static_cast<int>(std::count(common.begin(), common.end(), '\n'));
  const size_t newline = common.rfind('\n');
  const size_t begin = newline == absl::string_view::npos ? 0 : newline + 1;
  return {ReportDifference::Kind::kDiffers,
          path,
          line,
          static_cast<int>(same - begin) + 1,
          LineAt(expected, same),
          LineAt(found, same)};
}

// Around the first difference, so that it is in sight in a long line too.
std::string Shown(const std::string& line, int column) {
  constexpr size_t kBefore = 30;
  size_t begin = 0;
  if (static_cast<size_t>(column) > kBefore && line.size() > kShownCodePoints) {
    begin = static_cast<size_t>(column) - kBefore;
  }
  // Not in the middle of a character.
  while (begin < line.size() && (static_cast<unsigned char>(line[begin]) & 0xC0) == 0x80) ++begin;
  absl::string_view rest = absl::string_view(line).substr(std::min(begin, line.size()));
  std::string shown = begin > 0 ? "…" : "";
  for (size_t count = 0; count < kShownCodePoints && !rest.empty(); ++count) {
    const CodePoint point = DecodeCodePoint(rest);
    absl::StrAppend(&shown, VisibleText(rest.substr(0, point.length)));
    rest.remove_prefix(point.length);
  }
  return absl::StrCat("'", shown, rest.empty() ? "" : "…", "'");
}

// Removes the staged files that were not published.
class StagedFiles {
 public:
  explicit StagedFiles(SystemCalls& system) : system_(system) {}
  ~StagedFiles() {
    for (const auto& [staged, path] : files_) system_.Unlink(staged);
  }
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;

  absl::Status Stage(const std::string& path, absl::string_view bytes) {
    const absl::StatusOr<std::string> staged = StageFile(system_, path, bytes);
    if (!staged.ok()) return staged.status();
    files_.emplace_back(*staged, path);
    return absl::OkStatus();
  }

  // In the order of Stage.
  absl::Status Publish() {
    std::reverse(files_.begin(), files_.end());
    while (!files_.empty()) {
      const auto [staged, path] = files_.back();
      files_.pop_back();
      absl::Status status = PublishFile(system_, staged, path);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  SystemCalls& system_;
  std::vector<std::pair<std::string, std::string>> files_;  // staged, path
};

}  // namespace

absl::StatusOr<std::vector<ReportDifference>> CompareReport(SystemCalls& system,
                                                            const std::string& folder,
                                                            const ReportContents& files,
                                                            absl::Span<const std::string> kept) {
  absl::Status paths_ok = CheckPaths(files);
  if (!paths_ok.ok()) return paths_ok;
  const absl::StatusOr<std::vector<std::string>> present = FilesIn(folder, kept);
  if (!present.ok()) return present.status();
  std::vector<ReportDifference> differences;
  for (const std::string& path : *present) {
    if (files.count(path) == 0) {
      differences.push_back({ReportDifference::Kind::kStale, path, 0, 0, "", ""});
    }
  }
  for (const auto& [path, expected] : files) {
    const absl::StatusOr<std::string> found =
        ReadFile(system, JoinPath(folder, path), std::max(kMostBytes, expected.size()));
    if (absl::IsNotFound(found.status())) {
      differences.push_back({ReportDifference::Kind::kMissing, path, 0, 0, "", ""});
    } else if (!found.ok()) {
      return found.status();
    } else if (*found != expected) {
      differences.push_back(Differs(path, expected, *found));
    }
  }
  std::sort(differences.begin(), differences.end(),
            [](const ReportDifference& a, const ReportDifference& b) { return a.path < b.path; });
  return differences;
}

std::string DifferenceText(absl::string_view folder, const ReportDifference& difference) {
  const std::string path = JoinPath(folder, difference.path);
  switch (difference.kind) {
    case ReportDifference::Kind::kMissing:
      return absl::StrCat(path, ": error: missing; the records give this file");
    case ReportDifference::Kind::kStale:
      return absl::StrCat(path, ": error: stale; the records do not give this file");
    case ReportDifference::Kind::kDiffers:
      return absl::StrCat(path, ":", difference.line, ":", difference.column,
                          ": error: not what the records give\n  expected ",
                          Shown(difference.expected, difference.column), "\n  found    ",
                          Shown(difference.found, difference.column));
  }
  return path;
}

absl::Status WriteReport(SystemCalls& system, const std::string& folder,
                         const ReportContents& files, absl::Span<const std::string> kept,
                         StaleFiles stale) {
  const absl::StatusOr<std::vector<ReportDifference>> differences =
      CompareReport(system, folder, files, kept);
  if (!differences.ok()) return differences.status();
  StagedFiles staged(system);
  std::set<std::string> folders;
  for (const ReportDifference& difference : *differences) {
    if (difference.kind == ReportDifference::Kind::kStale) continue;
    const std::string path = JoinPath(folder, difference.path);
    absl::Status status = MakeFolders(system, FolderOf(path));
    if (status.ok()) status = staged.Stage(path, files.at(difference.path));
    if (!status.ok()) return status;
    folders.insert(FolderOf(path));
  }
  absl::Status status = staged.Publish();
  if (!status.ok()) return status;
  for (const ReportDifference& difference : *differences) {
    if (difference.kind != ReportDifference::Kind::kStale || stale == StaleFiles::kKeep) continue;
    const std::string path = JoinPath(folder, difference.path);
    status = RemoveFile(system, path);
    if (!status.ok()) return status;
    folders.insert(FolderOf(path));
  }
  for (const std::string& each : folders) {
    status = SyncFolder(system, each);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace plumbline
