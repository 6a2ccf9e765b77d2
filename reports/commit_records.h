// The published records of a commit, read from the repository itself: nothing is checked out.
#ifndef PLUMBLINE_REPORTS_COMMIT_RECORDS_H_
#define PLUMBLINE_REPORTS_COMMIT_RECORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/record.pb.h"

namespace plumbline {

// All files reports/published/*/records/*.textproto of the commit that `revision` names ("HEAD~1", a tag, a hash), in the
// repository of `folder` or a folder above it, in the order of their paths. Errors: NotFound for no repository, no such
// revision or no records; InvalidArgument for files that are no records.
absl::StatusOr<std::vector<record::Record>> ReadCommitRecords(const std::string& folder, const std::string& revision);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_COMMIT_RECORDS_H_
