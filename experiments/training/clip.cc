// Eight sums side by side within a slice, added in order at its end.
#include "experiments/training/clip.h"

#include <cmath>
#include <cstddef>

namespace plumbline {
namespace {

constexpr size_t kSlice = 16384;
constexpr size_t kSums = 8;
constexpr double kEpsilon = 1e-6;  // PyTorch's

double SumOfSquares(absl::Span<const float> slice) {
  double sums[kSums] = {};
  size_t i = 0;
  for (; i + kSums <= slice.size(); i += kSums) {
    for (size_t j = 0; j < kSums; ++j) {
      const double value = slice[i + j];
      sums[j] += value * value;
    }
  }
  for (size_t j = 0; i < slice.size(); ++i, ++j) sums[j] += static_cast<double>(slice[i]) * slice[i];
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

}  // namespace

double EuclideanNorm(absl::Span<const float> values) {
  double sum = 0;
  for (size_t begin = 0; begin < values.size(); begin += kSlice) sum += SumOfSquares(values.subspan(begin, kSlice));
  return std::sqrt(sum);
}

double ClipFactor(double norm, double limit) {
  if (limit == 0) return 1;
  const double factor = limit / (norm + kEpsilon);
  return factor >= 1 ? 1 : factor;
}

}  // namespace plumbline
