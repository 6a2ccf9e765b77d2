// The SIMD base of the kernels: one float vector type with the few operations that they need,
// compiled once for each instruction set. Included only by kernel sources, which
// `kernel_library` (kernel_library.bzl) compiles three times with PLUMBLINE_KERNEL_ISA naming the
// namespace of the variant. Not a general SIMD library.
//
// A kernel source keeps everything it defines in its variant's namespace and uses no templates or
// inline functions of other headers: the linker keeps one copy of those, and it might keep the one
// compiled for a processor that the program does not run on.
//
// Rounding: sources are compiled without contraction, so a multiply-add is fused exactly where Fma
// is written (on the generic variant it rounds twice). Sums across lanes have a fixed order.

#ifndef PLUMBLINE_OPS_KERNELS_VECTOR_H_
#define PLUMBLINE_OPS_KERNELS_VECTOR_H_

#include <stdint.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#ifndef PLUMBLINE_KERNEL_ISA
#error "compile this source with kernel_library"
#endif

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kRegisters = 32;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
constexpr int kRegisters = 16;
#else
constexpr int kLanes = 4;
constexpr int kRegisters = 16;
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t IntVec __attribute__((vector_size(kLanes * 4)));
typedef uint32_t UintVec __attribute__((vector_size(kLanes * 4)));
typedef float UnalignedVec __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

#define PLUMBLINE_INLINE static inline __attribute__((always_inline))

PLUMBLINE_INLINE Vec Broadcast(float x) { return x - Vec{}; }
PLUMBLINE_INLINE Vec Load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
PLUMBLINE_INLINE void Store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }

// {0, 1, 2, ...}.
PLUMBLINE_INLINE IntVec LaneIndices() {
  IntVec v;
  for (int i = 0; i < kLanes; ++i) v[i] = i;
  return v;
}

// a where the mask (a comparison of vectors: all bits or none) is set, else b.
PLUMBLINE_INLINE Vec Select(IntVec mask, Vec a, Vec b) { return mask ? a : b; }

// The first `count` lanes, 0 <= count <= kLanes; made once, outside of loops.
#if defined(__AVX512F__)
struct LaneMask {
  __mmask16 bits;
};
PLUMBLINE_INLINE LaneMask FirstLanes(int count) {
  return LaneMask{static_cast<__mmask16>((1u << count) - 1u)};
}
PLUMBLINE_INLINE Vec LoadMasked(const float* p, LaneMask mask) {
  return static_cast<Vec>(_mm512_maskz_loadu_ps(mask.bits, p));
}
PLUMBLINE_INLINE void StoreMasked(float* p, Vec v, LaneMask mask) {
  _mm512_mask_storeu_ps(p, mask.bits, static_cast<__m512>(v));
}
PLUMBLINE_INLINE Vec Fma(Vec a, Vec b, Vec c) {
  return static_cast<Vec>(
      _mm512_fmadd_ps(static_cast<__m512>(a), static_cast<__m512>(b), static_cast<__m512>(c)));
}
// The zero-masked forms, whose mask folds away, because GCC 12 warns inside the plain ones.
PLUMBLINE_INLINE Vec Max(Vec a, Vec b) {
  return static_cast<Vec>(
      _mm512_maskz_max_ps(0xffff, static_cast<__m512>(a), static_cast<__m512>(b)));
}
PLUMBLINE_INLINE Vec Min(Vec a, Vec b) {
  return static_cast<Vec>(
      _mm512_maskz_min_ps(0xffff, static_cast<__m512>(a), static_cast<__m512>(b)));
}
#elif defined(__AVX2__)
struct LaneMask {
  IntVec lanes;
};
PLUMBLINE_INLINE LaneMask FirstLanes(int count) { return LaneMask{LaneIndices() < count}; }
PLUMBLINE_INLINE Vec LoadMasked(const float* p, LaneMask mask) {
  return static_cast<Vec>(_mm256_maskload_ps(p, reinterpret_cast<__m256i>(mask.lanes)));
}
PLUMBLINE_INLINE void StoreMasked(float* p, Vec v, LaneMask mask) {
  _mm256_maskstore_ps(p, reinterpret_cast<__m256i>(mask.lanes), static_cast<__m256>(v));
}
PLUMBLINE_INLINE Vec Fma(Vec a, Vec b, Vec c) {
  return static_cast<Vec>(
      _mm256_fmadd_ps(static_cast<__m256>(a), static_cast<__m256>(b), static_cast<__m256>(c)));
}
PLUMBLINE_INLINE Vec Max(Vec a, Vec b) {
  return static_cast<Vec>(_mm256_max_ps(static_cast<__m256>(a), static_cast<__m256>(b)));
}
PLUMBLINE_INLINE Vec Min(Vec a, Vec b) {
  return static_cast<Vec>(_mm256_min_ps(static_cast<__m256>(a), static_cast<__m256>(b)));
}
#else
struct LaneMask {
  int count;
};
PLUMBLINE_INLINE LaneMask FirstLanes(int count) { return LaneMask{count}; }
PLUMBLINE_INLINE Vec LoadMasked(const float* p, LaneMask mask) {
  Vec v = {};
  for (int i = 0; i < mask.count; ++i) v[i] = p[i];
  return v;
}
PLUMBLINE_INLINE void StoreMasked(float* p, Vec v, LaneMask mask) {
  for (int i = 0; i < mask.count; ++i) p[i] = v[i];
}
PLUMBLINE_INLINE Vec Fma(Vec a, Vec b, Vec c) { return a * b + c; }
PLUMBLINE_INLINE Vec Max(Vec a, Vec b) { return a > b ? a : b; }
PLUMBLINE_INLINE Vec Min(Vec a, Vec b) { return a < b ? a : b; }
#endif
// Max and Min return b when either is not a number, as the processor's instructions do.

// c - a b.
PLUMBLINE_INLINE Vec NegatedFma(Vec a, Vec b, Vec c) { return Fma(-a, b, c); }

// Whether any lane of a comparison's mask is set.
PLUMBLINE_INLINE bool AnyLane(IntVec mask) {
#if defined(__AVX512F__)
  return _mm512_movepi32_mask(reinterpret_cast<__m512i>(mask)) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_ps(reinterpret_cast<__m256>(mask)) != 0;
#else
  int any = 0;
  for (int i = 0; i < kLanes; ++i) any |= mask[i];
  return any != 0;
#endif
}

// Across lanes, in a fixed order: halves are combined until one lane is left.
PLUMBLINE_INLINE float ReduceAdd(Vec v) {
  float lane[kLanes];
  Store(lane, v);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lane[i] += lane[i + half];
  }
  return lane[0];
}
PLUMBLINE_INLINE float ReduceMax(Vec v) {
  float lane[kLanes];
  Store(lane, v);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lane[i] = lane[i] > lane[i + half] ? lane[i] : lane[i + half];
  }
  return lane[0];
}

// p 2^n for the n that was rounded by adding kRoundingMagic, whose low bits then hold it.
constexpr float kRoundingMagic = 12582912.0f;  // 1.5 * 2^23
PLUMBLINE_INLINE Vec ScaleByPowerOfTwo(Vec p, Vec n_plus_magic) {
  const UintVec exponent = reinterpret_cast<UintVec>(n_plus_magic) << 23;
  return reinterpret_cast<Vec>(reinterpret_cast<UintVec>(p) + exponent);
}

// 2^t for t < 128 (above it, anything), relative error below 2.5e-7, exactly 1 at 0. Results below
// 2^-126 lose their precision and reach zero at t = -127. The processor's own NaN stays a NaN.
// The polynomial is the minimax of degree 5 on [-1/2, 1/2], with its constant rounded to 1.
PLUMBLINE_INLINE Vec Exp2(Vec t) {
  t = Max(Broadcast(-127.0f), t);
  const Vec n_plus_magic = t + Broadcast(kRoundingMagic);
  const Vec f = t - (n_plus_magic - Broadcast(kRoundingMagic));
  Vec p = Broadcast(1.3276472e-3f);
  p = Fma(p, f, Broadcast(9.675541e-3f));
  p = Fma(p, f, Broadcast(5.5507133e-2f));
  p = Fma(p, f, Broadcast(2.4022120e-1f));
  p = Fma(p, f, Broadcast(6.9314697e-1f));
  p = Fma(p, f, Broadcast(1.0f));
  return ScaleByPowerOfTwo(p, n_plus_magic);
}

// e^x, relative error below 3e-7 for |x| < 87; zero far below, infinity above 88.7.
PLUMBLINE_INLINE Vec Exp(Vec x) {
  x = Max(Broadcast(-88.02969f), x);
  const Vec n_plus_magic = Fma(x, Broadcast(1.44269504f), Broadcast(kRoundingMagic));
  const Vec n = n_plus_magic - Broadcast(kRoundingMagic);
  Vec f = NegatedFma(n, Broadcast(0.693359375f), x);  // ln 2 in two parts: n * the first is exact
  f = NegatedFma(n, Broadcast(-2.12194440e-4f), f);
  Vec p = Broadcast(8.2976551e-3f);
  p = Fma(p, f, Broadcast(4.1915382e-2f));
  p = Fma(p, f, Broadcast(1.6667575e-1f));
  p = Fma(p, f, Broadcast(4.9998895e-1f));
  p = Fma(p, f, Broadcast(9.9999969e-1f));
  p = Fma(p, f, Broadcast(1.0f));
  const Vec result = ScaleByPowerOfTwo(p, n_plus_magic);
  const Vec too_large = x > Broadcast(88.72283f) ? Broadcast(__builtin_inff()) : result;
  return x < Broadcast(-87.33654f) ? Vec{} : too_large;
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_VECTOR_H_
