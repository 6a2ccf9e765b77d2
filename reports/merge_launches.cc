#include "reports/merge_launches.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "reports/exact_match.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline {
namespace {

std::map<std::string, const record::Record*> ByTitle(absl::Span<const record::Record> records) {
  std::map<std::string, const record::Record*> by_title;
  for (const record::Record& record : records) by_title[RunTitle(record)] = &record;
  return by_title;
}

// Series of the first launch without samples, in a measurement of their own.
record::Measured Outline(const record::Record& record, const std::string& id, uint64_t order_seed, int rounds) {
  record::Measured measured;
  record::Measurement& measurement = *measured.add_measurement();
  measurement.set_id(id);
  measurement.set_order_seed(order_seed);
  measurement.set_rounds(rounds);
  for (const record::MeasuredSeries& series : record.measured().series()) {
    if (absl::EndsWith(series.name(), kAgainSuffix)) continue;
    record::MeasuredSeries& outline = *measured.add_series();
    outline.set_name(series.name());
    outline.set_unit(series.unit());
    outline.set_measurement(id);
  }
  return measured;
}

// Appends the launch's sample to each series, and whether it was contended where that was observed.
absl::Status AddLaunch(int launch, const record::Record& record, record::Measured& measured) {
  for (record::MeasuredSeries& series : *measured.mutable_series()) {
    const record::MeasuredSeries* const taken = FindMeasuredSeries(record, series.name());
    const absl::StatusOr<double> median =
        taken == nullptr ? absl::NotFoundError("it was not measured") : Median(Samples(*taken));
    if (!median.ok()) {
      return absl::InternalError(absl::StrCat(RunTitle(record), ", ", series.name(), ", launch ", launch + 1, ": ",
                                              median.status().message()));
    }
    series.add_sample(*median);
    series.add_round(launch);
    bool contended = false;
    for (const bool flag : taken->contended()) contended |= flag;
    if (taken->contended_size() > 0) series.add_contended(contended);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<record::Record>> MergeLaunches(absl::Span<const std::vector<record::Record>> launches,
                                                          const std::string& id, uint64_t order_seed) {
  std::vector<std::map<std::string, const record::Record*>> by_title;
  for (const std::vector<record::Record>& launch : launches) by_title.push_back(ByTitle(launch));
  std::vector<record::Record> merged;
  for (const record::Record& first : launches[0]) {
    record::Measured measured = Outline(first, id, order_seed, static_cast<int>(launches.size()));
    for (size_t i = 0; i < launches.size(); ++i) {
      const auto other = by_title[i].find(RunTitle(first));
      if (other == by_title[i].end()) {
        return absl::InternalError(absl::StrCat(RunTitle(first), " is missing in launch ", i + 1));
      }
      const std::vector<ExactDifference> differences = ExactDifferences(first, *other->second);
      if (!differences.empty()) {
        return absl::InternalError(absl::StrCat(RunTitle(first), " gave other results in launch ", i + 1,
                                                " than in the first: ", ToString(differences[0])));
      }
      const absl::Status status = AddLaunch(static_cast<int>(i), *other->second, measured);
      if (!status.ok()) return status;
    }
    for (record::MeasuredSeries& series : *measured.mutable_series()) {  // known for all samples, or not at all
      if (series.contended_size() != series.sample_size()) series.clear_contended();
    }
    merged.push_back(first);
    *merged.back().mutable_measured() = std::move(measured);
  }
  return merged;
}

void AddRepetition(absl::Span<const record::Record> again, std::vector<record::Record>& records) {
  const std::map<std::string, const record::Record*> by_title = ByTitle(again);
  for (record::Record& record : records) {
    const auto other = by_title.find(RunTitle(record));
    if (other == by_title.end()) continue;
    for (const record::MeasuredSeries& series : other->second->measured().series()) {
      record::MeasuredSeries& added = *record.mutable_measured()->add_series();
      added = series;
      added.set_name(absl::StrCat(series.name(), kAgainSuffix));
    }
  }
}

}  // namespace plumbline
