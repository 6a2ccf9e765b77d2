// What a recurrent layer computes in one step for one row of `width` units, forward and backward, once the products with
// its weights are there; formulas in ops/recurrent_sequence.cc. Gates lie one after the other, each `width` long. Sums
// have no order to choose: every unit is computed by itself.
#ifndef PLUMBLINE_OPS_KERNELS_RECURRENT_CELL_H_
#define PLUMBLINE_OPS_KERNELS_RECURRENT_CELL_H_

#include <stdint.h>

namespace plumbline {

enum class RecurrentCell { kLstm, kGru, kRnn };

// Gates of the products: lstm i f g o; gru r z n; rnn one.
constexpr int64_t RecurrentGates(RecurrentCell cell) {
  return cell == RecurrentCell::kLstm ? 4 : cell == RecurrentCell::kGru ? 3 : 1;
}
// Numbers a unit that the backward step needs: lstm i f g o c; gru r z n and the hidden part of n; rnn h.
constexpr int64_t RecurrentKept(RecurrentCell cell) {
  return cell == RecurrentCell::kLstm ? 5 : cell == RecurrentCell::kGru ? 4 : 1;
}
// Values a unit that go from step to step: lstm h and c; otherwise h.
constexpr int64_t RecurrentStates(RecurrentCell cell) { return cell == RecurrentCell::kLstm ? 2 : 1; }

struct RecurrentCellKernels {
  // x and h [gates·width]: the products with the input and with the last output, biases included. `before` [width]: the
  // last c of an lstm, the last output of a gru. Gives kept [kept·width] and the output [width].
  void (*forward)(RecurrentCell cell, int64_t width, const float* x, const float* h, const float* before, float* kept,
                  float* output);
  // `d` [width]: the gradient of the output; dc [width], of an lstm: in, of c from the next step, out, of the last c.
  // `before` as above, or null for zeros. Gives dx and dh [gates·width], of both products, which may be one array for
  // cells but a gru; and `direct` [width], what reaches the last output beside its product (null but for a gru).
  void (*backward)(RecurrentCell cell, int64_t width, const float* d, float* dc, const float* kept, const float* before,
                   float* dx, float* dh, float* direct);
};

// The kernels for EffectiveIsa() (isa.h).
const RecurrentCellKernels& GetRecurrentCellKernels();

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_RECURRENT_CELL_H_
