// Taylor attention, forward. Not causal: all keys are folded into the state, which is then applied
// to all queries. Causal: tile by tile, the state of the earlier tiles is applied to the queries,
// the tile's own keys reach them as a masked square of scores, and then join the state.

#include <stdint.h>

#include "ops/kernels/taylor_attention_kernels.h"
#include "ops/kernels/taylor_passes.h"
#include "ops/kernels/taylor_scores.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

struct Scratch {
  MonomialCursor cursor;
  PassScratch pass;
  float* x;        // [width][kTileRows]: queries, or scale * keys
  float* y;        // [kTileRows][value_width, rounded up]: values
  float* z;        // [value_width][kTileRows]
  float* sums;     // [kTileRows], denominators
  float* inverse;  // [kTileRows], of sums
  float* ones;     // [kTileRows], one for each row of the tile
  float* scores;   // [kTileRows][kTileRows], causal only
  float* reciprocals;  // [terms], causal only
  float* state;    // when the caller gives none
};

Scratch CarveScratch(const TaylorAttentionProblem& problem, int64_t features, Carver* carver) {
  Scratch scratch;
  scratch.cursor = CarveCursor(carver, problem.width, problem.terms);
  scratch.pass = CarvePassScratch(carver, features);
  scratch.x = Carve(carver, problem.width * kTileRows);
  scratch.y = Carve(carver, RoundUpToLanes(problem.value_width) * kTileRows);
  scratch.z = Carve(carver, problem.value_width * kTileRows);
  scratch.sums = Carve(carver, kTileRows);
  scratch.inverse = Carve(carver, kTileRows);
  scratch.ones = Carve(carver, kTileRows);
  scratch.scores = Carve(carver, problem.causal ? kTileRows * kTileRows : 0);
  scratch.reciprocals = Carve(carver, problem.causal ? problem.terms : 0);
  scratch.state = Carve(carver, features * (problem.value_width + 1));
  return scratch;
}

// What the functions below share.
struct Forward {
  const TaylorAttentionProblem& problem;
  ConstMatrix q, k, v;
  MutableMatrix z;
  float* denominator;
  State state;
  Scratch scratch;
};

const float* RowsOf(ConstMatrix matrix, int64_t first) {
  return matrix.data + first * matrix.row_stride;
}

// The rows of a tile of values: where they lie if they touch and fill vectors, else copied.
ConstMatrix LoadValues(const Forward& f, int64_t first, int64_t rows) {
  const int64_t width = f.problem.value_width;
  if (f.v.row_stride == width && width % kLanes == 0) return {RowsOf(f.v, first), width};
  CopyIn(RowsOf(f.v, first), f.v.row_stride, rows, width, f.scratch.y);
  return {f.scratch.y, RoundUpToLanes(width)};
}

void Fold(const Forward& f, int64_t first, int64_t rows, ConstMatrix values) {
  const Scratch& s = f.scratch;
  for (int64_t i = 0; i < kTileRows; ++i) s.ones[i] = i < rows ? 1.0f : 0.0f;
  const RowsInMemory keys = {RowsOf(f.k, first), f.k.row_stride, rows, f.problem.scale};
  LoadAndFold(s.cursor, keys, s.x, values.data, values.row_stride, s.ones, s.pass, f.state);
}

void LoadQueries(const Forward& f, int64_t first, int64_t rows) {
  TransposeIn(RowsOf(f.q, first), f.q.row_stride, rows, f.problem.width, 1.0f, f.scratch.x);
  for (int64_t c = 0; c < f.problem.value_width; ++c) {
    Fill(f.scratch.z + c * kTileRows, VecsFor(rows), 0.0f);
  }
  Fill(f.scratch.sums, VecsFor(rows), 0.0f);
}

void Apply(const Forward& f, int64_t rows) {
  MonomialCursor cursor = f.scratch.cursor;
  StartAt(&cursor, Coefficient::kOne, f.scratch.x, rows);
  ApplyState(cursor, AsConst(f.state), f.scratch.pass, f.scratch.z, f.scratch.sums);
}

void ApplyOwnTile(const Forward& f, int64_t first, int64_t rows, ConstMatrix values) {
  const Scratch& s = f.scratch;
  TriangleProducts(rows, f.problem.width, RowsOf(f.k, first), f.k.row_stride, s.x, s.scores);
  if (f.problem.terms == 3) {
    WeightsOfScores(ThreeTerms{}, rows, f.problem.scale, s.scores, s.sums);
  } else {
    WeightsOfScores(AnyTerms{f.problem.terms, s.reciprocals}, rows, f.problem.scale, s.scores,
                    s.sums);
  }
  ApplyTriangle(rows, f.problem.value_width, values.data, values.row_stride, s.scores, s.z);
}

void StoreQueries(const Forward& f, int64_t first, int64_t rows) {
  const Scratch& s = f.scratch;
  for (int64_t i = 0; i < rows; i += kLanes) {
    Store(s.inverse + i, Broadcast(1.0f) / Load(s.sums + i));
  }
  TransposeOut<false>(s.z, s.inverse, rows, f.problem.value_width,
                      f.z.data + first * f.z.row_stride, f.z.row_stride);
  if (f.denominator == nullptr) return;
  for (int64_t i = 0; i < rows; ++i) f.denominator[first + i] = s.sums[i];
}

void RunNotCausal(const Forward& f) {
  ClearState(f.state);
  for (int64_t first = 0; first < f.problem.key_length; first += kTileRows) {
    const int64_t rows = Smaller(kTileRows, f.problem.key_length - first);
    Fold(f, first, rows, LoadValues(f, first, rows));
  }
  for (int64_t first = 0; first < f.problem.query_length; first += kTileRows) {
    const int64_t rows = Smaller(kTileRows, f.problem.query_length - first);
    LoadQueries(f, first, rows);
    Apply(f, rows);
    StoreQueries(f, first, rows);
  }
}

// The square of a tile costs as much a row as it has rows: where the state is small, half the rows.
int64_t CausalTileRows(const TaylorAttentionProblem& problem) {
  const bool narrow = CanFoldNarrow(problem.width, problem.value_width, problem.terms);
  return narrow ? kTileRows / 2 : kTileRows;
}

void RunCausal(const Forward& f) {
  const int64_t tile_rows = CausalTileRows(f.problem);
  SetReciprocals(f.problem.terms, f.scratch.reciprocals);
  ClearState(f.state);
  for (int64_t first = 0; first < f.problem.query_length; first += tile_rows) {
    const int64_t rows = Smaller(tile_rows, f.problem.query_length - first);
    const ConstMatrix values = LoadValues(f, first, rows);
    LoadQueries(f, first, rows);
    if (first > 0) Apply(f, rows);
    ApplyOwnTile(f, first, rows, values);
    StoreQueries(f, first, rows);
    Fold(f, first, rows, values);
  }
}

void ZeroOutputs(const Forward& f) {
  for (int64_t i = 0; i < f.problem.query_length; ++i) {
    for (int64_t c = 0; c < f.problem.value_width; ++c) f.z.data[i * f.z.row_stride + c] = 0.0f;
    if (f.denominator != nullptr) f.denominator[i] = 0.0f;
  }
  ClearState(f.state);
}

int64_t ScratchFloats(const TaylorAttentionProblem& problem, int64_t features) {
  Carver carver = {nullptr, 0};
  CarveScratch(problem, features, &carver);
  return carver.used;
}

void Run(const TaylorAttentionProblem& problem, int64_t features, ConstMatrix q, ConstMatrix k,
         ConstMatrix v, MutableMatrix z, float* denominator, float* state, float* scratch) {
  Carver carver = {scratch, 0};
  Forward f = {problem, q, k, v, z, denominator, {}, CarveScratch(problem, features, &carver)};
  f.state = StateAt(state != nullptr ? state : f.scratch.state, features, problem.value_width);
  SetCoefficients(f.scratch.cursor, features, f.scratch.x, f.scratch.pass);
  if (problem.key_length == 0) {
    ZeroOutputs(f);
  } else if (problem.causal) {
    RunCausal(f);
  } else {
    RunNotCausal(f);
  }
}

}  // namespace

extern const TaylorAttentionForwardKernel kTaylorAttentionForward;
const TaylorAttentionForwardKernel kTaylorAttentionForward = {ScratchFloats, Run};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
