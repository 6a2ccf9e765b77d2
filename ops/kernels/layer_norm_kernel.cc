// A row stays in the first cache, so it is read three times: for the mean, the variance and the result.
#include "ops/kernels/layer_norm_kernels.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Rows whose share of the parameters' gradients is summed before it is added to the total, so that rounding grows with
// the block and with the number of blocks, not with their product.
constexpr int64_t kRowBlock = 64;
constexpr int kSums = 4;  // independent chains of additions

struct Row {
  int64_t whole;  // elements in whole vectors
  int64_t width;
  LaneMask rest;
};

PLUMBLINE_INLINE Row RowOf(int64_t width) {
  const int64_t whole = width - width % kLanes;
  return {whole, width, FirstLanes(static_cast<int>(width - whole))};
}

PLUMBLINE_INLINE float SumOf(const Vec (&sums)[kSums]) { return ReduceAdd((sums[0] + sums[1]) + (sums[2] + sums[3])); }

PLUMBLINE_INLINE float MeanOf(const float* x, const Row& row) {
  Vec sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums * kLanes <= row.whole; i += kSums * kLanes) {
    for (int j = 0; j < kSums; ++j) sums[j] += Load(x + i + j * kLanes);
  }
  for (; i < row.whole; i += kLanes) sums[0] += Load(x + i);
  if (row.whole != row.width) sums[1] += LoadMasked(x + row.whole, row.rest);
  return SumOf(sums) / static_cast<float>(row.width);
}

// 1 / sqrt(variance + epsilon).
PLUMBLINE_INLINE float ReciprocalDeviation(const float* x, const Row& row, float mean, float epsilon) {
  const Vec center = Broadcast(mean);
  Vec sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums * kLanes <= row.whole; i += kSums * kLanes) {
    for (int j = 0; j < kSums; ++j) {
      const Vec d = Load(x + i + j * kLanes) - center;
      sums[j] = Fma(d, d, sums[j]);
    }
  }
  for (; i < row.whole; i += kLanes) {
    const Vec d = Load(x + i) - center;
    sums[0] = Fma(d, d, sums[0]);
  }
  if (row.whole != row.width) {
    float lanes[kLanes] = {};
    StoreMasked(lanes, LoadMasked(x + row.whole, row.rest) - center, row.rest);
    const Vec d = Load(lanes);
    sums[1] = Fma(d, d, sums[1]);
  }
  return 1 / __builtin_sqrtf(SumOf(sums) / static_cast<float>(row.width) + epsilon);
}

void Forward(const LayerNormProblem& problem, const float* x, const float* weight, const float* bias, float* y) {
  const Row row = RowOf(problem.width);
  for (int64_t r = 0; r < problem.rows; ++r, x += problem.width, y += problem.width) {
    const float mean = MeanOf(x, row);
    const Vec center = Broadcast(mean);
    const Vec factor = Broadcast(ReciprocalDeviation(x, row, mean, problem.epsilon));
    for (int64_t i = 0; i < row.whole; i += kLanes) {
      Store(y + i, Fma((Load(x + i) - center) * factor, Load(weight + i), Load(bias + i)));
    }
    if (row.whole == row.width) continue;
    const int64_t i = row.whole;
    const Vec normal = (LoadMasked(x + i, row.rest) - center) * factor;
    StoreMasked(y + i, Fma(normal, LoadMasked(weight + i, row.rest), LoadMasked(bias + i, row.rest)), row.rest);
  }
}

struct Totals {
  float* weight;  // of the block
  float* bias;
};

// dx of one row, and the row's share of the parameters' gradients added to the block's.
PLUMBLINE_INLINE void BackwardRow(const LayerNormProblem& problem, const Row& row, const float* g, const float* x,
                                  const float* weight, float* dx, const Totals& block) {
  const float mean = MeanOf(x, row);
  const Vec center = Broadcast(mean);
  const float deviation = ReciprocalDeviation(x, row, mean, problem.epsilon);
  const Vec factor = Broadcast(deviation);
  Vec sum = {}, product = {};  // of g·weight, and of that times the normalised x
  for (int64_t i = 0; i < row.whole; i += kLanes) {
    const Vec gradient = Load(g + i), normal = (Load(x + i) - center) * factor;
    const Vec weighted = gradient * Load(weight + i);
    sum += weighted;
    product = Fma(weighted, normal, product);
    Store(block.weight + i, Fma(gradient, normal, Load(block.weight + i)));
    Store(block.bias + i, Load(block.bias + i) + gradient);
  }
  const int64_t end = row.whole;
  if (end != row.width) {
    const Vec gradient = LoadMasked(g + end, row.rest), normal = (LoadMasked(x + end, row.rest) - center) * factor;
    const Vec weighted = gradient * LoadMasked(weight + end, row.rest);  // 0 beyond the row, and so what it enters
    sum += weighted;
    product = Fma(weighted, normal, product);
    StoreMasked(block.weight + end, Fma(gradient, normal, LoadMasked(block.weight + end, row.rest)), row.rest);
    StoreMasked(block.bias + end, LoadMasked(block.bias + end, row.rest) + gradient, row.rest);
  }
  if (dx == nullptr) return;
  const Vec shift = Broadcast(ReduceAdd(sum) / static_cast<float>(row.width));
  const Vec slope = Broadcast(ReduceAdd(product) / static_cast<float>(row.width));
  for (int64_t i = 0; i < row.whole; i += kLanes) {
    const Vec normal = (Load(x + i) - center) * factor;
    const Vec weighted = Load(g + i) * Load(weight + i);
    Store(dx + i, NegatedFma(normal, slope, weighted - shift) * factor);
  }
  if (end == row.width) return;
  const Vec normal = (LoadMasked(x + end, row.rest) - center) * factor;
  const Vec weighted = LoadMasked(g + end, row.rest) * LoadMasked(weight + end, row.rest);
  StoreMasked(dx + end, NegatedFma(normal, slope, weighted - shift) * factor, row.rest);
}

void AddTo(const float* block, const Row& row, float* total) {
  if (total == nullptr) return;
  for (int64_t i = 0; i < row.width; ++i) total[i] += block[i];
}

void Clear(float* values, int64_t n) {
  if (values == nullptr) return;
  for (int64_t i = 0; i < n; ++i) values[i] = 0;
}

void Backward(const LayerNormProblem& problem, const float* g, const float* x, const float* weight, float* dx,
              float* dweight, float* dbias, float* scratch) {
  const Row row = RowOf(problem.width);
  const Totals block = {scratch, scratch + problem.width};
  Clear(dweight, problem.width);
  Clear(dbias, problem.width);
  for (int64_t first = 0; first < problem.rows; first += kRowBlock) {
    const int64_t last = first + kRowBlock < problem.rows ? first + kRowBlock : problem.rows;
    Clear(scratch, 2 * problem.width);
    for (int64_t r = first; r < last; ++r) {
      const int64_t at = r * problem.width;
      BackwardRow(problem, row, g + at, x + at, weight, dx == nullptr ? nullptr : dx + at, block);
    }
    AddTo(block.weight, row, dweight);
    AddTo(block.bias, row, dbias);
  }
}

}  // namespace

extern const LayerNormKernels kLayerNorm;
const LayerNormKernels kLayerNorm = {Forward, Backward};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
