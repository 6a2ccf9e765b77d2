// Products, windows, normalisation and recurrent layers. Parameters keep PyTorch's names and layouts; where ONNX wants
// another order of gates, nodes of the graph make it.
#include <optional>

#include "absl/strings/str_cat.h"
#include "tools/export/onnx_ops.h"

namespace plumbline {
namespace {

// The last two axes exchanged.
std::string Transposed(const OnnxOp& op, const std::string& matrix, int rank) {
  std::vector<int64_t> permutation;
  for (int axis = 0; axis < rank; ++axis) permutation.push_back(axis);
  std::swap(permutation[rank - 2], permutation[rank - 1]);
  return op.Add("Transpose", {matrix}, {OnnxIntegers("perm", permutation)});
}

absl::Status Linear(const OnnxOp& op) {
  if (op.rank(0) == 2) return op.Finish("Gemm", op.inputs, {OnnxInteger("transB", 1)});
  const std::string weight = Transposed(op, op.inputs[1], 2);
  if (op.inputs.size() == 2) return op.Finish("MatMul", {op.inputs[0], weight}, {});
  return op.Finish("Add", {op.Add("MatMul", {op.inputs[0], weight}, {}), op.inputs[2]}, {});
}

absl::Status MatMul(const OnnxOp& op) {
  std::vector<std::string> operands = op.inputs;
  if (op.attributes().boolean("transpose_a")) operands[0] = Transposed(op, operands[0], op.rank(0));
  if (op.attributes().boolean("transpose_b")) operands[1] = Transposed(op, operands[1], op.rank(1));
  return op.Finish("MatMul", operands, {});
}

// One entry a spatial axis, from an attribute that may give one for all.
std::vector<int64_t> PerAxis(const OnnxOp& op, const std::string& name, const std::string& otherwise) {
  std::vector<int64_t> values = op.attributes().integers(op.attributes().Has(name) ? name : otherwise);
  values.resize(static_cast<size_t>(op.rank(0) - 2), values[0]);
  return values;
}

std::vector<onnx::AttributeProto> WindowAttributes(const OnnxOp& op) {
  const std::vector<int64_t> padding = PerAxis(op, "padding", "padding");
  std::vector<int64_t> pads = padding;
  pads.insert(pads.end(), padding.begin(), padding.end());
  return {OnnxIntegers("kernel_shape", PerAxis(op, "kernel", "kernel")),
          OnnxIntegers("strides", PerAxis(op, "stride", "kernel")), OnnxIntegers("pads", pads)};
}

absl::Status Convolution(const OnnxOp& op) {
  std::vector<onnx::AttributeProto> attributes = WindowAttributes(op);
  attributes.push_back(OnnxIntegers("dilations", PerAxis(op, "dilation", "dilation")));
  attributes.push_back(OnnxInteger("group", op.attributes().integer("groups")));
  return op.Finish("Conv", op.inputs, attributes);
}

absl::Status MaxPool(const OnnxOp& op) { return op.Finish("MaxPool", op.inputs, WindowAttributes(op)); }

absl::Status AveragePool(const OnnxOp& op) {
  std::vector<onnx::AttributeProto> attributes = WindowAttributes(op);
  attributes.push_back(OnnxInteger("count_include_pad", 1));
  return op.Finish("AveragePool", op.inputs, attributes);
}

absl::Status LayerNorm(const OnnxOp& op) {
  return op.Finish("LayerNormalization", op.inputs,
                   {OnnxInteger("axis", -1), OnnxReal("epsilon", op.attributes().real("epsilon"))});
}

// --- recurrent layers ---

struct Cell {
  const char* operator_name;
  std::vector<int64_t> order;  // the place here of each gate of ONNX
};

const Cell& CellOf(const std::string& op) {
  static const auto* const cells = new std::map<std::string, Cell>{
      {"lstm", {"LSTM", {0, 3, 1, 2}}},  // i, o, f, c from i, f, g, o
      {"gru", {"GRU", {1, 0, 2}}},       // z, r, h from r, z, n
      {"rnn", {"RNN", {0}}}};
  return cells->at(op);
}

// A parameter [gates·width, ...] of one direction with its gates in ONNX's order.
std::string InOrder(const OnnxOp& op, const Cell& cell, const std::string& parameter) {
  if (cell.order.size() == 1) return parameter;
  const int64_t width = op.attributes().integer("width");
  std::vector<std::string> gates;
  for (const int64_t gate : cell.order) {
    gates.push_back(op.Add("Slice", {parameter, op.builder.Integers({gate * width}),
                                     op.builder.Integers({(gate + 1) * width}), op.builder.Integers({0})}, {}));
  }
  return op.Add("Concat", gates, {OnnxInteger("axis", 0)});
}

// One parameter of a layer for all its directions: [directions, ...].
std::string ForDirections(const OnnxOp& op, const std::vector<std::string>& parts) {
  std::vector<std::string> slices;
  for (const std::string& part : parts) slices.push_back(op.Add("Unsqueeze", {part, op.builder.Integers({0})}, {}));
  return slices.size() == 1 ? slices[0] : op.Add("Concat", slices, {OnnxInteger("axis", 0)});
}

// ONNX has the time in front, and the directions as an axis of its own: [length, directions, batch, width].
absl::Status Recurrent(const OnnxOp& op) {
  const Cell& cell = CellOf(op.node.node.op->name);
  const int64_t width = op.attributes().integer("width");
  const int64_t directions = op.attributes().boolean("bidirectional") ? 2 : 1;
  const int64_t layers = op.attributes().integer("layers");
  std::vector<onnx::AttributeProto> attributes = {
      OnnxInteger("hidden_size", width), OnnxText("direction", directions == 2 ? "bidirectional" : "forward")};
  if (cell.order.size() == 3) attributes.push_back(OnnxInteger("linear_before_reset", 1));
  std::string x = op.Add("Transpose", {op.inputs[0]}, {OnnxIntegers("perm", {1, 0, 2})});
  size_t parameter = 1;
  for (int64_t layer = 0; layer < layers; ++layer) {
    std::vector<std::string> from_input, from_state, biases;
    for (int64_t direction = 0; direction < directions; ++direction, parameter += 4) {
      from_input.push_back(InOrder(op, cell, op.inputs[parameter]));
      from_state.push_back(InOrder(op, cell, op.inputs[parameter + 1]));
      biases.push_back(op.Add("Concat", {InOrder(op, cell, op.inputs[parameter + 2]),
                                         InOrder(op, cell, op.inputs[parameter + 3])}, {OnnxInteger("axis", 0)}));
    }
    const std::string y =
        op.Add(cell.operator_name, {x, ForDirections(op, from_input), ForDirections(op, from_state),
                                    ForDirections(op, biases)}, attributes);
    const std::string together = op.Add("Transpose", {y}, {OnnxIntegers("perm", {0, 2, 1, 3})});
    x = op.Add("Reshape", {together, op.builder.Integers({0, 0, directions * width})}, {});
  }
  return op.Finish("Transpose", {x}, {OnnxIntegers("perm", {1, 0, 2})});
}

}  // namespace

OnnxMappings OnnxLayerOps() {
  return {{"linear", Linear},       {"matmul", MatMul},         {"conv1d", Convolution}, {"conv2d", Convolution},
          {"max_pool2d", MaxPool},  {"avg_pool2d", AveragePool}, {"layer_norm", LayerNorm},
          {"lstm", Recurrent},      {"gru", Recurrent},          {"rnn", Recurrent}};
}

}  // namespace plumbline
