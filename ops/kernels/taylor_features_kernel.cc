// The monomials of rows, and their gradient, moved between transposed tiles and memory.

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/monomials.h"
#include "ops/kernels/taylor_features_kernels.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Features that are moved at a time.
constexpr int64_t kBlock = 64;

struct Scratch {
  MonomialCursor cursor;
  float* x;           // [width][kTileRows]
  float* x_gradient;  // [width][kTileRows]
  float* values;      // [kBlock][kTileRows]
  float* ones;        // [kTileRows]
  float* zeros;       // [kTileRows]
};

Scratch CarveScratch(const TaylorFeaturesProblem& problem, Carver* carver) {
  Scratch scratch;
  scratch.cursor = CarveCursor(carver, problem.width, problem.terms);
  scratch.x = Carve(carver, problem.width * kTileRows);
  scratch.x_gradient = Carve(carver, problem.width * kTileRows);
  scratch.values = Carve(carver, kBlock * kTileRows);
  scratch.ones = Carve(carver, kTileRows);
  scratch.zeros = Carve(carver, kTileRows);
  return scratch;
}

Scratch Prepare(const TaylorFeaturesProblem& problem, float* memory) {
  Carver carver = {memory, 0};
  const Scratch scratch = CarveScratch(problem, &carver);
  Fill(scratch.ones, kTileRows / kLanes, 1.0f);
  Fill(scratch.zeros, kTileRows / kLanes, 0.0f);
  return scratch;
}

MonomialCursor CursorAt(const Scratch& scratch, ConstMatrix x, int64_t first, int64_t rows) {
  MonomialCursor cursor = scratch.cursor;
  TransposeIn(x.data + first * x.row_stride, x.row_stride, rows, cursor.width, 1.0f, scratch.x);
  StartAt(&cursor, Coefficient::kInverseRootFactorial, scratch.x, rows);
  return cursor;
}

int64_t ScratchFloats(const TaylorFeaturesProblem& problem) {
  Carver carver = {nullptr, 0};
  CarveScratch(problem, &carver);
  return carver.used;
}

void Forward(const TaylorFeaturesProblem& problem, int64_t features, ConstMatrix x,
             MutableMatrix phi, float* memory) {
  const Scratch scratch = Prepare(problem, memory);
  for (int64_t first = 0; first < problem.rows; first += kTileRows) {
    const int64_t rows = Smaller(kTileRows, problem.rows - first);
    MonomialCursor cursor = CursorAt(scratch, x, first, rows);
    for (int64_t feature = 0; feature < features; feature += kBlock) {
      const int64_t count = Smaller(kBlock, features - feature);
      VisitMonomials(&cursor, count, Build{scratch.values});
      TransposeOut<false>(scratch.values, scratch.ones, rows, count,
                          phi.data + first * phi.row_stride + feature, phi.row_stride);
    }
  }
}

void Backward(const TaylorFeaturesProblem& problem, int64_t features, ConstMatrix x,
              ConstMatrix dphi, MutableMatrix dx, float* memory) {
  const Scratch scratch = Prepare(problem, memory);
  for (int64_t first = 0; first < problem.rows; first += kTileRows) {
    const int64_t rows = Smaller(kTileRows, problem.rows - first);
    MonomialCursor cursor = CursorAt(scratch, x, first, rows);
    ClearPrefixGradients(cursor);
    Fill(scratch.x_gradient, problem.width * kTileRows / kLanes, 0.0f);
    for (int64_t feature = 0; feature < features; feature += kBlock) {
      const int64_t count = Smaller(kBlock, features - feature);
      TransposeIn(dphi.data + first * dphi.row_stride + feature, dphi.row_stride, rows, count, 1.0f,
                  scratch.values);
      ContractMonomials(&cursor, count, scratch.values, scratch.zeros, scratch.zeros,
                        scratch.x_gradient);
    }
    LeavePrefixes(cursor, 1, scratch.x_gradient);
    TransposeOut<false>(scratch.x_gradient, scratch.ones, rows, problem.width,
                        dx.data + first * dx.row_stride, dx.row_stride);
  }
}

}  // namespace

extern const TaylorFeaturesKernels kTaylorFeatures;
const TaylorFeaturesKernels kTaylorFeatures = {ScratchFloats, Forward, Backward};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
