// Convolutions (cross-correlations, as in every framework) over one or two axes, with groups:
//   y[b, o, p] = bias[o] + sum over c, k of x[b, c, p·stride + k·dilation - padding]·weight[o, c, k]
// with x [batch, channels, ...], y [batch, channels, ...]; output channel o sees the input channels
// of its group. Parameters in PyTorch's layout: weight [out, in / groups, kernel...], bias [out].
// Gradients (internal), for the gradient g of y:
//   NAME_input_gradient: dx from g and weight      NAME_weight_gradient: dweight, dbias from x and g
// each with the result of a relu after the convolution as optional input, whose zeros cut g.
// Cost: a multiply-add for every tap of every output, taps on padding included, and one addition
// for the bias; the same in each gradient, and a comparison for each relu.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/convolution.h"
#include "ops/kernels/convolution.h"
#include "ops/op_list.h"
#include "ops/window.h"
#include "ops/window_fusion.h"

namespace plumbline {
namespace {

template <int kAxes>
constexpr const char* kName = kAxes == 1 ? "conv1d" : "conv2d";
template <int kAxes>
constexpr const char* kInputGradient =
    kAxes == 1 ? "conv1d_input_gradient" : "conv2d_input_gradient";
template <int kAxes>
constexpr const char* kWeightGradient =
    kAxes == 1 ? "conv1d_weight_gradient" : "conv2d_weight_gradient";
template <int kAxes>
constexpr const char* kInput =
    kAxes == 1 ? "[batch, channels, length]" : "[batch, channels, height, width]";

struct Geometry {
  Window window;
  int64_t channels = 0;
  int64_t channels_per_group = 0;  // of the input
};

template <int kAxes>
absl::StatusOr<Geometry> Check(const InferContext& context) {
  const std::string op = kName<kAxes>;
  const Attributes& attributes = context.attributes;
  absl::Status status = FirstError({RequireType(context, op, 0, "x", DataType::kF32),
                                    RequireRank(context, op, 0, "x", kInput<kAxes>),
                                    RequireInteger(context, op, "channels", 1, kLargestAttribute),
                                    RequireInteger(context, op, "groups", 1, kLargestAttribute)});
  if (!status.ok()) return status;
  absl::StatusOr<Window> window = ReadWindow(attributes, op, kAxes);
  if (!window.ok()) return window.status();
  const std::optional<int64_t> in = context.inputs[0].shape[1].AsInteger();
  if (!in) {
    return absl::InvalidArgumentError(absl::StrCat(
        op, ": the channels of its input must be a number, not ",
        context.Print(context.inputs[0].shape[1]), ", because the weights' shape depends on them"));
  }
  const int64_t groups = attributes.integer("groups");
  const int64_t channels = attributes.integer("channels");
  if (*in % groups != 0 || channels % groups != 0) {
    return AttributeError("groups",
                          absl::StrCat(op, ": groups (", groups, ") must divide the ", *in,
                                       " input channels and the ", channels, " output channels"));
  }
  return Geometry{*std::move(window), channels, *in / groups};
}

Shape WeightShape(const Geometry& geometry) {
  Shape weight = {Size(geometry.channels), Size(geometry.channels_per_group)};
  for (const int64_t size : geometry.window.kernel) weight.push_back(Size(size));
  return weight;
}

template <int kAxes>
absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::StatusOr<Geometry> geometry = Check<kAxes>(context);
  if (!geometry.ok()) return geometry.status();
  const double fan_in =
      static_cast<double>(geometry->channels_per_group * geometry->window.KernelSize());
  const double bound = 1 / std::sqrt(fan_in);
  const Initializer uniform = {Initializer::Kind::kUniform, -bound, bound};
  std::vector<ParameterSpec> specs = {{"weight", WeightShape(*geometry), uniform}};
  if (context.attributes.boolean("bias"))
    specs.push_back({"bias", {Size(geometry->channels)}, uniform});
  return specs;
}

template <int kAxes>
absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<Geometry> geometry = Check<kAxes>(context);
  if (!geometry.ok()) return geometry.status();
  absl::StatusOr<Shape> spatial = WindowOutput(context, kName<kAxes>, geometry->window);
  if (!spatial.ok()) return spatial.status();
  Shape shape = {context.inputs[0].shape[0], Size(geometry->channels)};
  shape.insert(shape.end(), spatial->begin(), spatial->end());
  return std::vector<TensorType>{{DataType::kF32, shape}};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  Array y(context.output_shapes[0]);
  AddConvolution(ConvolutionProblemOf(context.attributes, x.shape, y.shape), x, *context.inputs[1],
                 y);
  if (context.attributes.boolean("bias")) AddBias(*context.inputs[2], y);
  return std::vector<Array>{std::move(y)};
}

template <int kAxes>
absl::Status Gradient(GradientContext& context) {
  const ValueId g = context.output_gradient(0);
  Attributes attributes = context.attributes();
  attributes.mutable_values().erase("bias");
  const bool bias = context.input_count() > 2;
  if (context.wanted(1) || (bias && context.wanted(2))) {
    const std::vector<ValueId> gradients =
        context.AddMany(kWeightGradient<kAxes>, {context.input(0), g}, attributes, 2);
    context.set_gradient(1, gradients[0]);
    if (bias) context.set_gradient(2, gradients[1]);
  }
  if (context.wanted(0)) {
    attributes.mutable_values().erase("channels");
    attributes.Set("shape", context.input_type(0).shape);
    context.set_gradient(0,
                         context.Add(kInputGradient<kAxes>, {g, context.input(1)}, attributes));
  }
  return context.status();
}

// Taps of one output: all axes of the weights but the first.
Polynomial Taps(const Shape& weight) {
  Polynomial taps(1);
  for (size_t i = 1; i < weight.size(); ++i) taps *= weight[i];
  return taps;
}

Cost ConvCost(const NodeView& node) {
  const Polynomial outputs = node.output_type(0).ElementCount();
  Cost cost;
  cost.operations = Polynomial(2) * outputs * Taps(node.input_type(1).shape);
  if (node.attributes().boolean("bias")) cost.operations += outputs;
  cost.scratch_bytes = ImageScratchBytes(node.attributes(), node.input_type(0).shape,
                                         node.output_type(0).shape);
  return cost;
}

// Relu is part of the kernel, as the only op after the convolution.
bool AcceptsPostOp(const NodeView& node, const PostOpSpec& spec) {
  return spec.kind == PostOpKind::kRelu && node.node.post_ops.empty();
}

// Images may lie in any order; weights and biases are parameters.
bool AcceptsLayout(const NodeView&, int input, const Layout&) { return input == 0; }

Layout ImageOutput(const NodeView& node, int output) {
  return ChannelsLast(node.output_shape(output));
}

float* Floats(void* pointer) { return static_cast<float*>(pointer); }

absl::Status Lower(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const ConvolutionProblem problem = ConvolutionProblemOf(
      context.attributes(), context.input_shape(0), context.output_shape(0));
  const ImageStrides x = ImageStridesOf(context.input_layout(0));
  const ImageStrides y = ImageStridesOf(context.output_layout(0));
  const bool relu = !context.node().node.post_ops.empty();
  const Operand bias = context.attributes().boolean("bias") ? context.Input(2) : Operand{};
  context.AddHost("direct_convolution",
                  {context.Input(0), context.Input(1), bias, context.Output(0)},
                  ConvolutionScratchBytes(problem, nullptr, isa), [=](absl::Span<void* const> p) {
                    ConvolutionForward(problem, relu, {Floats(p[0]), x}, Floats(p[1]), Floats(p[2]),
                                       {Floats(p[3]), y}, p[4], isa);
                  });
  return absl::OkStatus();
}

// The gradient ops. g is cut where the optional input 2, a relu's result, is zero.

Array CutByRelu(const EvaluateContext& context, int gradient) {
  Array g = *context.inputs[gradient];
  if (context.inputs.size() < 3) return g;
  for (size_t i = 0; i < g.data.size(); ++i) {
    if (!(context.inputs[2]->data[i] > 0)) g.data[i] = 0;
  }
  return g;
}

Polynomial ReluOperations(const NodeView& node, int gradient) {
  return node.input_count() < 3 ? Polynomial(0) : node.input_type(gradient).ElementCount();
}

absl::StatusOr<std::vector<TensorType>> InferInputGradient(const InferContext& context) {
  return std::vector<TensorType>{{DataType::kF32, context.attributes.sizes("shape")}};
}

absl::StatusOr<std::vector<Array>> EvaluateInputGradient(const EvaluateContext& context) {
  const Array g = CutByRelu(context, 0);
  Array dx(context.output_shapes[0]);
  AddInputGradient(ConvolutionProblemOf(context.attributes, dx.shape, g.shape), g,
                   *context.inputs[1], dx);
  return std::vector<Array>{std::move(dx)};
}

Cost InputGradientCost(const NodeView& node) {
  Cost cost;
  cost.operations = Polynomial(2) * node.input_type(0).ElementCount() *
                        Taps(node.input_type(1).shape) +
                    ReluOperations(node, 0);
  cost.scratch_bytes = ImageScratchBytes(node.attributes(), node.output_type(0).shape,
                                         node.input_type(0).shape);
  return cost;
}

// The relu's result, where it is an input.
Operand ReluResult(const LoweringContext& context) {
  return context.input_count() < 3 ? Operand{} : context.Input(2);
}
ImageStrides ReluStrides(const LoweringContext& context) {
  return context.input_count() < 3 ? ImageStrides{} : ImageStridesOf(context.input_layout(2));
}

absl::Status LowerInputGradient(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const ConvolutionProblem problem = ConvolutionProblemOf(
      context.attributes(), context.output_shape(0), context.input_shape(0));
  const ImageStrides g = ImageStridesOf(context.input_layout(0)), relu = ReluStrides(context);
  const ImageStrides dx = ImageStridesOf(context.output_layout(0));
  context.AddHost(
      "direct_convolution", {context.Input(0), context.Input(1), ReluResult(context), context.Output(0)},
      ConvolutionScratchBytes(problem, nullptr, isa), [=](absl::Span<void* const> p) {
        ConvolutionInputGradient(problem, {{Floats(p[0]), g}, {Floats(p[2]), relu}}, Floats(p[1]),
                                 {Floats(p[3]), dx}, p[4], isa);
      });
  return absl::OkStatus();
}

template <int kAxes>
absl::StatusOr<std::vector<TensorType>> InferWeightGradient(const InferContext& context) {
  const absl::StatusOr<Geometry> geometry = Check<kAxes>(context);
  if (!geometry.ok()) return geometry.status();
  return std::vector<TensorType>{{DataType::kF32, WeightShape(*geometry)},
                                 {DataType::kF32, {Size(geometry->channels)}}};
}

absl::StatusOr<std::vector<Array>> EvaluateWeightGradient(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  const Array g = CutByRelu(context, 1);
  Array dweight(context.output_shapes[0]), dbias(context.output_shapes[1]);
  AddWeightGradient(ConvolutionProblemOf(context.attributes, x.shape, g.shape), x, g, dweight);
  AddBiasGradient(g, dbias);
  return std::vector<Array>{std::move(dweight), std::move(dbias)};
}

Cost WeightGradientCost(const NodeView& node) {
  const Polynomial outputs = node.input_type(1).ElementCount();
  Cost cost;
  cost.operations = ReluOperations(node, 1);
  if (node.output_used(0)) {
    cost.operations += Polynomial(2) * outputs * Taps(node.output_type(0).shape);
  }
  if (node.output_used(1)) cost.operations += outputs;
  cost.scratch_bytes = ImageScratchBytes(node.attributes(), node.input_type(0).shape,
                                         node.input_type(1).shape);
  return cost;
}

absl::Status LowerWeightGradient(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const ConvolutionProblem problem = ConvolutionProblemOf(
      context.attributes(), context.input_shape(0), context.input_shape(1));
  const ImageStrides x = ImageStridesOf(context.input_layout(0));
  const ImageStrides g = ImageStridesOf(context.input_layout(1)), relu = ReluStrides(context);
  context.AddHost("direct_convolution",
                  {context.Input(0), context.Input(1), ReluResult(context), context.Output(0),
                   context.Output(1)},
                  ConvolutionScratchBytes(problem, nullptr, isa), [=](absl::Span<void* const> p) {
                    ConvolutionWeightGradient(problem, {Floats(p[0]), x},
                                              {{Floats(p[1]), g}, {Floats(p[2]), relu}},
                                              Floats(p[3]), Floats(p[4]), p[5], isa);
                  });
  return absl::OkStatus();
}

template <int kAxes>
OpDefinition Conv() {
  OpDefinition op;
  op.name = kName<kAxes>;
  op.example = {{kAxes == 1 ? "B, 3, L" : "B, 3, H, W"},
                {{"channels", "8"}, {"kernel", "3"}, {"padding", "1"}}};
  op.formula =
      "y[b, o, p] = bias[o] + sum_{c, k} x[b, c, p·stride + k·dilation - padding]·weight[o, c, k]";
  op.inputs = {"x"};
  op.attributes = ConvolutionWindowAttributes(kAxes);
  op.attributes.insert(op.attributes.begin(),
                       {"channels", AttributeKind::kInteger, "", true, "output channels"});
  op.attributes.push_back({"bias", AttributeKind::kBool, "1", false, "whether a bias is added"});
  op.parameters = Parameters<kAxes>;
  op.infer = Infer<kAxes>;
  op.evaluate = Evaluate;
  op.gradient = Gradient<kAxes>;
  op.cost = ConvCost;
  op.lower = Lower;
  op.accepts_layout = AcceptsLayout;
  op.output_layout = ImageOutput;
  op.accepts_post_ops = true;
  op.accepts_post_op = AcceptsPostOp;
  if (kAxes == 2) op.fuse = FusePoolIntoConvolution;
  return op;
}

template <int kAxes>
OpDefinition InputGradient() {
  OpDefinition op;
  op.name = kInputGradient<kAxes>;
  op.formula = "dx of a convolution";
  op.inputs = {"gradient", "weight", "relu"};
  op.optional_inputs = 1;
  op.internal = true;
  op.attributes = ConvolutionWindowAttributes(kAxes);
  op.attributes.push_back({"shape", AttributeKind::kSizeList, "", true, "of dx"});
  op.infer = InferInputGradient;
  op.evaluate = EvaluateInputGradient;
  op.cost = InputGradientCost;
  op.lower = LowerInputGradient;
  op.output_layout = ImageOutput;
  op.accepts_layout = [](const NodeView&, int input, const Layout&) { return input != 1; };
  op.fuse = [](Graph& graph, NodeId id) { return FuseReluIntoGradient(graph, id, 0); };
  return op;
}

template <int kAxes>
OpDefinition WeightGradient() {
  OpDefinition op;
  op.name = kWeightGradient<kAxes>;
  op.formula = "dweight and dbias of a convolution";
  op.inputs = {"x", "gradient", "relu"};
  op.optional_inputs = 1;
  op.internal = true;
  op.attributes = ConvolutionWindowAttributes(kAxes);
  op.attributes.push_back({"channels", AttributeKind::kInteger, "", true, "output channels"});
  op.infer = InferWeightGradient<kAxes>;
  op.evaluate = EvaluateWeightGradient;
  op.cost = WeightGradientCost;
  op.lower = LowerWeightGradient;
  op.accepts_layout = [](const NodeView&, int, const Layout&) { return true; };
  op.fuse = [](Graph& graph, NodeId id) { return FuseReluIntoGradient(graph, id, 1); };
  return op;
}

}  // namespace

std::vector<OpDefinition> ConvOps() {
  return {Conv<1>(),           Conv<2>(),           InputGradient<1>(),
          InputGradient<2>(),  WeightGradient<1>(), WeightGradient<2>()};
}

}  // namespace plumbline
