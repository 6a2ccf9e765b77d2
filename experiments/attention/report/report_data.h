// The records of the attention experiment in the order and form in which the report reads them.
#ifndef PLUMBLINE_EXPERIMENTS_ATTENTION_REPORT_REPORT_DATA_H_
#define PLUMBLINE_EXPERIMENTS_ATTENTION_REPORT_REPORT_DATA_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/markdown.h"
#include "reports/record.pb.h"
#include "reports/scaling.h"

namespace plumbline::attention {

// One model with its parameters: what a curve over L shows.
struct Variant {
  std::string model;   // "softmax", ...
  int64_t width = 0;   // D
  int64_t terms = 0;   // K; 0 for softmax
  bool causal = false;

  std::string Name() const;  // "taylor K=3", with ", causal" where it is
  bool fused() const { return model == "softmax" || model == "taylor"; }
  friend bool operator<(const Variant& a, const Variant& b);
};

struct Data {
  // Timed runs by variant, ascending in L, of the smallest seed.
  std::map<Variant, std::vector<std::pair<int64_t, const record::Record*>>> timed;
  // Accuracy runs sorted by (D, temperature, causal, L, seed).
  std::vector<const record::Record*> accuracy;
  const record::Record* any = nullptr;
};

absl::StatusOr<Data> Sort(const std::vector<record::Record>& records);

// The model name within a record, for its costs.
std::string ModelNameOf(const record::Record& record);
// Median seconds over L of one program; lengths at which it did not run are left out.
std::vector<Observation> Times(const Data& data, const Variant& variant, const std::string& program);
// A cost at its own sizes, over L.
std::vector<Observation> Costs(const Data& data, const Variant& variant, const std::string& program,
                               record::Cost::Quantity quantity);
// The polynomial of a cost at other sizes (B, H, L, D by name). Derived symbols are not known here.
double EvaluateCost(const record::Cost& cost, const std::map<std::string, int64_t>& sizes);

// The parts of the report, in order.
absl::Status AddComplexity(const Data& data, md::Document& report);
absl::Status AddFeatureMap(const Data& data, md::Document& report);
absl::Status AddIdentity(const Data& data, md::Document& report);
absl::Status AddLinearity(const Data& data, md::Document& report);
absl::Status AddErrors(const Data& data, md::Document& report);
absl::Status AddMeasurements(const Data& data, md::Document& report);

// Plots by file name.
std::map<std::string, std::string> TimingPlots(const Data& data);
std::map<std::string, std::string> AccuracyPlots(const Data& data);

}  // namespace plumbline::attention

#endif  // PLUMBLINE_EXPERIMENTS_ATTENTION_REPORT_REPORT_DATA_H_
