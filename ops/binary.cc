// Broadcasting in symbols, in double and on the machine. Lowering merges neighbouring axes that
// broadcast alike, asks oneDNN, and takes a host loop where oneDNN has only its reference.
#include "ops/binary.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ops/checks.h"

namespace plumbline {
namespace {

// One axis of the merged loop; stride 0 where the operand is broadcast.
struct LoopAxis {
  int64_t size, a_stride, b_stride;
};

// Strides of an operand over the axes of the output.
std::vector<int64_t> AlignStrides(const std::vector<int64_t>& shape, const Layout& layout,
                                  size_t rank) {
  std::vector<int64_t> strides(rank, 0);
  const size_t leading = rank - shape.size();
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1) strides[leading + i] = layout.strides[i];
  }
  return strides;
}

// Axes of size 1 are dropped; neighbours are merged where both operands run on.
std::vector<LoopAxis> MergeAxes(const std::vector<int64_t>& shape,
                                const std::vector<int64_t>& a_strides,
                                const std::vector<int64_t>& b_strides) {
  std::vector<LoopAxis> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    const LoopAxis axis = {shape[i], a_strides[i], b_strides[i]};
    if (!axes.empty() && axes.back().a_stride == axis.a_stride * axis.size &&
        axes.back().b_stride == axis.b_stride * axis.size) {
      axes.back() = {axes.back().size * axis.size, axis.a_stride, axis.b_stride};
    } else {
      axes.push_back(axis);
    }
  }
  if (axes.empty()) axes.push_back({1, 1, 1});
  return axes;
}

// The merged axes as descriptors; operand strides of 0 become sizes of 1.
onednn::Desc OperandDesc(const std::vector<LoopAxis>& axes, int64_t LoopAxis::*stride) {
  std::vector<int64_t> dims;
  for (const LoopAxis& axis : axes) dims.push_back(axis.*stride == 0 ? 1 : axis.size);
  return RowMajorDesc(dims, DataType::kF32);
}

bool IsFull(const std::vector<LoopAxis>& axes, int64_t LoopAxis::*stride) {
  return std::all_of(axes.begin(), axes.end(),
                     [stride](const LoopAxis& axis) { return axis.*stride != 0; });
}

// Elements up to which the loop is done before oneDNN has dispatched its primitive (0.3 us); both give the same bits.
constexpr int64_t kSmallOutput = 4096;

// The output is dense: its position advances by the product of the inner sizes.
void RunLoop(const std::vector<LoopAxis>& axes, size_t index, BinaryLoop op, const float* a,
             const float* b, float* y, int64_t y_step) {
  const LoopAxis& axis = axes[index];
  if (index + 1 == axes.size()) {
    return GetLoops().binary(op, a, axis.a_stride, b, axis.b_stride, y, axis.size);
  }
  const int64_t step = y_step / axis.size;
  for (int64_t i = 0; i < axis.size; ++i) {
    RunLoop(axes, index + 1, op, a + i * axis.a_stride, b + i * axis.b_stride, y + i * step, step);
  }
}

void AddLoop(LoweringContext& context, std::vector<LoopAxis> axes, BinaryLoop op, int a, int b) {
  const int64_t count = ElementCount(context.output_shape(0));
  context.AddHost("binary_loop", {context.Input(a), context.Input(b), context.Output(0)}, 0,
                  [axes = std::move(axes), op, count](absl::Span<void* const> pointers) {
                    RunLoop(axes, 0, op, static_cast<const float*>(pointers[0]),
                            static_cast<const float*>(pointers[1]),
                            static_cast<float*>(pointers[2]), count);
                  });
}

bool SamePlace(const Operand& a, const Operand& b) {
  return a.buffer == b.buffer && a.offset == b.offset;
}

bool IsConstant(const NodeView& node, int input, double value) {
  const Node& producer = node.graph.producer(node.node.inputs[input]);
  return producer.op->source == SourceKind::kConstant && producer.attributes.real("value") == value;
}

}  // namespace

absl::StatusOr<Shape> BroadcastShapes(const InferContext& context, absl::string_view op) {
  const Shape& a = context.inputs[0].shape;
  const Shape& b = context.inputs[1].shape;
  const size_t rank = std::max(a.size(), b.size());
  Shape result(rank, Size(1));
  for (size_t i = 0; i < rank; ++i) {  // from the last axis
    const Size first = i < a.size() ? a[a.size() - 1 - i] : Size(1);
    const Size second = i < b.size() ? b[b.size() - 1 - i] : Size(1);
    if (first != second && first != Size(1) && second != Size(1)) {
      const bool numbers = first.is_constant() && second.is_constant();
      return absl::InvalidArgumentError(
          absl::StrCat(op, ": ", context.Print(0), " and ", context.Print(1),
                       numbers ? " do not broadcast: axis -" : " broadcast ambiguously: axis -",
                       i + 1, " has sizes ", context.Print(first), " and ", context.Print(second)));
    }
    result[rank - 1 - i] = first == Size(1) ? second : first;
  }
  return result;
}

absl::StatusOr<std::vector<TensorType>> InferBinary(const InferContext& context,
                                                    absl::string_view op) {
  const absl::Status status = FirstError({RequireType(context, op, 0, "a", DataType::kF32),
                                          RequireType(context, op, 1, "b", DataType::kF32)});
  if (!status.ok()) return status;
  absl::StatusOr<Shape> shape = BroadcastShapes(context, op);
  if (!shape.ok()) return shape.status();
  return std::vector<TensorType>{{DataType::kF32, *std::move(shape)}};
}

std::vector<Array> EvaluateBinary(const EvaluateContext& context, double (*value)(double, double)) {
  const Array& a = *context.inputs[0];
  const Array& b = *context.inputs[1];
  Array y(context.output_shapes[0]);
  const std::vector<int64_t> a_strides = AlignStrides(a.shape, RowMajor(a.shape), y.shape.size());
  const std::vector<int64_t> b_strides = AlignStrides(b.shape, RowMajor(b.shape), y.shape.size());
  size_t i = 0;
  ForEachIndex(y.shape, [&](const std::vector<int64_t>& index) {
    int64_t a_position = 0, b_position = 0;
    for (size_t axis = 0; axis < index.size(); ++axis) {
      a_position += index[axis] * a_strides[axis];
      b_position += index[axis] * b_strides[axis];
    }
    y.data[i++] = value(a.data[a_position], b.data[b_position]);
  });
  return {y};
}

absl::Status LowerBinary(LoweringContext& context, const BinaryTraits& traits) {
  const std::vector<int64_t> shape = context.output_shape(0);
  const auto strides = [&](int input) {
    return AlignStrides(context.input_shape(input), context.input_layout(input), shape.size());
  };
  int a = 0, b = 1;
  std::vector<LoopAxis> axes = MergeAxes(shape, strides(0), strides(1));
  const bool exchange =
      !IsFull(axes, &LoopAxis::a_stride) || SamePlace(context.Input(1), context.Output(0));
  if (traits.commutative && exchange && IsFull(axes, &LoopAxis::b_stride)) {
    std::swap(a, b);
    axes = MergeAxes(shape, strides(a), strides(b));
  }
  const bool small = ElementCount(shape) <= kSmallOutput;
  if (!small && IsFull(axes, &LoopAxis::a_stride) && axes.size() <= DNNL_MAX_NDIMS) {
    const onednn::Desc full = OperandDesc(axes, &LoopAxis::a_stride);
    const onednn::Desc second = OperandDesc(axes, &LoopAxis::b_stride);
    const auto pd = onednn::ForwardPd<dnnl::binary>(context.engine(), LoweringContext::PlainAttr(),
                                                    AlgorithmOf(traits.kind), full, second, full);
    if (!IsReference(pd.impl_info_str())) {
      context.AddPrimitive(pd, {{DNNL_ARG_SRC_0, context.Input(a), full},
                                {DNNL_ARG_SRC_1, context.Input(b), second},
                                {DNNL_ARG_DST, context.Output(0), full}});
      return absl::OkStatus();
    }
  }
  AddLoop(context, std::move(axes), traits.loop, a, b);
  return absl::OkStatus();
}

int BinaryIdentity(const NodeView& node, const BinaryTraits& traits) {
  const auto passes = [&](int input) {
    return node.input_type(input) == node.output_type(0) &&
           IsConstant(node, 1 - input, traits.neutral);
  };
  if (passes(0)) return 0;
  return traits.commutative && passes(1) ? 1 : kNone;
}

// oneDNN applies a second operand of the full shape, along the last axis, or of one element; others
// would make the producer a reference kernel.
std::optional<PostOpSpec> BinaryAsPostOp(const NodeView& node, int input,
                                         const BinaryTraits& traits) {
  if (input != 0 && !traits.commutative) return std::nullopt;
  if (node.input_type(input) != node.output_type(0)) return std::nullopt;
  const std::vector<int64_t> shape = node.output_shape(0);
  const std::vector<int64_t> operand = node.input_shape(1 - input);
  const bool full = operand == shape;
  const bool last_axis = !operand.empty() && ElementCount(operand) == operand.back();
  if (!full && !last_axis && ElementCount(operand) != 1) return std::nullopt;
  return PostOpSpec{traits.kind, 0, 0};
}

bool AcceptsBroadcastLayout(const NodeView& node, int input, const Layout& layout) {
  std::vector<int64_t> stored = node.input_shape(input);
  for (size_t i = 0; i < stored.size(); ++i) {
    if (layout.strides[i] == 0) stored[i] = 1;
  }
  return IsRowMajor(layout, stored);
}

bool BinaryInPlace(const NodeView& node, int input, bool commutative) {
  return (input == 0 || commutative) && node.input_type(input) == node.output_type(0);
}

Cost OnePerOutputElement(const NodeView& node) {
  return {node.output_type(0).ElementCount(), {}, {}};
}

}  // namespace plumbline
