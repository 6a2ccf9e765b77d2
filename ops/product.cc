// One oneDNN primitive; a kernel of our own where one side is thin; or loops and the post-ops as
// primitives of their own where oneDNN has only its reference (operands that both repeat along an
// axis).
#include "ops/product.h"

#include <algorithm>
#include <utility>

#include "ops/kernels/isa.h"
#include "ops/kernels/thin_product.h"

namespace plumbline {
namespace {

bool RunsOn(int64_t outer_stride, const BatchAxis& inner, int64_t inner_stride) {
  return outer_stride == inner_stride * inner.size;
}

// Row-major for all its readers: strides of axes of size 1 do not matter, but implementations take
// the place of a unit stride for the order of the axes.
void OrderStrides(int64_t rows, int64_t columns, int64_t strides[2]) {
  if (columns == 1) {
    strides[1] = strides[0] == 1 ? std::max<int64_t>(rows, 1) : 1;
  }
  if (rows == 1) strides[0] = strides[1] == 1 ? columns : 1;
}

onednn::Desc OperandDesc(const Product& product, int64_t BatchAxis::*stride, int64_t rows,
                         int64_t columns, const int64_t strides[2]) {
  std::vector<int64_t> dims, all_strides;
  for (const BatchAxis& axis : product.batch) {
    const bool repeated = axis.*stride == 0;
    const bool both = axis.a_stride == 0 && axis.b_stride == 0;
    dims.push_back(repeated && !both ? 1 : axis.size);
    all_strides.push_back(repeated && !both ? rows * columns : axis.*stride);
  }
  dims.insert(dims.end(), {rows, columns});
  all_strides.insert(all_strides.end(), {strides[0], strides[1]});
  return StridedDesc(dims, all_strides, DataType::kF32);
}

// What a row of the result starts from.
enum class Start { kZero, kBias, kPlace };

void MultiplyMatrix(const Product& p, const float* a, const float* b, Start start, const float* bias, float* y) {
  for (int64_t i = 0; i < p.rows; ++i, y += p.columns) {
    if (start == Start::kZero) std::fill_n(y, p.columns, 0.0f);
    if (start == Start::kBias) std::copy_n(bias, p.columns, y);
    for (int64_t k = 0; k < p.inner; ++k) {
      const float left = a[i * p.a_strides[0] + k * p.a_strides[1]];
      const float* const right = b + k * p.b_strides[0];
      for (int64_t j = 0; j < p.columns; ++j) y[j] += left * right[j * p.b_strides[1]];
    }
  }
}

// Returns the place after what was written.
float* MultiplyBatch(const Product& p, size_t axis, const float* a, const float* b, Start start,
                     const float* bias, float* y) {
  if (axis == p.batch.size()) {
    MultiplyMatrix(p, a, b, start, bias, y);
    return y + p.rows * p.columns;
  }
  for (int64_t i = 0; i < p.batch[axis].size; ++i) {
    y = MultiplyBatch(p, axis + 1, a + i * p.batch[axis].a_stride, b + i * p.batch[axis].b_stride,
                      start, bias, y);
  }
  return y;
}

// The node's post-ops from `first` on, on output 0, in place.
void AddPostOps(LoweringContext& context, int64_t columns, size_t first) {
  if (context.node().node.post_ops.size() == first) return;
  const std::vector<int64_t> dims = {ElementCount(context.output_shape(0)) / columns, columns};
  const onednn::Desc y = RowMajorDesc(dims, DataType::kF32);
  const dnnl::primitive_attr plain = LoweringContext::PlainAttr();
  std::vector<onednn::PrimitiveArgument> operands;
  context.Attr(dims, &operands);
  size_t next = 0;
  for (size_t i = 0; i < context.node().node.post_ops.size(); ++i) {
    const PostOp& post_op = context.node().node.post_ops[i];
    if (i < first || context.AddsToItsPlace(post_op)) continue;  // the product did it, or started from there
    const dnnl::algorithm algorithm = AlgorithmOf(post_op.spec.kind);
    if (post_op.operand == kNone) {
      const auto pd = onednn::EltwiseForwardPd(context.engine(), plain, algorithm, y,
                                               post_op.spec.alpha, post_op.spec.beta);
      context.AddPrimitive(
          pd, {{DNNL_ARG_SRC, context.Output(0), y}, {DNNL_ARG_DST, context.Output(0), y}});
      continue;
    }
    const onednn::PrimitiveArgument& operand = operands[next++];
    const auto pd =
        onednn::ForwardPd<dnnl::binary>(context.engine(), plain, algorithm, y, operand.desc, y);
    context.AddPrimitive(pd, {{DNNL_ARG_SRC_0, context.Output(0), y},
                              {DNNL_ARG_SRC_1, operand.operand, operand.desc},
                              {DNNL_ARG_DST, context.Output(0), y}});
  }
}

void AddLoops(LoweringContext& context, const Product& product, int bias) {
  std::vector<Operand> operands = {context.Input(0), context.Input(1), context.Output(0)};
  if (bias != kNone) operands.push_back(context.Input(bias));
  const std::vector<PostOp>& post_ops = context.node().node.post_ops;
  const bool in_place = !post_ops.empty() && context.AddsToItsPlace(post_ops[0]);
  const Start start = in_place ? Start::kPlace : bias == kNone ? Start::kZero : Start::kBias;
  context.AddHost("matmul_loop", std::move(operands), 0,
                  [product, start](absl::Span<void* const> pointers) {
                    const auto array = [&](size_t i) { return static_cast<float*>(pointers[i]); };
                    const float* const bias_row = pointers.size() > 3 ? array(3) : nullptr;
                    MultiplyBatch(product, 0, array(0), array(1), start, bias_row, array(2));
                  });
  AddPostOps(context, product.columns, 0);
}

bool RunsBy(const int64_t strides[2], int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride) {
  return (rows == 1 || strides[0] == row_stride) && (columns == 1 || strides[1] == column_stride);
}

// Appends a kernel for products with few rows or a short inner axis, if this is one.
bool AddThinProduct(LoweringContext& context, const Product& p, int bias) {
  if (!p.batch.empty()) return false;
  const std::vector<PostOp>& post_ops = context.node().node.post_ops;
  const bool adds = !post_ops.empty() && context.AddsToItsPlace(post_ops[0]);
  const bool a_plain = RunsBy(p.a_strides, p.rows, p.inner, p.inner, 1);
  const bool a_transposed = RunsBy(p.a_strides, p.rows, p.inner, 1, p.rows);
  const bool b_plain = RunsBy(p.b_strides, p.inner, p.columns, p.columns, 1);
  const bool b_transposed = RunsBy(p.b_strides, p.inner, p.columns, 1, p.inner);
  const Isa isa = EffectiveIsa();
  const std::vector<Operand> operands = {context.Input(0), context.Input(1), context.Output(0)};
  const auto read = [](void* pointer) { return static_cast<const float*>(pointer); };
  const auto write = [](void* pointer) { return static_cast<float*>(pointer); };
  if (p.rows <= kMostThinRowsByTransposed && a_plain && b_transposed && !adds) {
    const bool relu = !post_ops.empty() && post_ops[0].spec.kind == PostOpKind::kRelu && post_ops[0].spec.alpha == 0;
    const Operand bias_place = bias == kNone ? Operand{} : context.Input(bias);
    context.AddHost("thin_product", {operands[0], operands[1], operands[2], bias_place},
                    ThinProductScratchBytes(p.rows, p.inner), [=](absl::Span<void* const> at) {
                      MultiplyByTransposed(p.rows, p.inner, p.columns, read(at[0]), read(at[1]), read(at[3]), relu,
                                           write(at[4]), write(at[2]), isa);
                    });
    AddPostOps(context, p.columns, relu ? 1 : 0);
    return true;
  }
  if (bias != kNone || !b_plain) return false;
  if (p.rows <= kMostThinRows && a_plain && !adds) {
    context.AddHost("thin_product", operands, 0, [=](absl::Span<void* const> at) {
      MultiplyFewRows(p.rows, p.inner, p.columns, read(at[0]), read(at[1]), write(at[2]), isa);
    });
  } else if (p.inner <= kMostThinRows && a_transposed) {
    context.AddHost("thin_product", operands, 0, [=](absl::Span<void* const> at) {
      MultiplyShortInner(p.rows, p.inner, p.columns, read(at[0]), read(at[1]), adds, write(at[2]), isa);
    });
  } else {
    return false;
  }
  AddPostOps(context, p.columns, 0);
  return true;
}

}  // namespace

void Simplify(Product& product) {
  std::vector<BatchAxis> merged;
  for (const BatchAxis& axis : product.batch) {
    if (axis.size == 1) continue;
    if (!merged.empty() && RunsOn(merged.back().a_stride, axis, axis.a_stride) &&
        RunsOn(merged.back().b_stride, axis, axis.b_stride)) {
      merged.back() = {merged.back().size * axis.size, axis.a_stride, axis.b_stride};
    } else {
      merged.push_back(axis);
    }
  }
  while (!merged.empty() && merged.back().b_stride == 0 && merged.back().a_stride != 0) {
    const BatchAxis axis = merged.back();
    const bool single = product.rows == 1 && (product.a_strides[1] == 1 || product.inner == 1);
    if (!single && product.a_strides[0] * product.rows != axis.a_stride) break;
    if (single) product.a_strides[0] = axis.a_stride;
    product.rows *= axis.size;
    merged.pop_back();
  }
  product.batch = std::move(merged);
}

void AddProduct(LoweringContext& context, Product product, int bias) {
  Simplify(product);
  if (AddThinProduct(context, product, bias)) return;
  OrderStrides(product.rows, product.inner, product.a_strides);
  OrderStrides(product.inner, product.columns, product.b_strides);
  std::vector<int64_t> dims;
  for (const BatchAxis& axis : product.batch) dims.push_back(axis.size);
  dims.insert(dims.end(), {product.rows, product.columns});
  if (dims.size() > DNNL_MAX_NDIMS) return AddLoops(context, product, bias);
  const onednn::Desc a =
      OperandDesc(product, &BatchAxis::a_stride, product.rows, product.inner, product.a_strides);
  const onednn::Desc b =
      OperandDesc(product, &BatchAxis::b_stride, product.inner, product.columns, product.b_strides);
  const onednn::Desc y = RowMajorDesc(dims, DataType::kF32);
  std::vector<onednn::PrimitiveArgument> arguments = {{DNNL_ARG_SRC, context.Input(0), a},
                                                      {DNNL_ARG_WEIGHTS, context.Input(1), b},
                                                      {DNNL_ARG_DST, context.Output(0), y}};
  const dnnl::primitive_attr attr = context.Attr(dims, &arguments);
  const auto describe = [&] {
    if (bias == kNone) return onednn::ForwardPd<dnnl::matmul>(context.engine(), attr, a, b, y);
    std::vector<int64_t> bias_dims(dims.size(), 1);
    bias_dims.back() = product.columns;
    const onednn::Desc desc = RowMajorDesc(bias_dims, DataType::kF32);
    arguments.push_back({DNNL_ARG_BIAS, context.Input(bias), desc});
    return onednn::ForwardPd<dnnl::matmul>(context.engine(), attr, a, b, desc, y);
  };
  const auto pd = describe();
  if (IsReference(pd.impl_info_str())) return AddLoops(context, product, bias);
  context.AddPrimitive(pd, std::move(arguments));
}

ValueId AsRows(GradientContext& context, ValueId value) {
  const Shape& shape = context.graph().type(value).shape;
  Size rows(1);
  for (size_t axis = 0; axis + 1 < shape.size(); ++axis) rows *= shape[axis];
  return context.Add("reshape", {value}, {{"shape", Shape{rows, shape.back()}}});
}

}  // namespace plumbline
