// Softmax attention, backward. The weights are computed again, tile by tile, from the queries, the
// keys and the kept log-sum-exp:
//
//   P = exp(S - log_sum_exp)     delta_i = sum_c dZ_ic Z_ic
//   dV = P^T dZ                  dS = scale P (dZ V^T - delta)
//   dQ = dS K                    dK = dS^T Q
//
// Tiles of P and dS are kept transposed, [keys][queries]. Their lanes are queries where they are
// made and for dQ, and the columns of dZ and Q for dV and dK, whose sums run over queries.

#include <stdint.h>

#include "ops/kernels/register_tile.h"
#include "ops/kernels/softmax_attention_block.h"
#include "ops/kernels/softmax_attention_kernels.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

// Keys of a block: a multiple of the tiles' rows.
constexpr int64_t kBlockKeys = 72;

// Up to kTileRows queries and what is prepared for them.
struct Panel {
  int64_t first_query;
  int64_t queries;
  float* q;         // [width][kTileRows], times scale log2 e
  float* dz;        // [value_width][kTileRows], times scale
  float* dq;        // [width][kTileRows]
  float* q_rows;    // [queries][width rounded up to lanes]
  float* dz_rows;   // [queries][value_width rounded up to lanes]
  float* log2_sum;  // [kTileRows], the log-sum-exp in units of log2; infinity for missing queries
  float* delta;     // [kTileRows], times scale
};

// P^T and dS^T of a panel and a block, [kBlockKeys][kTileRows] each.
struct Tiles {
  float* weights;
  float* gradient;
};

// P of a tile, from its scores.
template <int kVecs, bool kMasked>
struct StoreWeights {
  float* weights;
  int64_t keys_ahead;  // the block's first key minus the piece's first query
  const float* log2_sum;

  template <int kRows>
  inline __attribute__((always_inline)) void operator()(int64_t first, Vec (&tile)[kRows][kVecs]) {
#pragma GCC unroll 24
    for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        Vec weight = Exp2(tile[row][vec] - Load(log2_sum + vec * kLanes));
        if (kMasked) {
          const int key = static_cast<int>(keys_ahead + first) + row - vec * kLanes;
          weight = Select(LaneIndices() >= key, weight, Vec{});
        }
        Store(weights + (first + row) * kTileRows + vec * kLanes, weight);
      }
    }
  }
};

// dS of a tile, from scale dZ V^T and P.
template <int kVecs>
struct StoreScoreGradient {
  const float* weights;
  const float* delta;
  float* gradient;

  template <int kRows>
  inline __attribute__((always_inline)) void operator()(int64_t first, Vec (&tile)[kRows][kVecs]) {
#pragma GCC unroll 24
    for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        const int64_t at = (first + row) * kTileRows + vec * kLanes;
        Store(gradient + at, Load(weights + at) * (tile[row][vec] - Load(delta + vec * kLanes)));
      }
    }
  }
};

// P and dS of kVecs * kLanes queries of a panel, from its query `first` on.
template <int kVecs>
void ComputePiece(const SoftmaxAttentionProblem& problem, const KeyBlock& block, const Panel& panel,
                  int64_t first, bool score_gradient, const Tiles& tiles) {
  const int64_t keys_ahead = block.first_key - panel.first_query - first;
  float* weights = tiles.weights + first;
  const float* log2_sum = panel.log2_sum + first;
  if (problem.causal && keys_ahead + block.keys > 1) {
    MultiplyRows<Along::kDepth, kVecs>(block.keys, problem.width, block.k.data, block.k.row_stride,
                                       panel.q + first, kTileRows,
                                       StoreWeights<kVecs, true>{weights, keys_ahead, log2_sum});
  } else {
    MultiplyRows<Along::kDepth, kVecs>(block.keys, problem.width, block.k.data, block.k.row_stride,
                                       panel.q + first, kTileRows,
                                       StoreWeights<kVecs, false>{weights, keys_ahead, log2_sum});
  }
  if (!score_gradient) return;
  MultiplyRows<Along::kDepth, kVecs>(
      block.keys, problem.value_width, block.v.data, block.v.row_stride, panel.dz + first,
      kTileRows, StoreScoreGradient<kVecs>{weights, panel.delta + first, tiles.gradient + first});
}

// Adds to dq, dk and dv what one panel and one block of keys contribute.
void Contribute(const SoftmaxAttentionProblem& problem, const SoftmaxAttentionGradient& arrays,
                KeyBlock block, const Panel& panel, const Tiles& tiles) {
  if (problem.causal) {
    block.keys = Smaller(block.keys, panel.first_query + panel.queries - block.first_key);
    if (block.keys <= 0) return;
  }
  const bool score_gradient = arrays.dq.data != nullptr || arrays.dk.data != nullptr;
  for (int64_t first = 0; first < panel.queries; first += kPiece) {
    const int64_t vecs = VecsFor(Smaller(kPiece, panel.queries - first));
    if (vecs == 1) ComputePiece<1>(problem, block, panel, first, score_gradient, tiles);
    if (vecs == 2) ComputePiece<2>(problem, block, panel, first, score_gradient, tiles);
#if defined(__AVX512F__)
    if (vecs == 3) ComputePiece<3>(problem, block, panel, first, score_gradient, tiles);
    if (vecs == 4) ComputePiece<4>(problem, block, panel, first, score_gradient, tiles);
#endif
  }
  const MutableMatrix& dk = arrays.dk;
  const MutableMatrix& dv = arrays.dv;
  if (dv.data != nullptr) {
    Multiply<Along::kDepth, true, kTileRows>(
        block.keys, problem.value_width, panel.queries, tiles.weights, kTileRows, panel.dz_rows,
        RoundUpToLanes(problem.value_width), dv.data + block.first_key * dv.row_stride,
        dv.row_stride);
  }
  if (dk.data != nullptr) {
    Multiply<Along::kDepth, true, kTileRows>(
        block.keys, problem.width, panel.queries, tiles.gradient, kTileRows, panel.q_rows,
        RoundUpToLanes(problem.width), dk.data + block.first_key * dk.row_stride, dk.row_stride);
  }
  if (arrays.dq.data != nullptr) {
    Multiply<Along::kRows, true, 0>(problem.width, panel.queries, block.keys, block.k.data,
                                    block.k.row_stride, tiles.gradient, kTileRows, panel.dq,
                                    kTileRows);
  }
}

int64_t PanelFloats(const SoftmaxAttentionProblem& problem) {
  return (2 * problem.width + problem.value_width + 2 + RoundUpToLanes(problem.width) +
          RoundUpToLanes(problem.value_width)) *
         kTileRows;
}

// scale sum_c dz_ic z_ic for the queries of a panel.
void ComputeDelta(const SoftmaxAttentionProblem& problem, ConstMatrix z, const Panel& panel) {
  const int64_t stride = RoundUpToLanes(problem.value_width);
  for (int64_t i = 0; i < panel.queries; ++i) {
    const float* z_row = z.data + (panel.first_query + i) * z.row_stride;
    const float* dz_row = panel.dz_rows + i * stride;
    Vec sum = {};
    for (int64_t c = 0; c < stride; c += kLanes) {
      const LaneMask mask = FirstLanes(static_cast<int>(Smaller(kLanes, problem.value_width - c)));
      sum = Fma(LoadMasked(z_row + c, mask), Load(dz_row + c), sum);
    }
    panel.delta[i] = problem.scale * ReduceAdd(sum);
  }
}

// Prepares the queries from first_query on, in `memory` of PanelFloats.
Panel StartPanel(const SoftmaxAttentionProblem& problem, const SoftmaxAttentionGradient& arrays,
                 int64_t first_query, float* memory) {
  Panel panel;
  panel.first_query = first_query;
  panel.queries = Smaller(kTileRows, problem.query_length - first_query);
  panel.q = memory;
  panel.dz = panel.q + problem.width * kTileRows;
  panel.dq = panel.dz + problem.value_width * kTileRows;
  panel.q_rows = panel.dq + problem.width * kTileRows;
  panel.dz_rows = panel.q_rows + RoundUpToLanes(problem.width) * kTileRows;
  panel.log2_sum = panel.dz_rows + RoundUpToLanes(problem.value_width) * kTileRows;
  panel.delta = panel.log2_sum + kTileRows;
  const float* q = arrays.q.data + first_query * arrays.q.row_stride;
  const float* dz = arrays.dz.data + first_query * arrays.dz.row_stride;
  TransposeIn(q, arrays.q.row_stride, panel.queries, problem.width, problem.scale * kLog2E,
              panel.q);
  TransposeIn(dz, arrays.dz.row_stride, panel.queries, problem.value_width, problem.scale,
              panel.dz);
  CopyIn(q, arrays.q.row_stride, panel.queries, problem.width, panel.q_rows);
  CopyIn(dz, arrays.dz.row_stride, panel.queries, problem.value_width, panel.dz_rows);
  for (int64_t i = 0; i < problem.width * kTileRows; i += kLanes) Store(panel.dq + i, Vec{});
  for (int64_t i = 0; i < kTileRows; i += kLanes) {
    Store(panel.log2_sum + i, Broadcast(__builtin_inff()));
    Store(panel.delta + i, Vec{});
  }
  for (int64_t i = 0; i < panel.queries; ++i) {
    panel.log2_sum[i] = kLog2E * arrays.log_sum_exp[first_query + i];
  }
  ComputeDelta(problem, arrays.z, panel);
  return panel;
}

void FinishPanel(const SoftmaxAttentionProblem& problem, const Panel& panel, MutableMatrix dq) {
  for (int64_t i = 0; i < kTileRows; i += kLanes) Store(panel.delta + i, Broadcast(1.0f));
  TransposeOut<false>(panel.dq, panel.delta, panel.queries, problem.width,
                      dq.data + panel.first_query * dq.row_stride, dq.row_stride);
}

void Clear(MutableMatrix matrix, int64_t rows, int64_t width) {
  if (matrix.data == nullptr) return;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < width; ++c) matrix.data[row * matrix.row_stride + c] = 0.0f;
  }
}

int64_t ScratchFloats(const SoftmaxAttentionProblem& problem) {
  return kBlockPanels * PanelFloats(problem) + 2 * kBlockKeys * kTileRows +
         kBlockKeys * (RoundUpToLanes(problem.width) + RoundUpToLanes(problem.value_width));
}

void Run(const SoftmaxAttentionProblem& problem, const SoftmaxAttentionGradient& arrays,
         float* scratch) {
  Clear(arrays.dk, problem.key_length, problem.width);
  Clear(arrays.dv, problem.key_length, problem.value_width);
  if (problem.key_length == 0) return Clear(arrays.dq, problem.query_length, problem.width);
  Tiles tiles;
  tiles.weights = scratch + kBlockPanels * PanelFloats(problem);
  tiles.gradient = tiles.weights + kBlockKeys * kTileRows;
  float* k_copy = tiles.gradient + kBlockKeys * kTileRows;
  float* v_copy = k_copy + kBlockKeys * RoundUpToLanes(problem.width);
  for (int64_t first_query = 0; first_query < problem.query_length; first_query += kBlockQueries) {
    const int64_t end_query = Smaller(first_query + kBlockQueries, problem.query_length);
    Panel panels[kBlockPanels];
    int64_t count = 0;
    for (int64_t query = first_query; query < end_query; query += kTileRows, ++count) {
      panels[count] = StartPanel(problem, arrays, query, scratch + count * PanelFloats(problem));
    }
    const int64_t end_key = problem.causal ? end_query : problem.key_length;
    for (int64_t first_key = 0; first_key < end_key; first_key += kBlockKeys) {
      const int64_t keys = Smaller(kBlockKeys, end_key - first_key);
      const KeyBlock block = {first_key, keys,
                              Adjacent(arrays.k, first_key, keys, problem.width, k_copy),
                              Adjacent(arrays.v, first_key, keys, problem.value_width, v_copy)};
      for (int64_t p = 0; p < count; ++p) Contribute(problem, arrays, block, panels[p], tiles);
    }
    if (arrays.dq.data == nullptr) continue;
    for (int64_t p = 0; p < count; ++p) FinishPanel(problem, panels[p], arrays.dq);
  }
}

}  // namespace

const SoftmaxAttentionBackwardKernel kSoftmaxAttentionBackward = {ScratchFloats, Run};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
