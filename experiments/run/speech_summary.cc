#include "experiments/run/speech_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

constexpr double kTenths = 10;  // of a second

// How often each number from the least to the largest of `values` is among them, which are >= 0 and not empty.
record::ExactSeries Histogram(const std::string& name, const std::string& index_name,
                              const std::vector<int64_t>& values) {
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  std::vector<int64_t> index(static_cast<size_t>(*largest - *least + 1)), counts(index.size(), 0);
  std::iota(index.begin(), index.end(), *least);
  for (const int64_t value : values) ++counts[static_cast<size_t>(value - *least)];
  return IntegerSeries(name, "", index_name, index, counts);
}

void AddSplit(const std::string& name, const Split& split, record::Exact& exact) {
  if (split.items == 0) return;
  *exact.add_value() = IntegerValue(absl::StrCat(name, " clips"), "", split.items);
  std::vector<int64_t> durations, lengths;
  for (const double seconds : split.seconds) durations.push_back(static_cast<int64_t>(seconds * kTenths));
  for (const std::string& text : split.texts) lengths.push_back(static_cast<int64_t>(text.size()));
  if (!durations.empty()) {
    const double total = std::accumulate(split.seconds.begin(), split.seconds.end(), 0.0);
    *exact.add_value() = RealValue(absl::StrCat(name, " seconds"), "s", total);
    *exact.add_series() = Histogram(absl::StrCat(name, " clips by duration"), "tenths of a second", durations);
  }
  if (!lengths.empty()) {
    *exact.add_series() = Histogram(absl::StrCat(name, " clips by text length"), "characters", lengths);
  }
  const Column* const audio = split.Find("audio");
  if (audio != nullptr && audio->ragged()) {
    const int64_t rows = audio->item_elements() / audio->item_shape.back();
    *exact.add_value() = IntegerValue(absl::StrCat(name, " frames"), "", audio->starts.back() / rows);
  }
  const Column* const targets = split.Find("targets");
  if (targets != nullptr && std::holds_alternative<std::vector<int64_t>>(targets->values)) {
    const auto& tokens = std::get<std::vector<int64_t>>(targets->values);
    *exact.add_series() = Histogram(absl::StrCat(name, " token counts"), "token", tokens);
  }
}

// The values of a ragged item as bytes.
void AddSpectrogram(const std::string& example, const Column& audio, int64_t item, record::Exact& exact) {
  const auto& values = std::get<std::vector<float>>(audio.values);
  const auto begin = values.begin() + audio.starts[static_cast<size_t>(item)];
  const auto end = values.begin() + audio.starts[static_cast<size_t>(item) + 1];
  if (begin == end) return;
  const float least = *std::min_element(begin, end), largest = *std::max_element(begin, end);
  std::string bytes;
  for (auto value = begin; value != end; ++value) {
    const float share = largest > least ? (*value - least) / (largest - least) : 0;
    bytes += static_cast<char>(static_cast<unsigned char>(std::lround(share * 255)));
  }
  *exact.add_value() = IntegerValue(absl::StrCat(example, " frames"), "", audio.LengthOf(item));
  *exact.add_value() = RealValue(absl::StrCat(example, " least"), "", least);
  *exact.add_value() = RealValue(absl::StrCat(example, " largest"), "", largest);
  *exact.add_value() = TextValue(absl::StrCat(example, " features"), absl::BytesToHexString(bytes));
}

void AddExamples(const Split& test, int64_t examples, record::Exact& exact) {
  const Column* const audio = test.Find("audio");
  const int64_t count = std::min(examples, test.items);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t item = i * test.items / count;
    const std::string example = absl::StrCat("example ", i);
    *exact.add_value() = IntegerValue(absl::StrCat(example, " index"), "", item);
    *exact.add_value() = TextValue(absl::StrCat(example, " text"), test.texts[static_cast<size_t>(item)]);
    if (!test.seconds.empty()) {
      *exact.add_value() = RealValue(absl::StrCat(example, " seconds"), "s", test.seconds[static_cast<size_t>(item)]);
    }
    if (i < kMostSpectrograms && audio != nullptr && audio->ragged()) AddSpectrogram(example, *audio, item, exact);
  }
}

}  // namespace

void AddSpeechFacts(const DataSet& data, int64_t examples, record::Exact& exact) {
  if (data.train.texts.empty()) return;
  AddSplit("train", data.train, exact);
  AddSplit("validation", data.validation, exact);
  AddSplit("test", data.test, exact);
  if (!data.test.texts.empty()) AddExamples(data.test, examples, exact);
}

}  // namespace plumbline
