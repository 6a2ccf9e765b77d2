// Cuts a block of scratch memory into aligned pieces. Not an allocator: pieces are never given
// back. For kernel sources only (see vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_CARVER_H_
#define PLUMBLINE_OPS_KERNELS_CARVER_H_

#include <stdint.h>

#ifndef PLUMBLINE_KERNEL_ISA
#error "compile this source with kernel_library"
#endif

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// With a null base it only counts, so the same code that cuts a block also measures it.
struct Carver {
  float* base;  // aligned to 64 bytes
  int64_t used;
};

// A piece aligned to 64 bytes.
static inline float* Carve(Carver* carver, int64_t floats) {
  float* piece = carver->base == nullptr ? nullptr : carver->base + carver->used;
  carver->used += (floats + 15) / 16 * 16;
  return piece;
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_CARVER_H_
