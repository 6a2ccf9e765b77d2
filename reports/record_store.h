// A folder of records, one file a run: KEY.textproto. A run exists or it does not: writing is
// atomic, reading believes nothing that is not whole. The store keeps no state, so several
// processes may use one folder (reports/run_claim.h keeps them from doing the same run); two that
// finish the same run write the same exact values, and the later one stays.
#ifndef PLUMBLINE_REPORTS_RECORD_STORE_H_
#define PLUMBLINE_REPORTS_RECORD_STORE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "reports/files.h"
#include "reports/record.pb.h"

namespace plumbline {

// A record beyond this size is refused before it is read.
inline constexpr size_t kMaxRecordBytes = size_t{64} << 20;

class RecordStore {
 public:
  // `system` must outlive the store. The folder is made by the first Write.
  RecordStore(SystemCalls& system, std::string folder);

  const std::string& folder() const { return folder_; }

  // The file of a run key.
  std::string PathOf(absl::string_view key) const;

  // Writes or replaces the record of `record.key()`. InvalidArgument for a record that breaks a
  // rule (reports/record_text.h), else the errors of reports/files.h.
  absl::Status Write(const record::Record& record) const;

  // NotFound when the run does not exist; InvalidArgument for a file that is no whole record or
  // is the record of another key.
  absl::StatusOr<record::Record> Read(absl::string_view key) const;

  // Whether there is a whole record of the key: false when there is no file, an error when the
  // file is no good.
  absl::StatusOr<bool> Has(absl::string_view key) const;

  // The keys of all records, sorted. A folder that does not exist holds none. Names that begin
  // with a dot are passed over; any other file that is not named KEY.textproto is refused
  // (InvalidArgument, one line a file).
  absl::StatusOr<std::vector<std::string>> Keys() const;

  // All records, sorted by key. The error lists every file that is no good, one line each.
  absl::StatusOr<std::vector<record::Record>> ReadAll() const;

 private:
  SystemCalls& system_;
  const std::string folder_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RECORD_STORE_H_
