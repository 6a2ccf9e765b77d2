// What the forward and the backward kernel of softmax attention share: how queries and keys are
// cut into panels and blocks. For kernel sources only (see vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_BLOCK_H_
#define PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_BLOCK_H_

#include <stdint.h>

#include "ops/kernels/matrix.h"
#include "ops/kernels/register_tile.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

constexpr float kLog2E = 1.44269504088896f;

// Panels of kTileRows queries that share a block of keys while it is in the cache. Eight rather
// than four gain 5 % where the rows of K and V are a page apart.
constexpr int64_t kBlockPanels = 8;
constexpr int64_t kBlockQueries = kBlockPanels * kTileRows;
// Queries of a panel that the registers hold at a time.
constexpr int64_t kPiece = kMaxTileVecs * kLanes;

struct KeyBlock {
  int64_t first_key;
  int64_t keys;
  ConstMatrix k;
  ConstMatrix v;
};

// `rows` rows of k or v from `first` on: where they lie if they touch, else copied to `copy`
// [rows][width rounded up to lanes], because rows of a large power-of-two stride evict each other.
PLUMBLINE_INLINE ConstMatrix Adjacent(ConstMatrix from, int64_t first, int64_t rows, int64_t width,
                                      float* copy) {
  const float* data = from.data + first * from.row_stride;
  if (from.row_stride == width) return {data, width};
  CopyIn(data, from.row_stride, rows, width, copy);
  return {copy, RoundUpToLanes(width)};
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_SOFTMAX_ATTENTION_BLOCK_H_
