#include "reports/trace_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <set>

namespace plumbline {
namespace {

bool Matches(const trace::Value& a, const trace::Value& b) { return a.name() == b.name() && a.op() == b.op(); }

std::map<std::string, std::string> DigestsByName(const trace::Step& step) {
  std::map<std::string, std::string> digests;
  for (const trace::Value& value : step.value()) digests.emplace(value.name(), value.digest());
  return digests;
}

// Digests of the values that `value` was computed from; of what is not traced (integers, constants) its name.
std::vector<std::string> InputDigests(const trace::Value& value, const std::map<std::string, std::string>& digests) {
  std::vector<std::string> result;
  for (const std::string& input : value.input()) {
    const auto found = digests.find(input);
    result.push_back(found == digests.end() ? input : found->second);
  }
  return result;
}

}  // namespace

std::optional<int64_t> FirstDifferentStep(const trace::Trace& a, const trace::Trace& b) {
  const int steps = std::min(a.parameters_after_size(), b.parameters_after_size());
  for (int i = 0; i < steps; ++i) {
    if (a.parameters_after(i) != b.parameters_after(i)) return i + 1;
  }
  return std::nullopt;
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
  const std::map<std::string, std::string> digests_a = DigestsByName(a), digests_b = DigestsByName(b);
  std::set<int> aligned_a, aligned_b;
  for (const auto& [i, j] : AlignValues(a, b)) {
    aligned_a.insert(i);
    aligned_b.insert(j);
    const trace::Value &value_a = a.value(i), &value_b = b.value(j);
    if (value_a.digest() == value_b.digest()) continue;
    ++result.differing;
    const std::vector<std::string> inputs_a = InputDigests(value_a, digests_a);
    const std::vector<std::string> inputs_b = InputDigests(value_b, digests_b);
    const bool equal = inputs_a == inputs_b;
    result.origins += equal ? 1 : 0;
    if (result.first) continue;
    ValueDivergence& divergence = result.first.emplace();
    divergence.a = i;
    divergence.b = j;
    divergence.inputs_equal = equal;
    for (size_t k = 0; k < std::min(inputs_a.size(), inputs_b.size()); ++k) {
      if (inputs_a[k] != inputs_b[k]) divergence.different_inputs.push_back(value_b.input(static_cast<int>(k)));
    }
  }
  for (int i = 0; i < a.value_size(); ++i) {
    if (aligned_a.count(i) == 0) result.only_a.push_back(a.value(i).name());
  }
  for (int j = 0; j < b.value_size(); ++j) {
    if (aligned_b.count(j) == 0) result.only_b.push_back(b.value(j).name());
  }
  return result;
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
