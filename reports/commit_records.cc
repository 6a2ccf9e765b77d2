// libgit2's objects are freed by their holders; its errors become statuses at once.
#include "reports/commit_records.h"

#include <git2.h>

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "reports/record_store.h"
#include "reports/record_text.h"

namespace plumbline {
namespace {

constexpr absl::string_view kPublished = "reports/published/";
constexpr absl::string_view kRecords = "/records/";

struct Library {
  Library() { git_libgit2_init(); }
  ~Library() { git_libgit2_shutdown(); }
};

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* object) const { kFree(object); }
};
using Repository = std::unique_ptr<git_repository, Freer<git_repository, git_repository_free>>;
using Object = std::unique_ptr<git_object, Freer<git_object, git_object_free>>;
using Blob = std::unique_ptr<git_blob, Freer<git_blob, git_blob_free>>;

std::string LastError() {
  const git_error* const error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown error" : error->message;
}

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
  git_object* found = nullptr;
  if (git_revparse_single(&found, repository, absl::StrCat(revision, "^{tree}").c_str()) != 0) {
    return absl::NotFoundError(absl::StrCat("'", revision, "' is no commit: ", LastError()));
  }
  const Object object(found);
  std::map<std::string, git_oid> records;
  if (git_tree_walk(reinterpret_cast<git_tree*>(object.get()), GIT_TREEWALK_PRE, NoteEntry, &records) != 0) {
    return absl::DataLossError(absl::StrCat("the tree of '", revision, "' cannot be read: ", LastError()));
  }
  return records;
}

}  // namespace

absl::StatusOr<std::vector<record::Record>> ReadCommitRecords(const std::string& folder, const std::string& revision) {
  const Library library;
  git_repository* opened = nullptr;
  if (git_repository_open_ext(&opened, folder.c_str(), 0, nullptr) != 0) {
    return absl::NotFoundError(absl::StrCat(folder, ": error: no git repository: ", LastError()));
  }
  const Repository repository(opened);
  const absl::StatusOr<std::map<std::string, git_oid>> list = ListRecords(repository.get(), revision);
  if (!list.ok()) return list.status();
  if (list->empty()) {
    return absl::NotFoundError(absl::StrCat("'", revision, "' has no records under ", kPublished, "*", kRecords));
  }
  std::vector<record::Record> records;
  for (const auto& [path, id] : *list) {
    const std::string name = absl::StrCat(revision, ":", path);
    git_blob* read = nullptr;
    if (git_blob_lookup(&read, repository.get(), &id) != 0) {
      return absl::DataLossError(absl::StrCat(name, ": error: ", LastError()));
    }
    const Blob blob(read);
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
