// The records of the image experiment in the order and form in which the report reads them. A record is of the data if
// it has the test labels, a training run if it has a learning rate, of costs if its point has a batch size.
#ifndef PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_DATA_H_
#define PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_DATA_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "reports/record.pb.h"

namespace plumbline::octmnist {

// The side of an image in pixels.
inline constexpr int kSide = 28;

struct Example {
  int64_t index = 0;   // in the test set
  std::string pixels;  // kSide * kSide bytes, row by row
};

struct DataSet {
  const record::Record* record = nullptr;
  std::string sentence;  // which data
  bool embedded = false;
  std::vector<std::string> classes;
  std::vector<std::pair<std::string, std::vector<int64_t>>> counts;  // of each class, by split
  std::vector<int> labels;                                           // of the test items
  std::vector<bool> published;  // whether a test item is in the published subset; empty: not known
  std::vector<Example> examples;

  // Items of the validation set; 0: not known.
  int64_t validation_items() const;
  int64_t published_items() const;
};

// One training run.
struct Run {
  uint64_t seed = 0;
  const record::Record* record = nullptr;
  std::string stopped;  // why it diverged; empty: it did not
  std::vector<double> training_loss, running_loss, validation_loss, validation_accuracy;  // by epoch, from 1
  std::vector<int> predictions;  // of the test items; empty: none

  bool diverged() const { return !stopped.empty(); }
};

// The runs of one variant at one learning rate, ascending in the seed.
struct Configuration {
  bool pooling = true;
  double rate = 0;
  std::string rate_text;  // as in the experiment
  std::vector<Run> runs;

  std::string Name() const;      // "with pooling, rate 0.01"
  std::string FileName() const;  // "pooling-0.01"
  int diverged() const;
};

struct Data {
  DataSet set;
  std::vector<Configuration> configurations;                        // with pooling first, then descending in the rate
  std::map<std::pair<bool, int64_t>, const record::Record*> costs;  // by pooling and batch size
  std::set<uint64_t> seeds;                                         // of any training run
  std::set<std::string> places;                                     // fingerprints of the records, as text
  int left_out = 0;  // training runs on other data, or with other epochs or batches

  const Configuration* Find(bool pooling, double rate) const;  // null: none
};

// A folder may hold runs of several scales. The ones that agree in data, epochs and batch and are the most are read, of
// equally many those with more epochs; and of several records of one point and seed the one with the smallest key.
absl::StatusOr<Data> Sort(const std::vector<record::Record>& records);

// "with pooling" or "without pooling".
std::string VariantName(bool pooling);

// What is reported of one run.
enum class Metric { kLastValidation, kBestValidation, kTestPublished, kTestAll, kTestLoss, kTestAuc };

// Nothing for a run that diverged or did not record it.
std::optional<double> ValueOf(const Run& run, Metric metric);

// Of the runs that have it, ascending in the seed.
std::vector<double> ValuesOf(const Configuration& configuration, Metric metric);

// Of the seeds for which both have it.
std::pair<std::vector<double>, std::vector<double>> PairedValues(const Configuration& a, const Configuration& b,
                                                                 Metric metric);

// Costs and plans by program, whatever the model's name; null: none.
const record::Cost* CostOf(const record::Record& record, absl::string_view program, record::Cost::Quantity quantity);
const record::Plan* PlanOf(const record::Record& record, absl::string_view program);

// The integers of a text such as "[8, 1, 3, 3]"; empty for any other text.
std::vector<int64_t> ShapeOf(absl::string_view text);

}  // namespace plumbline::octmnist

#endif  // PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_DATA_H_
