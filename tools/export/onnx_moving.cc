// Views and copies, masks and look-ups.
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "tools/export/onnx_ops.h"

namespace plumbline {
namespace {

absl::Status Reshape(const OnnxOp& op) {
  const absl::StatusOr<std::string> target = op.builder.ReshapeTarget(op.node.output_type(0).shape);
  if (!target.ok()) return target.status();
  return op.Finish("Reshape", {op.inputs[0], *target}, {});
}

absl::Status Transpose(const OnnxOp& op) {
  return op.Finish("Transpose", op.inputs, {OnnxIntegers("perm", op.attributes().integers("permutation"))});
}

absl::Status Concat(const OnnxOp& op) {
  return op.Finish("Concat", op.inputs, {OnnxInteger("axis", op.attributes().integer("axis"))});
}

absl::Status Slice(const OnnxOp& op) {
  const absl::StatusOr<std::string> begin = op.builder.SizeOf(op.attributes().size("begin"));
  if (!begin.ok()) return begin.status();
  const absl::StatusOr<std::string> end = op.builder.SizeOf(op.attributes().size("end"));
  if (!end.ok()) return end.status();
  return op.Finish("Slice", {op.inputs[0], *begin, *end, op.builder.Integers({op.attributes().integer("axis")})}, {});
}

absl::Status BroadcastTo(const OnnxOp& op) {
  const absl::StatusOr<std::string> shape = op.builder.SizesOf(op.node.output_type(0).shape);
  if (!shape.ok()) return shape.status();
  return op.Finish("Expand", {op.inputs[0], *shape}, {});
}

// Where it hides nothing the mask is the lower triangle of ones.
absl::Status CausalMask(const OnnxOp& op) {
  if (op.attributes().text("fill") == "0") {
    return op.Finish("Trilu", {op.inputs[0]}, {OnnxInteger("upper", 0)});
  }
  const Shape& shape = op.shape(0);
  const absl::StatusOr<std::string> matrix = op.builder.SizesOf({shape[shape.size() - 2], shape.back()});
  if (!matrix.ok()) return matrix.status();
  const std::string ones = op.Add("Expand", {op.builder.Real(1), *matrix}, {});
  const std::string triangle = op.Add("Trilu", {ones}, {OnnxInteger("upper", 0)});
  const std::string visible = op.Add("Cast", {triangle}, {OnnxInteger("to", onnx::TensorProto::BOOL)});
  const std::string fill = op.builder.Real(-std::numeric_limits<double>::infinity());
  return op.Finish("Where", {visible, op.inputs[0], fill}, {});
}

absl::Status Embedding(const OnnxOp& op) {
  return op.Finish("Gather", {op.inputs[1], op.inputs[0]}, {OnnxInteger("axis", 0)});
}

// sin(t·r_j) and cos(t·r_j) = sin(t·r_j + pi/2), in double, since runtimes lack the cosine of doubles.
absl::Status SinusoidalPositions(const OnnxOp& op) {
  const Shape& shape = op.shape(0);
  const std::optional<int64_t> width = shape[2].AsInteger();
  if (!width) return absl::InvalidArgumentError("its width must be a number; give its symbols with --at");
  const double timescale = op.attributes().real("max_timescale");
  const int64_t half = *width / 2;
  std::vector<double> rates;
  std::vector<double> phases;
  for (int64_t j = 0; j < *width; ++j) {
    rates.push_back(std::pow(timescale, -static_cast<double>(j % half) / static_cast<double>(half - 1)));
    phases.push_back(j < half ? 0 : std::acos(0.0));
  }
  const absl::StatusOr<std::string> length = op.builder.SizeOf(shape[1]);
  if (!length.ok()) return length.status();
  const std::string end = op.Add("Squeeze", {*length}, {});
  const std::string steps = op.Add("Range", {op.builder.Integer(0), end, op.builder.Integer(1)}, {});
  const std::string times = op.Add("Cast", {steps}, {OnnxInteger("to", onnx::TensorProto::DOUBLE)});
  const std::string column = op.Add("Unsqueeze", {times, op.builder.Integers({1})}, {});
  const std::string angles = op.Add("Add", {op.Add("Mul", {column, op.builder.Doubles(rates)}, {}),
                                            op.builder.Doubles(phases)}, {});
  const std::string table = op.Add("Cast", {op.Add("Sin", {angles}, {})},
                                   {OnnxInteger("to", onnx::TensorProto::FLOAT)});
  return op.Finish("Add", {op.inputs[0], table}, {});
}

// Outside training.
absl::Status Dropout(const OnnxOp& op) { return op.Finish("Identity", op.inputs, {}); }

}  // namespace

OnnxMappings OnnxMovingOps() {
  return {{"reshape", Reshape},
          {"flatten", Reshape},
          {"transpose", Transpose},
          {"concat", Concat},
          {"slice", Slice},
          {"broadcast_to", BroadcastTo},
          {"causal_mask", CausalMask},
          {"embedding", Embedding},
          {"sinusoidal_positions", SinusoidalPositions},
          {"dropout", Dropout}};
}

}  // namespace plumbline
