#include "reports/record_diff_text.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "reports/number_text.h"

namespace plumbline {
namespace {

constexpr size_t kMostLines = 200;  // of a list; the rest is counted
constexpr size_t kMostSteps = 5;  // of a program whose time changed

std::string Number(const std::optional<double>& value) { return value ? absl::StrFormat("%.4g", *value) : "—"; }

std::string RatioText(const MeasuredComparison& row) {
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

// "12.1 µs (jit:avx512_core)", or "nothing".
std::string StepSide(const std::optional<double>& median, const std::string& implementation) {
  if (!median) return "nothing";
  return absl::StrCat(SiText(*median, "s", 3), implementation.empty() ? "" : absl::StrCat(" (", implementation, ")"));
}

// One line a node: its change, and how much of the program's change that is.
std::vector<std::string> StepLines(const MeasuredDifference& row) {
  std::vector<std::string> lines;
  const double whole = row.median_b.value_or(0) - row.median_a.value_or(0);
  for (const StepDifference& step : row.steps) {
    const double change = step.median_b.value_or(0) - step.median_a.value_or(0);
    std::string line = absl::StrCat("'", step.node, "' took ", StepSide(step.median_a, step.implementation_a), " and takes ",
                                    StepSide(step.median_b, step.implementation_b));
    if (step.ratio) absl::StrAppend(&line, ", ratio ", RatioText(step));
    absl::StrAppendFormat(&line, "; %.0f %% of the program's change", whole == 0 ? 0 : 100 * change / whole);
    lines.push_back(std::move(line));
    if (lines.size() == kMostSteps) break;
  }
  if (row.steps.size() > kMostSteps) lines.push_back(absl::StrCat("and ", row.steps.size() - kMostSteps, " more nodes"));
  return lines;
}

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNone: return "none";
    case Verdict::kSame: return "same";
    case Verdict::kLess: return "less";
    case Verdict::kMore: return "more";
    case Verdict::kUnresolved: return "unresolved";
  }
  return "none";
}

nlohmann::ordered_json StepsJson(const MeasuredDifference& row) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const StepDifference& step : row.steps) {
    nlohmann::ordered_json entry;
    entry["node"] = step.node;
    if (step.median_a) entry["median_a"] = *step.median_a;
    if (step.median_b) entry["median_b"] = *step.median_b;
    entry["implementation_a"] = step.implementation_a;
    entry["implementation_b"] = step.implementation_b;
    if (step.ratio) entry["ratio"] = step.ratio->value;
    if (step.adjusted_p) entry["adjusted_p"] = *step.adjusted_p;
    entry["judged"] = Name(step.judged);
    steps.push_back(entry);
  }
  return steps;
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
  for (const MeasuredDifference& row : diff.measured) {
    if (row.steps.empty()) continue;
    absl::StrAppend(&text, "\n### Where ", Code(row.run), ", ", Code(row.series), " changed\n\n");
    for (const std::string& line : StepLines(row)) absl::StrAppend(&text, "- ", Code(line), "\n");
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
    for (const std::string& line : StepLines(row)) absl::StrAppend(&text, "    ", line, "\n");
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
    entry["judged"] = Name(row.judged);
    if (!row.steps.empty()) entry["steps"] = StepsJson(row);
    json["measured"].push_back(entry);
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline
