// Random numbers that are a function of what they are for, many at a time: Philox4x32-10 (Salmon, Moraes, Dror and
// Shaw, SC 2011), and the masks of dropout made of them.

#ifndef PLUMBLINE_OPS_KERNELS_DROPOUT_MASK_H_
#define PLUMBLINE_OPS_KERNELS_DROPOUT_MASK_H_

#include <stdint.h>

namespace plumbline {

// Element i of a mask depends on word i % 4 of Philox's block at the counter (i / 4, step), under the key; counter and
// key are made of two words of 32 bits for each number here, the low word first.
struct DropoutMask {
  uint64_t key = 0;
  uint64_t step = 0;
  // An element is 0 where its word is below the threshold: with probability threshold / 2^32.
  uint32_t threshold = 0;
  float kept = 1;  // the other elements
};

// Elements [first, first + count), first >= 0, on the calling thread. The same bits on every instruction set.
void FillDropoutMask(const DropoutMask& mask, int64_t first, int64_t count, float* result);

// The four words of each of `count` blocks from block `first` on. `count` is a multiple of 16.
void FillPhiloxWords(uint64_t key, uint64_t step, uint64_t first, int64_t count, uint32_t* words);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_DROPOUT_MASK_H_
