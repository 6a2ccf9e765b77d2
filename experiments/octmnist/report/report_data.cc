// Sorting and reading of records; whatever a later part indexes by is checked here.
#include "experiments/octmnist/report/report_data.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "reports/number_text.h"
#include "reports/record_values.h"

namespace plumbline::octmnist {
namespace {

constexpr int kMostExamples = 16;

absl::Status Contradiction(const record::Record& record, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the record of ", record.experiment(), " at ", PointText(record), ": ", what));
}

// The digits of a text, each below `classes`.
absl::StatusOr<std::vector<int>> Digits(const record::Record& record, const std::string& name, size_t classes) {
  const absl::StatusOr<std::string> text = ExactText(record, name);
  if (!text.ok()) return text.status();
  std::vector<int> digits;
  for (const char c : *text) {
    const int digit = c - '0';
    if (digit < 0 || digit >= static_cast<int>(classes) || digit > 9) {
      return Contradiction(record, absl::StrCat("'", name, "' names a class that is not there"));
    }
    digits.push_back(digit);
  }
  return digits;
}

// Of hexadecimal digits; Abseil's own function has another form from one release to the next.
std::string BytesOf(const std::string& hex) {
  const auto digit = [](char c) {
    return c <= '9' ? c - '0' : absl::ascii_tolower(static_cast<unsigned char>(c)) - 'a' + 10;
  };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(16 * digit(hex[i]) + digit(hex[i + 1]));
  return bytes;
}

absl::Status ReadExamples(const record::Record& record, DataSet& set) {
  for (int i = 0; i < kMostExamples; ++i) {
    const absl::StatusOr<std::string> hex = ExactText(record, absl::StrCat("example ", i, " pixels"));
    const absl::StatusOr<int64_t> index = ExactInteger(record, absl::StrCat("example ", i, " index"));
    if (absl::IsNotFound(hex.status()) || absl::IsNotFound(index.status())) continue;
    if (!hex.ok()) return hex.status();
    if (!index.ok()) return index.status();
    const bool hexadecimal = std::all_of(hex->begin(), hex->end(), absl::ascii_isxdigit);
    if (!hexadecimal || hex->size() != 2 * kSide * kSide || *index < 0 ||
        *index >= static_cast<int64_t>(set.labels.size())) {
      return Contradiction(record, absl::StrCat("example ", i, " is no image of the test set"));
    }
    set.examples.push_back({*index, BytesOf(*hex)});
  }
  return absl::OkStatus();
}

absl::StatusOr<DataSet> ReadDataSet(const record::Record& record) {
  DataSet set;
  set.record = &record;
  const absl::StatusOr<std::string> sentence = ExactText(record, "data");
  const absl::StatusOr<int64_t> embedded = ExactInteger(record, "embedded");
  const absl::StatusOr<std::string> classes = ExactText(record, "class names");
  if (!sentence.ok()) return sentence.status();
  if (!embedded.ok()) return embedded.status();
  if (!classes.ok()) return classes.status();
  set.sentence = *sentence;
  set.embedded = *embedded != 0;
  for (const absl::string_view name : absl::StrSplit(*classes, ',')) {
    set.classes.emplace_back(absl::StripAsciiWhitespace(name));
  }
  absl::StatusOr<std::vector<int>> labels = Digits(record, "test labels", set.classes.size());
  if (!labels.ok()) return labels.status();
  set.labels = *std::move(labels);
  for (const char* split : {"train", "validation", "test"}) {
    const record::ExactSeries* series = FindExactSeries(record, absl::StrCat(split, " class counts"));
    if (series == nullptr) continue;
    std::vector<int64_t> counts(series->integer().begin(), series->integer().end());
    if (counts.size() != set.classes.size()) {
      return Contradiction(record, absl::StrCat("'", split, " class counts' does not have one count a class"));
    }
    set.counts.emplace_back(split, std::move(counts));
  }
  if (ExactText(record, "published subset").ok()) {
    const absl::StatusOr<std::vector<int>> subset = Digits(record, "published subset", 2);
    if (!subset.ok()) return subset.status();
    set.published.assign(subset->begin(), subset->end());
    if (set.published.size() != set.labels.size()) {
      return Contradiction(record, "'published subset' and 'test labels' differ in length");
    }
  }
  const absl::Status status = ReadExamples(record, set);
  if (!status.ok()) return status;
  return set;
}

absl::StatusOr<Run> ReadRun(const record::Record& record, const DataSet& set) {
  Run run;
  run.seed = record.seed();
  run.record = &record;
  run.stopped = ExactText(record, "stopped").value_or("");
  run.training_loss = ExactReals(record, "training loss");
  run.running_loss = ExactReals(record, "running training loss");
  run.validation_loss = ExactReals(record, "validation loss");
  run.validation_accuracy = ExactReals(record, "validation accuracy");
  if (run.validation_accuracy.empty() && !run.diverged()) {
    return Contradiction(record, "neither 'validation accuracy' nor 'stopped'");
  }
  if (!ExactText(record, "test predictions").ok()) return run;
  absl::StatusOr<std::vector<int>> predictions = Digits(record, "test predictions", set.classes.size());
  if (!predictions.ok()) return predictions.status();
  run.predictions = *std::move(predictions);
  if (run.predictions.size() != set.labels.size()) {
    return Contradiction(record, "'test predictions' and 'test labels' differ in length");
  }
  return run;
}

absl::Status AddRun(const record::Record& record, Data& data) {
  absl::StatusOr<Run> run = ReadRun(record, data.set);
  if (!run.ok()) return run.status();
  const absl::StatusOr<int64_t> no_maxpool = AxisInteger(record, "no_maxpool");
  if (!no_maxpool.ok()) return no_maxpool.status();
  const std::string rate_text = AxisText(record, "rate").value_or("");
  double rate = 0;
  if (!absl::SimpleAtod(rate_text, &rate) || !std::isfinite(rate) || rate <= 0) {
    return Contradiction(record, absl::StrCat("'", rate_text, "' is no learning rate"));
  }
  const bool pooling = *no_maxpool == 0;
  for (Configuration& configuration : data.configurations) {
    if (configuration.pooling != pooling || configuration.rate != rate) continue;
    configuration.runs.push_back(*std::move(run));
    return absl::OkStatus();
  }
  data.configurations.push_back({pooling, rate, rate_text, {*std::move(run)}});
  return absl::OkStatus();
}

void Order(Data& data) {
  std::sort(data.configurations.begin(), data.configurations.end(), [](const Configuration& a, const Configuration& b) {
    return std::make_tuple(!a.pooling, -a.rate) < std::make_tuple(!b.pooling, -b.rate);
  });
  for (Configuration& configuration : data.configurations) {
    std::vector<Run>& runs = configuration.runs;
    std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
      return std::make_pair(a.seed, a.record->key()) < std::make_pair(b.seed, b.record->key());
    });
    runs.erase(std::unique(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.seed == b.seed; }),
               runs.end());
    configuration.rate_text = AxisText(*runs.front().record, "rate").value_or("");
    for (const Run& run : runs) data.seeds.insert(run.seed);
  }
}

std::string DataDigestOf(const record::Record& record) { return record.data().empty() ? "" : record.data(0).sha256(); }

// What runs of one scale have in common: epochs, batch, data.
using Setting = std::tuple<int64_t, int64_t, std::string>;

Setting SettingOf(const record::Record& run) {
  return {ExactInteger(run, "epochs").value_or(0), ExactInteger(run, "batch").value_or(0), DataDigestOf(run)};
}

bool IsTraining(const record::Record& record) { return AxisText(record, "rate").ok(); }

// The setting of most training runs; of equally many the greatest. Nothing when there are none.
std::optional<Setting> CommonSetting(const std::vector<record::Record>& records) {
  std::map<Setting, int> runs;
  for (const record::Record& record : records) {
    if (IsTraining(record)) ++runs[SettingOf(record)];
  }
  std::optional<Setting> common;
  int most = 0;
  for (const auto& [setting, count] : runs) {
    if (count < most) continue;
    common = setting;
    most = count;
  }
  return common;
}

// A cost record with more rounds says more.
int RoundsOf(const record::Record& record) {
  int rounds = 0;
  for (const record::MeasuredSeries& series : record.measured().series())
    rounds = std::max(rounds, series.sample_size());
  return rounds;
}

absl::Status AddCostRecord(const record::Record& record, Data& data) {
  const absl::StatusOr<int64_t> batch = AxisInteger(record, "B");
  const absl::StatusOr<int64_t> no_maxpool = AxisInteger(record, "no_maxpool");
  if (!batch.ok()) return batch.status();
  if (!no_maxpool.ok()) return no_maxpool.status();
  if (*batch <= 0) return Contradiction(record, "a batch of no images");
  const record::Record*& place = data.costs[{*no_maxpool == 0, *batch}];
  const auto rank = [](const record::Record& each) {
    return std::make_tuple(-RoundsOf(each), each.seed(), each.key());
  };
  if (place == nullptr || rank(record) < rank(*place)) place = &record;
  return absl::OkStatus();
}

bool Before(const record::Record& a, const record::Record* b) {
  return b == nullptr || std::make_pair(a.seed(), a.key()) < std::make_pair(b->seed(), b->key());
}

std::string PlaceText(const record::Fingerprint& place) {
  return absl::StrCat("engine ", place.engine_version(), ", oneDNN ", place.onednn_version(), ", ",
                      place.effective_isa(), ", ", place.cpu_model(), ", ", place.compiler(), ", ", place.libm());
}

}  // namespace

int64_t DataSet::validation_items() const {
  int64_t items = 0;
  for (const auto& [split, by_class] : counts) {
    if (split != "validation") continue;
    for (const int64_t count : by_class) items += count;
  }
  return items;
}

int64_t DataSet::published_items() const { return std::count(published.begin(), published.end(), true); }

std::string VariantName(bool pooling) { return pooling ? "with pooling" : "without pooling"; }

std::string Configuration::Name() const { return absl::StrCat(VariantName(pooling), ", rate ", rate_text); }

std::string Configuration::FileName() const {
  return absl::StrCat(pooling ? "pooling" : "no-pooling", "-", ShortestText(rate));
}

int Configuration::diverged() const {
  return static_cast<int>(std::count_if(runs.begin(), runs.end(), [](const Run& run) { return run.diverged(); }));
}

const Configuration* Data::Find(bool pooling, double rate) const {
  for (const Configuration& configuration : configurations) {
    if (configuration.pooling == pooling && configuration.rate == rate) return &configuration;
  }
  return nullptr;
}

absl::StatusOr<Data> Sort(const std::vector<record::Record>& records) {
  const std::optional<Setting> setting = CommonSetting(records);
  const record::Record* of_data = nullptr;
  for (const record::Record& record : records) {
    const bool used = !setting.has_value() || DataDigestOf(record) == std::get<std::string>(*setting);
    if (used && ExactText(record, "test labels").ok() && Before(record, of_data)) of_data = &record;
  }
  if (of_data == nullptr) return absl::NotFoundError("octmnist: no record of the data that the runs used");
  if (!setting.has_value()) return absl::NotFoundError("octmnist: no record of a training run");
  Data data;
  absl::StatusOr<DataSet> set = ReadDataSet(*of_data);
  if (!set.ok()) return set.status();
  data.set = *std::move(set);
  for (const record::Record& record : records) {
    absl::Status status;
    if (IsTraining(record)) {
      const bool common = SettingOf(record) == *setting;
      data.left_out += !common;
      if (!common) continue;
      status = AddRun(record, data);
    } else if (AxisText(record, "B").ok()) {
      status = AddCostRecord(record, data);
    } else if (&record != of_data) {
      continue;
    }
    if (!status.ok()) return status;
    data.places.insert(PlaceText(record.fingerprint()));
  }
  Order(data);
  return data;
}

std::optional<double> ValueOf(const Run& run, Metric metric) {
  if (run.diverged()) return std::nullopt;
  const std::vector<double>& accuracy = run.validation_accuracy;
  if (!std::all_of(accuracy.begin(), accuracy.end(), [](double value) { return std::isfinite(value); }))
    return std::nullopt;
  if (metric == Metric::kLastValidation) return accuracy.back();
  if (metric == Metric::kBestValidation) return *std::max_element(accuracy.begin(), accuracy.end());
  const char* name = metric == Metric::kTestLoss  ? "test loss"
                     : metric == Metric::kTestAuc ? "test AUC"
                     : metric == Metric::kTestAll ? "test accuracy"
                                                  : "test accuracy of the published subset";
  const absl::StatusOr<double> value = ExactReal(*run.record, name);
  if (!value.ok() || !std::isfinite(*value)) return std::nullopt;
  return *value;
}

std::vector<double> ValuesOf(const Configuration& configuration, Metric metric) {
  std::vector<double> values;
  for (const Run& run : configuration.runs) {
    if (const std::optional<double> value = ValueOf(run, metric)) values.push_back(*value);
  }
  return values;
}

std::pair<std::vector<double>, std::vector<double>> PairedValues(const Configuration& a, const Configuration& b,
                                                                 Metric metric) {
  std::pair<std::vector<double>, std::vector<double>> result;
  for (const Run& first : a.runs) {
    for (const Run& second : b.runs) {
      const std::optional<double> left = ValueOf(first, metric);
      const std::optional<double> right = ValueOf(second, metric);
      if (first.seed != second.seed || !left.has_value() || !right.has_value()) continue;
      result.first.push_back(*left);
      result.second.push_back(*right);
    }
  }
  return result;
}

const record::Cost* CostOf(const record::Record& record, absl::string_view program, record::Cost::Quantity quantity) {
  for (const record::Cost& cost : record.cost()) {
    if (cost.program() == program && cost.quantity() == quantity) return &cost;
  }
  return nullptr;
}

const record::Plan* PlanOf(const record::Record& record, absl::string_view program) {
  for (const record::Plan& plan : record.plan()) {
    if (plan.program() == program) return &plan;
  }
  return nullptr;
}

std::vector<int64_t> ShapeOf(absl::string_view text) {
  std::vector<int64_t> shape;
  if (!absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]")) return {};
  for (const absl::string_view extent : absl::StrSplit(text, ',')) {
    int64_t value = 0;
    if (!absl::SimpleAtoi(extent, &value)) return {};
    shape.push_back(value);
  }
  return shape;
}

}  // namespace plumbline::octmnist
