// How far attention by a truncated exponential series is from softmax attention, and how far the compiled programs are
// from both: everything exact, against references in double.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_ACCURACY_STUDY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_ACCURACY_STUDY_H_

#include "absl/status/statusor.h"
#include "experiments/load_experiment.h"
#include "reports/record.pb.h"

namespace plumbline {

// One record of exact values. With s = q·k over all pairs that the mask leaves, p_K the series of K terms, Z outputs,
// and error(A, B) = |A - B|_F / |B|_F:
//   largest score               max |s|
//   softmax MODEL error         of a compiled softmax model against softmax in double
//   K terms series error        of the series in double against softmax in double
//   K terms negative share      share of pairs with p_K(s) < 0
//   K terms smallest denominator   min over rows of sum p_K(s)
//   K terms MODEL error         of a compiled model against softmax in double
//   K terms MODEL rounding      of a compiled model against the series in double
//   K terms linear against quadratic   of the first Taylor model against the second
//   K terms features            M, the number of features
//   K terms feature deviation   max |phi(q)·phi(k) - p_K(s)| / sum |s|^n/n!
//   K terms series deviation    max |p_K(s) - exp(s)|
// Models whose program is beyond the study's limits are left out, and "K terms MODEL not run" says why.
absl::StatusOr<record::Record> RunAccuracy(const LoadedExperiment& experiment, const ExperimentRun& run);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_ACCURACY_STUDY_H_
