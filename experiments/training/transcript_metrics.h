// The scores of a corpus of transcripts as metrics with names, as epochs and records keep them.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_TRANSCRIPT_METRICS_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_TRANSCRIPT_METRICS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace plumbline {

// "jaccard", "cosine", "damerau_levenshtein", "character error rate", "word error rate".
const std::vector<std::string>& TranscriptMetricNames();

// Each by its name, for pairs of a target and a prediction with the markers of start and end that they have. The
// similarities are means over pairs and compare all characters, markers included; of the error rates' texts the `markers` are taken away first.
// Errors (invalid argument, failed precondition): no pairs, other numbers of both, targets without a character.
absl::StatusOr<std::map<std::string, double>> TranscriptMetrics(absl::Span<const std::string> targets,
                                                                absl::Span<const std::string> predictions,
                                                                const std::string& markers);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_TRANSCRIPT_METRICS_H_
