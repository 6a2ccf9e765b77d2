// The monomials of a transposed tile of vectors, one after another: their values, and the gradient
// of the vectors from the gradient of the values. For kernel sources only (see vector.h).
//
// The order is that of taylor_features.h: by degree 0 .. terms - 1, then index tuples
// i1 <= i2 <= ... lexicographically. All monomials that share i1 ... i(n-1) are a run: the product
// of the shared factors is kept, so a monomial costs one multiplication.

#ifndef PLUMBLINE_OPS_KERNELS_MONOMIALS_H_
#define PLUMBLINE_OPS_KERNELS_MONOMIALS_H_

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// What stands before the monomial x^a; a! is the product of the factorials of the exponents.
enum class Coefficient {
  kOne,
  kInverseFactorial,      // 1 / a!
  kInverseRootFactorial,  // 1 / sqrt(a!)
};

// What it contributes when an index occurs for the `multiplicity`-th time.
PLUMBLINE_INLINE float CoefficientStep(Coefficient coefficient, int64_t multiplicity) {
  const double m = static_cast<double>(multiplicity);
  switch (coefficient) {
    case Coefficient::kOne:
      break;
    case Coefficient::kInverseFactorial:
      return static_cast<float>(1.0 / m);
    case Coefficient::kInverseRootFactorial:
      return static_cast<float>(1.0 / __builtin_sqrt(m));
  }
  return 1.0f;
}

// A prefix i1 ... in of the current index tuple.
struct Prefix {
  int64_t index;         // in
  int64_t multiplicity;  // how often in occurs in it
  float step;            // CoefficientStep of that
  float* product;        // [kTileRows], of its factors and steps
  float* gradient;       // [kTileRows], of `product`; used by the gradient only
};

// A position in the sequence of monomials.
struct MonomialCursor {
  Coefficient coefficient;
  int64_t width;
  int64_t terms;
  const float* x;    // [width][kTileRows]
  int64_t vecs;      // of each row of a transposed tile that are in use
  Prefix* prefixes;  // [terms]; the first is empty
  int64_t degree;    // of the next monomial; 0: it has no last index and is a run of its own
  int64_t next;      // its last index; `width`: the run is over
};

// Part of a run: `count` monomials product * factor * row, row the next ones from x on.
struct MonomialRun {
  const float* product;  // [kTileRows]
  float factor;
  const float* x;  // [count][kTileRows]
  int64_t first;   // index that belongs to x
  int64_t count;
};

static inline void Fill(float* row, int64_t vecs, float value) {
  for (int64_t v = 0; v < vecs; ++v) Store(row + v * kLanes, Broadcast(value));
}

static inline const float* RowOf(const MonomialCursor& cursor, int64_t index) {
  return cursor.x + index * kTileRows;
}

// A cursor that still has to be started.
static inline MonomialCursor CarveCursor(Carver* carver, int64_t width, int64_t terms) {
  MonomialCursor cursor = {};
  cursor.width = width;
  cursor.terms = terms;
  const int64_t floats = terms * static_cast<int64_t>(sizeof(Prefix) / sizeof(float));
  cursor.prefixes = reinterpret_cast<Prefix*>(Carve(carver, floats));
  for (int64_t i = 0; i < terms; ++i) {
    float* product = Carve(carver, kTileRows);
    float* gradient = Carve(carver, kTileRows);
    if (carver->base == nullptr) continue;
    cursor.prefixes[i].product = product;
    cursor.prefixes[i].gradient = gradient;
  }
  return cursor;
}

// Points the cursor at the first monomial of `rows` rows.
static inline void StartAt(MonomialCursor* cursor, Coefficient coefficient, const float* x,
                           int64_t rows) {
  cursor->coefficient = coefficient;
  cursor->x = x;
  cursor->vecs = VecsFor(rows);
  cursor->degree = 0;
  cursor->next = 0;
  cursor->prefixes[0].index = 0;
  cursor->prefixes[0].multiplicity = 0;
  cursor->prefixes[0].step = 1.0f;
  Fill(cursor->prefixes[0].product, cursor->vecs, 1.0f);
}

static inline void ClearPrefixGradients(const MonomialCursor& cursor) {
  for (int64_t level = 0; level < cursor.terms; ++level) {
    Fill(cursor.prefixes[level].gradient, cursor.vecs, 0.0f);
  }
}

// Writes prefixes `level` .. degree - 1, which all end in `index`.
PLUMBLINE_INLINE void SetPrefixes(MonomialCursor* cursor, int64_t level, int64_t index) {
  const float* x = RowOf(*cursor, index);
  for (; level < cursor->degree; ++level) {
    const Prefix& shorter = cursor->prefixes[level - 1];
    Prefix& prefix = cursor->prefixes[level];
    prefix.multiplicity = level > 1 && shorter.index == index ? shorter.multiplicity + 1 : 1;
    prefix.index = index;
    prefix.step = CoefficientStep(cursor->coefficient, prefix.multiplicity);
    const Vec step = Broadcast(prefix.step);
    for (int64_t v = 0; v < cursor->vecs; ++v) {
      const int64_t at = v * kLanes;
      Store(prefix.product + at, Load(shorter.product + at) * (Load(x + at) * step));
    }
  }
}

// The shortest prefix that changes after the current run; 0: a degree ends.
PLUMBLINE_INLINE int64_t LevelThatChanges(const MonomialCursor& cursor) {
  int64_t level = cursor.degree - 1;
  while (level > 0 && cursor.prefixes[level].index + 1 == cursor.width) --level;
  return level > 0 ? level : 0;
}

// From the end of a run to the beginning of the next one.
PLUMBLINE_INLINE void EnterNextRun(MonomialCursor* cursor, int64_t level) {
  if (level == 0) {
    ++cursor->degree;
    level = 1;
    cursor->next = 0;
  } else {
    cursor->next = cursor->prefixes[level].index + 1;
  }
  SetPrefixes(cursor, level, cursor->next);
}

// At most `most` monomials of the current run, which is not over, with one common factor. That of
// degree 0 appears as 1 * 1.
PLUMBLINE_INLINE MonomialRun TakeRun(MonomialCursor* cursor, int64_t most) {
  const Prefix* prefix = cursor->prefixes;
  if (cursor->degree == 0) {
    cursor->next = cursor->width;
    return {prefix->product, 1.0f, prefix->product, 0, 1};
  }
  prefix += cursor->degree - 1;
  const int64_t first = cursor->next;
  MonomialRun run = {prefix->product, 1.0f, RowOf(*cursor, first), first,
             Smaller(most, cursor->width - first)};
  const bool repeats = cursor->degree > 1 && first == prefix->index;
  if (repeats && cursor->coefficient != Coefficient::kOne) {
    run.factor = CoefficientStep(cursor->coefficient, prefix->multiplicity + 1);
    run.count = 1;
  }
  cursor->next += run.count;
  return run;
}

// Calls use.Vectors<n>(first_vec, run, done) with n = 4, 2 or 1 vectors at a time.
template <typename Use>
PLUMBLINE_INLINE void SplitVectors(int64_t vecs, const MonomialRun& run, int64_t done,
                                   const Use& use) {
  int64_t vec = 0;
  for (; vec + 4 <= vecs; vec += 4) use.template Vectors<4>(vec, run, done);
  if (vec + 2 <= vecs) {
    use.template Vectors<2>(vec, run, done);
    vec += 2;
  }
  if (vec < vecs) use.template Vectors<1>(vec, run, done);
}

// Writes the next `count` monomials, values [count][kTileRows].
struct Build {
  float* values;

  template <int kVecs>
  __attribute__((always_inline)) void Vectors(int64_t vec, const MonomialRun& run,
                                              int64_t done) const {
    for (int64_t i = 0; i < run.count; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) {
        const int64_t at = (vec + v) * kLanes;
        Store(values + (done + i) * kTileRows + at,
              Load(run.product + at) * Broadcast(run.factor) * Load(run.x + i * kTileRows + at));
      }
    }
  }
};

// Writes the next `count` monomials, values [count][kTileRows], and on the way
// partial_sums[i][lane] = the sum of value i * weight over the rows of that lane.
struct BuildAndSum {
  const float* weights;  // [kTileRows]
  float* values;
  float* partial_sums;  // [count][kLanes]

  template <int kVecs>
  __attribute__((always_inline)) void Vectors(int64_t vec, const MonomialRun& run,
                                              int64_t done) const {
    Vec product[kVecs], weight[kVecs];
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) {
      product[v] = Load(run.product + (vec + v) * kLanes) * Broadcast(run.factor);
      weight[v] = Load(weights + (vec + v) * kLanes);
    }
    const float* x = run.x + vec * kLanes;
    float* out = values + done * kTileRows + vec * kLanes;
    float* sums = partial_sums + done * kLanes;
    for (int64_t i = 0; i < run.count; ++i, x += kTileRows, out += kTileRows, sums += kLanes) {
      Vec sum = vec == 0 ? Vec{} : Load(sums);
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) {
        const Vec value = product[v] * Load(x + v * kLanes);
        Store(out + v * kLanes, value);
        sum = Fma(value, weight[v], sum);
      }
      Store(sums, sum);
    }
  }
};

// Writes the next `count` monomials, values [count][kTileRows], and adds the sum over them of
// value i * factors[i] to sums [kTileRows].
struct BuildAndApply {
  const float* factors;  // [count]
  float* values;
  float* sums;

  template <int kVecs>
  __attribute__((always_inline)) void Vectors(int64_t vec, const MonomialRun& run,
                                              int64_t done) const {
    Vec product[kVecs], sum[kVecs];
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) {
      product[v] = Load(run.product + (vec + v) * kLanes) * Broadcast(run.factor);
      sum[v] = Load(sums + (vec + v) * kLanes);
    }
    const float* x = run.x + vec * kLanes;
    float* out = values + done * kTileRows + vec * kLanes;
    for (int64_t i = 0; i < run.count; ++i, x += kTileRows, out += kTileRows) {
      const Vec factor = Broadcast(factors[done + i]);
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) {
        const Vec value = product[v] * Load(x + v * kLanes);
        Store(out + v * kLanes, value);
        sum[v] = Fma(value, factor, sum[v]);
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) Store(sums + (vec + v) * kLanes, sum[v]);
  }
};

template <typename Use>
static void VisitMonomials(MonomialCursor* cursor, int64_t count, Use use) {
  for (int64_t done = 0; done < count;) {
    if (cursor->next == cursor->width) EnterNextRun(cursor, LevelThatChanges(*cursor));
    const MonomialRun run = TakeRun(cursor, count - done);
    SplitVectors(cursor->vecs, run, done, use);
    done += run.count;
  }
}

// Adds what a part of a run contributes to the gradient of x and of the run's product, given
// gradients[i] + factors[i] * weights, the gradient of monomial i.
struct Contract {
  const float* gradients;  // [count][kTileRows]
  const float* factors;    // [count]
  const float* weights;    // [kTileRows]
  float* product_gradient;
  float* x_gradient;  // [width][kTileRows]

  template <int kVecs>
  __attribute__((always_inline)) void Vectors(int64_t vec, const MonomialRun& run,
                                              int64_t done) const {
    Vec product[kVecs], sum[kVecs], weight[kVecs];
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) {
      const int64_t at = (vec + v) * kLanes;
      product[v] = Load(run.product + at) * Broadcast(run.factor);
      sum[v] = Vec{};
      weight[v] = Load(weights + at);
    }
    const float* x = run.x + vec * kLanes;
    const float* in = gradients + done * kTileRows + vec * kLanes;
    float* out = x_gradient + run.first * kTileRows + vec * kLanes;
    for (int64_t i = 0; i < run.count; ++i) {
      const Vec factor = Broadcast(factors[done + i]);
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) {
        const Vec gradient = Fma(factor, weight[v], Load(in + v * kLanes));
        sum[v] = Fma(gradient, Load(x + v * kLanes), sum[v]);
        Store(out + v * kLanes, Fma(gradient, product[v], Load(out + v * kLanes)));
      }
      x += kTileRows;
      in += kTileRows;
      out += kTileRows;
    }
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) {
      float* to = product_gradient + (vec + v) * kLanes;
      Store(to, Fma(sum[v], Broadcast(run.factor), Load(to)));
    }
  }
};

// Passes the gradients of the products of prefixes `level` .. degree - 1, which are about to
// change, on to x and to shorter prefixes, and clears them.
static inline void LeavePrefixes(const MonomialCursor& cursor, int64_t level, float* x_gradient) {
  for (int64_t at = cursor.degree - 1; at >= level && at > 0; --at) {
    const Prefix& prefix = cursor.prefixes[at];
    const Prefix& shorter = cursor.prefixes[at - 1];
    const Vec step = Broadcast(prefix.step);
    const float* x = RowOf(cursor, prefix.index);
    float* out = x_gradient + prefix.index * kTileRows;
    for (int64_t i = 0; i < cursor.vecs * kLanes; i += kLanes) {
      const Vec gradient = Load(prefix.gradient + i) * step;
      Store(out + i, Fma(gradient, Load(shorter.product + i), Load(out + i)));
      Store(shorter.gradient + i, Fma(gradient, Load(x + i), Load(shorter.gradient + i)));
      Store(prefix.gradient + i, Vec{});
    }
  }
}

// x_gradient += the contributions of the next `count` monomials, whose gradients are
// gradients[i] + factors[i] * weights. Start with cleared prefix gradients; after the last monomial
// of all call LeavePrefixes(cursor, 1, x_gradient).
static inline void ContractMonomials(MonomialCursor* cursor, int64_t count, const float* gradients,
                                     const float* factors, const float* weights,
                                     float* x_gradient) {
  for (int64_t done = 0; done < count;) {
    if (cursor->next == cursor->width) {
      const int64_t level = LevelThatChanges(*cursor);
      LeavePrefixes(*cursor, level, x_gradient);
      EnterNextRun(cursor, level);
    }
    const int64_t degree = cursor->degree;
    const MonomialRun run = TakeRun(cursor, count - done);
    if (degree > 0) {
      const Contract contract = {gradients, factors, weights,
                                 cursor->prefixes[degree - 1].gradient, x_gradient};
      SplitVectors(cursor->vecs, run, done, contract);
    }
    done += run.count;
  }
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_MONOMIALS_H_
