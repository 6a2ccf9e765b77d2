// What the ops of recurrent layers share: the three cells, their names, and their definition in double. Sequences run
// over x-parts [batch, length, gates·width], the products with the input, biases included (ops/recurrent_sequence.cc).
#ifndef PLUMBLINE_OPS_RECURRENT_CELL_H_
#define PLUMBLINE_OPS_RECURRENT_CELL_H_

#include <cstdint>
#include <vector>

#include "compiler/ir/array.h"
#include "ops/kernels/recurrent_cell.h"

namespace plumbline {

struct RecurrentKind {
  RecurrentCell cell;
  const char* name;
  const char* sequence;  // the internal op of one layer in one direction
  const char* gradient;
  int64_t gate_operations;           // for one unit; a sigmoid counts 4
  int64_t gradient_gate_operations;  // for one unit

  int64_t gates() const { return RecurrentGates(cell); }
  int64_t kept() const { return RecurrentKept(cell); }
  int64_t states() const { return RecurrentStates(cell); }
};

// lstm: 3 sigmoids (12), 2 tanh, 3 multiplications, 1 addition; gru: 2 sigmoids (8), 1 tanh, r·h, the sum inside n,
// (1 - z)·n + z·h' with 4: 15; rnn: 1 tanh. Gradients: lstm tanh c, dc 4, four slopes of 2, their 9 factors, dc' 1, the
// sum of dh: 24; gru three slopes of 2, their 8 factors and differences, dn·r, dh·z, two sums: 18; rnn slope 2, product,
// sum: 4.
inline constexpr RecurrentKind kLstm = {RecurrentCell::kLstm, "lstm", "lstm_sequence", "lstm_sequence_gradient", 18, 24};
inline constexpr RecurrentKind kGru = {RecurrentCell::kGru, "gru", "gru_sequence", "gru_sequence_gradient", 15, 18};
inline constexpr RecurrentKind kRnn = {RecurrentCell::kRnn, "rnn", "rnn_sequence", "rnn_sequence_gradient", 1, 4};

// Sizes of one layer in one direction; gates, kept and states are of a row.
struct SequenceShape {
  int64_t batch, length, width, gates, kept, states;
  bool reverse;

  SequenceShape(const RecurrentKind& kind, const std::vector<int64_t>& steps, int64_t units, bool backwards)
      : batch(steps[0]),
        length(steps[1]),
        width(units),
        gates(kind.gates() * units),
        kept(kind.kept() * units),
        states(kind.states() * units),
        reverse(backwards) {}

  // The position of step s.
  int64_t Position(int64_t s) const { return reverse ? length - 1 - s : s; }
};

// One layer in one direction, naively. `state` may be null: zeros.
struct SequenceValues {
  Array y, kept, previous, last;
};
SequenceValues EvaluateSequence(const RecurrentKind& kind, const Array& x_part, const Array& weight, const Array& bias,
                                const Array* state, bool reverse);

// Its gradients of x_part and of weight_hh·h + bias_hh, [batch, length, gates·width] both, for the gradient dy of y.
std::vector<Array> EvaluateSequenceGradient(const RecurrentKind& kind, const Array& dy, const Array& kept,
                                            const Array& previous, const Array& weight, bool reverse);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_RECURRENT_CELL_H_
