#include "tools/rerun/value_difference.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "experiments/arrays/array_file.h"
#include "reports/number_text.h"
#include "reports/trace_comparison.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<float>> ReadValue(const std::string& file, const std::string& name) {
  const absl::StatusOr<NamedArrays> arrays = ReadArrays(file);
  if (!arrays.ok()) return arrays.status();
  const auto found = arrays->find(name);
  if (found == arrays->end() || found->second.type != ElementType::kF32) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": error: there is no f32 array '", name, "'"));
  }
  return ToFloats(found->second);
}

}  // namespace

absl::StatusOr<std::string> DescribeValueDifference(const std::string& file_a, const std::string& file_b,
                                                    const std::string& name) {
  const absl::StatusOr<std::vector<float>> a = ReadValue(file_a, name), b = ReadValue(file_b, name);
  if (!a.ok()) return a.status();
  if (!b.ok()) return b.status();
  if (a->size() != b->size()) {
    return absl::InvalidArgumentError(absl::StrCat(file_b, ": error: '", name, "' has ", b->size(), " elements, not ",
                                                   a->size()));
  }
  int64_t differing = 0, largest = 0;
  size_t at = 0;
  for (size_t i = 0; i < a->size(); ++i) {
    const int64_t distance = UlpDistance((*a)[i], (*b)[i]);
    differing += distance > 0 ? 1 : 0;
    if (distance <= largest) continue;
    largest = distance;
    at = i;
  }
  if (differing == 0) return absl::StrCat("all ", a->size(), " elements of '", name, "' are equal");
  return absl::StrCat(differing, " of ", a->size(), " elements of '", name, "' differ, by ", largest,
                      " ulp at most: element ", at, " was ", ShortestText((*a)[at]), " and is ", ShortestText((*b)[at]));
}

}  // namespace plumbline
