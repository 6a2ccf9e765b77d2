#include "reports/collect.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "reports/record_store.h"
#include "reports/run_list.h"

namespace plumbline {
namespace {

class Collector {
 public:
  Collector(SystemCalls& system, const std::vector<std::string>& folders, const std::string& into)
      : system_(system), folders_(folders), into_(into) {}

  absl::StatusOr<Collection> Run() {
    // What is there already is compared, but neither copied nor required to exist.
    absl::Status status = ReadFolder(into_, false);
    for (const std::string& folder : folders_) {
      if (status.ok()) status = ReadFolder(folder, true);
    }
    if (!status.ok()) return status;
    if (lists_.empty()) {
      return absl::NotFoundError(
          absl::StrCat(absl::StrJoin(folders_, ", "),
                       ": error: no list of the experiment's runs, so what is missing cannot be told; "
                       "`plumbline run --shard=I/N` writes one"));
    }
    FindMissing();
    if (collection_.missing.empty() && collection_.conflicts.empty()) status = Write();
    if (!status.ok()) return status;
    return std::move(collection_);
  }

 private:
  struct Found {
    std::string file;
    std::string bytes;
    bool copied = false;
  };

  absl::Status ReadFolder(const std::string& folder, bool is_source) {
    const absl::StatusOr<std::vector<std::string>> names = ListEntries(folder, EntryKind::kFile);
    if (!is_source && absl::IsNotFound(names.status())) return absl::OkStatus();
    if (!names.ok()) return names.status();
    const RecordStore store(system_, folder);
    const absl::StatusOr<std::vector<std::string>> keys = store.Keys();
    if (!keys.ok()) return keys.status();
    for (const std::string& key : *keys) {
      const absl::Status sound = store.Read(key).status();
      if (!sound.ok()) return sound;
      absl::StatusOr<std::string> bytes = ReadFile(system_, store.PathOf(key), kMaxRecordBytes);
      if (!bytes.ok()) return bytes.status();
      const auto [place, is_new] = found_.try_emplace(key, Found{store.PathOf(key), *bytes, is_source});
      if (is_source) from_others_.insert(key);
      if (is_new || place->second.bytes == *bytes) continue;
      collection_.conflicts.push_back(absl::StrCat(place->second.file, " and ", store.PathOf(key)));
    }
    absl::StatusOr<std::vector<RunList>> lists = ReadRunLists(system_, folder);
    if (!lists.ok()) return lists.status();
    for (RunList& list : *lists) lists_.push_back(std::move(list));
    return absl::OkStatus();
  }

  void FindMissing() {
    std::set<std::string> seen;
    for (const RunList& list : lists_) {
      for (const ListedRun& run : list.runs) {
        if (found_.count(run.key) > 0 || !seen.insert(run.key).second) continue;
        collection_.missing.push_back(absl::StrCat(list.experiment, " ", run.title));
      }
    }
  }

  absl::Status Write() {
    absl::Status status = MakeFolders(system_, into_);
    const RecordStore store(system_, into_);
    std::vector<std::pair<std::string, std::string>> staged;  // temporary file, its place
    for (const auto& [key, found] : found_) {
      if (!status.ok()) break;
      if (!found.copied) continue;
      const absl::StatusOr<std::string> temporary = StageFile(system_, store.PathOf(key), found.bytes);
      status = temporary.status();
      if (status.ok()) staged.emplace_back(*temporary, store.PathOf(key));
    }
    size_t published = 0;
    for (; status.ok() && published < staged.size(); ++published) {
      status = PublishFile(system_, staged[published].first, staged[published].second);
    }
    for (size_t i = published; i < staged.size(); ++i) (void)RemoveFile(system_, staged[i].first);
    if (status.ok()) status = SyncFolder(system_, into_);
    for (const RunList& list : lists_) {
      if (status.ok()) status = WriteRunList(system_, into_, list);
    }
    collection_.records = static_cast<int>(from_others_.size());
    return status;
  }

  SystemCalls& system_;
  const std::vector<std::string>& folders_;
  const std::string& into_;
  std::map<std::string, Found> found_;  // by key
  std::set<std::string> from_others_;   // keys
  std::vector<RunList> lists_;
  Collection collection_;
};

}  // namespace

absl::StatusOr<Collection> Collect(SystemCalls& system, const std::vector<std::string>& folders,
                                   const std::string& into) {
  return Collector(system, folders, into).Run();
}

}  // namespace plumbline
