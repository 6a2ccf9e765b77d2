// Dense row-major arrays of doubles: the values of the reference evaluation. Integers are held exactly up to 2^53.
#ifndef PLUMBLINE_COMPILER_IR_ARRAY_H_
#define PLUMBLINE_COMPILER_IR_ARRAY_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "compiler/ir/layout.h"
#include "compiler/ir/tensor_type.h"

namespace plumbline {

struct Array {
  std::vector<int64_t> shape;
  std::vector<double> data;

  Array() = default;
  explicit Array(std::vector<int64_t> dims, double fill = 0)
      : shape(std::move(dims)), data(static_cast<size_t>(ElementCount(shape)), fill) {}
  int rank() const { return static_cast<int>(shape.size()); }
  int64_t size() const { return static_cast<int64_t>(data.size()); }
  // shape[axis] with negative axes counted from the end.
  int64_t dim(int axis) const { return shape[axis < 0 ? axis + rank() : axis]; }
};

// Calls visit(index) for every index of `shape` in row-major order.
template <typename Visitor>
void ForEachIndex(const std::vector<int64_t>& shape, Visitor visit) {
  std::vector<int64_t> index(shape.size(), 0);
  for (int64_t left = ElementCount(shape); left > 0; --left) {
    visit(static_cast<const std::vector<int64_t>&>(index));
    for (int axis = static_cast<int>(shape.size()) - 1; axis >= 0 && ++index[axis] == shape[axis]; --axis) {
      index[axis] = 0;
    }
  }
}

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_ARRAY_H_
