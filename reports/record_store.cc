// The folder's rules; the file's rules are in record_text, the writing in files.
#include "reports/record_store.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "reports/digest.h"
#include "reports/record_text.h"

namespace plumbline {
namespace {

constexpr absl::string_view kExtension = ".textproto";

}  // namespace

RecordStore::RecordStore(SystemCalls& system, std::string folder)
    : system_(system), folder_(std::move(folder)) {}

std::string RecordStore::PathOf(absl::string_view key) const {
  return JoinPath(folder_, absl::StrCat(key, kExtension));
}

absl::Status RecordStore::Write(const record::Record& record) const {
  const std::string path = PathOf(record.key());
  const absl::StatusOr<std::string> text = RecordText(record);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": error: not written: ", text.status().message()));
  }
  if (text->size() > kMaxRecordBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": error: not written: larger than the limit of ", kMaxRecordBytes, " bytes"));
  }
  if (!folder_.empty()) {
    absl::Status made = MakeFolders(system_, folder_);
    if (!made.ok()) return made;
  }
  return WriteFileAtomically(system_, path, *text);
}

absl::StatusOr<record::Record> RecordStore::Read(absl::string_view key) const {
  const std::string path = PathOf(key);
  const absl::StatusOr<std::string> text = ReadFile(system_, path, kMaxRecordBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<record::Record> record = ParseRecord(*text, path);
  if (record.ok() && record->key() != key) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": error: the record of another run, ", record->key()));
  }
  return record;
}

absl::StatusOr<bool> RecordStore::Has(absl::string_view key) const {
  const absl::StatusOr<record::Record> record = Read(key);
  if (record.ok()) return true;
  if (absl::IsNotFound(record.status())) return false;
  return record.status();
}

absl::StatusOr<std::vector<std::string>> RecordStore::Keys() const {
  const absl::StatusOr<std::vector<std::string>> names =
      ListEntries(folder_.empty() ? "." : folder_, EntryKind::kFile);
  std::vector<std::string> keys;
  if (absl::IsNotFound(names.status())) return keys;
  if (!names.ok()) return names.status();
  std::vector<std::string> foreign;
  for (const std::string& name : *names) {
    if (absl::StartsWith(name, ".")) continue;
    const absl::string_view key = absl::StripSuffix(name, kExtension);
    if (key.size() < name.size() && IsSha256Hex(key)) {
      keys.emplace_back(key);
    } else {
      foreign.push_back(absl::StrCat(JoinPath(folder_, name),
                                     ": error: not a record: its name is not KEY", kExtension));
    }
  }
  if (!foreign.empty()) return absl::InvalidArgumentError(absl::StrJoin(foreign, "\n"));
  return keys;
}

absl::StatusOr<std::vector<record::Record>> RecordStore::ReadAll() const {
  const absl::StatusOr<std::vector<std::string>> keys = Keys();
  if (!keys.ok()) return keys.status();
  std::vector<record::Record> records;
  std::vector<std::string> errors;
  absl::StatusCode code = absl::StatusCode::kOk;
  for (const std::string& key : *keys) {
    absl::StatusOr<record::Record> record = Read(key);
    if (record.ok()) {
      records.push_back(*std::move(record));
      continue;
    }
    errors.emplace_back(record.status().message());
    if (code == absl::StatusCode::kOk) code = record.status().code();
  }
  if (!errors.empty()) return absl::Status(code, absl::StrJoin(errors, "\n"));
  return records;
}

}  // namespace plumbline
