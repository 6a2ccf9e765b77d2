// Taylor attention, backward. With z = N / d for N = S^T phi(q) and d = s^T phi(q), where the state
// (S, s) = sum_j phi(k_j) (v_j, 1), and g = dz / d, h = -(dz . z) / d, the gradients of N and d:
//
//   dS = sum_i phi(q_i) (g_i, h_i)              the queries folded into a state of their own
//   dphi(q_i) = S g_i + s h_i                   gives dq
//   dphi(k_j) = dS v_j + ds,  dv_j = dS^T phi(k_j)
//
// Causal: forward over the tiles with the state of the earlier keys for dq, then in reverse with
// the state of the later queries for dk and dv; inside a tile, masked squares of scores.

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
  float* x;             // [width][kTileRows]: queries, or scale * keys
  float* x_gradient;    // [width][kTileRows]
  float* queries;       // [kTileRows][width, rounded up], causal only
  float* y;             // [kTileRows][value_width, rounded up]: g, or values
  float* y_transposed;  // [value_width][kTileRows]
  float* weights;       // [kTileRows]: h, or one for each row
  float* ones;          // [kTileRows]
  float* dv;            // [value_width][kTileRows]
  float* sums;          // [kTileRows], not used
  float* scores;        // [kTileRows][kTileRows], causal only
  float* gradients;     // [kTileRows][kTileRows], causal only
  float* reciprocals;   // [terms], causal only
  float* state;
  float* state_gradient;
};

Scratch CarveScratch(const TaylorAttentionProblem& problem, int64_t features, Carver* carver) {
  const int64_t square = problem.causal ? kTileRows * kTileRows : 0;
  const int64_t state = features * (problem.value_width + 1);
  Scratch s;
  s.cursor = CarveCursor(carver, problem.width, problem.terms);
  s.pass = CarvePassScratch(carver, features);
  s.x = Carve(carver, problem.width * kTileRows);
  s.x_gradient = Carve(carver, problem.width * kTileRows);
  s.queries = Carve(carver, problem.causal ? RoundUpToLanes(problem.width) * kTileRows : 0);
  s.y = Carve(carver, RoundUpToLanes(problem.value_width) * kTileRows);
  s.y_transposed = Carve(carver, problem.value_width * kTileRows);
  s.weights = Carve(carver, kTileRows);
  s.ones = Carve(carver, kTileRows);
  s.dv = Carve(carver, problem.value_width * kTileRows);
  s.sums = Carve(carver, kTileRows);
  s.scores = Carve(carver, square);
  s.gradients = Carve(carver, square);
  s.reciprocals = Carve(carver, problem.causal ? problem.terms : 0);
  s.state = Carve(carver, state);
  s.state_gradient = Carve(carver, state);
  return s;
}

// What the functions below share.
struct Backward {
  const TaylorAttentionProblem& problem;
  const TaylorAttentionGradient& arrays;
  Scratch scratch;
  int64_t y_stride;
  State state;           // of keys
  State state_gradient;  // of queries
};

// A tile of rows of the problem.
struct Rows {
  int64_t first;
  int64_t count;
};

const float* From(ConstMatrix matrix, Rows rows) {
  return matrix.data + rows.first * matrix.row_stride;
}
float* From(MutableMatrix matrix, Rows rows) {
  return matrix.data + rows.first * matrix.row_stride;
}

MonomialCursor CursorAt(const Backward& b, Rows rows) {
  MonomialCursor cursor = b.scratch.cursor;
  StartAt(&cursor, Coefficient::kOne, b.scratch.x, rows.count);
  return cursor;
}

// y = g, weights = h.
void LoadUpstream(const Backward& b, Rows rows) {
  const Scratch& s = b.scratch;
  const ConstMatrix& z = b.arrays.z;
  CopyIn(From(b.arrays.dz, rows), b.arrays.dz.row_stride, rows.count, b.problem.value_width, s.y);
  Fill(s.weights, kTileRows / kLanes, 0.0f);
  for (int64_t i = 0; i < rows.count; ++i) {
    const float inverse = 1.0f / b.arrays.denominator[rows.first + i];
    const float* zi = From(z, rows) + i * z.row_stride;
    float* y = s.y + i * b.y_stride;
    Vec dot = {};
    for (int64_t c = 0; c < b.problem.value_width; c += kLanes) {
      const int64_t width = Smaller(kLanes, b.problem.value_width - c);
      const Vec upstream = Load(y + c);
      dot = Fma(upstream, LoadMasked(zi + c, FirstLanes(static_cast<int>(width))), dot);
      Store(y + c, upstream * Broadcast(inverse));
    }
    s.weights[i] = -ReduceAdd(dot) * inverse;
  }
}

void SetWeightsToOne(const Backward& b, Rows rows) {
  for (int64_t i = 0; i < kTileRows; ++i) b.scratch.weights[i] = i < rows.count ? 1.0f : 0.0f;
}

// x = queries, y and y_transposed = g, weights = h.
void LoadQueries(const Backward& b, Rows rows) {
  const Scratch& s = b.scratch;
  LoadUpstream(b, rows);
  TransposeIn(From(b.arrays.q, rows), b.arrays.q.row_stride, rows.count, b.problem.width, 1.0f,
              s.x);
  TransposeIn(s.y, b.y_stride, rows.count, b.problem.value_width, 1.0f, s.y_transposed);
}

// x = scale * keys, y_transposed = values, weights = 1.
void LoadKeys(const Backward& b, Rows rows) {
  const Scratch& s = b.scratch;
  const ConstMatrix& k = b.arrays.k;
  const ConstMatrix& v = b.arrays.v;
  SetWeightsToOne(b, rows);
  TransposeIn(From(k, rows), k.row_stride, rows.count, b.problem.width, b.problem.scale, s.x);
  TransposeIn(From(v, rows), v.row_stride, rows.count, b.problem.value_width, 1.0f,
              s.y_transposed);
}

// Into the state of queries. Overwrites x, y and weights.
void FoldQueries(const Backward& b, Rows rows) {
  const Scratch& s = b.scratch;
  LoadUpstream(b, rows);
  const RowsInMemory queries = {From(b.arrays.q, rows), b.arrays.q.row_stride, rows.count, 1.0f};
  LoadAndFold(s.cursor, queries, s.x, s.y, b.y_stride, s.weights, s.pass, b.state_gradient);
}

// Into the state of keys. Overwrites x, y and weights.
void FoldKeys(const Backward& b, Rows rows) {
  const Scratch& s = b.scratch;
  const ConstMatrix& v = b.arrays.v;
  SetWeightsToOne(b, rows);
  CopyIn(From(v, rows), v.row_stride, rows.count, b.problem.value_width, s.y);
  const RowsInMemory keys = {From(b.arrays.k, rows), b.arrays.k.row_stride, rows.count,
                             b.problem.scale};
  LoadAndFold(s.cursor, keys, s.x, s.y, b.y_stride, s.weights, s.pass, b.state);
}

void ClearGradient(const Backward& b) {
  Fill(b.scratch.x_gradient, b.problem.width * kTileRows / kLanes, 0.0f);
}

// dk and dv of the loaded keys from the state of queries.
template <bool kAdd>
void StoreKeyGradients(const Backward& b, Rows rows) {
  const Scratch& s = b.scratch;
  const ConstState queries = AsConst(b.state_gradient);
  if (b.arrays.dv.data != nullptr) {
    Fill(s.dv, b.problem.value_width * kTileRows / kLanes, 0.0f);
    Fill(s.sums, kTileRows / kLanes, 0.0f);
    ApplyState(CursorAt(b, rows), queries, s.pass, s.dv, s.sums);
    TransposeOut<kAdd>(s.dv, s.ones, rows.count, b.problem.value_width, From(b.arrays.dv, rows),
                       b.arrays.dv.row_stride);
  }
  if (b.arrays.dk.data != nullptr) {
    ClearGradient(b);
    ContractState(CursorAt(b, rows), queries, s.y_transposed, s.weights, s.pass, s.x_gradient);
    Fill(s.sums, kTileRows / kLanes, b.problem.scale);
    TransposeOut<kAdd>(s.x_gradient, s.sums, rows.count, b.problem.width, From(b.arrays.dk, rows),
                       b.arrays.dk.row_stride);
  }
}

void StoreQueryGradients(const Backward& b, Rows rows) {
  TransposeOut<false>(b.scratch.x_gradient, b.scratch.ones, rows.count, b.problem.width,
                      From(b.arrays.dq, rows), b.arrays.dq.row_stride);
}

// What the keys of a tile and the queries of the same tile give each other: writes dk and dv, adds
// to x_gradient. Queries are loaded.
void OwnTile(const Backward& b, Rows rows) {
  const Scratch& s = b.scratch;
  const TaylorAttentionGradient& a = b.arrays;
  const float* k = From(a.k, rows);
  TriangleProducts(rows.count, b.problem.width, k, a.k.row_stride, s.x, s.scores);
  TriangleProducts(rows.count, b.problem.value_width, From(a.v, rows), a.v.row_stride,
                   s.y_transposed, s.gradients);
  if (b.problem.terms == 3) {
    WeightsAndGradients(ThreeTerms{}, rows.count, b.problem.scale, s.weights, s.scores,
                        s.gradients);
  } else {
    WeightsAndGradients(AnyTerms{b.problem.terms, s.reciprocals}, rows.count, b.problem.scale,
                        s.weights, s.scores, s.gradients);
  }
  ApplyTriangle(rows.count, b.problem.width, k, a.k.row_stride, s.gradients, s.x_gradient);
  if (a.dv.data != nullptr) {
    FoldTriangle(rows.count, b.problem.value_width, s.scores, s.y, b.y_stride, From(a.dv, rows),
                 a.dv.row_stride);
  }
  if (a.dk.data != nullptr) {
    CopyIn(From(a.q, rows), a.q.row_stride, rows.count, b.problem.width, s.queries);
    FoldTriangle(rows.count, b.problem.width, s.gradients, s.queries,
                 RoundUpToLanes(b.problem.width), From(a.dk, rows), a.dk.row_stride);
  }
}

bool WantsKeyGradients(const Backward& b) {
  return b.arrays.dk.data != nullptr || b.arrays.dv.data != nullptr;
}

// The tile of rows from `first` on.
Rows TileAt(int64_t first, int64_t length) { return {first, Smaller(kTileRows, length - first)}; }

ConstState StateOfKeys(const Backward& b) {
  if (b.arrays.state != nullptr) {
    ConstState given = AsConst(b.state);
    given.numerators = b.arrays.state;
    given.denominators = b.arrays.state + given.features * given.value_width;
    return given;
  }
  ClearState(b.state);
  for (int64_t first = 0; first < b.problem.key_length; first += kTileRows) {
    FoldKeys(b, TileAt(first, b.problem.key_length));
  }
  return AsConst(b.state);
}

// One loop for each state, so that a state has the second cache to itself.
void RunNotCausal(const Backward& b) {
  if (b.arrays.dq.data != nullptr) {
    const ConstState keys = StateOfKeys(b);
    for (int64_t first = 0; first < b.problem.query_length; first += kTileRows) {
      const Rows rows = TileAt(first, b.problem.query_length);
      LoadQueries(b, rows);
      ClearGradient(b);
      ContractState(CursorAt(b, rows), keys, b.scratch.y_transposed, b.scratch.weights,
                    b.scratch.pass, b.scratch.x_gradient);
      StoreQueryGradients(b, rows);
    }
  }
  if (!WantsKeyGradients(b)) return;
  ClearState(b.state_gradient);
  for (int64_t first = 0; first < b.problem.query_length; first += kTileRows) {
    FoldQueries(b, TileAt(first, b.problem.query_length));
  }
  for (int64_t first = 0; first < b.problem.key_length; first += kTileRows) {
    const Rows rows = TileAt(first, b.problem.key_length);
    LoadKeys(b, rows);
    StoreKeyGradients<false>(b, rows);
  }
}

void RunCausal(const Backward& b) {
  const int64_t length = b.problem.query_length;
  const bool wants_queries = b.arrays.dq.data != nullptr;
  SetReciprocals(b.problem.terms, b.scratch.reciprocals);
  ClearState(b.state);
  for (int64_t first = 0; first < length; first += kTileRows) {
    const Rows rows = TileAt(first, length);
    LoadQueries(b, rows);
    ClearGradient(b);
    if (wants_queries && first > 0) {
      ContractState(CursorAt(b, rows), AsConst(b.state), b.scratch.y_transposed,
                    b.scratch.weights, b.scratch.pass, b.scratch.x_gradient);
    }
    OwnTile(b, rows);
    if (!wants_queries) continue;
    StoreQueryGradients(b, rows);
    FoldKeys(b, rows);
  }
  if (!WantsKeyGradients(b) || length == 0) return;
  ClearState(b.state_gradient);
  const int64_t last = (length - 1) / kTileRows * kTileRows;
  for (int64_t first = last; first >= 0; first -= kTileRows) {
    const Rows rows = TileAt(first, length);
    if (first < last) {
      LoadKeys(b, rows);
      StoreKeyGradients<true>(b, rows);
    }
    FoldQueries(b, rows);
  }
}

void ZeroQueryGradients(const Backward& b) {
  const MutableMatrix& dq = b.arrays.dq;
  if (dq.data == nullptr) return;
  for (int64_t i = 0; i < b.problem.query_length; ++i) {
    for (int64_t c = 0; c < b.problem.width; ++c) dq.data[i * dq.row_stride + c] = 0.0f;
  }
}

int64_t ScratchFloats(const TaylorAttentionProblem& problem, int64_t features) {
  Carver carver = {nullptr, 0};
  CarveScratch(problem, features, &carver);
  return carver.used;
}

void Run(const TaylorAttentionProblem& problem, int64_t features,
         const TaylorAttentionGradient& arrays, float* scratch) {
  Carver carver = {scratch, 0};
  Backward b = {problem, arrays, CarveScratch(problem, features, &carver),
                RoundUpToLanes(problem.value_width), {}, {}};
  b.state = StateAt(b.scratch.state, features, problem.value_width);
  b.state_gradient = StateAt(b.scratch.state_gradient, features, problem.value_width);
  Fill(b.scratch.ones, kTileRows / kLanes, 1.0f);
  SetCoefficients(b.scratch.cursor, features, b.scratch.x, b.scratch.pass);
  if (problem.key_length == 0) {
    ZeroQueryGradients(b);
  } else if (problem.causal) {
    RunCausal(b);
  } else {
    RunNotCausal(b);
  }
}

}  // namespace

extern const TaylorAttentionBackwardKernel kTaylorAttentionBackward;
const TaylorAttentionBackwardKernel kTaylorAttentionBackward = {ScratchFloats, Run};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
