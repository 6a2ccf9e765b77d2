// Row-major float matrices with a row stride, as the kernels take them: row r, column c is
// data[r * row_stride + c]. They own nothing and know no sizes; the kernel's problem does.

#ifndef PLUMBLINE_OPS_KERNELS_MATRIX_H_
#define PLUMBLINE_OPS_KERNELS_MATRIX_H_

#include <stdint.h>

namespace plumbline {

struct ConstMatrix {
  const float* data;
  int64_t row_stride;
};

struct MutableMatrix {
  float* data;
  int64_t row_stride;
};

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_MATRIX_H_
