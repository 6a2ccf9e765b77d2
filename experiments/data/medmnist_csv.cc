// Counts are exact integers; each area is one division, so that ties and order cost no accuracy.
#include "experiments/data/medmnist_csv.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

constexpr size_t kMostItems = size_t{1} << 31;  // twice a product of two counts stays below 2^63

absl::Status Invalid(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status Check(absl::Span<const float> scores, absl::Span<const int64_t> labels, int classes) {
  if (classes < 2) return Invalid("scores need two classes or more");
  if (labels.empty() || labels.size() >= kMostItems) return Invalid("there are no items, or too many");
  if (scores.size() != labels.size() * static_cast<size_t>(classes)) {
    return Invalid(absl::StrCat(scores.size(), " scores are not ", classes, " for each of ", labels.size(), " labels"));
  }
  for (const int64_t label : labels) {
    if (label < 0 || label >= classes) return Invalid(absl::StrCat("label ", label, " is not below ", classes));
  }
  if (std::any_of(scores.begin(), scores.end(), [](float score) { return std::isnan(score); })) {
    return Invalid("a score is not a number");
  }
  return absl::OkStatus();
}

// Of the pairs of an item of the class and another one, the share that the scores order rightly; equal ones count half.
absl::StatusOr<double> AreaOfClass(absl::Span<const float> scores, absl::Span<const int64_t> labels, int classes,
                                   int of) {
  std::vector<std::pair<float, bool>> items;  // score, whether of the class
  items.reserve(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    items.emplace_back(scores[i * static_cast<size_t>(classes) + static_cast<size_t>(of)], labels[i] == of);
  }
  std::sort(items.begin(), items.end());
  int64_t members = 0, others = 0;  // below the current score
  int64_t twice = 0;                // twice the number of pairs in order
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin;
    int64_t equal_members = 0;
    while (end < items.size() && items[end].first == items[begin].first) equal_members += items[end++].second ? 1 : 0;
    const int64_t equal_others = static_cast<int64_t>(end - begin) - equal_members;
    twice += equal_members * (2 * others + equal_others);
    members += equal_members;
    others += equal_others;
    begin = end;
  }
  if (members == 0 || others == 0) {
    return Invalid(absl::StrCat(members == 0 ? "no item is" : "all items are", " of class ", of,
                                ", so the area under its curve is not defined"));
  }
  return static_cast<double>(twice) / (2.0 * static_cast<double>(members) * static_cast<double>(others));
}

}  // namespace

absl::StatusOr<MedmnistMetrics> ComputeMedmnistMetrics(absl::Span<const float> scores, absl::Span<const int64_t> labels,
                                                       int classes) {
  const absl::Status status = Check(scores, labels, classes);
  if (!status.ok()) return status;
  MedmnistMetrics metrics;
  for (int of = 0; of < classes; ++of) {
    const absl::StatusOr<double> area = AreaOfClass(scores, labels, classes, of);
    if (!area.ok()) return area.status();
    metrics.auc += *area;
  }
  metrics.auc /= classes;
  int64_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto item = scores.subspan(i * static_cast<size_t>(classes), static_cast<size_t>(classes));
    right += std::max_element(item.begin(), item.end()) - item.begin() == labels[i] ? 1 : 0;
  }
  metrics.accuracy = static_cast<double>(right) / static_cast<double>(labels.size());
  return metrics;
}

std::string MedmnistCsv(absl::Span<const float> scores, int classes) {
  std::string text;
  for (size_t i = 0; i < scores.size(); ++i) {
    const size_t in_item = i % static_cast<size_t>(classes);
    if (in_item == 0) absl::StrAppend(&text, i / static_cast<size_t>(classes));
    absl::StrAppend(&text, ",", ShortestText(scores[i]));
    if (in_item + 1 == static_cast<size_t>(classes)) text.push_back('\n');
  }
  return text;
}

std::string MedmnistFileName(absl::string_view data_set, absl::string_view split, const MedmnistMetrics& metrics,
                             absl::string_view run) {
  return absl::StrCat(data_set, "_", split, "_[AUC]", FixedText(metrics.auc, 3), "_[ACC]",
                      FixedText(metrics.accuracy, 3), "@", run, ".csv");
}

}  // namespace plumbline
