// A convolution over two axes and the max pooling of its result as one op, with the relu between
// them where `relu` is set (internal; made by fuse_nodes from conv2d, relu and max_pool2d):
//   conv2d_max_pool2d: y = max_pool2d(relu?(conv2d(x, weight, bias))), and the pool's winners
//   conv2d_max_pool2d_input_gradient: dx from g, winner and weight
//   conv2d_max_pool2d_weight_gradient: dweight, dbias from x, g and winner
// The full result of the convolution is never stored, and the gradients visit the winners only.
// Cost: what the separate ops count, the whole of the convolution's gradients included.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/convolution.h"
#include "ops/kernels/convolution.h"
#include "ops/op_list.h"
#include "ops/pooling.h"
#include "ops/window.h"

namespace plumbline {
namespace {

constexpr const char* kName = "conv2d_max_pool2d";

// The convolution's own window attributes without the pool's.
absl::StatusOr<Window> ConvolutionWindow(const Attributes& attributes) {
  return ReadWindow(attributes, kName, 2);
}

// The pool's window, from the attributes pool_kernel, pool_stride and pool_padding.
absl::StatusOr<Window> PoolingWindow(const Attributes& attributes) {
  const Attributes pool = {{"kernel", attributes.sizes("pool_kernel")},
                           {"stride", attributes.sizes("pool_stride")},
                           {"padding", attributes.sizes("pool_padding")}};
  return ReadWindow(pool, kName, 2);
}

// Attributes hold numbers only, and nodes are made of nodes that were checked.
Window PoolingWindowOf(const Attributes& attributes) { return PoolingWindow(attributes).value(); }

Polynomial WindowSteps(SymbolTable& symbols, const Size& in, const Window& window, int axis) {
  const int64_t extent = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
  return symbols.Derive(DerivedKind::kFloorDiv, in + Size(2 * window.padding[axis] - extent),
                        Size(window.stride[axis])) +
         Size(1);
}

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<Window> window = ConvolutionWindow(context.attributes);
  const absl::StatusOr<Window> pool = PoolingWindow(context.attributes);
  if (!window.ok()) return window.status();
  if (!pool.ok()) return pool.status();
  const Shape& x = context.inputs[0].shape;
  Shape shape = {x[0], context.inputs[1].shape[0]};
  for (int axis = 0; axis < 2; ++axis) {
    const Size rows = WindowSteps(context.symbols, x[2 + axis], *window, axis);
    shape.push_back(WindowSteps(context.symbols, rows, *pool, axis));
  }
  const TensorType y = {DataType::kF32, shape};
  return std::vector<TensorType>{y, WinnerType(y, *pool)};
}

// Shapes of a node: x's, the convolution's result and the pooled one.
struct Problem {
  ConvolutionProblem convolution;
  ConvolutionPool pool;

  std::vector<int64_t> Pooled() const {
    return {convolution.batch, convolution.out_channels, pool.out_size[0], pool.out_size[1]};
  }
  std::vector<int64_t> Full() const {
    return {convolution.batch, convolution.out_channels, convolution.out_size[0],
            convolution.out_size[1]};
  }
  PoolProblem PoolOnly() const { return PoolProblemOf(pool.window, Full(), Pooled()); }
};

Problem ProblemOf(const Attributes& attributes, const std::vector<int64_t>& x,
                  const std::vector<int64_t>& pooled) {
  const Window window = ConvolutionWindow(attributes).value();
  std::vector<int64_t> full = pooled;
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t extent = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
    full[2 + axis] = (x[2 + axis] + 2 * window.padding[axis] - extent) / window.stride[axis] + 1;
  }
  return {ConvolutionProblemOf(attributes, x, full),
          {PoolWindowOf(PoolingWindowOf(attributes)), {pooled[2], pooled[3]}}};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  const Problem problem = ProblemOf(context.attributes, x.shape, context.output_shapes[0]);
  Array full(problem.Full());
  AddConvolution(problem.convolution, x, *context.inputs[1], full);
  if (context.inputs.size() > 2) AddBias(*context.inputs[2], full);
  return EvaluateMaxPool(problem.PoolOnly(), context.attributes.boolean("relu"), full);
}

absl::StatusOr<std::vector<Array>> EvaluateInputGradient(const EvaluateContext& context) {
  const Array& g = *context.inputs[0];
  Array dx(context.output_shapes[0]);
  const Problem problem = ProblemOf(context.attributes, dx.shape, g.shape);
  AddInputGradient(problem.convolution,
                   EvaluateMaxPoolGradient(problem.PoolOnly(), g, *context.inputs[1]),
                   *context.inputs[2], dx);
  return std::vector<Array>{std::move(dx)};
}

absl::StatusOr<std::vector<Array>> EvaluateWeightGradient(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  const Array& g = *context.inputs[1];
  Array dweight(context.output_shapes[0]), dbias(context.output_shapes[1]);
  const Problem problem = ProblemOf(context.attributes, x.shape, g.shape);
  const Array full = EvaluateMaxPoolGradient(problem.PoolOnly(), g, *context.inputs[2]);
  AddWeightGradient(problem.convolution, x, full, dweight);
  AddBiasGradient(full, dbias);
  return std::vector<Array>{std::move(dweight), std::move(dbias)};
}

absl::StatusOr<std::vector<TensorType>> InferInputGradient(const InferContext& context) {
  return std::vector<TensorType>{{DataType::kF32, context.attributes.sizes("shape")}};
}

absl::StatusOr<std::vector<TensorType>> InferWeightGradient(const InferContext& context) {
  const absl::StatusOr<Window> window = ConvolutionWindow(context.attributes);
  if (!window.ok()) return window.status();
  const Size channels = context.attributes.size("channels");
  const int64_t groups = context.attributes.integer("groups");
  const std::optional<int64_t> in = context.inputs[0].shape[1].AsInteger();
  return std::vector<TensorType>{
      {DataType::kF32,
       {channels, Size(in.value_or(0) / groups), Size(window->kernel[0]), Size(window->kernel[1])}},
      {DataType::kF32, {channels}}};
}

// Costs are asked after the sizes are bound.
Polynomial FullElements(const NodeView& node, const std::vector<int64_t>& x,
                        const std::vector<int64_t>& pooled) {
  return Polynomial(ElementCount(ProblemOf(node.attributes(), x, pooled).Full()));
}

Polynomial Taps(const Shape& weight) { return weight[1] * weight[2] * weight[3]; }

Cost ForwardCost(const NodeView& node) {
  const Polynomial full = FullElements(node, node.input_shape(0), node.output_shape(0));
  const Polynomial pooled = node.output_type(0).ElementCount();
  const int64_t window = PoolingWindowOf(node.attributes()).KernelSize();
  const int64_t single = (node.input_count() > 2) + node.attributes().boolean("relu");
  return {full * (Polynomial(2) * Taps(node.input_type(1).shape) + Polynomial(single)) +
              pooled * Polynomial(window - 1),
          {},
          {}};
}

// The pool's gradient, the relu's and the products.
Cost InputGradientCost(const NodeView& node) {
  const Polynomial full = FullElements(node, node.output_shape(0), node.input_shape(0));
  return {full * Polynomial(2) * Taps(node.input_type(2).shape), {}, {}};
}

Cost WeightGradientCost(const NodeView& node) {
  const Polynomial full = FullElements(node, node.input_shape(0), node.input_shape(1));
  Polynomial operations = node.input_type(1).ElementCount() +
                          full * Polynomial(node.attributes().boolean("relu") ? 1 : 0);
  if (node.output_used(0)) {
    operations += full * Polynomial(2) * Taps(node.output_type(0).shape);
  }
  if (node.output_used(1)) operations += full;
  return {operations, {}, {}};
}

float* Floats(void* pointer) { return static_cast<float*>(pointer); }
uint8_t* Bytes(void* pointer) { return static_cast<uint8_t*>(pointer); }

absl::Status Lower(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const Problem problem =
      ProblemOf(context.attributes(), context.input_shape(0), context.output_shape(0));
  const ImageStrides x = ImageStridesOf(context.input_layout(0));
  const ImageStrides y = ImageStridesOf(context.output_layout(0));
  const bool relu = context.attributes().boolean("relu");
  const Operand bias = context.input_count() > 2 ? context.Input(2) : Operand{};
  context.AddHost(
      "direct_convolution",
      {context.Input(0), context.Input(1), bias, context.Output(0), context.Output(1)},
      ConvolutionScratchBytes(problem.convolution, &problem.pool, isa),
      [=](absl::Span<void* const> p) {
        ConvolutionPooledForward(problem.convolution, problem.pool, relu, {Floats(p[0]), x},
                                 Floats(p[1]), Floats(p[2]), {Floats(p[3]), y}, Bytes(p[4]), p[5],
                                 isa);
      });
  return absl::OkStatus();
}

absl::Status LowerInputGradient(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const Problem problem =
      ProblemOf(context.attributes(), context.output_shape(0), context.input_shape(0));
  const ImageStrides g = ImageStridesOf(context.input_layout(0));
  const ImageStrides dx = ImageStridesOf(context.output_layout(0));
  context.AddHost(
      "direct_convolution",
      {context.Input(0), context.Input(1), context.Input(2), context.Output(0)},
      ConvolutionScratchBytes(problem.convolution, &problem.pool, isa),
      [=](absl::Span<void* const> p) {
        ConvolutionPooledInputGradient(problem.convolution,
                                       {problem.pool, {Floats(p[0]), g}, Bytes(p[1])}, Floats(p[2]),
                                       {Floats(p[3]), dx}, p[4], isa);
      });
  return absl::OkStatus();
}

absl::Status LowerWeightGradient(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const Problem problem =
      ProblemOf(context.attributes(), context.input_shape(0), context.input_shape(1));
  const ImageStrides x = ImageStridesOf(context.input_layout(0));
  const ImageStrides g = ImageStridesOf(context.input_layout(1));
  context.AddHost("direct_convolution",
                  {context.Input(0), context.Input(1), context.Input(2), context.Output(0),
                   context.Output(1)},
                  ConvolutionScratchBytes(problem.convolution, &problem.pool, isa),
                  [=](absl::Span<void* const> p) {
                    ConvolutionPooledWeightGradient(
                        problem.convolution, {Floats(p[0]), x},
                        {problem.pool, {Floats(p[1]), g}, Bytes(p[2])}, Floats(p[3]), Floats(p[4]),
                        p[5], isa);
                  });
  return absl::OkStatus();
}

// Winners have their own order.
Layout OutputLayout(const NodeView& node, int output) {
  const std::vector<int64_t> shape = node.output_shape(output);
  return output == 0 ? ChannelsLast(shape) : RowMajor(shape);
}

OpDefinition Op(const char* name, std::vector<std::string> inputs) {
  OpDefinition op;
  op.name = name;
  op.internal = true;
  op.inputs = std::move(inputs);
  op.attributes = ConvolutionWindowAttributes(2);
  op.attributes.push_back({"pool_kernel", AttributeKind::kIntegerList, "", true, "of the pool"});
  op.attributes.push_back({"pool_stride", AttributeKind::kIntegerList, "", true, "of the pool"});
  op.attributes.push_back({"pool_padding", AttributeKind::kIntegerList, "", true, "of the pool"});
  op.attributes.push_back({"relu", AttributeKind::kBool, "1", false, "whether a relu is between"});
  return op;
}

OpDefinition Forward() {
  OpDefinition op = Op(kName, {"x", "weight", "bias"});
  op.formula = "max_pool2d of conv2d, or of its relu";
  op.optional_inputs = 1;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.cost = ForwardCost;
  op.lower = Lower;
  op.output_layout = OutputLayout;
  op.accepts_layout = [](const NodeView&, int input, const Layout&) { return input == 0; };
  return op;
}

OpDefinition InputGradient() {
  OpDefinition op = Op("conv2d_max_pool2d_input_gradient", {"gradient", "winner", "weight"});
  op.formula = "dx of conv2d_max_pool2d";
  op.attributes.push_back({"shape", AttributeKind::kSizeList, "", true, "of dx"});
  op.infer = InferInputGradient;
  op.evaluate = EvaluateInputGradient;
  op.cost = InputGradientCost;
  op.lower = LowerInputGradient;
  op.output_layout = OutputLayout;
  op.accepts_layout = [](const NodeView&, int input, const Layout&) { return input == 0; };
  return op;
}

OpDefinition WeightGradient() {
  OpDefinition op = Op("conv2d_max_pool2d_weight_gradient", {"x", "gradient", "winner"});
  op.formula = "dweight and dbias of conv2d_max_pool2d";
  op.attributes.push_back({"channels", AttributeKind::kInteger, "", true, "output channels"});
  op.infer = InferWeightGradient;
  op.evaluate = EvaluateWeightGradient;
  op.cost = WeightGradientCost;
  op.lower = LowerWeightGradient;
  op.accepts_layout = [](const NodeView&, int input, const Layout&) { return input < 2; };
  return op;
}

}  // namespace

std::vector<OpDefinition> PooledConvOps() { return {Forward(), InputGradient(), WeightGradient()}; }

}  // namespace plumbline
