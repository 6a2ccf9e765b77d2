// A record as the text of a file and back. The text is canonical (reports/canonical_text.h) between
// a head that names the type and a last line that holds the digest of all before it, so that a file
// that was cut, merged or edited is refused instead of being believed:
//
//   # proto-file: reports/record.proto
//   # proto-message: plumbline.record.Record
//   schema_version: 1
//   ...
//   # sha256: 6e34...
#ifndef PLUMBLINE_REPORTS_RECORD_TEXT_H_
#define PLUMBLINE_REPORTS_RECORD_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "reports/record.pb.h"

namespace plumbline {

inline constexpr int kRecordSchemaVersion = 1;

// InvalidArgument with one line a mistake when the record breaks a rule that its schema cannot
// express: key and digests are digests; names are given and unique within their kind; a real's bits
// and value agree; a series has one value an index, of one kind; samples, rounds, flags and
// iterations are of one length, samples finite, and their measurement is listed; denominators and
// exponents are positive.
absl::Status ValidateRecord(const record::Record& record);

// The text of a valid record; the caller sets `schema_version` to kRecordSchemaVersion.
absl::StatusOr<std::string> RecordText(const record::Record& record);

// InvalidArgument "FILE: error: WHAT" (with line and column where there is one) for what is no
// record, was cut or changed, is of another schema version, or breaks a rule.
absl::StatusOr<record::Record> ParseRecord(absl::string_view text, absl::string_view file);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RECORD_TEXT_H_
