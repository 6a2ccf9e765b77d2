// Recurrent layers over x [batch, length, in], starting from zero states; parameters and equations
// are PyTorch's.
//   lstm: i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o); g = tanh(a_g); c = f c' + i g; h = o
//   tanh(c) gru:  r, z = sigmoid(a_r), sigmoid(a_z); n = tanh(x-part of a_n + r · h-part of a_n); h
//   = (1 - z) n + z h' rnn:  h = tanh(a)
// where a = weight_ih x + bias_ih + weight_hh h' + bias_hh, gates stacked in the order i, f, g, o
// (r, z, n). Layer l > 0 reads the outputs of layer l - 1. `bidirectional` adds a second pass from
// the end with parameters of its own (suffix _reverse); the outputs of both stand side by side.
// Parameters a layer: weight_ih_lL [gates·width, in], weight_hh_lL [gates·width, width], bias_ih_lL
// and bias_hh_lL [gates·width], all uniform within 1 / sqrt(width). Cost a position, layer and
// direction: 2·gates·width·(in + width) for the products, 3·gates·width for the two biases and the
// sum of both parts, and for the gates 18·width (lstm), 15·width (gru) or width (rnn); a sigmoid
// counts 4.
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "ops/checks.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

struct Cell {
  const char* name;
  int64_t gates;
  int64_t gate_operations;  // for one unit
};
// lstm: 3 sigmoids (12), 2 tanh, 3 multiplications, 1 addition; gru: 2
// sigmoids (8), 1 tanh, r·h, the sum inside n, (1 - z)·n + z·h' with 4: 15; rnn: 1 tanh.
constexpr Cell kLstm = {"lstm", 4, 18};
constexpr Cell kGru = {"gru", 3, 15};
constexpr Cell kRnn = {"rnn", 1, 1};

absl::StatusOr<int64_t> CheckedInputWidth(const InferContext& context, const Cell& cell) {
  const absl::Status status =
      FirstError({RequireType(context, cell.name, 0, "x", DataType::kF32),
                  RequireRank(context, cell.name, 0, "x", "[batch, length, features]"),
                  RequireInteger(context, cell.name, "width", 1, kLargestAttribute / 4),
                  RequireInteger(context, cell.name, "layers", 1, 1000)});
  if (!status.ok()) return status;
  const Size& in = context.inputs[0].shape[2];
  if (const std::optional<int64_t> number = in.AsInteger()) return *number;
  return absl::InvalidArgumentError(
      absl::StrCat(cell.name, ": the features of its input must be a number, not ",
                   context.Print(in), ", because the weights' shape depends on them"));
}

template <const Cell& kCell>
absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::StatusOr<int64_t> in = CheckedInputWidth(context, kCell);
  if (!in.ok()) return in.status();
  const int64_t width = context.attributes.integer("width");
  const int directions = context.attributes.boolean("bidirectional") ? 2 : 1;
  const Size rows(kCell.gates * width);
  const double bound = 1 / std::sqrt(static_cast<double>(width));
  const Initializer uniform = {Initializer::Kind::kUniform, -bound, bound};
  std::vector<ParameterSpec> specs;
  for (int64_t layer = 0; layer < context.attributes.integer("layers"); ++layer) {
    const Size columns(layer == 0 ? *in : directions * width);
    for (int direction = 0; direction < directions; ++direction) {
      const std::string suffix = absl::StrCat("_l", layer, direction == 0 ? "" : "_reverse");
      specs.push_back({absl::StrCat("weight_ih", suffix), {rows, columns}, uniform});
      specs.push_back({absl::StrCat("weight_hh", suffix), {rows, Size(width)}, uniform});
      specs.push_back({absl::StrCat("bias_ih", suffix), {rows}, uniform});
      specs.push_back({absl::StrCat("bias_hh", suffix), {rows}, uniform});
    }
  }
  return specs;
}

template <const Cell& kCell>
absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<int64_t> in = CheckedInputWidth(context, kCell);
  if (!in.ok()) return in.status();
  const Shape& x = context.inputs[0].shape;
  const int64_t directions = context.attributes.boolean("bidirectional") ? 2 : 1;
  const Size width(directions * context.attributes.integer("width"));
  return std::vector<TensorType>{{DataType::kF32, {x[0], x[1], width}}};
}

template <const Cell& kCell>
Cost RecurrentCost(const NodeView& node) {
  const Shape& x = node.input_type(0).shape;
  const Polynomial width = node.attributes().size("width");
  const Polynomial directions(node.attributes().boolean("bidirectional") ? 2 : 1);
  const Polynomial gates(kCell.gates);
  Polynomial per_position;
  for (int64_t layer = 0; layer < node.attributes().integer("layers"); ++layer) {
    const Polynomial in = layer == 0 ? x[2] : directions * width;
    per_position +=
        directions * (Polynomial(2) * gates * width * (in + width) + Polynomial(3) * gates * width +
                      Polynomial(kCell.gate_operations) * width);
  }
  Cost cost;
  cost.operations = x[0] * x[1] * per_position;
  return cost;
}

template <const Cell& kCell>
OpDefinition Recurrent(const char* formula) {
  OpDefinition op;
  op.name = kCell.name;
  op.example = {{"B, S, 8"}, {{"width", "16"}}};
  op.formula = formula;
  op.inputs = {"x"};
  op.attributes = {
      {"width", AttributeKind::kInteger, "", true, "units of a layer, each direction"},
      {"layers", AttributeKind::kInteger, "1", false, "layers, each reading the one below"},
      {"bidirectional", AttributeKind::kBool, "0", false,
       "whether a second pass runs from the end"}};
  op.parameters = Parameters<kCell>;
  op.infer = Infer<kCell>;
  op.cost = RecurrentCost<kCell>;
  return op;
}

}  // namespace

std::vector<OpDefinition> RecurrentOps() {
  return {Recurrent<kLstm>("i, f, o = sigmoid(a); g = tanh(a); c = f·c' + i·g; h = o·tanh(c)"),
          Recurrent<kGru>("r, z = sigmoid(a); n = tanh(a_x + r·a_h); h = (1 - z)·n + z·h'"),
          Recurrent<kRnn>("h = tanh(weight_ih·x + bias_ih + weight_hh·h' + bias_hh)")};
}

}  // namespace plumbline
