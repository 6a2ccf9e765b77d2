// Pooling over two axes, channel by channel:
//   max_pool2d: y[b, c, p] = max over k of x[b, c, p·stride + k - padding]   (padding never wins)
//   avg_pool2d: y[b, c, p] = mean over k of the same, padding counted as zeros (PyTorch's default)
//   relu_max_pool2d (internal): max_pool2d of relu(x); relu and pool in one
// Maxima keep the place of the first one as a second output, `winner` [batch, rows, columns,
// channels]. Gradients (internal): max_pool2d_gradient gives dy to the winners, avg_pool2d_gradient
// gives every place its share.
// Cost: for n taps, n - 1 comparisons, or n - 1 additions and one division, and a comparison for
// each relu; gradients: one addition a window, or one division and n additions.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/convolution.h"
#include "ops/kernels/pooling.h"
#include "ops/op_list.h"
#include "ops/pooling.h"
#include "ops/window.h"
#include "ops/window_fusion.h"

namespace plumbline {
namespace {

constexpr const char* kMax = "max_pool2d";
constexpr const char* kReluMax = "relu_max_pool2d";
constexpr const char* kMaxGradient = "max_pool2d_gradient";
constexpr const char* kAverage = "avg_pool2d";
constexpr const char* kAverageGradient = "avg_pool2d_gradient";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context, const char* op) {
  const absl::Status status =
      FirstError({RequireType(context, op, 0, "x", DataType::kF32),
                  RequireRank(context, op, 0, "x", "[batch, channels, height, width]")});
  if (!status.ok()) return status;
  const absl::StatusOr<Window> window = ReadWindow(context.attributes, op, 2);
  if (!window.ok()) return window.status();
  for (int i = 0; i < 2; ++i) {
    if (2 * window->padding[i] <= window->kernel[i]) continue;
    return AttributeError(
        "padding",
        absl::StrCat(op, ": padding ", window->padding[i], " is more than half of kernel ",
                     window->kernel[i], ", so that a window could lie in the padding alone"));
  }
  absl::StatusOr<Shape> spatial = WindowOutput(context, op, *window);
  if (!spatial.ok()) return spatial.status();
  const Shape& x = context.inputs[0].shape;
  return std::vector<TensorType>{{DataType::kF32, {x[0], x[1], (*spatial)[0], (*spatial)[1]}}};
}

absl::StatusOr<std::vector<TensorType>> InferMax(const InferContext& context) {
  absl::StatusOr<std::vector<TensorType>> types = Infer(context, kMax);
  if (!types.ok()) return types.status();
  const absl::StatusOr<Window> window = ReadWindow(context.attributes, kMax, 2);
  if (!window.ok()) return window.status();
  types->push_back(WinnerType((*types)[0], *window));
  return types;
}
absl::StatusOr<std::vector<TensorType>> InferAverage(const InferContext& context) {
  return Infer(context, kAverage);
}

// Gradients know the shape of x.
absl::StatusOr<std::vector<TensorType>> InferGradient(const InferContext& context) {
  return std::vector<TensorType>{{DataType::kF32, context.attributes.sizes("shape")}};
}

PoolWindow WindowOf(const Attributes& attributes) {
  return PoolWindowOf(ReadWindow(attributes, kMax, 2).value());
}

// Of a forward or, with the shapes the other way round, of a gradient.
PoolProblem ProblemOf(const Attributes& attributes, const std::vector<int64_t>& x,
                      const std::vector<int64_t>& y) {
  return PoolProblemOf(WindowOf(attributes), x, y);
}

template <bool kRelu>
absl::StatusOr<std::vector<Array>> EvaluateMax(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  return EvaluateMaxPool(ProblemOf(context.attributes, x.shape, context.output_shapes[0]), kRelu,
                         x);
}

absl::StatusOr<std::vector<Array>> EvaluateMaxGradient(const EvaluateContext& context) {
  const Array& dy = *context.inputs[0];
  return std::vector<Array>{
      EvaluateMaxPoolGradient(ProblemOf(context.attributes, context.output_shapes[0], dy.shape), dy,
                              *context.inputs[1])};
}

// Calls visit(x, y) with the positions of every place of every window that lies in the image.
template <typename Visit>
void ForEachPlace(const PoolProblem& p, Visit visit) {
  int64_t y = 0;
  ForEachIndex({p.batch, p.channels, p.out_size[0], p.out_size[1]},
               [&](const std::vector<int64_t>& out) {
                 for (int64_t i = 0; i < p.window.kernel[0]; ++i) {
                   for (int64_t j = 0; j < p.window.kernel[1]; ++j) {
                     const int64_t row = out[2] * p.window.stride[0] - p.window.padding[0] + i;
                     const int64_t column = out[3] * p.window.stride[1] - p.window.padding[1] + j;
                     if (row < 0 || row >= p.in_size[0]) continue;
                     if (column < 0 || column >= p.in_size[1]) continue;
                     const int64_t image = out[0] * p.channels + out[1];
                     visit((image * p.in_size[0] + row) * p.in_size[1] + column, y);
                   }
                 }
                 ++y;
               });
}

double WindowSize(const PoolProblem& p) {
  return static_cast<double>(p.window.kernel[0] * p.window.kernel[1]);
}

absl::StatusOr<std::vector<Array>> EvaluateAverage(const EvaluateContext& context) {
  const Array& x = *context.inputs[0];
  Array y(context.output_shapes[0]);
  const PoolProblem problem = ProblemOf(context.attributes, x.shape, y.shape);
  ForEachPlace(problem, [&](int64_t from, int64_t to) {
    y.data[to] += x.data[from] / WindowSize(problem);
  });
  return std::vector<Array>{std::move(y)};
}

absl::StatusOr<std::vector<Array>> EvaluateAverageGradient(const EvaluateContext& context) {
  const Array& dy = *context.inputs[0];
  Array dx(context.output_shapes[0]);
  const PoolProblem problem = ProblemOf(context.attributes, dx.shape, dy.shape);
  ForEachPlace(problem, [&](int64_t to, int64_t from) {
    dx.data[to] += dy.data[from] / WindowSize(problem);
  });
  return std::vector<Array>{std::move(dx)};
}

// The pool's attributes with all that they default to, and x's shape.
Attributes GradientAttributes(const GradientContext& context) {
  Attributes attributes = context.attributes();
  attributes.Set("shape", context.input_type(0).shape);
  return attributes;
}

absl::Status MaxPoolGradientNodes(GradientContext& context) {
  context.set_gradient(0, context.Add(kMaxGradient, {context.output_gradient(0), context.output(1)},
                                      GradientAttributes(context)));
  return context.status();
}

absl::Status AveragePoolGradientNodes(GradientContext& context) {
  context.set_gradient(0, context.Add(kAverageGradient, {context.output_gradient(0)},
                                      GradientAttributes(context)));
  return context.status();
}

Polynomial TotalTaps(const NodeView& node) {
  const absl::StatusOr<Window> window = ReadWindow(node.attributes(), node.node.op->name, 2);
  return node.output_type(0).ElementCount() * Polynomial(window->KernelSize());
}

// One image and its result, whose channels the kernels move next to each other.
Polynomial ScratchBytes(const Shape& x, const Shape& y) {
  return Polynomial(4) * (x[1] * x[2] * x[3] + y[1] * y[2] * y[3]);
}

Cost MaxCost(const NodeView& node) {
  Cost cost;
  cost.scratch_bytes = ScratchBytes(node.input_type(0).shape, node.output_type(0).shape);
  cost.operations = TotalTaps(node) - node.output_type(0).ElementCount();
  return cost;
}

Cost AverageCost(const NodeView& node) {
  Cost cost;
  cost.scratch_bytes = ScratchBytes(node.input_type(0).shape, node.output_type(0).shape);
  cost.operations = TotalTaps(node);
  return cost;
}

Cost ReluMaxCost(const NodeView& node) {
  Cost cost = MaxCost(node);
  cost.operations += node.input_type(0).ElementCount();
  return cost;
}

Cost MaxGradientCost(const NodeView& node) {
  const Polynomial scratch = ScratchBytes(node.output_type(0).shape, node.input_type(0).shape);
  return {node.input_type(0).ElementCount(), scratch, {}};
}

Cost AverageGradientCost(const NodeView& node) {
  const absl::StatusOr<Window> window = ReadWindow(node.attributes(), node.node.op->name, 2);
  const Polynomial taps = Polynomial(window->KernelSize());
  const Polynomial scratch = ScratchBytes(node.output_type(0).shape, node.input_type(0).shape);
  return {node.input_type(0).ElementCount() * (taps + Polynomial(1)), scratch, {}};
}

float* Floats(void* pointer) { return static_cast<float*>(pointer); }

template <bool kRelu>
absl::Status LowerMax(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const PoolProblem problem =
      ProblemOf(context.attributes(), context.input_shape(0), context.output_shape(0));
  const ImageStrides x = ImageStridesOf(context.input_layout(0));
  const ImageStrides y = ImageStridesOf(context.output_layout(0));
  context.AddHost("max_pool", {context.Input(0), context.Output(0), context.Output(1)},
                  PoolScratchBytes(problem, isa), [=](absl::Span<void* const> p) {
                    MaxPool(problem, kRelu, {Floats(p[0]), x}, {Floats(p[1]), y}, p[2], p[3], isa);
                  });
  return absl::OkStatus();
}

absl::Status LowerMaxGradient(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const PoolProblem problem =
      ProblemOf(context.attributes(), context.output_shape(0), context.input_shape(0));
  const ImageStrides dy = ImageStridesOf(context.input_layout(0));
  const ImageStrides dx = ImageStridesOf(context.output_layout(0));
  context.AddHost("max_pool", {context.Input(0), context.Input(1), context.Output(0)},
                  PoolScratchBytes(problem, isa), [=](absl::Span<void* const> p) {
                    MaxPoolGradient(problem, {Floats(p[0]), dy}, p[1], {Floats(p[2]), dx}, p[3],
                                    isa);
                  });
  return absl::OkStatus();
}

absl::Status LowerAverage(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const PoolProblem problem =
      ProblemOf(context.attributes(), context.input_shape(0), context.output_shape(0));
  const ImageStrides x = ImageStridesOf(context.input_layout(0));
  const ImageStrides y = ImageStridesOf(context.output_layout(0));
  context.AddHost("average_pool", {context.Input(0), context.Output(0)},
                  PoolScratchBytes(problem, isa), [=](absl::Span<void* const> p) {
                    AveragePool(problem, {Floats(p[0]), x}, {Floats(p[1]), y}, p[2], isa);
                  });
  return absl::OkStatus();
}

absl::Status LowerAverageGradient(LoweringContext& context) {
  const Isa isa = EffectiveIsa();
  const PoolProblem problem =
      ProblemOf(context.attributes(), context.output_shape(0), context.input_shape(0));
  const ImageStrides dy = ImageStridesOf(context.input_layout(0));
  const ImageStrides dx = ImageStridesOf(context.output_layout(0));
  context.AddHost("average_pool", {context.Input(0), context.Output(0)},
                  PoolScratchBytes(problem, isa), [=](absl::Span<void* const> p) {
                    AveragePoolGradient(problem, {Floats(p[0]), dy}, {Floats(p[1]), dx}, p[2], isa);
                  });
  return absl::OkStatus();
}

// Winners have their own order.
Layout OutputLayout(const NodeView& node, int output) {
  const std::vector<int64_t> shape = node.output_shape(output);
  return output == 0 ? ChannelsLast(shape) : RowMajor(shape);
}

// Images in any order; winners as they were written.
bool AcceptsLayout(const NodeView&, int input, const Layout&) { return input == 0; }

OpDefinition Pool(const char* name) {
  OpDefinition op;
  op.name = name;
  op.example = {{"B, C, H, W"}, {{"kernel", "2"}}};
  op.inputs = {"x"};
  op.attributes = {{"kernel", AttributeKind::kIntegerList, "", true,
                    "size of the window, one number or one for each axis"},
                   {"stride", AttributeKind::kIntegerList, "", false,
                    "step of the window, one number or two; default: kernel"},
                   {"padding", AttributeKind::kIntegerList, "0", false,
                    "positions added on both sides, one number or two"}};
  op.output_layout = OutputLayout;
  op.accepts_layout = AcceptsLayout;
  return op;
}

OpDefinition MaxPoolOp() {
  OpDefinition op = Pool(kMax);
  op.formula = "y[b, c, p] = max_k x[b, c, p·stride + k - padding]";
  op.infer = InferMax;
  op.evaluate = EvaluateMax<false>;
  op.gradient = MaxPoolGradientNodes;
  op.cost = MaxCost;
  op.lower = LowerMax<false>;
  op.fuse = FoldReluIntoPool;
  return op;
}

OpDefinition ReluMaxPoolOp() {
  OpDefinition op = Pool(kReluMax);
  op.formula = "max_pool2d of relu(x)";
  op.internal = true;
  op.infer = InferMax;
  op.evaluate = EvaluateMax<true>;
  op.gradient = MaxPoolGradientNodes;
  op.cost = ReluMaxCost;
  op.lower = LowerMax<true>;
  return op;
}

OpDefinition AveragePoolOp() {
  OpDefinition op = Pool(kAverage);
  op.formula = "y[b, c, p] = mean_k x[b, c, p·stride + k - padding], padding counted as zeros";
  op.infer = InferAverage;
  op.evaluate = EvaluateAverage;
  op.gradient = AveragePoolGradientNodes;
  op.cost = AverageCost;
  op.lower = LowerAverage;
  return op;
}

OpDefinition GradientOp(const char* name) {
  OpDefinition op = Pool(name);
  op.internal = true;
  op.attributes.push_back({"shape", AttributeKind::kSizeList, "", true, "of dx"});
  op.infer = InferGradient;
  return op;
}

OpDefinition MaxPoolGradientOp() {
  OpDefinition op = GradientOp(kMaxGradient);
  op.formula = "dx of max_pool2d and relu_max_pool2d";
  op.inputs = {"gradient", "winner"};
  op.evaluate = EvaluateMaxGradient;
  op.cost = MaxGradientCost;
  op.lower = LowerMaxGradient;
  return op;
}

OpDefinition AveragePoolGradientOp() {
  OpDefinition op = GradientOp(kAverageGradient);
  op.formula = "dx of avg_pool2d";
  op.inputs = {"gradient"};
  op.evaluate = EvaluateAverageGradient;
  op.cost = AverageGradientCost;
  op.lower = LowerAverageGradient;
  return op;
}

}  // namespace

std::vector<OpDefinition> PoolOps() {
  return {MaxPoolOp(), ReluMaxPoolOp(), MaxPoolGradientOp(), AveragePoolOp(),
          AveragePoolGradientOp()};
}

}  // namespace plumbline
