// The records of the speech experiment in the order and form in which the report reads them. A record is of training if
// it has a training loss or says why it stopped, of the data if it says which data and has neither, of costs if it has
// costs and is not of training.
#ifndef PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_DATA_H_
#define PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_DATA_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "experiments/ljspeech/report/attention_map_record.h"
#include "experiments/ljspeech/report/transcript_scores.h"
#include "reports/record.pb.h"

namespace plumbline::ljspeech {

enum class Decoder { kRecurrent, kTransformer };

inline constexpr Decoder kDecoders[] = {Decoder::kRecurrent, Decoder::kTransformer};

// "recurrent" or "transformer", as the axis "model" has it.
std::string NameOf(Decoder decoder);

struct DataSet {
  const record::Record* record = nullptr;  // null: there is no record of the data
  std::string sentence;                    // which data
  bool embedded = false;
  std::vector<std::pair<std::string, int64_t>> items;  // of each split that is recorded
};

// One quantity by epoch.
struct Curve {
  std::vector<int64_t> epochs;
  std::vector<double> values;
};

// One training run.
struct Run {
  uint64_t seed = 0;
  const record::Record* record = nullptr;
  std::string stopped;                  // why it diverged; empty: it did not
  std::map<std::string, Curve> curves;  // by the name of the series
  // Of the test utterances, all of one length, or empty where they are not recorded.
  std::vector<std::string> targets, transcripts;
  std::vector<TranscriptScore> scores;
  std::vector<double> losses;  // may be empty where the others are not
  std::optional<AttentionMap> attention;

  bool diverged() const { return !stopped.empty(); }
};

struct CostRecord {
  Decoder decoder = Decoder::kRecurrent;
  int64_t batch = 0;   // B; 0: no such axis
  int64_t length = 0;  // S; 0: no such axis
  const record::Record* record = nullptr;
};

struct Data {
  DataSet set;
  std::map<Decoder, std::vector<Run>> runs;  // ascending in the seed; no entry without runs
  std::vector<CostRecord> costs;             // by decoder, length and batch
  std::set<uint64_t> seeds;                  // of any training run
  std::set<std::string> places;              // fingerprints of the records, as text
  int left_out = 0;                          // training runs of another setting
  std::vector<std::string> notes;            // sentences on what the records contradict themselves in

  // Empty: none.
  const std::vector<Run>& RunsOf(Decoder decoder) const;
  const Run* AnyRun() const;
};

// A folder may hold runs of several scales. Those that agree in data, epochs, batch and further axes and are the most
// are read, of equally many those with more epochs; and of several records of one decoder and seed the one with the
// smallest key. What a run lacks is left empty. Errors: NotFound without a training run; InvalidArgument where parts of
// a record contradict each other, such as targets and transcripts of different number.
absl::StatusOr<Data> Sort(const std::vector<record::Record>& records);

// Null: none.
const Curve* FindCurve(const Run& run, const std::string& name);

// Of the program of that name, whatever the model; null: none.
const record::Cost* CostOf(const record::Record& record, absl::string_view program, record::Cost::Quantity quantity);

}  // namespace plumbline::ljspeech

#endif  // PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_DATA_H_
