// Parts of a page that reports of several experiments share: where their records come from, and
// times beside the yardstick that is timed in the same rounds. Knows records, not experiments.
#ifndef PLUMBLINE_REPORTS_RECORD_MARKDOWN_H_
#define PLUMBLINE_REPORTS_RECORD_MARKDOWN_H_

#include <vector>

#include "absl/types/span.h"
#include "reports/markdown.h"
#include "reports/record.pb.h"

namespace plumbline {

// Items of a list: the machine and its fingerprint, as `timed` saw them.
std::vector<md::Inline> ProvenanceItems(const record::Record& timed);

// Operations a second of the bare matrix product that a timing study puts into its rounds (series
// "bare matmul 1024": f32, 1024³, one thread): 2 · 1024³ over the median; 0 where it is missing.
double BareMatmulRate(const record::Record& record);

// The rate of a program that has `operations` and took `seconds` (samples) as a share of the bare
// matrix product's, "*71 %*"; absent where one of them is missing.
md::Inline ShareOfBareMatmul(const record::Record& record, double operations,
                             absl::Span<const double> seconds);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_RECORD_MARKDOWN_H_
