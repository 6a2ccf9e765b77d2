// Batches of images as the kernels of convolutions and pools take them: any strides, so that both
// [batch, channels, rows, columns] and channels-last memory are read and written as they are.
// They own nothing and know no sizes; the kernel's problem does.

#ifndef PLUMBLINE_OPS_KERNELS_IMAGES_H_
#define PLUMBLINE_OPS_KERNELS_IMAGES_H_

#include <stdint.h>

namespace plumbline {

// In floats.
struct ImageStrides {
  int64_t batch, channel, row, column;
};

struct ConstImages {
  const float* data;
  ImageStrides strides;
};

struct MutableImages {
  float* data;
  ImageStrides strides;
};

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_IMAGES_H_
