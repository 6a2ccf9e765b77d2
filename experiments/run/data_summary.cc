// Examples are spread evenly over the test items.
#include "experiments/run/data_summary.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/run/record_parts.h"
#include "experiments/run/speech_summary.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

constexpr size_t kMostClasses = 10;  // that one digit can tell apart
constexpr int kThreads = 1;

std::vector<int64_t> Labels(const Split& split, const Column& column) {
  std::vector<int> items(static_cast<size_t>(split.items));
  std::iota(items.begin(), items.end(), 0);
  std::vector<int64_t> labels(items.size());
  GatherItems(column, items, labels.data());
  return labels;
}

void AddClassCounts(const std::string& name, const Split& split, size_t classes, record::Exact& exact) {
  const Column* const column = split.Find("label");
  if (column == nullptr || column->item_elements() != 1 || classes == 0) return;
  std::vector<int64_t> index(classes), counts(classes, 0);
  std::iota(index.begin(), index.end(), 0);
  for (const int64_t label : Labels(split, *column)) ++counts[label];
  *exact.add_series() = IntegerSeries(absl::StrCat(name, " class counts"), "", "class", index, counts);
}

void AddExamples(const DataSet& data, int64_t examples, record::Exact& exact) {
  const Column* const images = data.test.Find("image");
  if (images == nullptr || !std::holds_alternative<std::vector<uint8_t>>(images->values)) return;
  const auto& pixels = std::get<std::vector<uint8_t>>(images->values);
  const int64_t size = images->item_elements();
  const int64_t count = std::min(examples, data.test.items);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t item = i * data.test.items / count;
    const absl::string_view bytes(reinterpret_cast<const char*>(&pixels[item * size]), static_cast<size_t>(size));
    *exact.add_value() = IntegerValue(absl::StrCat("example ", i, " index"), "", item);
    *exact.add_value() = TextValue(absl::StrCat("example ", i, " pixels"), absl::BytesToHexString(bytes));
  }
}

void AddTestItems(const DataSet& data, record::Exact& exact) {
  const Column* const column = data.test.Find("label");
  if (column == nullptr || column->item_elements() != 1 || data.class_names.size() > kMostClasses) return;
  std::string labels;
  for (const int64_t label : Labels(data.test, *column)) labels += static_cast<char>('0' + label);
  *exact.add_value() = TextValue("test labels", labels);
  if (data.published_subset.empty()) return;
  std::string subset(labels.size(), '0');
  for (const int64_t item : data.published_subset) subset[item] = '1';
  *exact.add_value() = TextValue("published subset", subset);
}

}  // namespace

absl::StatusOr<record::Record> SummarizeData(const LoadedExperiment& experiment, const ExperimentRun& run,
                                             const DataSet& data) {
  absl::StatusOr<record::Record> record = StartRecord(experiment, run, kThreads);
  if (!record.ok()) return record.status();
  record::Exact& exact = *record->mutable_exact();
  const auto& study = std::get<DataSummaryStudy>(experiment.sweeps[run.sweep].study);
  *exact.add_value() = TextValue("data", data.description);
  *exact.add_value() = IntegerValue("embedded", "", data.embedded ? 1 : 0);
  *exact.add_value() = TextValue("class names", absl::StrJoin(data.class_names, ", "));
  AddClassCounts("train", data.train, data.class_names.size(), exact);
  AddClassCounts("validation", data.validation, data.class_names.size(), exact);
  AddClassCounts("test", data.test, data.class_names.size(), exact);
  AddTestItems(data, exact);
  AddExamples(data, study.examples, exact);
  AddSpeechFacts(data, study.examples, exact);
  return record;
}

}  // namespace plumbline
