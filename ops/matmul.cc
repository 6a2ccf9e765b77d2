// Product of matrices, batched over broadcast leading axes.
//   y = a' b' with a' = a or aᵀ, b' = b or bᵀ      [..., M, K] x [..., K, N] -> [..., M, N]
//   da' = g b'ᵀ, db' = a'ᵀ g, transposed back where the flag says so
// Counts 2 M N K for each matrix of the batch. Transposes are strides; nothing is moved.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/step_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/op_list.h"
#include "ops/product.h"

namespace plumbline {
namespace {

// One size of a broadcast pair; nothing if they differ or might.
std::optional<Size> BroadcastSize(const Size& a, const Size& b) {
  if (a == b || b == Size(1)) return a;
  if (a == Size(1)) return b;
  return std::nullopt;
}

// Leading axes of both operands, broadcast.
std::optional<Shape> BroadcastLeading(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.size(), b.size()) - 2;
  Shape shape;
  for (size_t axis = 0; axis < rank; ++axis) {
    const auto size_of = [&](const Shape& operand) {
      const size_t missing = rank + 2 - operand.size();
      return axis < missing ? Size(1) : operand[axis - missing];
    };
    const std::optional<Size> size = BroadcastSize(size_of(a), size_of(b));
    if (!size) return std::nullopt;
    shape.push_back(*size);
  }
  return shape;
}

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = FirstError({RequireType(context, "matmul", 0, "a", DataType::kF32),
                                          RequireType(context, "matmul", 1, "b", DataType::kF32)});
  if (!status.ok()) return status;
  const Shape& a = context.inputs[0].shape;
  const Shape& b = context.inputs[1].shape;
  const std::string shapes = absl::StrCat(context.Print(0), " and ", context.Print(1));
  if (a.size() < 2 || b.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("matmul: operands need at least 2 axes, not ", shapes));
  }
  const bool transpose_a = context.attributes.boolean("transpose_a");
  const bool transpose_b = context.attributes.boolean("transpose_b");
  const Size& inner_a = a[a.size() - (transpose_a ? 2 : 1)];
  const Size& inner_b = b[b.size() - (transpose_b ? 1 : 2)];
  if (inner_a != inner_b) {
    return absl::InvalidArgumentError(absl::StrCat("matmul: inner sizes differ: ", shapes,
                                                   transpose_a ? ", a transposed" : "",
                                                   transpose_b ? ", b transposed" : ""));
  }
  std::optional<Shape> shape = BroadcastLeading(a, b);
  if (!shape) {
    return absl::InvalidArgumentError(
        absl::StrCat("matmul: leading axes do not broadcast: ", shapes));
  }
  shape->push_back(a[a.size() - (transpose_a ? 1 : 2)]);
  shape->push_back(b[b.size() - (transpose_b ? 2 : 1)]);
  return std::vector<TensorType>{{DataType::kF32, *std::move(shape)}};
}

// Offsets of each matrix of the batch in an operand whose leading sizes of 1 are repeated.
std::vector<int64_t> MatrixOffsets(const std::vector<int64_t>& leading, const Array& operand) {
  std::vector<int64_t> strides(leading.size(), 0);
  int64_t stride = operand.dim(-1) * operand.dim(-2);
  const size_t missing = leading.size() + 2 - operand.shape.size();
  for (size_t axis = leading.size(); axis-- > missing;) {
    const int64_t size = operand.shape[axis - missing];
    strides[axis] = size == 1 ? 0 : stride;
    stride *= size;
  }
  std::vector<int64_t> offsets;
  ForEachIndex(leading, [&](const std::vector<int64_t>& index) {
    int64_t offset = 0;
    for (size_t axis = 0; axis < index.size(); ++axis) offset += index[axis] * strides[axis];
    offsets.push_back(offset);
  });
  return offsets;
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& a = *context.inputs[0];
  const Array& b = *context.inputs[1];
  Array y(context.output_shapes[0]);
  const bool transpose_a = context.attributes.boolean("transpose_a");
  const bool transpose_b = context.attributes.boolean("transpose_b");
  const int64_t m = y.dim(-2), n = y.dim(-1), k = a.dim(transpose_a ? -2 : -1);
  const std::vector<int64_t> leading(y.shape.begin(), y.shape.end() - 2);
  const std::vector<int64_t> a_offsets = MatrixOffsets(leading, a);
  const std::vector<int64_t> b_offsets = MatrixOffsets(leading, b);
  for (size_t matrix = 0; matrix < a_offsets.size(); ++matrix) {
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t p = 0; p < k; ++p) {
          sum += a.data[a_offsets[matrix] + (transpose_a ? p * m + i : i * k + p)] *
                 b.data[b_offsets[matrix] + (transpose_b ? j * k + p : p * n + j)];
        }
        y.data[(matrix * m + i) * n + j] = sum;
      }
    }
  }
  return std::vector<Array>{std::move(y)};
}

absl::Status Gradient(GradientContext& context) {
  const bool transpose_a = context.attributes().boolean("transpose_a");
  const bool transpose_b = context.attributes().boolean("transpose_b");
  ValueId a = context.input(0), g = context.output_gradient(0);
  const ValueId b = context.input(1);
  const auto product = [&](ValueId left, bool transpose_left, ValueId right, bool transpose_right) {
    return context.Add("matmul", {left, right},
                       {{"transpose_a", transpose_left}, {"transpose_b", transpose_right}});
  };
  if (context.wanted(0)) {
    context.set_gradient(0, transpose_a ? product(b, transpose_b, g, true)      // b' gᵀ
                                        : product(g, false, b, !transpose_b));  // g b'ᵀ
  }
  if (context.wanted(1)) {
    // One matrix b for the whole batch: one product sums its gradient.
    if (context.input_type(1).rank() == 2 && context.input_type(0).rank() > 2 && !transpose_a) {
      a = AsRows(context, a);
      g = AsRows(context, g);
    }
    context.set_gradient(1, transpose_b ? product(g, true, a, transpose_a)      // gᵀ a'
                                        : product(a, !transpose_a, g, false));  // a'ᵀ g
  }
  return context.status();
}

Cost CostOf(const NodeView& node) {
  const Shape& a = node.input_type(0).shape;
  const Size& inner = a[a.size() - (node.attributes().boolean("transpose_a") ? 2 : 1)];
  return {Polynomial(2) * inner * node.output_type(0).ElementCount(), {}, {}};
}

// Strides of an operand over the leading axes of the result; 0 where it is repeated.
std::vector<int64_t> LeadingStrides(const std::vector<int64_t>& shape, const Layout& layout,
                                    size_t leading) {
  std::vector<int64_t> strides(leading, 0);
  const size_t missing = leading + 2 - shape.size();
  for (size_t axis = missing; axis < leading; ++axis) {
    if (shape[axis - missing] != 1) strides[axis] = layout.strides[axis - missing];
  }
  return strides;
}

absl::Status Lower(LoweringContext& context) {
  const std::vector<int64_t> y_shape = context.output_shape(0);
  const size_t leading = y_shape.size() - 2;
  const auto strides = [&](int input) {
    return LeadingStrides(context.input_shape(input), context.input_layout(input), leading);
  };
  const std::vector<int64_t> a_strides = strides(0), b_strides = strides(1);
  Product product;
  for (size_t axis = 0; axis < leading; ++axis) {
    product.batch.push_back({y_shape[axis], a_strides[axis], b_strides[axis]});
  }
  const bool transpose_a = context.attributes().boolean("transpose_a");
  const bool transpose_b = context.attributes().boolean("transpose_b");
  const std::vector<int64_t> a = context.input_shape(0);
  product.rows = y_shape[leading];
  product.inner = a[a.size() - (transpose_a ? 2 : 1)];
  product.columns = y_shape[leading + 1];
  const auto set_strides = [&](int input, bool transposed, int64_t target[2]) {
    const std::vector<int64_t>& all = context.input_layout(input).strides;
    target[0] = all[all.size() - (transposed ? 1 : 2)];
    target[1] = all[all.size() - (transposed ? 2 : 1)];
  };
  set_strides(0, transpose_a, product.a_strides);
  set_strides(1, transpose_b, product.b_strides);
  AddProduct(context, std::move(product), kNone);
  return absl::OkStatus();
}

// Matrices that are row-major or column-major, without overlap between rows; they may be repeated.
bool AcceptsLayout(const NodeView& node, int input, const Layout& layout) {
  if (input > 1) return false;
  const std::vector<int64_t> shape = node.input_shape(input);
  const size_t last = shape.size() - 1;
  const int64_t rows = shape[last - 1], columns = shape[last];
  const int64_t row_stride = layout.strides[last - 1], column_stride = layout.strides[last];
  const bool row_major =
      (columns == 1 || column_stride == 1) && (rows == 1 || row_stride >= columns);
  const bool column_major =
      (rows == 1 || row_stride == 1) && (columns == 1 || column_stride >= rows);
  return row_major || column_major;
}

bool SeparatesBatch(const NodeView& node) {
  // Axis 0 of an operand must be a leading axis of the result, aligned with its axis 0.
  const int rank = node.output_type(0).rank();
  for (int i = 0; i < 2; ++i) {
    if (node.input_type(i).rank() == 2 && node.input_type(i).rank() == rank) {
      const bool transposed = node.attributes().boolean(i == 0 ? "transpose_a" : "transpose_b");
      const bool rows_of_a = i == 0 && !transposed;
      const bool carries_batch = node.input_type(i).shape[0] == node.output_type(0).shape[0];
      if (!rows_of_a && carries_batch) return false;
    }
  }
  return true;
}

// A product whose second operand is the same for all positions, which are rows of the first.
absl::StatusOr<std::vector<ValueId>> AtOnePosition(StepContext& context) {
  const int rank = context.whole().input_type(0).rank();
  const int inner = context.attributes().boolean("transpose_a") ? rank - 2 : rank - 1;
  if (context.moves(1)) return absl::InvalidArgumentError("has a second operand that depends on the positions");
  if (context.position_axis(0) == inner) return absl::InvalidArgumentError("sums over the positions");
  return StepAlone(context);
}

}  // namespace

std::vector<OpDefinition> MatmulOps() {
  OpDefinition op;
  op.name = "matmul";
  op.formula = "y = a b, batched; leading axes broadcast";
  op.inputs = {"a", "b"};
  op.attributes = {
      {"transpose_a", AttributeKind::kBool, "0", false, "use a with its last two axes swapped"},
      {"transpose_b", AttributeKind::kBool, "0", false, "use b with its last two axes swapped"}};
  op.example = {{"B, M, K", "B, K, N"}, {}};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = Gradient;
  op.cost = CostOf;
  op.lower = Lower;
  op.accepts_layout = AcceptsLayout;
  op.accepts_post_ops = true;
  op.separates_batch = SeparatesBatch;
  op.step = AtOnePosition;
  return {op};
}

}  // namespace plumbline
