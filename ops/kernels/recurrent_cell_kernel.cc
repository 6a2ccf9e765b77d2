// Units side by side in the lanes; the last vector of a row is masked.
#include "ops/kernels/recurrent_cell_kernels.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Some units of a row: all lanes, or the first ones.
struct Units {
  int64_t first;
  bool whole;
  LaneMask mask;

  Vec Get(const float* p) const { return whole ? Load(p + first) : LoadMasked(p + first, mask); }
  Vec GetOrZero(const float* p) const { return p == nullptr ? Vec{} : Get(p); }
  void Put(float* p, Vec v) const {
    if (whole) {
      Store(p + first, v);
    } else {
      StoreMasked(p + first, v, mask);
    }
  }
};

template <typename Body>
PLUMBLINE_INLINE void ForUnits(int64_t width, Body body) {
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) body(Units{i, true, FirstLanes(kLanes)});
  if (i < width) body(Units{i, false, FirstLanes(static_cast<int>(width - i))});
}

PLUMBLINE_INLINE Vec Sigmoid(Vec x) { return Broadcast(1) / (Broadcast(1) + Exp(-x)); }

// By the exponential, and near 0, where that cancels, by the series.
PLUMBLINE_INLINE Vec Tanh(Vec x) {
  const Vec square = x * x;
  Vec series = Fma(square, Broadcast(-17.0f / 315), Broadcast(2.0f / 15));
  series = Fma(square, series, Broadcast(-1.0f / 3));
  series = Fma(square * x, series, x);
  const Vec whole = Broadcast(1) - Broadcast(2) / (Exp(x + x) + Broadcast(1));
  return Select(square < Broadcast(0.01f), series, whole);
}

// s (1 - s), the slope of a sigmoid; 1 - t², that of a hyperbolic tangent.
PLUMBLINE_INLINE Vec SigmoidSlope(Vec s) { return s - s * s; }
PLUMBLINE_INLINE Vec TanhSlope(Vec t) { return Broadcast(1) - t * t; }

void LstmForward(int64_t width, const float* x, const float* h, const float* before, float* kept, float* output) {
  ForUnits(width, [=](const Units& units) __attribute__((always_inline)) {
    const auto sum = [&](int gate) { return units.Get(x + gate * width) + units.Get(h + gate * width); };
    const Vec i = Sigmoid(sum(0)), f = Sigmoid(sum(1)), g = Tanh(sum(2)), o = Sigmoid(sum(3));
    const Vec c = Fma(f, units.GetOrZero(before), i * g);
    units.Put(kept, i);
    units.Put(kept + width, f);
    units.Put(kept + 2 * width, g);
    units.Put(kept + 3 * width, o);
    units.Put(kept + 4 * width, c);
    units.Put(output, o * Tanh(c));
  });
}

void LstmBackward(int64_t width, const float* d, float* dc, const float* kept, const float* before, float* dx,
                  float* dh) {
  ForUnits(width, [=](const Units& units) __attribute__((always_inline)) {
    const Vec i = units.Get(kept), f = units.Get(kept + width), g = units.Get(kept + 2 * width);
    const Vec o = units.Get(kept + 3 * width), t = Tanh(units.Get(kept + 4 * width)), gradient = units.Get(d);
    const Vec cell = Fma(gradient * o, TanhSlope(t), units.Get(dc));
    const Vec gates[] = {cell * g * SigmoidSlope(i), cell * units.GetOrZero(before) * SigmoidSlope(f),
                         cell * i * TanhSlope(g), gradient * t * SigmoidSlope(o)};
    units.Put(dc, cell * f);
    for (int gate = 0; gate < 4; ++gate) {
      units.Put(dx + gate * width, gates[gate]);
      if (dh != dx) units.Put(dh + gate * width, gates[gate]);
    }
  });
}

void GruForward(int64_t width, const float* x, const float* h, const float* before, float* kept, float* output) {
  ForUnits(width, [=](const Units& units) __attribute__((always_inline)) {
    const Vec r = Sigmoid(units.Get(x) + units.Get(h)), z = Sigmoid(units.Get(x + width) + units.Get(h + width));
    const Vec hidden = units.Get(h + 2 * width);
    const Vec n = Tanh(Fma(r, hidden, units.Get(x + 2 * width)));
    units.Put(kept, r);
    units.Put(kept + width, z);
    units.Put(kept + 2 * width, n);
    units.Put(kept + 3 * width, hidden);
    units.Put(output, Fma(z, units.GetOrZero(before) - n, n));
  });
}

void GruBackward(int64_t width, const float* d, const float* kept, const float* before, float* dx, float* dh,
                 float* direct) {
  ForUnits(width, [=](const Units& units) __attribute__((always_inline)) {
    const Vec r = units.Get(kept), z = units.Get(kept + width), n = units.Get(kept + 2 * width);
    const Vec gradient = units.Get(d);
    const Vec dn = gradient * (Broadcast(1) - z) * TanhSlope(n);
    const Vec dz = gradient * (units.GetOrZero(before) - n) * SigmoidSlope(z);
    const Vec dr = dn * units.Get(kept + 3 * width) * SigmoidSlope(r);
    units.Put(direct, gradient * z);
    units.Put(dx, dr);
    units.Put(dx + width, dz);
    units.Put(dx + 2 * width, dn);
    units.Put(dh, dr);
    units.Put(dh + width, dz);
    units.Put(dh + 2 * width, dn * r);
  });
}

void RnnForward(int64_t width, const float* x, const float* h, float* kept, float* output) {
  ForUnits(width, [=](const Units& units) __attribute__((always_inline)) {
    const Vec value = Tanh(units.Get(x) + units.Get(h));
    units.Put(kept, value);
    units.Put(output, value);
  });
}

void RnnBackward(int64_t width, const float* d, const float* kept, float* dx, float* dh) {
  ForUnits(width, [=](const Units& units) __attribute__((always_inline)) {
    const Vec gradient = units.Get(d) * TanhSlope(units.Get(kept));
    units.Put(dx, gradient);
    if (dh != dx) units.Put(dh, gradient);
  });
}

void Forward(RecurrentCell cell, int64_t width, const float* x, const float* h, const float* before, float* kept,
             float* output) {
  switch (cell) {
    case RecurrentCell::kLstm:
      return LstmForward(width, x, h, before, kept, output);
    case RecurrentCell::kGru:
      return GruForward(width, x, h, before, kept, output);
    case RecurrentCell::kRnn:
      return RnnForward(width, x, h, kept, output);
  }
}

void Backward(RecurrentCell cell, int64_t width, const float* d, float* dc, const float* kept, const float* before,
              float* dx, float* dh, float* direct) {
  switch (cell) {
    case RecurrentCell::kLstm:
      return LstmBackward(width, d, dc, kept, before, dx, dh);
    case RecurrentCell::kGru:
      return GruBackward(width, d, kept, before, dx, dh, direct);
    case RecurrentCell::kRnn:
      return RnnBackward(width, d, kept, dx, dh);
  }
}

}  // namespace

const RecurrentCellKernels kRecurrentCell = {Forward, Backward};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
