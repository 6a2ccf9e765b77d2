// Whether the exact results of two records are the same, and where they first are not.
#ifndef PLUMBLINE_REPORTS_EXACT_MATCH_H_
#define PLUMBLINE_REPORTS_EXACT_MATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/record.pb.h"

namespace plumbline {

struct ExactDifference {
  std::string name;                 // of the value or series
  std::string index_name;           // of a series: "epoch"
  std::optional<int64_t> index;     // of a series: where it first differs
  std::string a, b;                 // the two values; empty: that side has none
};

// In the order of a, then what only b has. Reals are compared by their bits. Costs and plans' digests count as values
// named "cost ..." and "plan ...".
std::vector<ExactDifference> ExactDifferences(const record::Record& a, const record::Record& b);

// "'validation loss' at epoch 3: 0.7 and 0.8".
std::string ToString(const ExactDifference& difference);

// The fields in which two fingerprints differ, "cpu_model: A and B"; empty where exact values may be compared.
std::vector<std::string> FingerprintDifferences(const record::Fingerprint& a, const record::Fingerprint& b);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_EXACT_MATCH_H_
