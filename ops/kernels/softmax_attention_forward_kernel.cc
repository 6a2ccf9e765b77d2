// Softmax attention, forward: online softmax over blocks of keys for panels of queries whose rows
// are the lanes of vectors, so that maximum, exponential and sum need no work across lanes. The
// elements of K and V are broadcast as they lie in memory: no width wastes a lane.
//
// Scores are kept in units of log2 (the queries are packed with scale * log2 e), and a query's
// reference maximum follows its scores only when they exceed it by kSlack: weights then stay below
// 2^kSlack, and the accumulated output is rescaled a few times instead of at every block.

#include <stdint.h>

#include "ops/kernels/register_tile.h"
#include "ops/kernels/softmax_attention_block.h"
#include "ops/kernels/softmax_attention_kernels.h"
#include "ops/kernels/tile.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

constexpr double kLn2 = 0.693147180559945309;
constexpr float kSlack = 8.0f;

// Keys of a block: a multiple of the tiles' rows.
constexpr int64_t kBlockKeys = 96;

// Queries keep their panels and pieces of them when they are cut there.
static_assert(kSoftmaxAttentionQueryStep % kTileRows == 0, "a cut within a panel");
static_assert(kTileRows % kPiece == 0, "a panel is whole pieces");

// The running state of up to kTileRows queries, or of a piece of them: a lane each. Pieces lie one
// after another, because rows of a larger power of two would use a part of the first cache only.
struct Panel {
  int64_t first_query;  // in the arrays
  int64_t position;     // of the first query among the keys, when causal
  int64_t queries;
  float* q;        // [pieces][width][kPiece]
  float* z;        // [pieces][value_width][kPiece], not yet divided by sum
  float* maximum;  // [kTileRows], the reference of the weights
  float* sum;      // [kTileRows], of the weights
};

// Stores a tile of scores and follows their maximum; with kMasked, keys after the query are -inf.
template <int kVecs, bool kMasked>
struct StoreScores {
  float* scores;
  int64_t keys_ahead;  // the block's first key minus the piece's position
  Vec* maximum;

  template <int kRows>
  inline __attribute__((always_inline)) void operator()(int64_t first, Vec (&tile)[kRows][kVecs]) {
#pragma GCC unroll 24
    for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        Vec score = tile[row][vec];
        if (kMasked) {
          const int key = static_cast<int>(keys_ahead + first) + row - vec * kLanes;
          score = Select(LaneIndices() >= key, score, Broadcast(-__builtin_inff()));
        }
        maximum[vec] = Max(score, maximum[vec]);
        Store(scores + (first + row) * kPiece + vec * kLanes, score);
      }
    }
  }
};

// z += tile, or z = z * rescale + tile.
template <int kVecs, bool kRescale>
struct AddToOutput {
  float* z;
  const Vec* rescale;

  template <int kRows>
  inline __attribute__((always_inline)) void operator()(int64_t first, Vec (&tile)[kRows][kVecs]) {
#pragma GCC unroll 24
    for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
      for (int vec = 0; vec < kVecs; ++vec) {
        float* p = z + (first + row) * kPiece + vec * kLanes;
        const Vec old = Load(p);
        Store(p, kRescale ? Fma(old, rescale[vec], tile[row][vec]) : old + tile[row][vec]);
      }
    }
  }
};

// Moves the reference maxima where they are exceeded by more than kSlack. Returns whether any
// moved; rescale then holds the factors of what was accumulated so far.
template <int kVecs>
PLUMBLINE_INLINE bool MoveMaxima(const Vec* block_maximum, Panel& panel, Vec* rescale) {
  IntVec moved_any = {};
  for (int vec = 0; vec < kVecs; ++vec) {
    const Vec old = Load(panel.maximum + vec * kLanes);
    const IntVec moved = block_maximum[vec] > old + Broadcast(kSlack);
    const Vec now = Select(moved, block_maximum[vec], old);
    rescale[vec] = Exp2(old - now);
    Store(panel.maximum + vec * kLanes, now);
    moved_any |= moved;
  }
  if (!AnyLane(moved_any)) return false;
  for (int vec = 0; vec < kVecs; ++vec) {
    Store(panel.sum + vec * kLanes, Load(panel.sum + vec * kLanes) * rescale[vec]);
  }
  return true;
}

// scores[keys][kPiece] becomes the weights 2^(score - maximum); their sums are added to the
// panel.
template <int kVecs>
PLUMBLINE_INLINE void Weigh(int64_t keys, Panel& panel, float* scores) {
  Vec maximum[kVecs];
  Vec sum[kVecs];
  for (int vec = 0; vec < kVecs; ++vec) {
    maximum[vec] = Load(panel.maximum + vec * kLanes);
    sum[vec] = Load(panel.sum + vec * kLanes);
  }
  for (int64_t key = 0; key < keys; ++key) {
#pragma GCC unroll 4
    for (int vec = 0; vec < kVecs; ++vec) {
      float* p = scores + key * kPiece + vec * kLanes;
      const Vec weight = Exp2(Load(p) - maximum[vec]);
      sum[vec] += weight;
      Store(p, weight);
    }
  }
  for (int vec = 0; vec < kVecs; ++vec) Store(panel.sum + vec * kLanes, sum[vec]);
}

// scores [keys][kVecs * kLanes of kPiece] of one piece of a panel; follows their maxima.
template <int kVecs>
PLUMBLINE_INLINE void Score(const SoftmaxAttentionProblem& problem, const KeyBlock& block,
                            int64_t keys, const Panel& piece, float* scores, Vec* maximum) {
  const int64_t keys_ahead = block.first_key - piece.position;
  if (problem.causal && keys_ahead + keys > 1) {
    MultiplyRows<Along::kDepth, kVecs>(keys, problem.width, block.k.data, block.k.row_stride,
                                       piece.q, kPiece,
                                       StoreScores<kVecs, true>{scores, keys_ahead, maximum});
  } else {
    MultiplyRows<Along::kDepth, kVecs>(keys, problem.width, block.k.data, block.k.row_stride,
                                       piece.q, kPiece,
                                       StoreScores<kVecs, false>{scores, keys_ahead, maximum});
  }
}

// Lets one piece of a panel see one block of keys.
template <int kVecs>
void Attend(const SoftmaxAttentionProblem& problem, const KeyBlock& block, Panel piece,
            float* scores) {
  int64_t keys = block.keys;
  if (problem.causal) keys = Smaller(keys, piece.position + piece.queries - block.first_key);
  if (keys <= 0) return;
  Vec maximum[kVecs];
  for (int vec = 0; vec < kVecs; ++vec) maximum[vec] = Broadcast(-__builtin_inff());
  Score<kVecs>(problem, block, keys, piece, scores, maximum);
  Vec rescale[kVecs];
  const bool moved = MoveMaxima<kVecs>(maximum, piece, rescale);
  Weigh<kVecs>(keys, piece, scores);
  if (moved) {
    MultiplyRows<Along::kRows, kVecs>(problem.value_width, keys, block.v.data, block.v.row_stride,
                                      scores, kPiece,
                                      AddToOutput<kVecs, true>{piece.z, rescale});
  } else {
    MultiplyRows<Along::kRows, kVecs>(problem.value_width, keys, block.v.data, block.v.row_stride,
                                      scores, kPiece,
                                      AddToOutput<kVecs, false>{piece.z, rescale});
  }
}

void AttendPanel(const SoftmaxAttentionProblem& problem, const KeyBlock& block, const Panel& panel,
                 float* scores) {
  for (int64_t first = 0; first < panel.queries; first += kPiece) {
    const Panel piece = {panel.first_query + first,
                         panel.position + first,
                         Smaller(kPiece, panel.queries - first),
                         panel.q + first * problem.width,
                         panel.z + first * problem.value_width,
                         panel.maximum + first,
                         panel.sum + first};
    const int64_t vecs = VecsFor(piece.queries);
    if (vecs == 1) Attend<1>(problem, block, piece, scores);
    if (vecs == 2) Attend<2>(problem, block, piece, scores);
#if defined(__AVX512F__)
    if (vecs == 3) Attend<3>(problem, block, piece, scores);
    if (vecs == 4) Attend<4>(problem, block, piece, scores);
#endif
  }
}

// log x for x >= 1, in double to about 1e-10; from arithmetic alone, for the same bits everywhere.
double Log(float x) {
  if (!(x < __builtin_inff())) return x;
  constexpr uint32_t kSqrtHalf = 0x3f3504f3;
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof(bits));
  const uint32_t exponent = (bits - kSqrtHalf) >> 23;
  bits -= exponent << 23;  // from sqrt(1/2) to sqrt(2)
  float mantissa;
  __builtin_memcpy(&mantissa, &bits, sizeof(mantissa));
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double t = s * s;
  const double series =
      1 + t * (1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11)))));
  return exponent * kLn2 + 2 * s * series;
}

// The state of the queries from first_query on, in `memory` of PanelFloats.
Panel StartPanel(const SoftmaxAttentionProblem& problem, ConstMatrix q, int64_t first_query,
                 float* memory) {
  Panel panel;
  panel.first_query = first_query;
  panel.position = problem.first_query + first_query;
  panel.queries = Smaller(kTileRows, problem.query_length - first_query);
  panel.q = memory;
  panel.z = panel.q + problem.width * kTileRows;
  panel.maximum = panel.z + problem.value_width * kTileRows;
  panel.sum = panel.maximum + kTileRows;
  for (int64_t first = 0; first < panel.queries; first += kPiece) {
    TransposeInBy<kPiece>(q.data + (first_query + first) * q.row_stride, q.row_stride,
                          Smaller(kPiece, panel.queries - first), problem.width,
                          problem.scale * kLog2E, panel.q + first * problem.width);
  }
  for (int64_t i = 0; i < problem.value_width * kTileRows; i += kLanes) Store(panel.z + i, Vec{});
  for (int64_t i = 0; i < kTileRows; i += kLanes) {
    Store(panel.maximum + i, Broadcast(-__builtin_inff()));
    Store(panel.sum + i, Vec{});
  }
  return panel;
}

void FinishPanel(const SoftmaxAttentionProblem& problem, const Panel& panel, MutableMatrix z,
                 float* log_sum_exp) {
  if (log_sum_exp != nullptr) {
    for (int64_t i = 0; i < panel.queries; ++i) {
      log_sum_exp[panel.first_query + i] =
          static_cast<float>(panel.maximum[i] * kLn2 + Log(panel.sum[i]));
    }
  }
  for (int64_t i = 0; i < kTileRows; i += kLanes) {
    Store(panel.sum + i, Broadcast(1.0f) / Load(panel.sum + i));
  }
  for (int64_t first = 0; first < panel.queries; first += kPiece) {
    TransposeOutBy<false, kPiece>(panel.z + first * problem.value_width, panel.sum + first,
                                  Smaller(kPiece, panel.queries - first), problem.value_width,
                                  z.data + (panel.first_query + first) * z.row_stride,
                                  z.row_stride);
  }
}

// No keys: z = 0, log_sum_exp = -inf.
void AttendNothing(const SoftmaxAttentionProblem& problem, MutableMatrix z, float* log_sum_exp) {
  for (int64_t i = 0; i < problem.query_length; ++i) {
    for (int64_t c = 0; c < problem.value_width; ++c) z.data[i * z.row_stride + c] = 0.0f;
    if (log_sum_exp != nullptr) log_sum_exp[i] = -__builtin_inff();
  }
}

int64_t PanelFloats(const SoftmaxAttentionProblem& problem) {
  return (problem.width + problem.value_width + 2) * kTileRows;
}

int64_t ScratchFloats(const SoftmaxAttentionProblem& problem) {
  return kBlockPanels * PanelFloats(problem) + kBlockKeys * kPiece +
         kBlockKeys * (RoundUpToLanes(problem.width) + RoundUpToLanes(problem.value_width));
}

void Run(const SoftmaxAttentionProblem& problem, ConstMatrix q, ConstMatrix k, ConstMatrix v,
         MutableMatrix z, float* log_sum_exp, float* scratch) {
  if (problem.key_length == 0) return AttendNothing(problem, z, log_sum_exp);
  float* scores = scratch + kBlockPanels * PanelFloats(problem);
  float* k_copy = scores + kBlockKeys * kPiece;
  float* v_copy = k_copy + kBlockKeys * RoundUpToLanes(problem.width);
  for (int64_t first_query = 0; first_query < problem.query_length; first_query += kBlockQueries) {
    const int64_t end_query = Smaller(first_query + kBlockQueries, problem.query_length);
    Panel panels[kBlockPanels];
    int64_t count = 0;
    for (int64_t query = first_query; query < end_query; query += kTileRows, ++count) {
      panels[count] = StartPanel(problem, q, query, scratch + count * PanelFloats(problem));
    }
    const int64_t end_key = problem.causal ? problem.first_query + end_query : problem.key_length;
    for (int64_t first_key = 0; first_key < end_key; first_key += kBlockKeys) {
      const int64_t keys = Smaller(kBlockKeys, end_key - first_key);
      const KeyBlock block = {first_key, keys, Adjacent(k, first_key, keys, problem.width, k_copy),
                              Adjacent(v, first_key, keys, problem.value_width, v_copy)};
      for (int64_t p = 0; p < count; ++p) AttendPanel(problem, block, panels[p], scores);
    }
    for (int64_t p = 0; p < count; ++p) FinishPanel(problem, panels[p], z, log_sum_exp);
  }
}

}  // namespace

const SoftmaxAttentionForwardKernel kSoftmaxAttentionForward = {ScratchFloats, Run};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
