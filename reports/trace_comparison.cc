#include "reports/trace_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace plumbline {
namespace {

bool Matches(const trace::Value& a, const trace::Value& b) { return a.name() == b.name() && a.op() == b.op(); }

using ValuesByName = std::map<std::string, const trace::Value*>;

ValuesByName ByName(const trace::Step& step) {
  ValuesByName values;
  for (const trace::Value& value : step.value()) values.emplace(value.name(), &value);
  return values;
}

// What a value was computed from, as far as the other side has it too.
struct Origins {
  std::map<std::string, std::string> digests;  // by name; of what is not traced (integers, constants) empty
  std::vector<std::string> between;            // names that only this side has

  void Add(const trace::Value& value, const ValuesByName& own, const ValuesByName& other) {
    for (const std::string& input : value.input()) {
      const auto found = own.find(input);
      if (found == own.end()) {
        digests[input] = "";
      } else if (other.count(input) > 0) {
        digests[input] = found->second->digest();
      } else if (std::find(between.begin(), between.end(), input) == between.end()) {
        between.push_back(input);
        Add(*found->second, own, other);
      }
    }
  }
};

ValueDivergence Diverge(const trace::Value& a, const trace::Value& b, const ValuesByName& all_a,
                        const ValuesByName& all_b) {
  Origins from_a, from_b;
  from_a.Add(a, all_a, all_b);
  from_b.Add(b, all_b, all_a);
  ValueDivergence divergence;
  divergence.inputs_equal = from_a.digests == from_b.digests;
  for (const auto& [name, digest] : from_b.digests) {
    const auto counterpart = from_a.digests.find(name);
    if (counterpart == from_a.digests.end() || counterpart->second != digest) {
      divergence.different_inputs.push_back(name);
    }
  }
  divergence.between = from_a.between;
  divergence.between.insert(divergence.between.end(), from_b.between.begin(), from_b.between.end());
  return divergence;
}

}  // namespace

std::optional<int64_t> FirstDifferentStep(const trace::Trace& a, const trace::Trace& b) {
  std::map<int64_t, std::string> roots;
  for (const trace::Step& step : a.step()) roots[step.step()] = step.root();
  std::optional<int64_t> first;
  for (const trace::Step& step : b.step()) {
    const auto other = roots.find(step.step());
    if (other == roots.end() || other->second == step.root()) continue;
    first = std::min(step.step(), first.value_or(step.step()));
  }
  const int64_t steps = std::min(a.parameters_after_size(), b.parameters_after_size());
  for (int64_t i = 0; i < std::min(steps, first.value_or(steps)); ++i) {
    if (a.parameters_after(static_cast<int>(i)) != b.parameters_after(static_cast<int>(i))) return i + 1;
  }
  return first;
}

std::vector<std::pair<int, int>> AlignValues(const trace::Step& a, const trace::Step& b) {
  // Longest common subsequence; what is equal at both ends needs no table.
  int first = 0;
  int last_a = a.value_size(), last_b = b.value_size();
  std::vector<std::pair<int, int>> pairs;
  while (first < last_a && first < last_b && Matches(a.value(first), b.value(first))) {
    pairs.emplace_back(first, first);
    ++first;
  }
  std::vector<std::pair<int, int>> tail;
  while (last_a > first && last_b > first && Matches(a.value(last_a - 1), b.value(last_b - 1))) {
    tail.emplace_back(--last_a, --last_b);
  }
  const int rows = last_a - first, columns = last_b - first;
  std::vector<int> lengths(static_cast<size_t>(rows + 1) * (columns + 1), 0);  // of suffixes
  const auto length = [&](int i, int j) -> int& { return lengths[static_cast<size_t>(i) * (columns + 1) + j]; };
  for (int i = rows - 1; i >= 0; --i) {
    for (int j = columns - 1; j >= 0; --j) {
      length(i, j) = Matches(a.value(first + i), b.value(first + j)) ? length(i + 1, j + 1) + 1
                                                                      : std::max(length(i + 1, j), length(i, j + 1));
    }
  }
  for (int i = 0, j = 0; i < rows && j < columns;) {
    if (Matches(a.value(first + i), b.value(first + j))) {
      pairs.emplace_back(first + i++, first + j++);
    } else if (length(i + 1, j) >= length(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
  pairs.insert(pairs.end(), tail.rbegin(), tail.rend());
  return pairs;
}

StepComparison CompareSteps(const trace::Step& a, const trace::Step& b) {
  StepComparison result;
  const ValuesByName all_a = ByName(a), all_b = ByName(b);
  std::set<int> aligned_a, aligned_b;
  for (const auto& [i, j] : AlignValues(a, b)) {
    aligned_a.insert(i);
    aligned_b.insert(j);
    if (a.value(i).digest() == b.value(j).digest()) continue;
    ++result.differing;
    ValueDivergence divergence = Diverge(a.value(i), b.value(j), all_a, all_b);
    result.origins += divergence.inputs_equal ? 1 : 0;
    if (result.first) continue;
    divergence.a = i;
    divergence.b = j;
    result.first = std::move(divergence);
  }
  for (int i = 0; i < a.value_size(); ++i) {
    if (aligned_a.count(i) == 0) result.only_a.push_back(a.value(i).name());
  }
  for (int j = 0; j < b.value_size(); ++j) {
    if (aligned_b.count(j) == 0) result.only_b.push_back(b.value(j).name());
  }
  return result;
}

std::string DescribeTraceDifference(const trace::Trace& a, const trace::Trace& b) {
  const std::optional<int64_t> step = FirstDifferentStep(a, b);
  if (!step) return "  the traces agree\n";
  std::string text = absl::StrCat("  the first step that differs is ", *step, "\n");
  const auto list = [&](const char* side, const std::vector<std::string>& names) {
    if (!names.empty()) absl::StrAppend(&text, "  only ", side, " computes ", absl::StrJoin(names, ", "), "\n");
  };
  for (const trace::Step& step_a : a.step()) {
    for (const trace::Step& step_b : b.step()) {
      if (step_a.step() != step_b.step() || step_a.root() == step_b.root()) continue;
      const StepComparison comparison = CompareSteps(step_a, step_b);
      absl::StrAppend(&text, "  of the traced steps, ", step_a.step(), " is the first that differs\n");
      list("the first", comparison.only_a);
      list("the second", comparison.only_b);
      if (!comparison.first) return absl::StrCat(text, "  all values that both compute are equal\n");
      const trace::Value &value_a = step_a.value(comparison.first->a), &value_b = step_b.value(comparison.first->b);
      const std::string inputs =
          comparison.first->inputs_equal
              ? "from equal inputs"
              : absl::StrCat("from inputs that differ: ", absl::StrJoin(comparison.first->different_inputs, ", "));
      return absl::StrCat(text, "  in it the first value that differs is '", value_b.name(), "' (", value_b.op(), "), ",
                          inputs, "; implementations: ", value_a.implementation(), " and ", value_b.implementation(),
                          "\n  ", comparison.differing, " values differ in all, ", comparison.origins,
                          " of them from equal inputs\n");
    }
  }
  return absl::StrCat(text, "  no traced step tells by which op: run with --trace_steps ", *step, "\n");
}

int64_t UlpDistance(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) {
    return std::isnan(a) && std::isnan(b) ? 0 : std::numeric_limits<int64_t>::max();
  }
  // Bits ordered as the numbers are.
  const auto ordered = [](float value) {
    int32_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits >= 0 ? static_cast<int64_t>(bits) : -static_cast<int64_t>(bits & 0x7fffffff);
  };
  return std::llabs(ordered(a) - ordered(b));
}

}  // namespace plumbline
