// Reads what `plumbline diff --rerun --format=json` printed, one file a table, and prints how many tables have a change of
// which kind, with an interval. See diff_rates.sh.
#include <cstdio>
#include <fstream>
#include <string>

#include "nlohmann/json.hpp"
#include "reports/proportions.h"

namespace plumbline {
namespace {

constexpr double kLevel = 0.95;

struct Count {
  int tables = 0;
  int rows = 0;   // tables with a program whose time was judged to have changed
  int nodes = 0;  // ... with a node
  int found = 0;  // ... with the node that was looked for, slower
};

bool Changed(const nlohmann::json& row) { return row["judged"] == "more" || row["judged"] == "less"; }

void Add(const nlohmann::json& table, const std::string& node, Count& count) {
  bool rows = false, nodes = false, found = false;
  for (const nlohmann::json& row : table["measured"]) {
    rows |= Changed(row);
    if (!row.contains("steps")) continue;
    for (const nlohmann::json& step : row["steps"]) {
      nodes |= Changed(step);
      found |= step["judged"] == "more" && step["node"] == node;
    }
  }
  ++count.tables;
  count.rows += rows ? 1 : 0;
  count.nodes += nodes ? 1 : 0;
  count.found += found ? 1 : 0;
}

void Print(const char* what, int part, int tables) {
  const absl::StatusOr<Estimate> rate = WilsonEstimate(part, tables, kLevel);
  if (!rate.ok()) return;
  std::printf("%s: %d of %d tables, %.1f %% [%.1f, %.1f]\n", what, part, tables, 100 * rate->value,
              100 * rate->interval.low, 100 * rate->interval.high);
}

int Main(int count, char** words) {
  Count all;
  for (int i = 2; i < count; ++i) {
    const nlohmann::json table = nlohmann::json::parse(std::ifstream(words[i]), nullptr, false);
    if (table.is_discarded() || !table.contains("measured")) {
      std::fprintf(stderr, "%s: error: no output of diff --format=json\n", words[i]);
      return 2;
    }
    Add(table, words[1], all);
  }
  Print("a program's time changed", all.rows, all.tables);
  Print("a node's time changed", all.nodes, all.tables);
  if (*words[1] != '\0') Print((std::string("'") + words[1] + "' is slower").c_str(), all.found, all.tables);
  return 0;
}

}  // namespace
}  // namespace plumbline

int main(int count, char** words) {
  if (count >= 3) return plumbline::Main(count, words);
  std::fprintf(stderr, "usage: count_alarms NODE FILE...   (an empty NODE: none is looked for)\n");
  return 2;
}
