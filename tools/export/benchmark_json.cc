// Entries in the order of names, so that equal records give equal bytes.
#include "tools/export/benchmark_json.h"

#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kModelAxis[] = "model";
constexpr double kNanoseconds = 1e9;

std::string PointName(const record::Record& record) {
  std::string name = record.experiment();
  for (const record::AxisValue& value : record.point()) {
    if (value.axis() == kModelAxis) absl::StrAppend(&name, "/", value.value());
  }
  for (const record::AxisValue& value : record.point()) {
    if (value.axis() != kModelAxis) absl::StrAppend(&name, "/", value.axis(), ":", value.value());
  }
  return absl::StrCat(name, "/seed:", record.seed());
}

struct Benchmark {
  const record::Record* record = nullptr;
  const record::MeasuredSeries* series = nullptr;
};

// By name.
absl::StatusOr<std::map<std::string, Benchmark>> Collect(const std::vector<record::Record>& records) {
  std::map<std::string, Benchmark> benchmarks;
  for (const record::Record& record : records) {
    for (const record::MeasuredSeries& series : record.measured().series()) {
      if (series.unit() != "s" || series.sample_size() == 0) continue;
      Benchmark& benchmark = benchmarks[absl::StrCat(PointName(record), "/", series.name())];
      if (benchmark.record != nullptr && benchmark.record != &record) {
        return absl::InvalidArgumentError(absl::StrCat("two records are of the run ", PointName(record),
                                                       "; export records of one version at a time"));
      }
      benchmark = {&record, &series};
    }
  }
  return benchmarks;
}

Json Head(const std::string& name, const std::string& run_name, int family, const char* run_type,
          const Benchmark& benchmark) {
  Json entry;
  entry["name"] = name;
  entry["family_index"] = family;
  entry["per_family_instance_index"] = 0;
  entry["run_name"] = run_name;
  entry["run_type"] = run_type;
  entry["repetitions"] = benchmark.series->sample_size();
  entry["threads"] = benchmark.record->environment().threads();
  return entry;
}

void AddTimes(double seconds, Json& entry) {
  entry["real_time"] = seconds * kNanoseconds;
  entry["cpu_time"] = seconds * kNanoseconds;
  entry["time_unit"] = "ns";
}

void AddEntries(const std::string& name, int family, const Benchmark& benchmark, Json& entries) {
  const record::MeasuredSeries& series = *benchmark.series;
  const std::vector<double> samples = Samples(series);
  double sum = 0;
  for (int i = 0; i < series.sample_size(); ++i) {
    Json entry = Head(name, name, family, "iteration", benchmark);
    entry["repetition_index"] = i;
    entry["iterations"] = i < series.iterations_size() ? series.iterations(i) : 1;
    AddTimes(series.sample(i), entry);
    entries.push_back(std::move(entry));
    sum += series.sample(i);
  }
  const double count = static_cast<double>(samples.size());
  if (samples.size() < 2) return;
  const double mean = sum / count;
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  const std::pair<const char*, double> aggregates[] = {
      {"mean", mean}, {"median", Median(samples).value_or(mean)}, {"stddev", std::sqrt(squares / (count - 1))}};
  for (const auto& [aggregate, seconds] : aggregates) {
    Json entry = Head(absl::StrCat(name, "_", aggregate), name, family, "aggregate", benchmark);
    entry["aggregate_name"] = aggregate;
    entry["aggregate_unit"] = "time";
    entry["iterations"] = series.sample_size();
    AddTimes(seconds, entry);
    entries.push_back(std::move(entry));
  }
}

Json Context(const record::Record& record) {
  const record::Environment& environment = record.environment();
  Json context;
  context["executable"] = "plumbline";
  context["load_avg"] = Json::array();
  if (environment.has_load_average()) context["load_avg"].push_back(environment.load_average());
  context["cpu_time"] = "equals real_time: records hold wall time";
  context["plumbline_engine"] = record.fingerprint().engine_version();
  context["plumbline_commit"] = absl::StrCat(environment.commit(), environment.dirty() ? "-dirty" : "");
  context["cpu_model"] = environment.cpu_model();
  context["effective_isa"] = environment.effective_isa();
  context["onednn_version"] = environment.onednn_version();
  return context;
}

}  // namespace

absl::StatusOr<std::string> BenchmarkJson(const std::vector<record::Record>& records) {
  const absl::StatusOr<std::map<std::string, Benchmark>> benchmarks = Collect(records);
  if (!benchmarks.ok()) return benchmarks.status();
  if (benchmarks->empty()) return absl::FailedPreconditionError("the records hold no measured times");
  Json file;
  file["context"] = Context(*benchmarks->begin()->second.record);
  file["benchmarks"] = Json::array();
  int family = 0;
  for (const auto& [name, benchmark] : *benchmarks) AddEntries(name, family++, benchmark, file["benchmarks"]);
  return file.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline
