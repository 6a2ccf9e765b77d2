// Making and finding the parts of a record. Nothing here computes; see reports/statistics.h.
#ifndef PLUMBLINE_REPORTS_RECORD_VALUES_H_
#define PLUMBLINE_REPORTS_RECORD_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "reports/record.pb.h"

namespace plumbline {

// Exact values, to be added with *exact.add_value() = RealValue(...). Units are SI ("s", "B") or
// empty.
record::ExactValue RealValue(absl::string_view name, absl::string_view unit, double value);
record::ExactValue IntegerValue(absl::string_view name, absl::string_view unit, int64_t value);
record::ExactValue TextValue(absl::string_view name, absl::string_view value);
record::ExactValue DigestValue(absl::string_view name, absl::string_view hex);

// Exact series over an index ("epoch"); `index` and `values` are of one length.
record::ExactSeries RealSeries(absl::string_view name, absl::string_view unit,
                               absl::string_view index_name, absl::Span<const int64_t> index,
                               absl::Span<const double> values);
record::ExactSeries IntegerSeries(absl::string_view name, absl::string_view unit,
                                  absl::string_view index_name, absl::Span<const int64_t> index,
                                  absl::Span<const int64_t> values);
record::ExactSeries DigestSeries(absl::string_view name, absl::string_view index_name,
                                 absl::Span<const int64_t> index,
                                 absl::Span<const std::string> hex);

// Finding by name. NotFound, naming the record's experiment and what is missing; InvalidArgument
// when the value is of another kind.
absl::StatusOr<double> ExactReal(const record::Record& record, absl::string_view name);
absl::StatusOr<int64_t> ExactInteger(const record::Record& record, absl::string_view name);
absl::StatusOr<std::string> ExactText(const record::Record& record, absl::string_view name);
absl::StatusOr<std::string> AxisText(const record::Record& record, absl::string_view axis);
absl::StatusOr<int64_t> AxisInteger(const record::Record& record, absl::string_view axis);

// Null when there is none. A name measured several times gives the last.
const record::ExactSeries* FindExactSeries(const record::Record& record, absl::string_view name);
const record::MeasuredSeries* FindMeasuredSeries(const record::Record& record,
                                                 absl::string_view name);
const record::Plan* FindPlan(const record::Record& record, absl::string_view model,
                             absl::string_view program);
const record::Cost* FindCost(const record::Record& record, absl::string_view model,
                             absl::string_view program, record::Cost::Quantity quantity);

// "training_step/step/encoder.conv1": the measured series of one node's steps in one program.
std::string StepSeriesName(absl::string_view program, absl::string_view node);
// The node of such a series of that program; nothing for other series.
std::optional<std::string> NodeOfStepSeries(absl::string_view program, absl::string_view series);
// Whether it is such a series, of whatever program.
bool IsStepSeries(absl::string_view series);

std::vector<double> Samples(const record::MeasuredSeries& series);

// The samples of a measured series by name; empty where there is none.
std::vector<double> MeasuredSamples(const record::Record& record, absl::string_view name);

// The real numbers of an exact series by name, from their bits; empty where there are none.
std::vector<double> ExactReals(const record::Record& record, absl::string_view name);

// What must be equal for exact values to be comparable; portable mode leaves the CPU model out.
record::Fingerprint FingerprintOf(const record::Environment& environment,
                                  absl::string_view engine_version, record::Fingerprint::Mode mode);

// "scaling: L=1024, D=64, seed 3": what pairs the records, or traces, of two sides.
template <typename RecordOrTrace>
std::string RunTitle(const RecordOrTrace& run) {
  std::string title = run.experiment();
  const char* separator = ": ";
  for (const record::AxisValue& value : run.point()) {
    title.append(separator).append(value.axis()).append("=").append(value.value());
    separator = ", ";
  }
  return title.append(separator).append("seed ").append(std::to_string(run.seed()));
}

// A measured series of this name and suffix is the same thing measured once more in the same rounds: what lies between the
// two is noise.
inline constexpr char kAgainSuffix[] = " again";

// "L=1024, D=64, seed 3": what a report calls a run.
std::string PointText(const record::Record& record);

// True when exact values of the two may be compared.
bool SameFingerprint(const record::Fingerprint& a, const record::Fingerprint& b);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RECORD_VALUES_H_
