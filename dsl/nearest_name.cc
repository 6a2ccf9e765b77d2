// The nearest known name to a misspelt one.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"

namespace plumbline {
namespace {

// Costs are in halves: a wrong case is half an edit.
constexpr int kEdit = 2;
constexpr int kCase = 1;
constexpr size_t kLongestName = 64;
constexpr size_t kMostCandidates = 5000;

int ReplaceCost(char a, char b) {
  if (a == b) return 0;
  return absl::ascii_tolower(a) == absl::ascii_tolower(b) ? kCase : kEdit;
}

// Optimal string alignment: insertions, deletions, replacements and exchanges of neighbours.
int Distance(absl::string_view a, absl::string_view b) {
  const size_t width = b.size() + 1;
  std::vector<int> before(width), above(width), row(width);
  for (size_t j = 0; j < width; ++j) row[j] = static_cast<int>(j) * kEdit;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = static_cast<int>(i) * kEdit;
    for (size_t j = 1; j < width; ++j) {
      row[j] = std::min({above[j] + kEdit, row[j - 1] + kEdit,
                         above[j - 1] + ReplaceCost(a[i - 1], b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + kEdit);
      }
    }
  }
  return row.back();
}

// Two letters differ in everything when one does, so short names allow a wrong case only.
int LargestDistance(size_t length) {
  if (length < 3) return kCase * static_cast<int>(length);
  return std::max<int>(1, static_cast<int>(length / 3)) * kEdit;
}

}  // namespace

std::string NearestName(absl::string_view name, const std::vector<std::string>& known) {
  if (name.empty() || name.size() > kLongestName) return "";
  std::string nearest;
  int smallest = 0;
  const size_t count = std::min(known.size(), kMostCandidates);
  for (size_t i = 0; i < count; ++i) {
    const std::string& candidate = known[i];
    const size_t longer = std::max(name.size(), candidate.size());
    const size_t shorter = std::min(name.size(), candidate.size());
    if (longer > kLongestName || candidate == name) continue;
    int limit = LargestDistance(longer);
    if (!nearest.empty()) limit = std::min(limit, smallest - 1);
    if (static_cast<int>(longer - shorter) * kEdit > limit) continue;
    const int distance = Distance(name, candidate);
    if (distance > limit) continue;
    smallest = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string DidYouMean(absl::string_view name, const std::vector<std::string>& known) {
  const std::string nearest = NearestName(name, known);
  return nearest.empty() ? "" : absl::StrCat("did you mean '", nearest, "'?");
}

}  // namespace plumbline
