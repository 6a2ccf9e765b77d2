#include "reports/record_diff_text.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace plumbline {
namespace {

constexpr size_t kMostLines = 200;  // of a list; the rest is counted

std::string Number(const std::optional<double>& value) { return value ? absl::StrFormat("%.4g", *value) : "—"; }

std::string RatioText(const MeasuredDifference& row) {
  if (!row.ratio) return "—";
  return absl::StrFormat("%.3f [%.3f, %.3f]", row.ratio->value, row.ratio->interval.low, row.ratio->interval.high);
}

std::string Summary(const RecordDiff& diff) {
  std::string text = absl::StrCat(diff.pairs, diff.pairs == 1 ? " pair" : " pairs", " of records, ", diff.comparable,
                                  " of equal fingerprints, ", diff.identical, " identical by construction");
  if (!diff.only_a.empty() || !diff.only_b.empty()) {
    absl::StrAppend(&text, "; ", diff.only_a.size(), " only in the first, ", diff.only_b.size(), " only in the second");
  }
  return text;
}

struct Section {
  const char* title;
  const std::vector<std::string>* lines;
  const char* none;
};

std::vector<Section> Sections(const RecordDiff& diff) {
  return {{"What was run", &diff.changes, "Models, experiments and plans are the same."},
          {"Exact results", &diff.exact, "Every exact result is the same."},
          {"Only in the first", &diff.only_a, ""},
          {"Only in the second", &diff.only_b, ""},
          {"Not comparable", &diff.not_comparable, ""}};
}

void AppendLines(const Section& section, const char* bullet, std::string& text) {
  for (size_t i = 0; i < std::min(section.lines->size(), kMostLines); ++i) {
    absl::StrAppend(&text, bullet, (*section.lines)[i], "\n");
  }
  if (section.lines->size() > kMostLines) {
    absl::StrAppend(&text, bullet, "and ", section.lines->size() - kMostLines, " more\n");
  }
}

// Code spans keep what Markdown would read otherwise.
std::string Code(std::string text) {
  for (char& c : text) {
    if (c == '`' || c == '\n') c = '\'';
    if (c == '|') c = '/';
  }
  return absl::StrCat("`", text, "`");
}

}  // namespace

std::string VerdictText(const MeasuredDifference& row) {
  const bool time = row.unit == "s";
  switch (row.verdict) {
    case Verdict::kSame: return row.why.empty() ? "no difference" : absl::StrCat("no difference: ", row.why);
    case Verdict::kUnresolved: return absl::StrCat("unresolved: ", row.why);
    case Verdict::kLess: return absl::StrFormat("%s by %.1f %%", time ? "faster" : "less", 100 * (1 - row.ratio->value));
    case Verdict::kMore: return absl::StrFormat("%s by %.1f %%", time ? "slower" : "more", 100 * (row.ratio->value - 1));
    case Verdict::kNone: break;
  }
  return row.why;
}

std::string DiffMarkdown(const RecordDiff& diff, const std::string& a, const std::string& b) {
  std::string text = absl::StrCat("# Differences from ", Code(a), " to ", Code(b), "\n\n", Summary(diff), ".\n");
  for (const Section& section : Sections(diff)) {
    if (section.lines->empty() && *section.none == 0) continue;
    absl::StrAppend(&text, "\n## ", section.title, "\n\n");
    if (section.lines->empty()) absl::StrAppend(&text, section.none, "\n");
    std::vector<std::string> coded;
    for (const std::string& line : *section.lines) coded.push_back(Code(line));
    AppendLines({section.title, &coded, ""}, "- ", text);
  }
  absl::StrAppend(&text, "\n## Measured\n\n");
  if (diff.measured.empty()) return absl::StrCat(text, "Nothing was measured.\n");
  absl::StrAppend(&text,
                  "Medians over rounds; ratios are second over first with 95 % intervals; p is Mann-Whitney's after Holm's "
                  "correction.\n\n| run | series | unit | first | second | ratio | p | verdict |\n"
                  "| :--- | :--- | :--- | ---: | ---: | ---: | ---: | :--- |\n");
  for (const MeasuredDifference& row : diff.measured) {
    absl::StrAppend(&text, "| ", Code(row.run), " | ", Code(row.series), " | ", row.unit, " | ", Number(row.median_a), " | ",
                    Number(row.median_b), " | ", RatioText(row), " | ", Number(row.adjusted_p), " | ", VerdictText(row),
                    " |\n");
  }
  return text;
}

std::string DiffText(const RecordDiff& diff, const std::string& a, const std::string& b) {
  std::string text = absl::StrCat("from ", a, " to ", b, ": ", Summary(diff), "\n");
  for (const Section& section : Sections(diff)) {
    if (section.lines->empty() && *section.none == 0) continue;
    absl::StrAppend(&text, section.title, "\n");
    if (section.lines->empty()) absl::StrAppend(&text, "  ", section.none, "\n");
    AppendLines(section, "  ", text);
  }
  if (!diff.measured.empty()) absl::StrAppend(&text, "Measured\n");
  for (const MeasuredDifference& row : diff.measured) {
    absl::StrAppend(&text, "  ", row.run, ", ", row.series, ": ", Number(row.median_a), " and ", Number(row.median_b), " ",
                    row.unit, ", ratio ", RatioText(row), ": ", VerdictText(row), "\n");
  }
  return text;
}

std::string DiffJson(const RecordDiff& diff, const std::string& a, const std::string& b) {
  nlohmann::ordered_json json;
  json["a"] = a;
  json["b"] = b;
  json["pairs"] = diff.pairs;
  json["comparable"] = diff.comparable;
  json["identical"] = diff.identical;
  json["changes"] = diff.changes;
  json["exact"] = diff.exact;
  json["only_a"] = diff.only_a;
  json["only_b"] = diff.only_b;
  json["not_comparable"] = diff.not_comparable;
  json["measured"] = nlohmann::ordered_json::array();
  for (const MeasuredDifference& row : diff.measured) {
    nlohmann::ordered_json entry;
    entry["run"] = row.run;
    entry["series"] = row.series;
    entry["unit"] = row.unit;
    const auto number = [&](const char* name, const std::optional<double>& value) {
      if (value) entry[name] = *value;
    };
    number("median_a", row.median_a);
    number("median_b", row.median_b);
    if (row.ratio) {
      entry["ratio"] = row.ratio->value;
      entry["ratio_low"] = row.ratio->interval.low;
      entry["ratio_high"] = row.ratio->interval.high;
    }
    number("p", row.p);
    number("adjusted_p", row.adjusted_p);
    entry["noise_floor"] = row.noise_floor;
    entry["verdict"] = VerdictText(row);
    json["measured"].push_back(entry);
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline
