// A walk over the tree of a commit; blobs of records are parsed where they lie.
#include "reports/commit_records.h"

#include <git2.h>

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "reports/git_repository.h"
#include "reports/record_store.h"
#include "reports/record_text.h"

namespace plumbline {
namespace {

constexpr absl::string_view kPublished = "reports/published/";
constexpr absl::string_view kRecords = "/records/";

bool IsRecord(absl::string_view path) {
  return absl::StartsWith(path, kPublished) && absl::StrContains(path, kRecords) && absl::EndsWith(path, ".textproto");
}

// The blobs of records by their paths.
int NoteEntry(const char* folder, const git_tree_entry* entry, void* payload) {
  const std::string path = absl::StrCat(folder, git_tree_entry_name(entry));
  if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB && IsRecord(path)) {
    (*static_cast<std::map<std::string, git_oid>*>(payload))[path] = *git_tree_entry_id(entry);
  }
  return 0;
}

absl::StatusOr<std::map<std::string, git_oid>> ListRecords(git_repository* repository, const std::string& revision) {
  const absl::StatusOr<GitObject> tree = FindRevision(repository, revision, "tree");
  if (!tree.ok()) return tree.status();
  std::map<std::string, git_oid> records;
  if (git_tree_walk(reinterpret_cast<git_tree*>(tree->get()), GIT_TREEWALK_PRE, NoteEntry, &records) != 0) {
    return absl::DataLossError(absl::StrCat("the tree of '", revision, "' cannot be read: ", GitError()));
  }
  return records;
}

}  // namespace

absl::StatusOr<std::vector<record::Record>> ReadCommitRecords(const std::string& folder, const std::string& revision) {
  const GitLibrary library;
  const absl::StatusOr<GitRepository> repository = OpenRepository(folder);
  if (!repository.ok()) return repository.status();
  const absl::StatusOr<std::map<std::string, git_oid>> list = ListRecords(repository->get(), revision);
  if (!list.ok()) return list.status();
  if (list->empty()) {
    return absl::NotFoundError(absl::StrCat("'", revision, "' has no records under ", kPublished, "*", kRecords));
  }
  std::vector<record::Record> records;
  for (const auto& [path, id] : *list) {
    const std::string name = absl::StrCat(revision, ":", path);
    git_blob* read = nullptr;
    if (git_blob_lookup(&read, repository->get(), &id) != 0) {
      return absl::DataLossError(absl::StrCat(name, ": error: ", GitError()));
    }
    const GitBlob blob(read);
    const auto size = static_cast<size_t>(git_blob_rawsize(blob.get()));
    if (size > kMaxRecordBytes) return absl::InvalidArgumentError(absl::StrCat(name, ": error: too large for a record"));
    absl::StatusOr<record::Record> record =
        ParseRecord({static_cast<const char*>(git_blob_rawcontent(blob.get())), size}, name);
    if (!record.ok()) return record.status();
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace plumbline
