// Everything becomes named text first: a value, or one entry of a series.
#include "reports/exact_match.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

constexpr size_t kMostCharacters = 80;  // of a long text, such as all transcripts

struct Entries {
  std::string index_name;  // empty: a single value
  std::vector<std::pair<int64_t, std::string>> values;
};
using NamedEntries = std::vector<std::pair<std::string, Entries>>;

std::string RealText(uint64_t bits, double value) { return absl::StrCat(ShortestText(value), " (", absl::Hex(bits, absl::kZeroPad16), ")"); }

std::string ValueText(const record::ExactValue& value) {
  switch (value.kind_case()) {
    case record::ExactValue::kReal: return RealText(value.real().bits(), value.real().value());
    case record::ExactValue::kInteger: return absl::StrCat(value.integer());
    case record::ExactValue::kText: return value.text();
    case record::ExactValue::kDigest: return value.digest();
    case record::ExactValue::KIND_NOT_SET: break;
  }
  return "nothing";
}

std::string SeriesText(const record::ExactSeries& series, int i) {
  if (i < series.bits_size()) return RealText(series.bits(i), i < series.value_size() ? series.value(i) : 0);
  if (i < series.integer_size()) return absl::StrCat(series.integer(i));
  if (i < series.digest_size()) return series.digest(i);
  return "nothing";
}

NamedEntries EntriesOf(const record::Record& record) {
  NamedEntries entries;
  for (const record::Plan& plan : record.plan()) {
    entries.push_back({absl::StrCat("plan of ", plan.model(), ", ", plan.program()), {"", {{0, plan.digest()}}}});
  }
  for (const record::Cost& cost : record.cost()) {
    entries.push_back({absl::StrCat("cost ", record::Cost::Quantity_Name(cost.quantity()), " of ", cost.model(), ", ",
                                    cost.program()),
                       {"", {{0, absl::StrCat(cost.text(), " = ", cost.value())}}}});
  }
  for (const record::ExactValue& value : record.exact().value()) {
    entries.push_back({value.name(), {"", {{0, ValueText(value)}}}});
  }
  for (const record::ExactSeries& series : record.exact().series()) {
    Entries values{series.index_name(), {}};
    for (int i = 0; i < series.index_size(); ++i) values.values.emplace_back(series.index(i), SeriesText(series, i));
    entries.push_back({series.name(), std::move(values)});
  }
  return entries;
}

std::string Shortened(const std::string& text) {
  return text.size() <= kMostCharacters ? text : absl::StrCat(text.substr(0, kMostCharacters), "...");
}

// The first entry in which they differ, if any.
std::optional<ExactDifference> Compare(const std::string& name, const Entries* a, const Entries* b) {
  const size_t size_a = a == nullptr ? 0 : a->values.size(), size_b = b == nullptr ? 0 : b->values.size();
  for (size_t i = 0; i < std::max(size_a, size_b); ++i) {
    const auto* const entry_a = i < size_a ? &a->values[i] : nullptr;
    const auto* const entry_b = i < size_b ? &b->values[i] : nullptr;
    if (entry_a != nullptr && entry_b != nullptr && *entry_a == *entry_b) continue;
    ExactDifference difference;
    difference.name = name;
    difference.index_name = (a != nullptr ? a : b)->index_name;
    if (!difference.index_name.empty()) difference.index = (entry_a != nullptr ? entry_a : entry_b)->first;
    if (entry_a != nullptr) difference.a = Shortened(entry_a->second);
    if (entry_b != nullptr) difference.b = Shortened(entry_b->second);
    return difference;
  }
  return std::nullopt;
}

}  // namespace

std::vector<ExactDifference> ExactDifferences(const record::Record& a, const record::Record& b) {
  const NamedEntries entries_a = EntriesOf(a), entries_b = EntriesOf(b);
  std::map<std::string, const Entries*> of_a, of_b;
  for (const auto& [name, entries] : entries_a) of_a.emplace(name, &entries);
  for (const auto& [name, entries] : entries_b) of_b.emplace(name, &entries);
  std::vector<ExactDifference> differences;
  const auto add = [&](std::optional<ExactDifference> difference) {
    if (difference) differences.push_back(*std::move(difference));
  };
  for (const auto& [name, entries] : entries_a) {
    const auto found = of_b.find(name);
    add(Compare(name, &entries, found == of_b.end() ? nullptr : found->second));
  }
  for (const auto& [name, entries] : entries_b) {
    if (of_a.count(name) == 0) add(Compare(name, nullptr, &entries));
  }
  return differences;
}

std::string ToString(const ExactDifference& difference) {
  const auto side = [](const std::string& text) { return text.empty() ? std::string("nothing") : text; };
  const std::string place = difference.index ? absl::StrCat(" at ", difference.index_name, " ", *difference.index) : "";
  return absl::StrCat("'", difference.name, "'", place, ": ", side(difference.a), " and ", side(difference.b));
}

std::vector<std::string> FingerprintDifferences(const record::Fingerprint& a, const record::Fingerprint& b) {
  std::vector<std::string> differences;
  const auto compare = [&](const char* field, const std::string& of_a, const std::string& of_b) {
    if (of_a != of_b) differences.push_back(absl::StrCat(field, ": ", of_a, " and ", of_b));
  };
  compare("engine version", a.engine_version(), b.engine_version());
  compare("mode", record::Fingerprint::Mode_Name(a.mode()), record::Fingerprint::Mode_Name(b.mode()));
  compare("oneDNN", a.onednn_version(), b.onednn_version());
  compare("instruction set", a.effective_isa(), b.effective_isa());
  compare("CPU", a.cpu_model(), b.cpu_model());
  compare("compiler", a.compiler(), b.compiler());
  compare("libm", a.libm(), b.libm());
  return differences;
}

}  // namespace plumbline
