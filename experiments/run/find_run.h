// Which run of an experiment a record is of, and whether the records of an experiment are those that it asks for today.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_FIND_RUN_H_
#define PLUMBLINE_EXPERIMENTS_RUN_FIND_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "dsl/source.h"
#include "experiments/load_experiment.h"
#include "reports/record.pb.h"

namespace plumbline {

// Whether sweep, point and seed are the record's.
bool IsRunOf(const LoadedExperiment& experiment, const ExperimentRun& run, const record::Record& record);

// Why a run of the same point and seed has another key than the record: which model, data set or text is another.
std::vector<std::string> RunDifferences(const LoadedExperiment& experiment, const ExperimentRun& run,
                                        const record::Record& record);

// What keeps the records from being those of every run of the experiment, at the scale that fits them best: runs without
// a record, records whose run has become another, records of no run. A line each; empty: they are. Data sets are not read:
// their digests are believed. `source` must load.
std::vector<std::string> RecordMismatches(const std::shared_ptr<const Source>& source,
                                          absl::Span<const record::Record> records);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_FIND_RUN_H_
