// Naive walks over windows, in double.
#include "ops/pooling.h"

#include <cmath>
#include <utility>

namespace plumbline {
namespace {

bool ByteWinners(int64_t positions) { return positions <= kMostBytePositions; }

// The position in x, or -1 outside, of each place of the window of output `out`, in row-major order.
std::vector<int64_t> PlacesOf(const PoolProblem& p, const std::vector<int64_t>& out) {
  std::vector<int64_t> places;
  for (int64_t i = 0; i < p.window.kernel[0]; ++i) {
    for (int64_t j = 0; j < p.window.kernel[1]; ++j) {
      const int64_t row = out[2] * p.window.stride[0] - p.window.padding[0] + i;
      const int64_t column = out[3] * p.window.stride[1] - p.window.padding[1] + j;
      const bool inside =
          row >= 0 && row < p.in_size[0] && column >= 0 && column < p.in_size[1];
      const int64_t image = out[0] * p.channels + out[1];
      places.push_back(inside ? (image * p.in_size[0] + row) * p.in_size[1] + column : -1);
    }
  }
  return places;
}

size_t WinnerPosition(const PoolProblem& p, const std::vector<int64_t>& out) {
  return static_cast<size_t>(
      ((out[0] * p.out_size[0] + out[2]) * p.out_size[1] + out[3]) * p.channels + out[1]);
}

std::vector<int64_t> OutputShape(const PoolProblem& p) {
  return {p.batch, p.channels, p.out_size[0], p.out_size[1]};
}

}  // namespace

PoolWindow PoolWindowOf(const Window& window) {
  return {{window.kernel[0], window.kernel[1]},
          {window.stride[0], window.stride[1]},
          {window.padding[0], window.padding[1]}};
}

PoolProblem PoolProblemOf(const PoolWindow& window, const std::vector<int64_t>& x,
                          const std::vector<int64_t>& y) {
  return {x[0], x[1], {x[2], x[3]}, {y[2], y[3]}, window};
}

TensorType WinnerType(const TensorType& y, const Window& window) {
  return {ByteWinners(window.KernelSize()) ? DataType::kU8 : DataType::kS64,
          {y.shape[0], y.shape[2], y.shape[3], y.shape[1]}};
}

std::vector<Array> EvaluateMaxPool(const PoolProblem& p, bool relu, const Array& x) {
  Array y(OutputShape(p)), winner({p.batch, p.out_size[0], p.out_size[1], p.channels});
  const bool bytes = ByteWinners(p.window.kernel[0] * p.window.kernel[1]);
  const int64_t none = bytes ? kNoWinner : kNoWideWinner;
  size_t to = 0;
  ForEachIndex(y.shape, [&](const std::vector<int64_t>& out) {
    const std::vector<int64_t> places = PlacesOf(p, out);
    int64_t best = none;
    double most = 0;  // what a relu leaves of a window without a positive place
    for (size_t i = 0; i < places.size(); ++i) {
      if (places[i] < 0) continue;
      const double value = x.data[places[i]];
      const bool wins = relu ? value > most
                             : best == none || value > most || (std::isnan(value));
      if (!wins) continue;
      best = static_cast<int64_t>(i);
      most = value;
    }
    winner.data[WinnerPosition(p, out)] = static_cast<double>(best);
    y.data[to++] = most;
  });
  return {std::move(y), std::move(winner)};
}

Array EvaluateMaxPoolGradient(const PoolProblem& p, const Array& dy, const Array& winner) {
  Array dx({p.batch, p.channels, p.in_size[0], p.in_size[1]});
  size_t from = 0;
  ForEachIndex(OutputShape(p), [&](const std::vector<int64_t>& out) {
    const std::vector<int64_t> places = PlacesOf(p, out);
    const double won = winner.data[WinnerPosition(p, out)];
    const double g = dy.data[from++];
    if (won < 0 || won >= static_cast<double>(places.size())) return;
    const int64_t place = places[static_cast<size_t>(won)];
    if (place >= 0) dx.data[place] += g;
  });
  return dx;
}

}  // namespace plumbline
