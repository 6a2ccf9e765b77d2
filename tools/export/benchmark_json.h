// The measured times of records as Google Benchmark writes them, for the tools that read its files, above all its
// compare.py.
#ifndef PLUMBLINE_TOOLS_EXPORT_BENCHMARK_JSON_H_
#define PLUMBLINE_TOOLS_EXPORT_BENCHMARK_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/record.pb.h"

namespace plumbline {

// JSON text. One benchmark a record and measured series in seconds, named EXPERIMENT/MODEL/axis:value/.../seed:N/SERIES
// (the series as "forward/time"); one "iteration" entry a sample, with repetition_index, then aggregates mean, median
// and stddev. Times are in ns. Records hold times by the clock on the wall, so cpu_time is real_time, which the context
// says. Series of other units are left out. A series that was measured several times counts by its last.
// FailedPrecondition: no record has a measured time. InvalidArgument: two records of one run.
absl::StatusOr<std::string> BenchmarkJson(const std::vector<record::Record>& records);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_EXPORT_BENCHMARK_JSON_H_
