// The weights of a decoder's attention over the audio, for one utterance, as exact values of a record: small enough to be
// kept, fine enough to be looked at. Made when a run ends, read when its report is rendered.
//
// Names in the record, all of one utterance:
//   value   "attention map shape"               text "[heads, rows, columns]"
//   value   "attention map target"              text, a character for each row
//   value   "attention map positions"           integer: audio positions that the columns cover together
//   value   "attention map audio positions"     integer: of these the ones before the padding; absent: not known
//   value   "attention map seconds a position"  real, in s; absent: not known
//   series  "attention map peak"                real by "head": the largest weight of each head
//   series  "attention map HEAD"                integer by "cell", row by row: 255 · weight / peak, rounded
#ifndef PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_ATTENTION_MAP_RECORD_H_
#define PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_ATTENTION_MAP_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reports/record.pb.h"

namespace plumbline::ljspeech {

// More columns than a figure can show are put together, the maximum of neighbours standing for them.
inline constexpr int kMostMapColumns = 300;

// [heads, rows, positions], as the cross attention made them: row i is the query that predicts character i of the target.
struct AttentionWeights {
  absl::Span<const float> weights;
  int heads = 0;
  int rows = 0;
  int positions = 0;
  std::string target;           // of the utterance, markers included; rows beyond its length are left out
  int audio_positions = 0;      // the first ones, which are no padding; 0: not known
  double seconds_per_position = 0;  // 0: not known
};

// What to merge into a record: record.mutable_exact()->MergeFrom(*values). InvalidArgument for a shape without elements
// or that does not fit the weights, an empty target, or a weight that is negative or not finite.
absl::StatusOr<record::Exact> AttentionMapValues(const AttentionWeights& attention);

struct AttentionMap {
  int columns = 0;
  std::string target;                       // a character a row
  std::vector<std::vector<uint8_t>> heads;  // [rows, columns] each, 255 for the peak
  std::vector<double> peaks;                // of each head
  int64_t positions = 0;
  int64_t audio_positions = 0;      // 0: not known
  double seconds_per_position = 0;  // 0: not known

  int rows() const { return static_cast<int>(target.size()); }
};

// NotFound when the record has no map, InvalidArgument when its parts contradict each other.
absl::StatusOr<AttentionMap> ReadAttentionMap(const record::Record& record);

}  // namespace plumbline::ljspeech

#endif  // PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_ATTENTION_MAP_RECORD_H_
