// The file: "plumbline runs 1 EXPERIMENT", then "KEY TITLE" for each run.
#include "reports/run_list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

constexpr char kFolder[] = "runs";
constexpr char kHead[] = "plumbline runs 1 ";
constexpr size_t kMostBytes = size_t{64} << 20;
constexpr size_t kNameDigits = 16;  // of the digest in a file's name

absl::StatusOr<RunList> ParseRunList(absl::string_view text, const std::string& file) {
  const auto error = [&](int line, absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", line, ": error: ", what));
  };
  RunList list;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    ++number;
    if (number == 1) {
      if (!absl::ConsumePrefix(&line, kHead) || line.empty()) return error(number, "not a list of runs");
      list.experiment = std::string(line);
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    if (!IsSha256Hex(parts.first)) return error(number, "no key of a run");
    list.runs.push_back({std::string(parts.first), std::string(parts.second)});
  }
  return list;
}

}  // namespace

absl::Status WriteRunList(SystemCalls& system, const std::string& folder, const RunList& list) {
  std::string text = absl::StrCat(kHead, list.experiment, "\n");
  for (const ListedRun& run : list.runs) absl::StrAppend(&text, run.key, " ", run.title, "\n");
  const std::string place = JoinPath(folder, kFolder);
  const absl::Status status = MakeFolders(system, place);
  if (!status.ok()) return status;
  const std::string name = absl::StrCat(list.experiment, "-", Sha256Hex(text).substr(0, kNameDigits), ".txt");
  return WriteFileAtomically(system, JoinPath(place, name), text);
}

absl::StatusOr<std::vector<RunList>> ReadRunLists(SystemCalls& system, const std::string& folder) {
  const std::string place = JoinPath(folder, kFolder);
  std::vector<RunList> lists;
  const absl::StatusOr<std::vector<std::string>> names = ListEntries(place, EntryKind::kFile);
  if (absl::IsNotFound(names.status())) return lists;
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::string path = JoinPath(place, name);
    const absl::StatusOr<std::string> text = ReadFile(system, path, kMostBytes);
    if (!text.ok()) return text.status();
    absl::StatusOr<RunList> list = ParseRunList(*text, path);
    if (!list.ok()) return list.status();
    lists.push_back(*std::move(list));
  }
  return lists;
}

}  // namespace plumbline
