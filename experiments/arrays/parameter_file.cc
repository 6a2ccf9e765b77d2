// Every difference between the file and the model at once.
#include "experiments/arrays/parameter_file.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/arrays/array_file.h"

namespace plumbline {
namespace {

std::string Print(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

}  // namespace

absl::StatusOr<ParameterValues> ReadParameters(const std::string& path, const std::string& shown,
                                               const ParameterShapes& shapes) {
  const absl::StatusOr<NamedArrays> arrays = ReadArrays(path);
  if (!arrays.ok()) return arrays.status();
  ParameterValues values;
  std::string differences;
  for (const auto& [name, shape] : shapes) {
    const auto array = arrays->find(name);
    if (array == arrays->end()) {
      absl::StrAppend(&differences, "\n  missing: ", name, " ", Print(shape));
    } else if (array->second.shape != shape) {
      absl::StrAppend(&differences, "\n  ", name, ": shape ", Print(array->second.shape), ", expected ", Print(shape));
    } else if (array->second.type != ElementType::kF32 && array->second.type != ElementType::kF64) {
      absl::StrAppend(&differences, "\n  ", name, ": type ", Name(array->second.type), ", expected f32");
    } else {
      values[name] = ToFloats(array->second);
    }
  }
  for (const auto& [name, array] : *arrays) {
    if (shapes.count(name) == 0) absl::StrAppend(&differences, "\n  unexpected: ", name, " ", Print(array.shape));
  }
  if (differences.empty()) return values;
  return absl::InvalidArgumentError(absl::StrCat(shown, ": error: not the parameters of this model", differences));
}

}  // namespace plumbline
