// Sorting and reading of records.
#include "experiments/attention/report/report_data.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline::attention {
namespace {

std::string AxisOr(const record::Record& record, absl::string_view axis, const std::string& otherwise) {
  return AxisText(record, axis).value_or(otherwise);
}

int64_t IntegerOr(const record::Record& record, absl::string_view axis, int64_t otherwise) {
  return AxisInteger(record, axis).value_or(otherwise);
}

std::tuple<int64_t, double, int64_t, int64_t, uint64_t> AccuracyOrder(const record::Record& record) {
  double temperature = 1;
  (void)absl::SimpleAtod(AxisOr(record, "temperature", "1"), &temperature);
  return {IntegerOr(record, "D", 0), temperature, IntegerOr(record, "causal", 0), IntegerOr(record, "L", 0),
          record.seed()};
}

}  // namespace

std::string Variant::Name() const {
  return absl::StrCat(model, terms > 0 ? absl::StrCat(" K=", terms) : std::string(), causal ? ", causal" : "");
}

bool operator<(const Variant& a, const Variant& b) {
  return std::tie(a.width, a.causal, a.model, a.terms) < std::tie(b.width, b.causal, b.model, b.terms);
}

std::string ModelNameOf(const record::Record& record) { return AxisOr(record, "model", ""); }

absl::StatusOr<Data> Sort(const std::vector<record::Record>& records) {
  Data data;
  for (const record::Record& record : records) {
    if (data.any == nullptr || record.key() < data.any->key()) data.any = &record;
    const std::string model = ModelNameOf(record);
    if (model.empty()) {
      data.accuracy.push_back(&record);
      continue;
    }
    const Variant variant{model, IntegerOr(record, "D", 0), IntegerOr(record, "terms", 0),
                          IntegerOr(record, "causal", 0) != 0};
    data.timed[variant].emplace_back(IntegerOr(record, "L", 0), &record);
  }
  for (auto& [variant, runs] : data.timed) {
    std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
      return std::make_tuple(a.first, a.second->seed(), a.second->key()) <
             std::make_tuple(b.first, b.second->seed(), b.second->key());
    });
    runs.erase(std::unique(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
               runs.end());
  }
  std::sort(data.accuracy.begin(), data.accuracy.end(), [](const record::Record* a, const record::Record* b) {
    return std::make_pair(AccuracyOrder(*a), a->key()) < std::make_pair(AccuracyOrder(*b), b->key());
  });
  if (data.timed.empty()) return absl::NotFoundError("attention_scaling: no records of timed runs");
  if (data.accuracy.empty()) return absl::NotFoundError("attention_scaling: no records of accuracy");
  return data;
}

std::vector<Observation> Times(const Data& data, const Variant& variant, const std::string& program) {
  std::vector<Observation> result;
  const auto runs = data.timed.find(variant);
  if (runs == data.timed.end()) return result;
  for (const auto& [length, record] : runs->second) {
    const std::vector<double> samples = MeasuredSamples(*record, program + "/time");
    if (samples.empty()) continue;
    result.push_back({static_cast<double>(length), Median(samples).value_or(0)});
  }
  return result;
}

std::vector<Observation> Costs(const Data& data, const Variant& variant, const std::string& program,
                               record::Cost::Quantity quantity) {
  std::vector<Observation> result;
  const auto runs = data.timed.find(variant);
  if (runs == data.timed.end()) return result;
  for (const auto& [length, record] : runs->second) {
    const record::Cost* cost = FindCost(*record, variant.model, program, quantity);
    if (cost != nullptr) result.push_back({static_cast<double>(length), static_cast<double>(cost->value())});
  }
  return result;
}

double EvaluateCost(const record::Cost& cost, const std::map<std::string, int64_t>& sizes) {
  double sum = 0;
  for (const record::CostTerm& term : cost.term()) {
    double product = static_cast<double>(term.numerator()) / static_cast<double>(term.denominator());
    for (const record::Power& power : term.factor()) {
      const auto size = sizes.find(power.symbol());
      product *= size == sizes.end() ? NAN : std::pow(static_cast<double>(size->second), power.exponent());
    }
    sum += product;
  }
  return sum;
}

}  // namespace plumbline::attention
