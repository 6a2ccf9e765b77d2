// Test scores as the evaluator of the medmnist package (Python) reads and names them, with its two metrics.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_MEDMNIST_CSV_H_
#define PLUMBLINE_EXPERIMENTS_DATA_MEDMNIST_CSV_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace plumbline {

struct MedmnistMetrics {
  // Area under the ROC curve of each class against the others, averaged over the classes without weights. Equal scores
  // count half, as sklearn.metrics.roc_auc_score has it: the probability that an item of the class scores higher than
  // one of another class.
  double auc = 0;
  // Share of the items whose highest score, of equal ones the first, is that of their label.
  double accuracy = 0;
};

// `scores` is [labels.size(), classes], of any kind that ranks (probabilities, logarithms of them). Errors (invalid
// argument): no items, sizes that do not fit, a label outside 0 .. classes - 1, a score that is not a number, a class
// that no item or every item has (its curve is not defined).
absl::StatusOr<MedmnistMetrics> ComputeMedmnistMetrics(absl::Span<const float> scores, absl::Span<const int64_t> labels,
                                                       int classes);

// Lines "INDEX,SCORE,SCORE,...", no header. Scores are written so that reading gives the same f32.
// scores.size() must be a multiple of classes > 0.
std::string MedmnistCsv(absl::Span<const float> scores, int classes);

// "octmnist_test_[AUC]0.950_[ACC]0.830@RUN.csv" for the data set's name, the split's ("train", "val" or "test") and a
// run's name; the run must be without '@', '.', and '/', which the evaluator or the system would read otherwise.
std::string MedmnistFileName(absl::string_view data_set, absl::string_view split, const MedmnistMetrics& metrics,
                             absl::string_view run);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_MEDMNIST_CSV_H_
