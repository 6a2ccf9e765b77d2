// The facts of a data set as a record, with some of its test items.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_DATA_SUMMARY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_DATA_SUMMARY_H_

#include "absl/status/statusor.h"
#include "experiments/data/data_set.h"
#include "experiments/load_experiment.h"
#include "reports/record.pb.h"

namespace plumbline {

// Exact results:
//   data: the set's description; embedded: 1 where it was generated; class names, comma-separated
//   by class: train class counts, validation class counts, test class counts
//   test labels: one digit an item; published subset: one 0 or 1 a test item
//   example I pixels: hexadecimal, row-major, of images of bytes; example I index: of the test item
//   of speech: those of speech_summary.h
// What does not apply to a data set (no labels, no images) is left out.
absl::StatusOr<record::Record> SummarizeData(const LoadedExperiment& experiment, const ExperimentRun& run,
                                             const DataSet& data);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_DATA_SUMMARY_H_
