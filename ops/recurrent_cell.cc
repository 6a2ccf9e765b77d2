// The definition of recurrent layers, unit by unit.
#include "ops/recurrent_cell.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace plumbline {
namespace {

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The step of one row in double: as the kernel's, see RecurrentCellKernels.
void ForwardStep(RecurrentCell cell, int64_t width, const double* x, const double* b, const double* before,
                 double* kept, double* h) {
  for (int64_t u = 0; u < width; ++u) {
    const auto sum = [&](int gate) { return x[gate * width + u] + b[gate * width + u]; };
    if (cell == RecurrentCell::kLstm) {
      const double i = Sigmoid(sum(0)), f = Sigmoid(sum(1)), g = std::tanh(sum(2)), o = Sigmoid(sum(3));
      const double values[] = {i, f, g, o, f * before[u] + i * g};
      for (int k = 0; k < 5; ++k) kept[k * width + u] = values[k];
      h[u] = o * std::tanh(values[4]);
    } else if (cell == RecurrentCell::kGru) {
      const double r = Sigmoid(sum(0)), z = Sigmoid(sum(1)), hidden = b[2 * width + u];
      const double values[] = {r, z, std::tanh(x[2 * width + u] + r * hidden), hidden};
      for (int k = 0; k < 4; ++k) kept[k * width + u] = values[k];
      h[u] = (1 - z) * values[2] + z * before[u];
    } else {
      h[u] = kept[u] = std::tanh(sum(0));
    }
  }
}

void BackwardStep(RecurrentCell cell, int64_t width, const double* d, double* dc, const double* kept,
                  const double* before, double* dx, double* db, double* direct) {
  for (int64_t u = 0; u < width; ++u) {
    const auto value = [&](int k) { return kept[k * width + u]; };
    if (cell == RecurrentCell::kLstm) {
      const double i = value(0), f = value(1), g = value(2), o = value(3), t = std::tanh(value(4));
      const double c = dc[u] + d[u] * o * (1 - t * t);
      const double gates[] = {c * g * i * (1 - i), c * before[u] * f * (1 - f), c * i * (1 - g * g), d[u] * t * o * (1 - o)};
      dc[u] = c * f;
      for (int k = 0; k < 4; ++k) dx[k * width + u] = db[k * width + u] = gates[k];
    } else if (cell == RecurrentCell::kGru) {
      const double r = value(0), z = value(1), n = value(2), hidden = value(3);
      const double dn = d[u] * (1 - z) * (1 - n * n);
      dx[u] = db[u] = dn * hidden * r * (1 - r);
      dx[width + u] = db[width + u] = d[u] * (before[u] - n) * z * (1 - z);
      dx[2 * width + u] = dn;
      db[2 * width + u] = dn * r;
      direct[u] = d[u] * z;
    } else {
      dx[u] = db[u] = d[u] * (1 - kept[u] * kept[u]);
    }
  }
}

}  // namespace

SequenceValues EvaluateSequence(const RecurrentKind& kind, const Array& x_part, const Array& weight, const Array& bias,
                                const Array* state, bool reverse) {
  const SequenceShape shape(kind, x_part.shape, weight.shape[1], reverse);
  const int64_t width = shape.width;
  SequenceValues values{Array({shape.batch, shape.length, width}, 0), Array({shape.batch, shape.length, shape.kept}, 0),
                        Array({shape.batch, shape.length, width}, 0), Array({shape.batch, shape.states}, 0)};
  for (int64_t item = 0; item < shape.batch; ++item) {
    std::vector<double> carried(static_cast<size_t>(shape.states), 0);  // h, then c
    if (state != nullptr) std::copy_n(state->data.begin() + item * shape.states, shape.states, carried.begin());
    for (int64_t s = 0; s < shape.length; ++s) {
      const int64_t at = item * shape.length + shape.Position(s);
      std::vector<double> b = bias.data;
      for (int64_t g = 0; g < shape.gates; ++g) {
        for (int64_t u = 0; u < width; ++u) b[g] += weight.data[g * width + u] * carried[u];
      }
      std::copy_n(carried.begin(), width, values.previous.data.begin() + at * width);
      double* const kept = &values.kept.data[at * shape.kept];
      std::vector<double> h(static_cast<size_t>(width));
      ForwardStep(kind.cell, width, &x_part.data[at * shape.gates], b.data(), carried.data() + shape.states - width,
                  kept, h.data());
      std::copy(h.begin(), h.end(), carried.begin());
      if (kind.states() == 2) std::copy_n(kept + 4 * width, width, carried.begin() + width);
      std::copy(h.begin(), h.end(), values.y.data.begin() + at * width);
    }
    std::copy(carried.begin(), carried.end(), values.last.data.begin() + item * shape.states);
  }
  return values;
}

std::vector<Array> EvaluateSequenceGradient(const RecurrentKind& kind, const Array& dy, const Array& kept,
                                            const Array& previous, const Array& weight, bool reverse) {
  const SequenceShape shape(kind, dy.shape, weight.shape[1], reverse);
  Array dx({shape.batch, shape.length, shape.gates}, 0), db = dx;
  const std::vector<double> zeros(static_cast<size_t>(shape.width), 0);
  for (int64_t item = 0; item < shape.batch; ++item) {
    std::vector<double> dh(zeros), dc(zeros), direct(zeros);
    for (int64_t s = shape.length - 1; s >= 0; --s) {
      const int64_t at = item * shape.length + shape.Position(s);
      for (int64_t u = 0; u < shape.width; ++u) dh[u] += dy.data[at * shape.width + u];
      const double* before = zeros.data();
      if (kind.cell == RecurrentCell::kGru) before = &previous.data[at * shape.width];
      if (kind.cell == RecurrentCell::kLstm && s > 0) {
        before = &kept.data[(item * shape.length + shape.Position(s - 1)) * shape.kept + 4 * shape.width];
      }
      std::fill(direct.begin(), direct.end(), 0);
      double* const db_row = &db.data[at * shape.gates];
      BackwardStep(kind.cell, shape.width, dh.data(), dc.data(), &kept.data[at * shape.kept], before,
                   &dx.data[at * shape.gates], db_row, direct.data());
      dh = direct;
      for (int64_t g = 0; g < shape.gates; ++g) {
        for (int64_t u = 0; u < shape.width; ++u) dh[u] += db_row[g] * weight.data[g * shape.width + u];
      }
    }
  }
  return {std::move(dx), std::move(db)};
}

}  // namespace plumbline
