// Sliding windows as convolutions and pools share them: kernel, stride, padding and dilation for
// each spatial axis, read from attributes of one or of `axes` integers, and the size of the output.
#ifndef PLUMBLINE_OPS_WINDOW_H_
#define PLUMBLINE_OPS_WINDOW_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/op_definition.h"

namespace plumbline {

struct Window {
  std::vector<int64_t> kernel, stride, padding,
      dilation;  // one entry a spatial axis; dilation 1 is dense

  int64_t KernelSize() const {
    int64_t product = 1;
    for (const int64_t size : kernel) product *= size;
    return product;
  }
};

// The attributes kernel, stride (absent: kernel), padding and dilation (absent: 1) of a window over
// `axes` axes. An AttributeError for entries that are too few, too many or out of range.
absl::StatusOr<Window> ReadWindow(const Attributes& attributes, absl::string_view op, int axes);

// floor((input + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 for each axis of `input`,
// whose spatial axes are the last ones. An error when the kernel is certainly larger than the
// padded input.
absl::StatusOr<Shape> WindowOutput(const InferContext& context, absl::string_view op,
                                   const Window& window);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_WINDOW_H_
