// One set of records from several launches of the same runs: each launch is one round of a measurement that spans processes.
// What differs from process to process (the layout of memory, above all) then counts as noise, as it should when two
// programs are compared.
#ifndef PLUMBLINE_REPORTS_MERGE_LAUNCHES_H_
#define PLUMBLINE_REPORTS_MERGE_LAUNCHES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reports/record.pb.h"

namespace plumbline {

// The records of the first launch, their measured series with one sample a launch: the median of what the launch took. All
// series belong to the measurement `id`. Series that a launch took twice ("time again") are left out, since they tell of
// noise within a process. `launches` is not empty.
// Error: Internal when a launch has not the runs of the first, or other exact results.
absl::StatusOr<std::vector<record::Record>> MergeLaunches(absl::Span<const std::vector<record::Record>> launches,
                                                          const std::string& id, uint64_t order_seed);

// Adds the series of `again`, which comes from further launches of the same program in the same rounds, to the records of
// the same runs as what was measured once more: "training_step/time again".
void AddRepetition(absl::Span<const record::Record> again, std::vector<record::Record>& records);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_MERGE_LAUNCHES_H_
