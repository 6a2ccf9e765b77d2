// Where the elements of a value lie in its buffer: strides per logical axis, in elements.
#ifndef PLUMBLINE_COMPILER_IR_LAYOUT_H_
#define PLUMBLINE_COMPILER_IR_LAYOUT_H_

#include <cstdint>
#include <vector>

namespace plumbline {

struct Layout {
  std::vector<int64_t> strides;
  int64_t offset = 0;  // of element 0 from the start of the buffer, in elements

  friend bool operator==(const Layout& a, const Layout& b) {
    return a.strides == b.strides && a.offset == b.offset;
  }
};

inline Layout RowMajor(const std::vector<int64_t>& shape) {
  Layout layout;
  layout.strides.resize(shape.size());
  int64_t stride = 1;
  for (int i = static_cast<int>(shape.size()) - 1; i >= 0; --i) {
    layout.strides[i] = stride;
    stride *= shape[i];
  }
  return layout;
}

// Whether elements lie in row-major order without gaps (strides of axes of size 1 do not matter).
inline bool IsRowMajor(const Layout& layout, const std::vector<int64_t>& shape) {
  int64_t stride = 1;
  for (int i = static_cast<int>(shape.size()) - 1; i >= 0; --i) {
    if (shape[i] != 1 && layout.strides[i] != stride) return false;
    stride *= shape[i];
  }
  return true;
}

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_LAYOUT_H_
