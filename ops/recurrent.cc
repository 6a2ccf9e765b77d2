// Recurrent layers over x [batch, length, in], starting from zero states; parameters and equations are PyTorch's
// (ops/recurrent_sequence.cc). Layer l > 0 reads the outputs of layer l - 1. `bidirectional` adds a second pass from the
// end with parameters of its own (suffix _reverse); the outputs of both stand side by side.
// Parameters a layer: weight_ih_lL [gates·width, in], weight_hh_lL [gates·width, width], bias_ih_lL and bias_hh_lL
// [gates·width], all uniform within 1 / sqrt(width); gates stacked in the order i, f, g, o (r, z, n).
// In a program each layer and direction is a linear node for all positions at once and a sequence.
// Cost a position, layer and direction: 2·gates·width·(in + width) for the products, 3·gates·width for the two biases and
// the sum of both parts, and the gates' (ops/recurrent_cell.h).
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/mode_context.h"
#include "ops/checks.h"
#include "ops/op_list.h"
#include "ops/recurrent_cell.h"

namespace plumbline {
namespace {

absl::StatusOr<int64_t> CheckedInputWidth(const InferContext& context, const RecurrentKind& cell) {
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

template <const RecurrentKind& kCell>
absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::StatusOr<int64_t> in = CheckedInputWidth(context, kCell);
  if (!in.ok()) return in.status();
  const int64_t width = context.attributes.integer("width");
  const int directions = context.attributes.boolean("bidirectional") ? 2 : 1;
  const Size rows(kCell.gates() * width);
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

template <const RecurrentKind& kCell>
absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<int64_t> in = CheckedInputWidth(context, kCell);
  if (!in.ok()) return in.status();
  const Shape& x = context.inputs[0].shape;
  const int64_t directions = context.attributes.boolean("bidirectional") ? 2 : 1;
  const Size width(directions * context.attributes.integer("width"));
  return std::vector<TensorType>{{DataType::kF32, {x[0], x[1], width}}};
}

template <const RecurrentKind& kCell>
Cost RecurrentCost(const NodeView& node) {
  const Shape& x = node.input_type(0).shape;
  const Polynomial width = node.attributes().size("width");
  const Polynomial directions(node.attributes().boolean("bidirectional") ? 2 : 1);
  const Polynomial gates(kCell.gates());
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

// Where the parameters of a layer and direction begin among the inputs.
int FirstParameter(int64_t layer, int direction, int directions) {
  return 1 + 4 * (static_cast<int>(layer) * directions + direction);
}

template <const RecurrentKind& kCell>
absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const int directions = context.attributes.boolean("bidirectional") ? 2 : 1;
  Array x = *context.inputs[0];
  for (int64_t layer = 0; layer < context.attributes.integer("layers"); ++layer) {
    Array y;
    for (int direction = 0; direction < directions; ++direction) {
      const auto* const parameters = &context.inputs[FirstParameter(layer, direction, directions)];
      const Array &weight_ih = *parameters[0], &bias_ih = *parameters[2];
      const int64_t rows = x.size() / x.dim(-1), in = x.dim(-1), gates = bias_ih.size();
      Array part({x.shape[0], x.shape[1], gates}, 0);
      for (int64_t row = 0; row < rows; ++row) {
        for (int64_t g = 0; g < gates; ++g) {
          double sum = bias_ih.data[g];
          for (int64_t i = 0; i < in; ++i) sum += x.data[row * in + i] * weight_ih.data[g * in + i];
          part.data[row * gates + g] = sum;
        }
      }
      const Array own = EvaluateSequence(kCell, part, *parameters[1], *parameters[3], nullptr, direction == 1).y;
      const int64_t width = own.dim(-1);
      if (direction == 0) y = Array({x.shape[0], x.shape[1], directions * width}, 0);
      for (int64_t row = 0; row < rows; ++row) {
        for (int64_t u = 0; u < width; ++u) {
          y.data[(row * directions + direction) * width + u] = own.data[row * width + u];
        }
      }
    }
    x = std::move(y);
  }
  return std::vector<Array>{std::move(x)};
}

// The nodes of all layers and directions. The last one has the node's name, the others say what they are.
template <const RecurrentKind& kCell>
absl::StatusOr<ValueId> ResolveMode(ModeContext& context) {
  const Node& node = context.node();
  Graph& graph = context.graph();
  absl::Status status;
  const auto add = [&](const char* op, const std::string& name, std::vector<ValueId> inputs, Attributes attributes) {
    if (!status.ok()) return kNone;
    const absl::StatusOr<NodeId> id =
        graph.AddNode(*graph.registry().Find(op), name, std::move(inputs), std::move(attributes));
    status = id.status();
    return status.ok() ? graph.node(*id).outputs[0] : kNone;
  };
  const int directions = node.attributes.boolean("bidirectional") ? 2 : 1;
  const int64_t layers = node.attributes.integer("layers");
  const Size gates = Size(kCell.gates()) * node.attributes.size("width");
  ValueId x = node.inputs[0];
  for (int64_t layer = 0; layer < layers; ++layer) {
    const bool last = layer + 1 == layers;
    std::vector<ValueId> outputs;
    for (int direction = 0; direction < directions; ++direction) {
      const std::string suffix = absl::StrCat("_l", layer, direction == 0 ? "" : "_reverse");
      const ValueId* const parameters = &node.inputs[FirstParameter(layer, direction, directions)];
      const ValueId part = add("linear", absl::StrCat(node.name, "/input", suffix), {x, parameters[0], parameters[2]},
                               {{"features", gates}, {"bias", true}});
      outputs.push_back(add(kCell.sequence,
                            last && directions == 1 ? node.name : absl::StrCat(node.name, "/sequence", suffix),
                            {part, parameters[1], parameters[3]}, {{"reverse", direction == 1}}));
    }
    x = outputs[0];
    if (directions == 2) {
      x = add("concat", last ? node.name : absl::StrCat(node.name, "/outputs_l", layer), outputs, {{"axis", Size(2)}});
    }
  }
  if (!status.ok()) return status;
  return x;
}

template <const RecurrentKind& kCell>
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
  op.evaluate = Evaluate<kCell>;
  op.resolve_mode = ResolveMode<kCell>;
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
