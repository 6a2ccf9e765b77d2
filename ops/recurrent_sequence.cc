// One recurrent layer in one direction (internal): what lstm, gru and rnn become (ops/recurrent.cc). For t in order, or
// from the end with `reverse`, with h' and c' of the step before, zeros or `state` at first:
//   a = x_part_t + b,   b = weight_hh h' + bias_hh
//   lstm: i, f, o = sigmoid(a_i, a_f, a_o); g = tanh(a_g); c = f c' + i g; h = o tanh(c)
//   gru:  r, z = sigmoid(a_r, a_z); n = tanh(x_part_n + r · b_n); h = (1 - z) n + z h'
//   rnn:  h = tanh(a)
// Inputs: x_part [batch, length, gates·width], weight_hh [gates·width, width], bias_hh [gates·width], optionally state
// [batch, states·width] (lstm: h, then c). Outputs: y = all h [batch, length, width]; kept [batch, length, k·width], what
// the gradient needs of each step; previous = all h' [batch, length, width]; last = the state after the sequence. Running
// a sequence in pieces, each from the state of the one before, is the same computation; x_part itself may be rounded
// otherwise, because the kernel of a product depends on its number of rows.
// Gradient: the steps in the other order, dh_t = dy_t + what the next step wants of h; it gives the gradients of x_part
// and (gru: they differ in n) of b, from which the nodes for weight_hh, dbᵀ previous, and bias_hh follow.
// Cost a position: 2·gates·width² for the product, 2·gates·width for bias and sum, and the gates' (recurrent_cell.h);
// gradient: 2·gates·width² and the gates'. The chain of dependent operations has two links a position: the product and
// the gates.
#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/step_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/kernels/isa.h"
#include "ops/kernels/thin_product.h"
#include "ops/op_list.h"
#include "ops/recurrent_cell.h"

namespace plumbline {
namespace {

constexpr int64_t kAlignment = 16;  // floats

template <const RecurrentKind& kKind>
absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const Shape& x = context.inputs[0].shape;
  const Size& width = context.inputs[1].shape[1];
  const auto type = [](Shape shape) { return TensorType{DataType::kF32, std::move(shape)}; };
  return std::vector<TensorType>{type({x[0], x[1], width}), type({x[0], x[1], Size(kKind.kept()) * width}),
                                 type({x[0], x[1], width}), type({x[0], Size(kKind.states()) * width})};
}

template <const RecurrentKind& kKind>
absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const auto& in = context.inputs;
  SequenceValues values = EvaluateSequence(kKind, *in[0], *in[1], *in[2], in.size() > 3 ? in[3] : nullptr,
                                           context.attributes.boolean("reverse"));
  return std::vector<Array>{std::move(values.y), std::move(values.kept), std::move(values.previous),
                            std::move(values.last)};
}

// Inputs of the gradient op: dy, kept, previous, weight_hh. Outputs: dx_part, and db where it is another.
template <const RecurrentKind& kKind>
constexpr int GradientOutputs() {
  return kKind.cell == RecurrentCell::kGru ? 2 : 1;
}

template <const RecurrentKind& kKind>
absl::Status Gradient(GradientContext& context) {
  const std::vector<ValueId> gradients = context.AddMany(
      kKind.gradient, {context.output_gradient(0), context.output(1), context.output(2), context.input(1)},
      context.attributes(), GradientOutputs<kKind>());
  const ValueId db = gradients.back();
  context.set_gradient(0, gradients[0]);
  context.set_gradient(2, db);
  const Shape x = context.input_type(0).shape;
  const Size rows = x[0] * x[1], width = context.input_type(1).shape[1];
  const ValueId flat = context.Add("reshape", {db}, {{"shape", Shape{rows, x[2]}}});
  const ValueId outputs = context.Add("reshape", {context.output(2)}, {{"shape", Shape{rows, width}}});
  context.set_gradient(1, context.Add("matmul", {flat, outputs}, {{"transpose_a", true}, {"transpose_b", false}}));
  return context.status();
}

template <const RecurrentKind& kKind>
absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  const Shape& dy = context.inputs[0].shape;
  const TensorType type = {DataType::kF32, {dy[0], dy[1], Size(kKind.gates()) * dy[2]}};
  return std::vector<TensorType>(GradientOutputs<kKind>(), type);
}

template <const RecurrentKind& kKind>
absl::StatusOr<std::vector<Array>> EvaluateGradient(const EvaluateContext& context) {
  const auto& in = context.inputs;
  std::vector<Array> gradients =
      EvaluateSequenceGradient(kKind, *in[0], *in[1], *in[2], *in[3], context.attributes.boolean("reverse"));
  gradients.resize(GradientOutputs<kKind>());
  return gradients;
}

template <const RecurrentKind& kKind>
Cost SequenceCost(const NodeView& node) {
  const Shape& y = node.output_type(0).shape;
  const Polynomial width = y[2], gates = Polynomial(kKind.gates()) * width;
  Cost cost;
  cost.operations =
      y[0] * y[1] * (Polynomial(2) * gates * width + Polynomial(2) * gates + Polynomial(kKind.gate_operations) * width);
  return cost;
}

template <const RecurrentKind& kKind>
Cost GradientCost(const NodeView& node) {
  const Shape& dy = node.input_type(0).shape;
  const Polynomial width = dy[2], gates = Polynomial(kKind.gates()) * width;
  Cost cost;
  cost.operations =
      dy[0] * dy[1] * (Polynomial(2) * gates * width + Polynomial(kKind.gradient_gate_operations) * width);
  return cost;
}

Polynomial Depth(const NodeView& node) { return Polynomial(2) * node.input_type(0).shape[1]; }

int64_t Aligned(int64_t floats) { return (floats + kAlignment - 1) / kAlignment * kAlignment; }

// Places in scratch memory, one after the other.
struct Scratch {
  explicit Scratch(const SequenceShape& shape)
      : h(0),
        c(Aligned(shape.batch * shape.width)),
        part(c + Aligned(shape.batch * shape.width)),
        other(part + Aligned(shape.batch * shape.gates)),
        row(other + Aligned(shape.batch * shape.width)),
        product(row + Aligned(shape.kept)),
        floats(product + Aligned(ThinProductScratchBytes(std::min(shape.batch, kMostThinRowsByTransposed), shape.width) /
                                 static_cast<int64_t>(sizeof(float)))) {}
  int64_t bytes() const { return floats * static_cast<int64_t>(sizeof(float)); }

  int64_t h, c, part, other, row, product, floats;
};

// A product whose rows come a few at a time, which changes no row's bits.
void MultiplyRowsByTransposed(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b,
                              const float* bias, float* scratch, float* y, Isa isa) {
  for (int64_t first = 0; first < rows; first += kMostThinRowsByTransposed) {
    const int64_t count = std::min(kMostThinRowsByTransposed, rows - first);
    MultiplyByTransposed(count, inner, columns, a + first * inner, b, bias, false, scratch, y + first * columns, isa);
  }
}

void MultiplyRows(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, float* y, Isa isa) {
  for (int64_t first = 0; first < rows; first += kMostThinRows) {
    const int64_t count = std::min(kMostThinRows, rows - first);
    MultiplyFewRows(count, inner, columns, a + first * inner, b, y + first * columns, isa);
  }
}

void CopyRow(const float* from, int64_t width, float* to) {
  if (to != nullptr) std::copy_n(from, width, to);
}

float* RowOf(float* values, int64_t row, int64_t width) { return values == nullptr ? nullptr : values + row * width; }

// Pointers: x_part, weight_hh, bias_hh, (state,) y, kept, previous, last, scratch.
void RunForward(RecurrentCell cell, const SequenceShape& shape, Isa isa, const float* x, const float* weight,
                const float* bias, const float* state, float* y, float* kept, float* previous, float* last,
                float* scratch) {
  const Scratch places(shape);
  float *const h = scratch + places.h, *const c = scratch + places.c, *const part = scratch + places.part;
  const int64_t width = shape.width;
  for (int64_t item = 0; item < shape.batch; ++item) {
    for (int64_t u = 0; u < width; ++u) {
      h[item * width + u] = state == nullptr ? 0 : state[item * shape.states + u];
      c[item * width + u] = state == nullptr || shape.states == width ? 0 : state[item * shape.states + width + u];
    }
  }
  for (int64_t s = 0; s < shape.length; ++s) {
    MultiplyRowsByTransposed(shape.batch, width, shape.gates, h, weight, bias, scratch + places.product, part, isa);
    for (int64_t item = 0; item < shape.batch; ++item) {
      const int64_t at = item * shape.length + shape.Position(s);
      float *const own_h = h + item * width, *const own_c = c + item * width;
      float* const row = kept == nullptr ? scratch + places.row : kept + at * shape.kept;
      CopyRow(own_h, width, RowOf(previous, at, width));
      GetRecurrentCellKernels().forward(cell, width, x + at * shape.gates, part + item * shape.gates,
                                        cell == RecurrentCell::kLstm ? own_c : own_h, row, own_h);
      if (cell == RecurrentCell::kLstm) std::copy_n(row + 4 * width, width, own_c);
      CopyRow(own_h, width, RowOf(y, at, width));
    }
  }
  for (int64_t item = 0; item < shape.batch && last != nullptr; ++item) {
    std::copy_n(h + item * width, width, last + item * shape.states);
    if (shape.states > width) std::copy_n(c + item * width, width, last + item * shape.states + width);
  }
}

// What reaches h of every item: `other` holds what the step after wants of it.
void RunBackward(RecurrentCell cell, const SequenceShape& shape, Isa isa, const float* dy, const float* kept,
                 const float* previous, const float* weight, float* dx, float* db, float* scratch) {
  const Scratch places(shape);
  float *const d = scratch + places.h, *const dc = scratch + places.c, *const part = scratch + places.part;
  float* const other = scratch + places.other;
  const int64_t width = shape.width;
  std::fill_n(dc, shape.batch * width, 0.0f);
  std::fill_n(other, shape.batch * width, 0.0f);
  for (int64_t s = shape.length - 1; s >= 0; --s) {
    for (int64_t item = 0; item < shape.batch; ++item) {
      const int64_t at = item * shape.length + shape.Position(s);
      float* const own = d + item * width;
      for (int64_t u = 0; u < width; ++u) own[u] = dy[at * width + u] + other[item * width + u];
      const float* before = nullptr;
      if (cell == RecurrentCell::kGru) before = previous + at * width;
      if (cell == RecurrentCell::kLstm && s > 0) {
        before = kept + (item * shape.length + shape.Position(s - 1)) * shape.kept + 4 * width;
      }
      // The gradient of b stands in `part` for the product, and goes where it is wanted.
      float* const own_part = part + item * shape.gates;
      GetRecurrentCellKernels().backward(cell, width, own, dc + item * width, kept + at * shape.kept, before,
                                         dx + at * shape.gates, own_part, own);
      CopyRow(own_part, shape.gates, RowOf(db, at, shape.gates));
    }
    if (s == 0) return;
    MultiplyRows(shape.batch, shape.gates, width, part, weight, other, isa);
    if (cell != RecurrentCell::kGru) continue;
    for (int64_t i = 0; i < shape.batch * width; ++i) other[i] += d[i];
  }
}

SequenceShape ShapeOf(const RecurrentKind& kind, const LoweringContext& context, int weight) {
  return {kind, context.input_shape(0), context.input_shape(weight)[1], context.attributes().boolean("reverse")};
}

template <const RecurrentKind& kKind>
absl::Status Lower(LoweringContext& context) {
  const SequenceShape shape = ShapeOf(kKind, context, 1);
  const bool has_state = context.input_count() > 3;
  const Isa isa = EffectiveIsa();
  std::vector<Operand> operands;
  for (int i = 0; i < context.input_count(); ++i) operands.push_back(context.Input(i));
  for (int i = 0; i < 4; ++i) operands.push_back(context.Output(i));
  context.AddHost("recurrent_steps", operands, Scratch(shape).bytes(),
                  [shape, has_state, isa](absl::Span<void* const> pointers) {
                    const auto in = [&](int i) { return static_cast<const float*>(pointers[i]); };
                    const int first = has_state ? 4 : 3;
                    const auto out = [&](int i) { return static_cast<float*>(pointers[first + i]); };
                    RunForward(kKind.cell, shape, isa, in(0), in(1), in(2), has_state ? in(3) : nullptr, out(0), out(1),
                               out(2), out(3), out(4));
                  });
  return absl::OkStatus();
}

template <const RecurrentKind& kKind>
absl::Status LowerGradient(LoweringContext& context) {
  const SequenceShape shape = ShapeOf(kKind, context, 3);
  const Isa isa = EffectiveIsa();
  std::vector<Operand> operands;
  for (int i = 0; i < 4; ++i) operands.push_back(context.Input(i));
  for (int i = 0; i < GradientOutputs<kKind>(); ++i) operands.push_back(context.Output(i));
  context.AddHost("recurrent_steps", operands, Scratch(shape).bytes(),
                  [shape, isa](absl::Span<void* const> pointers) {
                    const auto in = [&](int i) { return static_cast<const float*>(pointers[i]); };
                    const auto out = [&](int i) { return static_cast<float*>(pointers[4 + i]); };
                    constexpr bool kTwo = GradientOutputs<kKind>() == 2;
                    RunBackward(kKind.cell, shape, isa, in(0), in(1), in(2), in(3), out(0), kTwo ? out(1) : nullptr,
                                out(kTwo ? 2 : 1));
                  });
  return absl::OkStatus();
}

template <const RecurrentKind& kKind>
absl::StatusOr<std::vector<ValueId>> AtOnePosition(StepContext& context) {
  constexpr int kLengthAxis = 1;
  if (context.position_axis(0) != kLengthAxis) return absl::InvalidArgumentError("runs along something else");
  if (context.attributes().boolean("reverse")) return absl::InvalidArgumentError("runs from the end");
  const Size& width = context.whole().input_type(1).shape[1];
  const ValueId state = context.AddState("state", {context.batch(), Size(kKind.states()) * width});
  const absl::StatusOr<std::vector<ValueId>> outputs =
      context.Again({context.input(0), context.input(1), context.input(2), state}, context.attributes());
  if (outputs.ok()) context.SetState("state", (*outputs)[3]);
  return outputs;
}

template <const RecurrentKind& kKind>
std::vector<OpDefinition> Sequence() {
  OpDefinition op;
  op.name = kKind.sequence;
  op.formula = "one layer in one direction, from its products with the input";
  op.inputs = {"x_part", "weight_hh", "bias_hh", "state"};
  op.optional_inputs = 1;
  op.attributes = {{"reverse", AttributeKind::kBool, "0", false, "whether it runs from the end"}};
  op.internal = true;
  op.infer = Infer<kKind>;
  op.evaluate = Evaluate<kKind>;
  op.gradient = Gradient<kKind>;
  op.cost = SequenceCost<kKind>;
  op.depth = Depth;
  op.lower = Lower<kKind>;
  op.step = AtOnePosition<kKind>;
  OpDefinition gradient;
  gradient.name = kKind.gradient;
  gradient.formula = "the gradients of x_part and of weight_hh·h + bias_hh";
  gradient.inputs = {"dy", "kept", "previous", "weight_hh"};
  gradient.attributes = op.attributes;
  gradient.internal = true;
  gradient.infer = InferGradient<kKind>;
  gradient.evaluate = EvaluateGradient<kKind>;
  gradient.cost = GradientCost<kKind>;
  gradient.depth = Depth;
  gradient.lower = LowerGradient<kKind>;
  return {op, gradient};
}

}  // namespace

std::vector<OpDefinition> RecurrentSequenceOps() {
  std::vector<OpDefinition> ops;
  for (const std::vector<OpDefinition>& kind : {Sequence<kLstm>(), Sequence<kGru>(), Sequence<kRnn>()}) {
    ops.insert(ops.end(), kind.begin(), kind.end());
  }
  return ops;
}

}  // namespace plumbline
