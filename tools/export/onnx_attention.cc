// Attention in matrix products, with the whole matrix of scores: what the fused ops mean, not how they compute it.
#include <cmath>
#include <limits>
#include <optional>

#include "ops/attention.h"
#include "ops/taylor_series.h"
#include "tools/export/onnx_ops.h"

namespace plumbline {
namespace {

// The heads of an input as [batch, heads, length, width].
absl::StatusOr<std::string> SplitHeads(const OnnxOp& op, int input, const Size& heads) {
  if (!op.attributes().Has("heads")) return op.inputs[input];
  const Shape& shape = op.shape(input);
  const std::optional<Size> width = Size::Divide(shape[2], heads);
  if (!width) return absl::InvalidArgumentError("its width must be a number; give its symbols with --at");
  // A zero keeps the size of the input.
  const std::string target =
      op.builder.Integers({0, 0, heads.AsInteger().value(), width->AsInteger().value_or(-1)});
  const std::string split = op.Add("Reshape", {op.inputs[input], target}, {});
  return op.Add("Transpose", {split}, {OnnxIntegers("perm", {0, 2, 1, 3})});
}

// Which keys each query sees, as booleans that broadcast to [batch, heads, queries, keys]; empty: all.
absl::StatusOr<std::string> Visible(const OnnxOp& op, const AttentionSizes& sizes) {
  std::string visible;
  if (op.attributes().boolean("causal")) {
    const absl::StatusOr<std::string> matrix = op.builder.SizesOf({sizes.queries, sizes.keys});
    if (!matrix.ok()) return matrix.status();
    const std::string ones = op.Add("Expand", {op.builder.Real(1), *matrix}, {});
    const std::string triangle = op.Add("Trilu", {ones}, {OnnxInteger("upper", 0)});
    visible = op.Add("Cast", {triangle}, {OnnxInteger("to", onnx::TensorProto::BOOL)});
  }
  if (op.inputs.size() < 4) return visible;
  const absl::StatusOr<std::string> keys = op.builder.SizeOf(sizes.keys);
  if (!keys.ok()) return keys.status();
  const std::string end = op.Add("Squeeze", {*keys}, {});
  const std::string places = op.Add("Range", {op.builder.Integer(0), end, op.builder.Integer(1)}, {});
  const std::string lengths = op.Add("Unsqueeze", {op.inputs[3], op.builder.Integers({1, 2, 3})}, {});
  const std::string within = op.Add("Less", {places, lengths}, {});
  return visible.empty() ? within : op.Add("And", {visible, within}, {});
}

struct Scores {
  AttentionSizes sizes;
  std::string scores;   // [batch, heads, queries, keys]
  std::string values;   // [batch, heads, keys, width]
  std::string visible;  // or empty
};

absl::StatusOr<Scores> MakeScores(const OnnxOp& op) {
  Scores result = {SizesOf(op.node), "", "", ""};
  std::vector<std::string> parts;
  for (int input = 0; input < 3; ++input) {
    const absl::StatusOr<std::string> part = SplitHeads(op, input, result.sizes.heads);
    if (!part.ok()) return part.status();
    parts.push_back(*part);
  }
  const std::string keys = op.Add("Transpose", {parts[1]}, {OnnxIntegers("perm", {0, 1, 3, 2})});
  result.scores = op.Add("MatMul", {parts[0], keys}, {});
  const double scale = op.attributes().real("scale");
  if (scale != 1) result.scores = op.Add("Mul", {result.scores, op.builder.Real(scale)}, {});
  result.values = parts[2];
  absl::StatusOr<std::string> visible = Visible(op, result.sizes);
  if (!visible.ok()) return visible.status();
  result.visible = *std::move(visible);
  return result;
}

// [batch, heads, queries, width] as the op gives it.
absl::Status JoinHeads(const OnnxOp& op, const std::string& z) {
  if (!op.attributes().Has("heads")) return op.Finish("Identity", {z}, {});
  const std::string together = op.Add("Transpose", {z}, {OnnxIntegers("perm", {0, 2, 1, 3})});
  const int64_t width = op.node.output_type(0).shape[2].AsInteger().value_or(-1);
  return op.Finish("Reshape", {together, op.builder.Integers({0, 0, width})}, {});
}

// A query that sees no key gives zeros, which is why hidden scores are finite and hidden weights cut again.
absl::Status SoftmaxAttention(const OnnxOp& op) {
  const absl::StatusOr<Scores> made = MakeScores(op);
  if (!made.ok()) return made.status();
  std::string scores = made->scores;
  if (!made->visible.empty()) {
    const std::string lowest = op.builder.Real(std::numeric_limits<float>::lowest());
    scores = op.Add("Where", {made->visible, scores, lowest}, {});
  }
  std::string weights = op.Add("Softmax", {scores}, {OnnxInteger("axis", -1)});
  if (op.inputs.size() > 3) weights = op.Add("Where", {made->visible, weights, op.builder.Real(0)}, {});
  return JoinHeads(op, op.Add("MatMul", {weights, made->values}, {}));
}

// The truncated series in Horner's form: 1 + s (1 + s/2 (1 + s/3 ...)).
std::string SeriesOf(const OnnxOp& op, const std::string& scores, int64_t terms) {
  std::string sum;
  for (int64_t n = terms - 1; n >= 1; --n) {
    const std::string share =
        n == 1 ? scores : op.Add("Mul", {scores, op.builder.Real(1 / static_cast<double>(n))}, {});
    sum = op.Add("Add", {sum.empty() ? share : op.Add("Mul", {share, sum}, {}), op.builder.Real(1)}, {});
  }
  return sum;
}

absl::Status TaylorAttention(const OnnxOp& op) {
  const absl::StatusOr<Scores> made = MakeScores(op);
  if (!made.ok()) return made.status();
  std::string weights = SeriesOf(op, made->scores, op.attributes().integer("terms"));
  if (!made->visible.empty()) weights = op.Add("Where", {made->visible, weights, op.builder.Real(0)}, {});
  std::string sums = op.Add("ReduceSum", {weights, op.builder.Integers({-1})}, {OnnxInteger("keepdims", 1)});
  if (op.inputs.size() > 3) {
    const std::string none = op.Add("Equal", {sums, op.builder.Real(0)}, {});
    sums = op.Add("Where", {none, op.builder.Real(1), sums}, {});
  }
  return JoinHeads(op, op.Add("Div", {op.Add("MatMul", {weights, made->values}, {}), sums}, {}));
}

// Degree by degree: the products of the columns that each monomial names, times 1 / sqrt(a!).
absl::Status TaylorFeatures(const OnnxOp& op) {
  const std::optional<int64_t> width = op.shape(0).back().AsInteger();
  if (!width) return absl::InvalidArgumentError("its width must be a number; give its symbols with --at");
  const int64_t terms = op.attributes().integer("terms");
  const std::vector<Indices> monomials = Monomials(*width, terms);
  Shape column = op.shape(0);
  column.back() = Size(1);
  const absl::StatusOr<std::string> shape = op.builder.SizesOf(column);
  if (!shape.ok()) return shape.status();
  std::vector<std::string> degrees = {op.Add("Expand", {op.builder.Real(1), *shape}, {})};
  for (size_t degree = 1; degree < static_cast<size_t>(terms); ++degree) {
    std::vector<double> coefficients;
    std::vector<std::vector<int64_t>> columns(degree);
    for (const Indices& monomial : monomials) {
      if (monomial.size() != degree) continue;
      coefficients.push_back(1 / std::sqrt(Factorials(monomial)));
      for (size_t i = 0; i < degree; ++i) columns[i].push_back(monomial[i]);
    }
    std::string product;
    for (const std::vector<int64_t>& places : columns) {
      const std::string factor = op.Add("Gather", {op.inputs[0], op.builder.Integers(places)},
                                        {OnnxInteger("axis", -1)});
      product = product.empty() ? factor : op.Add("Mul", {product, factor}, {});
    }
    degrees.push_back(degree == 1 ? product : op.Add("Mul", {product, op.builder.Reals(coefficients)}, {}));
  }
  return op.Finish("Concat", degrees, {OnnxInteger("axis", -1)});
}

}  // namespace

OnnxMappings OnnxAttentionOps() {
  return {{"softmax_attention", SoftmaxAttention},
          {"taylor_attention", TaylorAttention},
          {"taylor_features", TaylorFeatures}};
}

}  // namespace plumbline
