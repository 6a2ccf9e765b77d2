// Philox on vectors of 64-bit lanes that hold a 32-bit word each: the product of two low halves is one instruction,
// and what it leaves in the upper half is never read. Integers only, so that every instruction set gives the same bits.
#include "ops/kernels/dropout_mask_kernels.h"
#include "ops/kernels/vector.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// The multipliers and the key's increments of Philox4x32.
constexpr uint64_t kMultiplier0 = 0xD2511F53u;
constexpr uint64_t kMultiplier1 = 0xCD9E8D57u;
constexpr uint32_t kWeyl0 = 0x9E3779B9u;
constexpr uint32_t kWeyl1 = 0xBB67AE85u;
constexpr int kRounds = 10;

constexpr int kWords = kLanes / 2;  // 64-bit lanes
constexpr int kPairs = 2;           // vectors side by side, which hide the multiplier's latency
constexpr int kBlocks = kPairs * kWords;
constexpr int kElements = 4 * kBlocks;

typedef uint64_t Words __attribute__((vector_size(kLanes * 4)));
typedef uint64_t UnalignedWords __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

PLUMBLINE_INLINE Words BroadcastWord(uint64_t word) { return Words{} + word; }

// The 64-bit products of the lanes' low halves.
PLUMBLINE_INLINE Words MultiplyLow(Words a, Words b) {
#if defined(__AVX512F__)
  return reinterpret_cast<Words>(
      _mm512_maskz_mul_epu32(0xff, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<Words>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<Words>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

// Lanes of a and b in turn: the first half of the lanes, or the second.
PLUMBLINE_INLINE Words Interleave(Words a, Words b, int half) {
  Words order = {};
  for (int i = 0; i < kWords; ++i) order[i] = static_cast<uint64_t>((half * kWords + i) / 2 + i % 2 * kWords);
  return __builtin_shuffle(a, b, order);
}

// The words of kBlocks blocks from `block` on, as 4 kPairs vectors in the order of memory.
PLUMBLINE_INLINE void Philox(uint64_t key, uint64_t step, uint64_t block, Words* words) {
  Words c0[kPairs], c1[kPairs], c2[kPairs], c3[kPairs];
  for (int p = 0; p < kPairs; ++p) {
    Words offset = {};
    for (int l = 0; l < kWords; ++l) offset[l] = static_cast<uint64_t>(p * kWords + l);
    c0[p] = BroadcastWord(block) + offset;
    c1[p] = c0[p] >> 32;
    c2[p] = BroadcastWord(step);
    c3[p] = BroadcastWord(step >> 32);
  }
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < kRounds; ++round, k0 += kWeyl0, k1 += kWeyl1) {
    for (int p = 0; p < kPairs; ++p) {
      const Words product0 = MultiplyLow(c0[p], BroadcastWord(kMultiplier0));
      const Words product1 = MultiplyLow(c2[p], BroadcastWord(kMultiplier1));
      c0[p] = (product1 >> 32) ^ c1[p] ^ BroadcastWord(k0);
      c1[p] = product1;
      c2[p] = (product0 >> 32) ^ c3[p] ^ BroadcastWord(k1);
      c3[p] = product0;
    }
  }
  for (int p = 0; p < kPairs; ++p) {
    const Words first = (c0[p] & 0xffffffffu) | c1[p] << 32;
    const Words second = (c2[p] & 0xffffffffu) | c3[p] << 32;
    words[2 * p] = Interleave(first, second, 0);
    words[2 * p + 1] = Interleave(first, second, 1);
  }
}

void FillWords(uint64_t key, uint64_t step, uint64_t first, int64_t count, uint32_t* words) {
  for (int64_t at = 0; at < count; at += kBlocks) {
    Words vectors[2 * kPairs];
    Philox(key, step, first + static_cast<uint64_t>(at), vectors);
    for (int i = 0; i < 2 * kPairs; ++i) {
      *reinterpret_cast<UnalignedWords*>(words + 4 * at + i * kLanes) = vectors[i];
    }
  }
}

// The kElements elements from 4 block on.
PLUMBLINE_INLINE void FillBlocks(const DropoutMask& mask, uint64_t block, float* result) {
  Words vectors[2 * kPairs];
  Philox(mask.key, mask.step, block, vectors);
  for (int i = 0; i < 2 * kPairs; ++i) {
    const IntVec dropped = reinterpret_cast<UintVec>(vectors[i]) < mask.threshold;
    Store(result + i * kLanes, Select(dropped, Vec{}, Broadcast(mask.kept)));
  }
}

void Fill(const DropoutMask& mask, int64_t first, int64_t count, float* result) {
  const int64_t end = first + count;
  for (int64_t at = first; at < end;) {
    const int64_t begin = at % 4;
    const int64_t rest = kElements - begin;
    const int64_t length = rest < end - at ? rest : end - at;
    if (length == kElements) {
      FillBlocks(mask, static_cast<uint64_t>(at / 4), result);
    } else {
      float whole[kElements];
      FillBlocks(mask, static_cast<uint64_t>(at / 4), whole);
      for (int64_t i = 0; i < length; ++i) result[i] = whole[begin + i];
    }
    at += length;
    result += length;
  }
}

}  // namespace

const DropoutMaskKernels kDropoutMask = {Fill, FillWords};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
