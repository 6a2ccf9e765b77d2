// The loops themselves. Long sums are cut into blocks whose totals are added up in double (rows) or
// in a second float sum (columns), so that rounding grows with the block, not with the array.
#include "ops/loops/loops_kernel.h"

#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

constexpr int kUnroll = 4;
constexpr int64_t kRowBlock = 4096;   // elements of a row that are summed in float
constexpr int64_t kColumnBlock = 64;  // rows that are summed in registers

struct AddOp {
  static Vec Apply(Vec a, Vec b) { return a + b; }
};
struct SubtractOp {
  static Vec Apply(Vec a, Vec b) { return a - b; }
};
struct MultiplyOp {
  static Vec Apply(Vec a, Vec b) { return a * b; }
};
struct DivideOp {
  static Vec Apply(Vec a, Vec b) { return a / b; }
};

// An operand of an elementwise loop: an array, or one number for all elements.
struct Elements {
  const float* data;
  Vec At(int64_t i) const { return Load(data + i); }
  Vec At(int64_t i, LaneMask mask) const { return LoadMasked(data + i, mask); }
};
struct Uniform {
  Vec value;
  Vec At(int64_t) const { return value; }
  Vec At(int64_t, LaneMask) const { return value; }
};

template <typename Op, typename A, typename B>
void Apply(A a, B b, float* y, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(y + i, Op::Apply(a.At(i), b.At(i)));
  if (i == n) return;
  const LaneMask mask = FirstLanes(static_cast<int>(n - i));
  StoreMasked(y + i, Op::Apply(a.At(i, mask), b.At(i, mask)), mask);
}

template <typename Op>
void ApplyBinary(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y,
                 int64_t n) {
  if (n == 0) return;
  if (a_step != 0 && b_step != 0) {
    Apply<Op>(Elements{a}, Elements{b}, y, n);
  } else if (a_step != 0) {
    Apply<Op>(Elements{a}, Uniform{Broadcast(*b)}, y, n);
  } else if (b_step != 0) {
    Apply<Op>(Uniform{Broadcast(*a)}, Elements{b}, y, n);
  } else {
    Apply<Op>(Uniform{Broadcast(*a)}, Uniform{Broadcast(*b)}, y, n);
  }
}

void Binary(BinaryLoop op, const float* a, int64_t a_step, const float* b, int64_t b_step, float* y,
            int64_t n) {
  switch (op) {
    case BinaryLoop::kAdd:
      return ApplyBinary<AddOp>(a, a_step, b, b_step, y, n);
    case BinaryLoop::kSubtract:
      return ApplyBinary<SubtractOp>(a, a_step, b, b_step, y, n);
    case BinaryLoop::kMultiply:
      return ApplyBinary<MultiplyOp>(a, a_step, b, b_step, y, n);
    case BinaryLoop::kDivide:
      return ApplyBinary<DivideOp>(a, a_step, b, b_step, y, n);
  }
}

// How an element enters a sum over a row.
struct Plain {
  static Vec Term(const float* a, const float*, int64_t i) { return Load(a + i); }
  static Vec Term(const float* a, const float*, int64_t i, LaneMask mask) {
    return LoadMasked(a + i, mask);
  }
};
struct Product {
  static Vec Term(const float* a, const float* b, int64_t i) { return Load(a + i) * Load(b + i); }
  static Vec Term(const float* a, const float* b, int64_t i, LaneMask mask) {
    return LoadMasked(a + i, mask) * LoadMasked(b + i, mask);
  }
};
struct SquaredDifference {
  static Vec Term(const float* a, const float* b, int64_t i) {
    const Vec difference = Load(a + i) - Load(b + i);
    return difference * difference;
  }
  static Vec Term(const float* a, const float* b, int64_t i, LaneMask mask) {
    const Vec difference = LoadMasked(a + i, mask) - LoadMasked(b + i, mask);
    return difference * difference;
  }
};

// b points at the shift.
struct ShiftedExponential {
  static Vec Term(const float* a, const float* b, int64_t i) {
    return Exp(Load(a + i) - Broadcast(*b));
  }
  static Vec Term(const float* a, const float* b, int64_t i, LaneMask mask) {
    float lanes[kLanes] = {};
    StoreMasked(lanes, Exp(LoadMasked(a + i, mask) - Broadcast(*b)), mask);
    return Load(lanes);
  }
};

template <typename Term>
double SumRow(const float* a, const float* b, int64_t n) {
  double total = 0;
  for (int64_t start = 0; start < n; start += kRowBlock) {
    const int64_t end = start + kRowBlock < n ? start + kRowBlock : n;
    Vec sums[kUnroll] = {};
    int64_t i = start;
    for (; i + kUnroll * kLanes <= end; i += kUnroll * kLanes) {
      for (int u = 0; u < kUnroll; ++u) sums[u] += Term::Term(a, b, i + u * kLanes);
    }
    for (; i + kLanes <= end; i += kLanes) sums[0] += Term::Term(a, b, i);
    if (i < end) sums[1] += Term::Term(a, b, i, FirstLanes(static_cast<int>(end - i)));
    total += ReduceAdd((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
  return total;
}

// Columns [0, count) of the rows of a matrix with `inner` columns, count <= kLanes.
void SumColumns(const float* x, float* y, int64_t n, int64_t inner, float factor, LaneMask mask) {
  Vec total = {};
  for (int64_t start = 0; start < n; start += kColumnBlock) {
    const int64_t end = start + kColumnBlock < n ? start + kColumnBlock : n;
    Vec sum = {};
    for (int64_t i = start; i < end; ++i) sum += LoadMasked(x + i * inner, mask);
    total += sum;
  }
  StoreMasked(y, total * Broadcast(factor), mask);
}

void SumWideColumns(const float* x, float* y, int64_t n, int64_t inner, float factor) {
  Vec totals[kUnroll] = {};
  for (int64_t start = 0; start < n; start += kColumnBlock) {
    const int64_t end = start + kColumnBlock < n ? start + kColumnBlock : n;
    Vec sums[kUnroll] = {};
    for (int64_t i = start; i < end; ++i) {
      for (int u = 0; u < kUnroll; ++u) sums[u] += Load(x + i * inner + u * kLanes);
    }
    for (int u = 0; u < kUnroll; ++u) totals[u] += sums[u];
  }
  for (int u = 0; u < kUnroll; ++u) Store(y + u * kLanes, totals[u] * Broadcast(factor));
}

void Sum(const float* x, float* y, int64_t outer, int64_t n, int64_t inner, float factor) {
  for (int64_t o = 0; o < outer; ++o) {
    const float* const slice = x + o * n * inner;
    if (inner == 1) {
      y[o] = static_cast<float>(SumRow<Plain>(slice, slice, n) * factor);
      continue;
    }
    float* const result = y + o * inner;
    int64_t j = 0;
    for (; j + kUnroll * kLanes <= inner; j += kUnroll * kLanes) {
      SumWideColumns(slice + j, result + j, n, inner, factor);
    }
    for (; j < inner; j += kLanes) {
      const int64_t left = inner - j < kLanes ? inner - j : kLanes;
      SumColumns(slice + j, result + j, n, inner, factor, FirstLanes(static_cast<int>(left)));
    }
  }
}

float MaxRow(const float* x, int64_t n) {
  float result = x[0];
  int64_t i = 0;
  if (n >= kLanes) {
    Vec largest = Load(x);
    for (i = kLanes; i + kLanes <= n; i += kLanes) largest = Max(largest, Load(x + i));
    result = ReduceMax(largest);
  }
  for (; i < n; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

void MaxOver(const float* x, float* y, int64_t outer, int64_t n, int64_t inner) {
  for (int64_t o = 0; o < outer; ++o) {
    const float* const slice = x + o * n * inner;
    if (inner == 1) {
      y[o] = MaxRow(slice, n);
      continue;
    }
    float* const result = y + o * inner;
    for (int64_t j = 0; j < inner; ++j) result[j] = slice[j];
    for (int64_t i = 1; i < n; ++i) {
      const float* const row = slice + i * inner;
      for (int64_t j = 0; j < inner; ++j) result[j] = row[j] > result[j] ? row[j] : result[j];
    }
  }
}

void SoftmaxGradient(const float* y, const float* g, float* dx, int64_t rows, int64_t n) {
  for (int64_t row = 0; row < rows; ++row, y += n, g += n, dx += n) {
    const float sum = static_cast<float>(SumRow<Product>(g, y, n));
    int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      Store(dx + i, (Load(g + i) - Broadcast(sum)) * Load(y + i));
    }
    if (i < n) {
      const LaneMask mask = FirstLanes(static_cast<int>(n - i));
      const Vec difference = LoadMasked(g + i, mask) - Broadcast(sum);
      StoreMasked(dx + i, difference * LoadMasked(y + i, mask), mask);
    }
  }
}

void LogSoftmaxGradient(const float* y, const float* g, float* dx, int64_t rows, int64_t n) {
  for (int64_t row = 0; row < rows; ++row, y += n, g += n, dx += n) {
    const Vec sum = Broadcast(static_cast<float>(SumRow<Plain>(g, g, n)));
    int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) Store(dx + i, Load(g + i) - Exp(Load(y + i)) * sum);
    if (i < n) {
      const LaneMask mask = FirstLanes(static_cast<int>(n - i));
      const Vec result = LoadMasked(g + i, mask) - Exp(LoadMasked(y + i, mask)) * sum;
      StoreMasked(dx + i, result, mask);
    }
  }
}

ExponentialSum SumExponentials(const float* x, int64_t n) {
  const float largest = MaxRow(x, n);
  return {largest, SumRow<ShiftedExponential>(x, &largest, n)};
}

void ScaledExponentials(const float* x, float shift, float scale, float offset, float* y,
                        int64_t n) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Store(y + i, Broadcast(scale) * Exp(Load(x + i) - Broadcast(shift)) + Broadcast(offset));
  }
  if (i == n) return;
  const LaneMask mask = FirstLanes(static_cast<int>(n - i));
  const Vec exponential = Exp(LoadMasked(x + i, mask) - Broadcast(shift));
  StoreMasked(y + i, Broadcast(scale) * exponential + Broadcast(offset), mask);
}

double SquaredDistance(const float* a, const float* b, int64_t n) {
  return SumRow<SquaredDifference>(a, b, n);
}

void ScaledDifference(const float* a, const float* b, float factor, float* y, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Store(y + i, Broadcast(factor) * (Load(a + i) - Load(b + i)));
  }
  if (i == n) return;
  const LaneMask mask = FirstLanes(static_cast<int>(n - i));
  const Vec difference = LoadMasked(a + i, mask) - LoadMasked(b + i, mask);
  StoreMasked(y + i, Broadcast(factor) * difference, mask);
}

}  // namespace

const Loops kLoops = {Binary,
                      Sum,
                      MaxOver,
                      SoftmaxGradient,
                      LogSoftmaxGradient,
                      SumExponentials,
                      ScaledExponentials,
                      SquaredDistance,
                      ScaledDifference};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
