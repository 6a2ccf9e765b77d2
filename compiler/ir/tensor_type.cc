// Printing of types and the step from symbolic to concrete shapes.
#include "compiler/ir/tensor_type.h"

#include "absl/strings/str_cat.h"

namespace plumbline {

std::string ToString(const Shape& shape, const SymbolTable& symbols) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) absl::StrAppend(&text, i > 0 ? ", " : "", symbols.ToString(shape[i]));
  return text + "]";
}

std::string ToString(const TensorType& type, const SymbolTable& symbols) {
  return absl::StrCat(Name(type.data_type), " ", ToString(type.shape, symbols));
}

std::vector<int64_t> ConcreteShape(const Shape& shape) {
  std::vector<int64_t> result;
  for (const Size& size : shape) result.push_back(size.AsInteger().value_or(-1));
  return result;
}

int64_t ElementCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

std::optional<int> NormalizeAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) return std::nullopt;
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace plumbline
