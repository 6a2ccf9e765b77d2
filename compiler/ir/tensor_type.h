// The logical type of a value: element type and shape. Layouts are no part of it; they appear with AssignLayouts.
#ifndef PLUMBLINE_COMPILER_IR_TENSOR_TYPE_H_
#define PLUMBLINE_COMPILER_IR_TENSOR_TYPE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/polynomial.h"
#include "compiler/ir/symbols.h"

namespace plumbline {

enum class DataType { kF32, kS64, kU8 };

inline int64_t ByteSize(DataType type) {
  switch (type) {
    case DataType::kF32: return 4;
    case DataType::kS64: return 8;
    case DataType::kU8: return 1;
  }
  return 0;
}

inline const char* Name(DataType type) {
  switch (type) {
    case DataType::kF32: return "F32";
    case DataType::kS64: return "S64";
    case DataType::kU8: return "U8";
  }
  return "?";
}

using Shape = std::vector<Size>;

struct TensorType {
  DataType data_type = DataType::kF32;
  Shape shape;  // empty: a scalar

  int rank() const { return static_cast<int>(shape.size()); }
  Polynomial ElementCount() const {
    Polynomial count(1);
    for (const Size& size : shape) count *= size;
    return count;
  }
  Polynomial Bytes() const { return Polynomial(ByteSize(data_type)) * ElementCount(); }
  friend bool operator==(const TensorType& a, const TensorType& b) {
    return a.data_type == b.data_type && a.shape == b.shape;
  }
  friend bool operator!=(const TensorType& a, const TensorType& b) { return !(a == b); }
};

// "[B, 1, 28, 28]".
std::string ToString(const Shape& shape, const SymbolTable& symbols);
// "F32 [B, 1, 28, 28]".
std::string ToString(const TensorType& type, const SymbolTable& symbols);

// Sizes of a shape whose symbols are all bound. Must not be called before BindSizes: a remaining symbol gives -1.
std::vector<int64_t> ConcreteShape(const Shape& shape);
int64_t ElementCount(const std::vector<int64_t>& shape);

// The axis as 0..rank-1 for an axis in -rank..rank-1; nothing outside.
std::optional<int> NormalizeAxis(int64_t axis, int rank);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_TENSOR_TYPE_H_
